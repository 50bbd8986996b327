"""Faults of the Issuer: who says that it made the message."""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.faults.edit import ASSERTION, OTHER_IDP, TreeChange, set_attribute
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import NAMEID_EMAIL
from fake_idp.saml.nodes import Element

PROFILE = "SAML Profiles 4.1.4.2, lines 541-546"
IN_RESPONSE = "saml2:Issuer"
IN_ASSERTION = f"{ASSERTION}/saml2:Issuer"


@on("tree", "resp-issuer-wrong", source=PROFILE)
def response_issuer_wrong(response: Element) -> None:
    """The Issuer of the Response is another IdP, that of the Assertion is right."""
    response.one(IN_RESPONSE).text = OTHER_IDP


@on("tree", "resp-issuer-missing-signed", source=f"{PROFILE}; Errata E17")
def response_issuer_missing(response: Element) -> None:
    """The Response has no Issuer."""
    response.remove(response.one(IN_RESPONSE))


@on("tree", "assertion-issuer-wrong", source=f"{PROFILE}; Errata E26")
def assertion_issuer_wrong(response: Element) -> None:
    """The Issuer of the Assertion is another IdP, that of the Response and the key are right."""
    response.one(IN_ASSERTION).text = OTHER_IDP


@on("tree", "assertion-issuer-missing", source="SAML Core 2.3.3, lines 559-560")
def assertion_issuer_missing(response: Element) -> None:
    """The Assertion has no Issuer."""
    response.remove(response.one(IN_ASSERTION))


@on("tree", "assertion-issuer-missing", source="SAML Core 1.3.1, lines 276-279")
def assertion_issuer_empty(response: Element) -> None:
    """The Issuer of the Assertion is empty."""
    response.one(IN_ASSERTION).text = ""


def _format(fault_id: str, title: str, change: TreeChange, requirement: str) -> None:
    register(fault_id, title, "tree", change, requirement, source=f"{PROFILE}; SAML Core 8.3.6")


_format(
    "response-issuer-format-email",
    "The Issuer of the Response says that it is an e-mail address.",
    set_attribute(IN_RESPONSE, "Format", NAMEID_EMAIL),
    "issuer-format-not-entity",
)
_format(
    "assertion-issuer-format-email",
    "The Issuer of the Assertion says that it is an e-mail address.",
    set_attribute(IN_ASSERTION, "Format", NAMEID_EMAIL),
    "issuer-format-not-entity",
)
_format(
    "issuer-format-absent-response",
    "The Issuer of the Response has no Format.",
    set_attribute(IN_RESPONSE, "Format", None),
    "issuer-format-entity-accepted",
)
_format(
    "issuer-format-absent-assertion",
    "The Issuer of the Assertion has no Format.",
    set_attribute(IN_ASSERTION, "Format", None),
    "issuer-format-entity-accepted",
)


@on("tree", "issuer-format-entity-accepted", source=PROFILE)
def issuer_format_absent(response: Element) -> None:
    """No Issuer has a Format."""
    for issuer in response.find_all(IN_RESPONSE):
        issuer.set("Format", None)


def _near_miss(fault_id: str, title: str, change: Callable[[str], str]) -> None:
    def apply(claims: ResponseClaims) -> None:
        claims.issuer = change(claims.issuer)

    register(
        fault_id,
        title,
        "claims",
        apply,
        "issuer-exact-compare",
        source="SAML Core 1.3.1, lines 280-285",
    )


_near_miss("issuer-case-changed", "Both Issuers are written in capitals.", str.upper)
_near_miss("issuer-trailing-slash", "Both Issuers end in an extra slash.", lambda issuer: f"{issuer}/")
_near_miss(
    "issuer-inner-whitespace",
    "Both Issuers have a blank in the middle.",
    lambda issuer: f"{issuer[:-4]} {issuer[-4:]}",
)
