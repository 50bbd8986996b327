"""The structure of SAML messages, as far as this SP reads them: a small table in place of the XSD files.

Stricter than an XSD in one way (an element of a SAML namespace must be listed to be there) and milder in another
(attributes of foreign namespaces are let through everywhere, as extensions; SAML Core 7).
Sources: saml-schema-assertion-2.0.xsd, saml-schema-protocol-2.0.xsd.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from harness.reference_sp import xml
from harness.reference_sp.hints import shown
from harness.reference_sp.names import DS, SAML, SAMLP, XENC, XSI
from harness.reference_sp.xml import Element

_PREFIXES = {SAML: "saml", SAMLP: "samlp", DS: "ds", XENC: "xenc"}
_SAML_TAGS = (f"{{{SAML}}}", f"{{{SAMLP}}}")
_NCNAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """The first thing that is not as the schema wants it."""

    where: str
    expected: str
    received: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may hold. ``content`` is a regular expression over child names, each ended by a space."""

    content: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    anything: bool = False
    """The content is free: any element of any namespace."""


_NAME = ("NameQualifier", "SPNameQualifier", "Format", "SPProvidedID")
_STATUS_RESPONSE = (
    "(saml:Issuer )?(ds:Signature )?(samlp:Extensions )?(samlp:Status )?",
    ("ID", "Version", "IssueInstant"),
    ("InResponseTo", "Destination", "Consent"),
)

SHAPES: dict[str, Shape] = {
    "samlp:Response": Shape(
        _STATUS_RESPONSE[0] + "((saml:Assertion |saml:EncryptedAssertion ))*",
        _STATUS_RESPONSE[1],
        _STATUS_RESPONSE[2],
    ),
    "samlp:LogoutResponse": Shape(*_STATUS_RESPONSE),
    "samlp:LogoutRequest": Shape(
        "saml:Issuer (ds:Signature )?(samlp:Extensions )?(saml:NameID |saml:EncryptedID |saml:BaseID )"
        "(samlp:SessionIndex )*",
        ("ID", "Version", "IssueInstant"),
        ("Destination", "Consent", "NotOnOrAfter", "Reason"),
    ),
    "samlp:SessionIndex": Shape(""),
    "samlp:Status": Shape("(samlp:StatusCode )?(samlp:StatusMessage )?(samlp:StatusDetail )?"),
    "samlp:StatusCode": Shape("(samlp:StatusCode )?", (), ("Value",)),
    "samlp:StatusMessage": Shape(""),
    "samlp:StatusDetail": Shape("", anything=True),
    "samlp:Extensions": Shape("", anything=True),
    "saml:Issuer": Shape("", (), _NAME),
    "saml:EncryptedAssertion": Shape("xenc:EncryptedData (xenc:EncryptedKey )*"),
    "saml:EncryptedID": Shape("xenc:EncryptedData (xenc:EncryptedKey )*"),
    "saml:EncryptedAttribute": Shape("xenc:EncryptedData (xenc:EncryptedKey )*"),
    "saml:Assertion": Shape(
        "(saml:Issuer )?(ds:Signature )?(saml:Subject )?(saml:Conditions )?(saml:Advice )?"
        "((saml:Statement |saml:AuthnStatement |saml:AuthzDecisionStatement |saml:AttributeStatement ))*",
        ("ID", "Version", "IssueInstant"),
    ),
    "saml:Advice": Shape("", anything=True),
    "saml:Subject": Shape("(saml:BaseID |saml:NameID |saml:EncryptedID )?(saml:SubjectConfirmation )*"),
    "saml:NameID": Shape("", (), _NAME),
    "saml:BaseID": Shape("", (), ("NameQualifier", "SPNameQualifier"), anything=True),
    "saml:SubjectConfirmation": Shape(
        "(saml:BaseID |saml:NameID |saml:EncryptedID )?(saml:SubjectConfirmationData )?", (), ("Method",)
    ),
    "saml:SubjectConfirmationData": Shape(
        "", (), ("NotBefore", "NotOnOrAfter", "Recipient", "InResponseTo", "Address"), anything=True
    ),
    "saml:Conditions": Shape(
        "((saml:Condition |saml:AudienceRestriction |saml:OneTimeUse |saml:ProxyRestriction ))*",
        (),
        ("NotBefore", "NotOnOrAfter"),
    ),
    "saml:Condition": Shape("", anything=True),
    "saml:AudienceRestriction": Shape("(saml:Audience )*"),
    "saml:Audience": Shape(""),
    "saml:OneTimeUse": Shape(""),
    "saml:ProxyRestriction": Shape("(saml:Audience )*", (), ("Count",)),
    "saml:AuthnStatement": Shape(
        "(saml:SubjectLocality )?saml:AuthnContext ",
        ("AuthnInstant",),
        ("SessionIndex", "SessionNotOnOrAfter"),
    ),
    "saml:SubjectLocality": Shape("", (), ("Address", "DNSName")),
    "saml:AuthnContext": Shape(
        "(saml:AuthnContextClassRef (saml:AuthnContextDecl |saml:AuthnContextDeclRef )?"
        "|saml:AuthnContextDecl |saml:AuthnContextDeclRef )(saml:AuthenticatingAuthority )*"
    ),
    "saml:AuthnContextClassRef": Shape(""),
    "saml:AuthnContextDeclRef": Shape(""),
    "saml:AuthnContextDecl": Shape("", anything=True),
    "saml:AuthenticatingAuthority": Shape(""),
    "saml:AttributeStatement": Shape("((saml:Attribute |saml:EncryptedAttribute ))*"),
    "saml:Attribute": Shape("(saml:AttributeValue )*", ("Name",), ("NameFormat", "FriendlyName")),
    "saml:AttributeValue": Shape("", anything=True),
    "saml:Statement": Shape("", anything=True),
    "saml:AuthzDecisionStatement": Shape("", (), ("Resource", "Decision"), anything=True),
}
_COMPILED = {name: re.compile(shape.content) for name, shape in SHAPES.items()}
_ROOTS_WITH_ID = ("samlp:Response", "saml:Assertion", "samlp:LogoutRequest", "samlp:LogoutResponse")
_SINGLETONS = ("saml:OneTimeUse ", "saml:ProxyRestriction ")


