"""Faults of the NameID: who the assertion is about."""

from __future__ import annotations

from fake_idp.faults.edit import OTHER_SP, remove, set_attribute
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import NAMEID_TRANSIENT
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

NAME_ID = "saml2:NameID"
CORE = "SAML Core 1.3.1, lines 276-299"


@on("claims", "nameid-empty", source=CORE)
def name_id_empty(claims: ResponseClaims) -> None:
    """The NameID is empty."""
    claims.name_id = ""


@on("claims", "nameid-empty", source=CORE)
def name_id_blank(claims: ResponseClaims) -> None:
    """The NameID is three blanks."""
    claims.name_id = "   "


register(
    "name-id-missing",
    "The Subject has a confirmation but no NameID.",
    "tree",
    remove(NAME_ID),
    "nameid-absent",
    source="saml2int SDP-SP13; Kantara IIP-IDP11",
)
for _name, _value, _phrase in (
    ("transient", NAMEID_TRANSIENT, "is transient"),
    ("unknown", "urn:okta-harness:nameid-format:unknown", "is a URI that nobody defined"),
    ("absent", None, "is missing"),
):
    register(
        f"name-id-format-{_name}",
        f"The Format of the NameID {_phrase}.",
        "tree",
        set_attribute(NAME_ID, "Format", _value),
        "nameid-format-unexpected",
        source="SAML Core 3.4.1.1, lines 2113-2135",
    )


@on("tree", "nameid-qualifiers", source="SAML Core 8.3.7, lines 3326-3336")
def name_id_foreign_sp_qualifier(response: Element) -> None:
    """The NameID is qualified for another SP."""
    name_id = response.one(NAME_ID)
    name_id.set("SPNameQualifier", f"{OTHER_SP}/saml/metadata")


@on("claims", "nameid-verbatim", "nameid-persistent-opaque", "nameid-lookalike-accounts", source=CORE)
def name_id_replaced(claims: ResponseClaims, context: FaultContext) -> None:
    """The NameID is ``data["name_id"]`` (default: mixed case, an accent, a plus sign, an inner blank)."""
    claims.name_id = str(
        context.data.get("name_id", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS} van+Tag@Example.test")
    )
