"""Wrapping beyond the eight classic shapes: doubled IDs, lookalikes, other signed documents, nesting."""

from __future__ import annotations

from datetime import timedelta

from fake_idp.faults.edit import ASSERTION, CONDITIONS, CONFIRMATION_DATA, FOREIGN_NS, assertion_of
from fake_idp.faults.envelope import SAML11
from fake_idp.faults.forge import forged_assertion, forged_response, forgery_of
from fake_idp.faults.registry import on
from fake_idp.faults.signing import (
    any_signature,
    assertion_signature,
    drop_outer_signature,
    readable,
    response_signature,
)
from fake_idp.faults.wrapping import after_issuer, forge_around, forge_around_response
from fake_idp.saml.claims import format_instant
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.metadata import MetadataClaims, metadata_tree, sign_metadata
from fake_idp.saml.names import NAMEID_EMAIL, NS_SAML2, NS_SAML2P, STATUS_RESPONDER
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.response import build_status, issuer_element
from fake_idp.saml.signature import remove_signature

CORE = "SAML Core 5.4.2, lines 2933-2935"
IDS = "SAML Core 1.3.4, lines 321-322; XML 1.0, validity constraint ID"
LOOKALIKE = "SAML Core 4.2, lines 2832-2843; PortSwigger, SAML signature bypass research of December 2025"


# -- words outside what is signed


@on("signed", "sess-data-from-signed", source="SAML Core 5.3; Errata E26", applies=assertion_signature)
def statements_outside_assertion(response: Element, context: FaultContext) -> None:
    """Beside the signed assertion, the unsigned Response has a Subject and attributes that name the forged identity."""
    genuine = drop_outer_signature(response)
    forged = forged_assertion(genuine, context)
    for name in ("saml2:Subject", "saml2:AttributeStatement"):
        statement = forged.one(name)
        statement.set("xmlns:saml2", NS_SAML2)
        response.insert_before(genuine, statement)


# -- equal IDs


@on("signed", "wrap-duplicate-id", source=IDS, applies=assertion_signature)
def duplicate_id_assertions(response: Element, context: FaultContext) -> None:
    """A forged assertion with the ID of the signed one stands before it."""
    forged, genuine, _signature = forge_around(response, context)
    forged.set("ID", genuine.get("ID"))
    response.insert_after(forged, genuine)


@on("signed", "wrap-duplicate-id", source=IDS, applies=assertion_signature)
def duplicate_id_assertions_swapped(response: Element, context: FaultContext) -> None:
    """A forged assertion with the ID of the signed one stands behind it."""
    forged, genuine, _signature = forge_around(response, context)
    forged.set("ID", genuine.get("ID"))
    response.insert_before(forged, genuine)


@on("tree", "wrap-duplicate-id", source=IDS, applies=readable)
def duplicate_id_response_assertion(response: Element) -> None:
    """Response and assertion have the same ID; each signature is right."""
    assertion_of(response).set("ID", response.get("ID"))


# -- things that look like what they are not


@on("signed", "wrap-namespace-lookalike", source=LOOKALIKE, applies=assertion_signature)
def lookalike_assertion(response: Element, context: FaultContext) -> None:
    """A forged Assertion element of a foreign namespace stands before the signed one."""
    genuine = drop_outer_signature(response)
    forged = _in_namespace(forged_assertion(genuine, context), FOREIGN_NS)
    response.insert_before(genuine, forged)


@on("signed", "wrap-namespace-lookalike", source=LOOKALIKE, applies=assertion_signature)
def lookalike_saml11_assertion(response: Element, context: FaultContext) -> None:
    """A forged Assertion element of SAML 1.1 stands before the signed one."""
    genuine = drop_outer_signature(response)
    forged = _in_namespace(forged_assertion(genuine, context), SAML11)
    forged.set("AssertionID", forged.get("ID"))
    response.insert_before(genuine, forged)


def _in_namespace(assertion: Element, namespace: str) -> Element:
    for element in assertion.walk():
        if "xmlns:saml2" in element.attributes:
            element.set("xmlns:saml2", namespace)
    return assertion


@on("tree", "wrap-namespace-lookalike", source=LOOKALIKE)
def lookalike_name_id(response: Element, context: FaultContext) -> None:
    """The IdP signs a Subject in which a NameID of a foreign namespace, with the forged identity, comes first."""
    forged = forgery_of(response, context).identity
    name_id = Element("x:NameID", {"Format": NAMEID_EMAIL, "xmlns:x": FOREIGN_NS}, [forged])
    response.one("saml2:Subject").insert(0, name_id)


