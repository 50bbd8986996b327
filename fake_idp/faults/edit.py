"""Small helpers that several classes of faults share: where things are in a Response, and made-up values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fake_idp.saml.names import NS_XS, NS_XSI
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

ASSERTION = "saml2:Assertion"
SUBJECT = "saml2:Subject"
CONFIRMATION = "saml2:SubjectConfirmation"
CONFIRMATION_DATA = "saml2:SubjectConfirmationData"
CONDITIONS = "saml2:Conditions"
AUTHN_STATEMENT = "saml2:AuthnStatement"
ATTRIBUTE_STATEMENT = "saml2:AttributeStatement"

FOREIGN_NS = "urn:okta-harness:foreign"
"""A namespace that no SP knows."""
OTHER_SP = "https://other-sp.example.test"
OTHER_IDP = "http://www.okta.com/exkother00000000000"
EVIL_HOST = "evil.example.test"

TreeChange = Callable[[Element], None]


def assertion_of(response: Element) -> Element:
    """The Assertion of a Response that is not encrypted."""
    return response.one(ASSERTION)


def seconds(context: FaultContext, default: int) -> timedelta:
    """The measure of a time fault: ``data["seconds"]``, else its own default."""
    return timedelta(seconds=int(context.data.get("seconds", default)))


def change_signing(context: FaultContext, **changes: Any) -> None:
    """Let the rest of the pipeline sign or encrypt otherwise: fields of ``SigningOptions``."""
    context.signing = replace(context.signing, **changes)


def remove(path: str) -> TreeChange:
    """A change that takes the element at this path out."""

    def change(response: Element) -> None:
        response.remove(response.one(path))

    return change


def set_attribute(path: str, name: str, value: str | None) -> TreeChange:
    """A change that sets an attribute of the element with this name; an empty path is the Response itself."""

    def change(response: Element) -> None:
        (response.one(path) if path else response).set(name, value)

    return change


def attribute_statement(response: Element) -> Element:
    """The AttributeStatement, made if there is none, where the schema wants it: last."""
    assertion = assertion_of(response)
    statement = assertion.find(ATTRIBUTE_STATEMENT)
    if statement is None:
        statement = Element(ATTRIBUTE_STATEMENT, _like(assertion.one(AUTHN_STATEMENT)))
        assertion.append(statement)
    return statement


def _like(neighbour: Element) -> dict[str, str]:
    return {n: v for n, v in neighbour.attributes.items() if n.startswith("xmlns")}


def attribute_element(
    name: str, *values: str, name_format: str | None = None, xsi_type: str | None = "xs:string"
) -> Element:
    """An Attribute with values; ``None`` leaves NameFormat or ``xsi:type`` out."""
    typed = {"xmlns:xs": NS_XS, "xmlns:xsi": NS_XSI, "xsi:type": xsi_type} if xsi_type else {}
    return Element(
        "saml2:Attribute",
        {"Name": name} | ({"NameFormat": name_format} if name_format else {}),
        [Element("saml2:AttributeValue", typed, [value] if value else []) for value in values],
    )


def foreign_element(text: str = "unknown content") -> Element:
    """An element that no SP has a schema for."""
    return Element("x:Note", {"xmlns:x": FOREIGN_NS, "purpose": "test"}, [text])


def all_times(response: Element) -> list[tuple[Element, str]]:
    """Every time value of the message: element and attribute name."""
    names = ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter")
    return [(e, name) for e in response.walk() for name in names if name in e.attributes]