def name_of(element: Element) -> str:
    """The element's name with the usual prefix of its namespace."""
    return _prefixed(str(element.tag))


@lru_cache(maxsize=1024)
def _prefixed(tag: str) -> str:
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace, "")
    return f"{prefix}:{local}" if prefix else tag


def first_error(element: Element) -> SchemaError | None:
    """The first violation in ``element`` or what it holds; ``ds`` and ``xenc`` content is left to its readers."""
    name = name_of(element)
    shape = SHAPES.get(name)
    if shape is None:
        return SchemaError(shown(name), "an element of a SAML message", shown(name))
    return (
        _attribute_error(element, name, shape)
        or (None if shape.anything else _content_error(element, name))
        or _error_below(element, shape)
    )


def _error_below(element: Element, shape: Shape) -> SchemaError | None:
    if shape.anything:
        return None
    for child in element.iterchildren(etree.Element):
        if str(child.tag).startswith(_SAML_TAGS):
            found = first_error(child)
            if found is not None:
                return found
    return None


def _attribute_error(element: Element, name: str, shape: Shape) -> SchemaError | None:
    for attribute in shape.required:
        if element.get(attribute) is None:
            return SchemaError(name, f"the attribute {attribute}", "(missing)")
    allowed = (*shape.required, *shape.optional)
    for attribute in map(str, element.attrib):
        if not attribute.startswith("{") and attribute not in allowed and not shape.anything:
            return SchemaError(
                name, f"only {', '.join(allowed)}" if allowed else "no attribute", shown(attribute)
            )
    if name in _ROOTS_WITH_ID:
        if not _NCNAME.fullmatch(element.get("ID", "")):
            return SchemaError(name, "an ID that is an XML name", shown(element.get("ID")))
        try:
            xml.read_time(element.get("IssueInstant"))
        except xml.ValueRefused as error:
            return SchemaError(name, "IssueInstant: a UTC time", str(error))
    kind = element.get(f"{{{XSI}}}type")
    if kind is not None and not shape.anything:
        return SchemaError(name, "no xsi:type", shown(kind))
    return None


def _content_error(element: Element, name: str) -> SchemaError | None:
    children = [name_of(child) for child in element.iterchildren(etree.Element)]
    content = "".join(f"{child} " for child in children)
    twice = next((one for one in _SINGLETONS if content.count(one) > 1), None)
    if twice is not None:
        return SchemaError(name, f"one {twice.strip()}", "several")
    if _COMPILED[name].fullmatch(content):
        if children and xml.text_of(element).strip():
            return SchemaError(name, "elements alone", "text between them")
        return None
    return SchemaError(
        name, f"children as in the schema: {SHAPES[name].content or '(text alone)'}", shown(content)
    )
