"""Faults of the attributes: what is said about the person. Added attributes have names of their own."""

from __future__ import annotations

from fake_idp.faults.edit import (
    ATTRIBUTE_STATEMENT,
    FOREIGN_NS,
    assertion_of,
    attribute_element,
    attribute_statement,
)
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import ATTRNAME_BASIC, ATTRNAME_URI, NAMEID_PERSISTENT, NS_XSI
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, SigningOptions

CORE = "SAML Core 2.7.3.1, lines 1193-1220"
ADDED = "okta-harness"
"""Beginning of the names of added attributes; ``data["attribute"]`` names the one that is tested."""


def added_name(context: FaultContext, default: str) -> str:
    """The name of the attribute that the fault adds."""
    return str(context.data.get("attribute", f"{ADDED}-{default}"))


def has_attributes(claims: ResponseClaims, _signing: SigningOptions) -> str | None:
    """Applies where Okta sends attributes."""
    return None if claims.has_attribute_values else "The app sends no attributes."


def _add(response: Element, *attributes: Element) -> None:
    statement = attribute_statement(response)
    for attribute in attributes:
        statement.append(attribute)


@on("tree", "attr-unknown-ignored", source="Kantara IIP-SP10")
def attribute_unknown(response: Element) -> None:
    """There is one attribute more, which no SP knows."""
    _add(response, attribute_element(f"{ADDED}-unknown", "x"))


@on("tree", "attr-unknown-ignored", source="Kantara IIP-SP10")
def attributes_fifty_unknown(response: Element) -> None:
    """There are fifty attributes more, which no SP knows."""
    _add(response, *(attribute_element(f"{ADDED}-unknown-{n}", str(n)) for n in range(50)))


@on("tree", "attr-unknown-ignored", source="SAML Core 2.7.3.1, lines 1205-1211")
def attribute_foreign_xml_attributes(response: Element) -> None:
    """An added attribute carries XML attributes of a foreign namespace."""
    attribute = attribute_element(f"{ADDED}-decorated", "x")
    attribute.set("xmlns:x", FOREIGN_NS)
    attribute.set("x:origin", "elsewhere")
    _add(response, attribute)


@on("tree", "attr-multivalued", source="saml2int SDP-SP19; SAML Core 2.7.3.1, lines 1212-1217")
def attribute_three_values(response: Element, context: FaultContext) -> None:
    """An added attribute has three values."""
    _add(response, attribute_element(added_name(context, "groups"), "red", "green", "blue"))


@on("tree", "attr-multivalued", source="saml2int SDP-SP19; SAML Core 2.7.3.1, lines 1212-1217")
def attribute_hundred_values(response: Element, context: FaultContext) -> None:
    """An added attribute has a hundred values."""
    values = (f"group-{n:03d}" for n in range(100))
    _add(response, attribute_element(added_name(context, "groups"), *values))


def _format(name: str, value: str | None, phrase: str) -> None:
    def apply(response: Element) -> None:
        _add(response, attribute_element(f"{ADDED}-format", "x", name_format=value))

    register(
        f"attribute-name-format-{name}",
        f"An added attribute {phrase}.",
        "tree",
        apply,
        "attr-nameformat-any",
        source="Kantara IIP-SP01; SAML Core 2.7.3.1, lines 1195-1200",
    )


_format("absent", None, "has no NameFormat")
_format("basic", ATTRNAME_BASIC, "has the NameFormat basic")
_format("uri", ATTRNAME_URI, "has the NameFormat uri")
_format("private", "urn:okta-harness:attrname-format:private", "has a NameFormat that only the IdP knows")


@on("tree", "attr-type-optional", source="Kantara IIP-SP02; SAML Core 2.7.3.1.1", applies=has_attributes)
def attribute_value_without_type(response: Element) -> None:
    """No AttributeValue has an xsi:type."""
    for value in response.find_all("saml2:AttributeValue"):
        value.set("xsi:type", None)


def _typed(name: str, xsi_type: str, value: str) -> None:
    def apply(response: Element) -> None:
        attribute = attribute_element(f"{ADDED}-typed", value, xsi_type=xsi_type)
        attribute.elements[0].set("xmlns:x", FOREIGN_NS)
        _add(response, attribute)

    register(
        f"attribute-value-{name}",
        f"The value of an added attribute has the type {xsi_type}.",
        "tree",
        apply,
        "attr-type-optional",
        source="Kantara IIP-SP02; SAML Core 2.7.3.1.1, lines 1239-1245",
    )


_typed("boolean", "xs:boolean", "true")
_typed("any-type", "xs:anyType", "x")
_typed("unknown-type", "x:Colour", "green")


@on("claims", "attr-required-missing", source="saml2int SDP-SP12", applies=has_attributes)
def attribute_statement_missing(claims: ResponseClaims) -> None:
    """There is no AttributeStatement, as when no attribute yields a value in Okta."""
    claims.attributes = []


