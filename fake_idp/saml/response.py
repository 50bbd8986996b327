"""The tree of a Response in Okta's shape, before any signature.

Shape, order and repeated namespaces follow recorded Okta responses of 2020 to 2024. Two rules carry it:
a child of a *signed* Assertion repeats ``xmlns:saml2``, a child of an unsigned one does not; and a signed
element declares ``xmlns:xs`` when it holds attribute values, because their ``xsi:type`` names that prefix and
an exclusive canonicalization would else drop it.
"""

from __future__ import annotations

from datetime import datetime

from fake_idp.saml.claims import Attribute, ResponseClaims, format_instant
from fake_idp.saml.names import CM_BEARER, NAMEID_ENTITY, NS_SAML2, NS_SAML2P, NS_XS, NS_XSI
from fake_idp.saml.xml import Element

_SAML2 = {"xmlns:saml2": NS_SAML2}
_SAML2P = {"xmlns:saml2p": NS_SAML2P}
_XS = {"xmlns:xs": NS_XS}


def build_response(
    claims: ResponseClaims, *, assertion_signed: bool, response_signed: bool = True, encrypted: bool = False
) -> Element:
    """The unsigned Response. How it will be protected decides which namespaces it repeats."""
    holds_values = claims.successful and claims.has_attribute_values
    response = Element(
        "saml2p:Response",
        _present(
            Destination=claims.destination,
            ID=claims.response_id,
            InResponseTo=claims.in_response_to,
            IssueInstant=claims.issue_instant,
            Version="2.0",
        )
        | _SAML2P
        | (_XS if holds_values and response_signed and not encrypted else {}),
        [issuer_element(claims.issuer), status_element(claims)],
    )
    if claims.successful:
        response.append(build_assertion(claims, signed=assertion_signed))
    return response


def build_assertion(claims: ResponseClaims, *, signed: bool) -> Element:
    """The unsigned Assertion, self-contained: it can be signed or encrypted on its own."""
    repeated = _SAML2 if signed else {}
    children = [
        issuer_element(claims.issuer, repeated),
        _subject(claims, repeated),
        _conditions(claims, repeated),
        _authn_statement(claims, repeated),
    ]
    attributes = [_attribute(a) for a in claims.attributes if a.values]
    if attributes:
        children.append(Element("saml2:AttributeStatement", repeated, attributes))
    return Element(
        "saml2:Assertion",
        _present(ID=claims.assertion_id, IssueInstant=claims.issue_instant, Version="2.0")
        | _SAML2
        | (_XS if signed and attributes else {}),
        children,
    )


def issuer_element(issuer: str, namespaces: dict[str, str] = _SAML2) -> Element:
    """The Issuer with Okta's explicit ``entity`` format."""
    return Element("saml2:Issuer", {"Format": NAMEID_ENTITY} | namespaces, [issuer])


def status_element(claims: ResponseClaims) -> Element:
    """The Status; Okta repeats ``xmlns:saml2p`` on it whatever is signed."""
    return build_status(claims.status, claims.sub_status, claims.status_message)


def build_status(status: str, sub_status: str | None = None, message: str | None = None) -> Element:
    """A Status with one StatusCode, a nested one and a StatusMessage where given (SAML Core 3.2.2)."""
    code = Element("saml2p:StatusCode", {"Value": status})
    if sub_status:
        code.append(Element("saml2p:StatusCode", {"Value": sub_status}))
    element = Element("saml2p:Status", _SAML2P, [code])
    if message:
        element.append(Element("saml2p:StatusMessage", {}, [message]))
    return element


def _present(**values: str | datetime | None) -> dict[str, str]:
    """The attributes that have a value, times in Okta's form."""
    return {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None
    }


def _subject(claims: ResponseClaims, repeated: dict[str, str]) -> Element:
    data = _present(
        InResponseTo=claims.subject_in_response_to,
        NotOnOrAfter=claims.subject_not_on_or_after,
        Recipient=claims.recipient,
    )
    confirmation = Element(
        "saml2:SubjectConfirmation", {"Method": CM_BEARER}, [Element("saml2:SubjectConfirmationData", data)]
    )
    name_id = Element("saml2:NameID", {"Format": claims.name_id_format}, [claims.name_id])
    return Element("saml2:Subject", repeated, [name_id, confirmation])


def _conditions(claims: ResponseClaims, repeated: dict[str, str]) -> Element:
    window = _present(NotBefore=claims.not_before, NotOnOrAfter=claims.not_on_or_after)
    audience = Element("saml2:Audience", {}, [claims.audience])
    return Element(
        "saml2:Conditions", window | repeated, [Element("saml2:AudienceRestriction", {}, [audience])]
    )


def _authn_statement(claims: ResponseClaims, repeated: dict[str, str]) -> Element:
    attributes = _present(
        AuthnInstant=claims.authn_instant,
        SessionIndex=claims.session_index,
        SessionNotOnOrAfter=claims.session_not_on_or_after,
    )
    context = Element(
        "saml2:AuthnContext", {}, [Element("saml2:AuthnContextClassRef", {}, [claims.authn_context_class])]
    )
    return Element("saml2:AuthnStatement", attributes | repeated, [context])


def _attribute(attribute: Attribute) -> Element:
    typed = {"xmlns:xs": NS_XS, "xmlns:xsi": NS_XSI, "xsi:type": "xs:string"}
    return Element(
        "saml2:Attribute",
        {"Name": attribute.name, "NameFormat": attribute.name_format},
        [Element("saml2:AttributeValue", typed, [value]) for value in attribute.values],
    )