@on("signed", "wrap-namespace-lookalike", source=LOOKALIKE, applies=any_signature)
def lookalike_signature(response: Element, context: FaultContext) -> None:
    """The forged element has a Signature of a foreign namespace; the true one covers the original in Extensions."""
    forged, genuine, signature = forge_around(response, context)
    lookalike = signature.copy()
    lookalike.set("xmlns:ds", FOREIGN_NS)
    after_issuer(forged, lookalike)
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [genuine])
    response.insert_before(response.one("saml2p:Status"), extensions)


# -- other documents that the IdP has signed


def _covered_by(response: Element, context: FaultContext, document: Element) -> None:
    """Forge, hide the other signed document in Extensions, and give its Signature to the forged element."""
    forged, _genuine, _signature = forge_around(response, context)
    signature = remove_signature(document)
    assert signature is not None  # noqa: S101 - the caller has just signed it
    after_issuer(forged, signature)
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [document])
    response.insert_before(response.one("saml2p:Status"), extensions)


@on("signed", "wrap-other-signed-document", source=CORE, applies=any_signature)
def wrap_signed_metadata(response: Element, context: FaultContext) -> None:
    """The forged element carries the Signature of the IdP's metadata, which stands in Extensions."""
    _covered_by(response, context, signed_metadata(response.one("saml2:Issuer").text, context.signing.key))


def signed_metadata(entity_id: str, key: SigningKey) -> Element:
    """Metadata of the IdP, signed with the key that it publishes."""
    claims = MetadataClaims(
        entity_id=entity_id,
        keys=[key],
        name_id_formats=[NAMEID_EMAIL],
        sso_url="https://idp.example.test/sso",
    )
    document = metadata_tree(claims)
    sign_metadata(document, key)
    return document


def signed_logout_request(response: Element, context: FaultContext) -> Element:
    """A LogoutRequest of the IdP for the genuine person."""
    attributes = {
        "Destination": response.get("Destination"),
        "ID": context.new_id(),
        "IssueInstant": format_instant(context.now),
        "Version": "2.0",
        "xmlns:saml2p": NS_SAML2P,
    }
    genuine = response.one("saml2:NameID")
    name_id = Element(
        "saml2:NameID", {"Format": genuine.get("Format"), "xmlns:saml2": NS_SAML2}, [genuine.text]
    )
    issuer = issuer_element(response.one("saml2:Issuer").text)
    request = Element("saml2p:LogoutRequest", attributes, [issuer, name_id])
    context.sign(request)
    return request


@on("signed", "wrap-other-signed-document", source=CORE, applies=any_signature)
def wrap_signed_logout_request(response: Element, context: FaultContext) -> None:
    """The forged element carries the Signature of a LogoutRequest, which stands in Extensions."""
    _covered_by(response, context, signed_logout_request(response, context))


@on("signed", "wrap-other-signed-document", source=CORE, applies=any_signature)
def wrap_signed_error_response(response: Element, context: FaultContext) -> None:
    """The forged element carries the Signature of an error Response, which stands in Extensions."""
    error = response.copy()
    remove_signature(error)
    error.children = [c for c in error.children if getattr(c, "name", "") != ASSERTION]
    error.set("ID", context.new_id())
    error.replace(error.one("saml2p:Status"), build_status(STATUS_RESPONDER))
    context.sign(error)
    _covered_by(response, context, error)


@on("signed", "wrap-other-signed-document", source=CORE, applies=any_signature)
def wrap_old_assertion(response: Element, context: FaultContext) -> None:
    """The forged element carries the Signature of an assertion that ended an hour ago, which is in Extensions."""
    old = assertion_of(response).copy()
    remove_signature(old)
    old.set("ID", context.new_id())
    past = format_instant(context.now - timedelta(hours=1))
    old.one(CONDITIONS).set("NotOnOrAfter", past)
    old.one(CONFIRMATION_DATA).set("NotOnOrAfter", past)
    context.sign(old)
    _covered_by(response, context, old)


# -- a Response in a Response


@on("signed", "wrap-nested-response", source="SAML Core 3.3.3, schema", applies=response_signature)
def nested_response(response: Element, context: FaultContext) -> None:
    """A forged, unsigned Response has the signed one as its last child."""
    _forged, genuine, _signature = forge_around_response(response, context)
    response.append(genuine)


@on("signed", "wrap-nested-response", source="SAML Core 3.3.3, schema", applies=assertion_signature)
def nested_response_reversed(response: Element, context: FaultContext) -> None:
    """A forged, unsigned Response is the last child of the genuine one, whose assertion is signed."""
    drop_outer_signature(response)
    response.append(forged_response(response, context))


@on("signed", "wrap-nested-response", source="SAML Core 3.3.3, schema", applies=response_signature)
def nested_response_three_deep(response: Element, context: FaultContext) -> None:
    """The signed Response is inside a forged one, and that inside another forged one."""
    middle = forged_response(response, context)
    _forged, genuine, _signature = forge_around_response(response, context)
    middle.append(genuine)
    response.append(middle)