@on("tree", "attr-required-missing", source="saml2int SDP-SP12", applies=has_attributes)
def attribute_statement_empty(response: Element) -> None:
    """The AttributeStatement is empty."""
    response.one(ATTRIBUTE_STATEMENT).children = []


def several_attributes(claims: ResponseClaims, _signing: SigningOptions) -> str | None:
    """Applies where Okta sends at least two attributes."""
    several = sum(bool(a.values) for a in claims.attributes) > 1
    return None if several else "The app sends fewer than two attributes."


@on("tree", "attr-second-statement", source="SAML Core 2.3.3, lines 604-606", applies=several_attributes)
def attribute_statement_split(response: Element) -> None:
    """The last attribute stands in an AttributeStatement of its own."""
    first = response.one(ATTRIBUTE_STATEMENT)
    last = first.elements[-1]
    first.remove(last)
    assertion_of(response).append(Element(first.name, first.attributes, [last]))


@on("tree", "attr-duplicate-name", source=CORE)
def attribute_duplicate_name(response: Element, context: FaultContext) -> None:
    """Two Attribute elements have the same Name: first role=user, then role=admin."""
    name = str(context.data.get("attribute", "role"))
    _add(response, attribute_element(name, "user"), attribute_element(name, "admin"))


@on("tree", "attr-duplicate-name", source=CORE)
def attribute_duplicate_name_swapped(response: Element, context: FaultContext) -> None:
    """Two Attribute elements have the same Name: first role=admin, then role=user."""
    name = str(context.data.get("attribute", "role"))
    _add(response, attribute_element(name, "admin"), attribute_element(name, "user"))


@on("tree", "attr-empty-nil", source=CORE)
def attribute_value_empty(response: Element) -> None:
    """The value of an added attribute is empty."""
    _add(response, attribute_element(f"{ADDED}-empty", ""))


@on("tree", "attr-empty-nil", source="SAML Core 2.7.3.1.1, lines 1246-1251")
def attribute_value_nil(response: Element) -> None:
    """The value of an added attribute is nil."""
    nil = Element("saml2:AttributeValue", {"xmlns:xsi": NS_XSI, "xsi:nil": "true"})
    _add(response, Element("saml2:Attribute", {"Name": f"{ADDED}-nil"}, [nil]))


@on("tree", "attr-empty-nil", source="SAML Core 2.7.3.1, lines 1218-1220")
def attribute_without_value(response: Element) -> None:
    """An added attribute has no AttributeValue."""
    _add(response, Element("saml2:Attribute", {"Name": f"{ADDED}-none"}))


@on("tree", "attr-complex-content", source="Kantara IIP-SP02")
def attribute_value_nested_xml(response: Element) -> None:
    """The value of an added attribute is a NameID element, as eduPersonTargetedID has it."""
    name_id = Element("saml2:NameID", {"Format": NAMEID_PERSISTENT}, ["opaque"])
    value = Element("saml2:AttributeValue", {}, [name_id])
    _add(response, Element("saml2:Attribute", {"Name": f"{ADDED}-nested"}, [value]))


@on("tree", "attr-output-encoding", source="OWASP input validation")
def attribute_markup(response: Element, context: FaultContext) -> None:
    """Name and value of an added attribute hold quotes and a script."""
    canary = context.data.get("canary", "okta-harness")
    markup = f"\"'><script>alert(1)</script>{{{{7*7}}}}{canary}"
    _add(response, attribute_element(f"{ADDED}-markup\"'><b>", markup))


@on("tree", "attr-large", source="Kantara IIP-G02, IIP-SP10", consent=True)
def attributes_500_groups(response: Element, context: FaultContext) -> None:
    """An added attribute has 500 values."""
    values = (f"group-{n:03d}" for n in range(500))
    _add(response, attribute_element(added_name(context, "groups"), *values))


@on("tree", "attr-large", source="Kantara IIP-G02, IIP-SP10", consent=True)
def attribute_100_kb(response: Element) -> None:
    """An added attribute has a value of 100 000 characters."""
    _add(response, attribute_element(f"{ADDED}-large", "0123456789" * 10_000))


@on("tree", "attr-friendlyname-ignored", source="Kantara IIP-SP11; SAML Core 2.7.3.1, lines 1201-1204")
def attribute_friendly_name_lookalike(response: Element, context: FaultContext) -> None:
    """An added attribute has a foreign Name, the FriendlyName "email", and the forged identity as its value."""
    forged = forgery_of(response, context).identity
    attribute = attribute_element(f"{FOREIGN_NS}:contact", forged)
    attribute.set("FriendlyName", str(context.data.get("friendly_name", "email")))
    _add(response, attribute)
