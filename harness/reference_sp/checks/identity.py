"""Who it is: NameID, attributes, email address."""

from __future__ import annotations

import re
import unicodedata

from lxml import etree

from harness.difference import Difference
from harness.reference_sp import names, xml
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.names import XSI, saml
from harness.reference_sp.xml import Element

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_OPAQUE = (names.NAMEID_TRANSIENT, names.NAMEID_PERSISTENT)
_USERNAME = okta("Application username", "set it to Email")
_STATEMENTS = okta("Attribute Statements (optional)", "map at least one attribute, or none at all")


def name_id_element(exchange: Exchange) -> Element | None:
    """The NameID of the subject, decrypted when it is an EncryptedID."""
    subject = exchange.the_assertion.find(saml("Subject"))
    if subject is None:
        return None
    encrypted = subject.find(saml("EncryptedID"))
    if encrypted is None:
        return subject.find(saml("NameID"))
    from harness.reference_sp.decryption import DecryptionFailed, decrypt

    try:
        data = decrypt(encrypted, exchange.decryption_keys(), allow_rsa_15=exchange.settings.allow_rsa_15)
        found = xml.parse(data)
    except (DecryptionFailed, xml.XmlRefused):
        return None
    return found if found.tag == saml("NameID") else None


def names_the_subject(exchange: Exchange) -> Difference | None:
    """The NameID, if the SP needs one, is there and in an accepted format."""
    element = name_id_element(exchange)
    if element is not None:
        exchange.name_id = exchange.tools.text(element)
        exchange.name_id_format = element.get("Format", names.NAMEID_UNSPECIFIED)
    settings = exchange.settings
    needed = (
        settings.name_id_required or settings.identity == "name id" or settings.email_sources == ("subject",)
    )
    if needed and not exchange.name_id.strip():
        received = "(none)" if element is None else "(empty)"
        return difference("nameid_missing", _USERNAME, expected="a NameID with a value", received=received)
    accepted = exchange.settings.name_id_formats
    if accepted and exchange.name_id_format not in accepted:
        return difference(
            "nameid_format",
            okta("Name ID format", "choose an accepted one"),
            expected=listed(accepted),
            received=shown(exchange.name_id_format),
        )
    return None


def steady_name(exchange: Exchange) -> Difference | None:
    """Where accounts belong to a NameID it is not transient: the next login has another one (SAML Core 8.3.8)."""
    if exchange.settings.identity != "name id" or exchange.name_id_format != names.NAMEID_TRANSIENT:
        return None
    return difference(
        "nameid_format",
        okta("Name ID format", "choose Persistent"),
        expected="a NameID that is the same at every login",
        received=exchange.name_id_format,
    )


def named_for_this_sp(exchange: Exchange) -> Difference | None:
    """SPNameQualifier, when given, is this SP: an identifier made for another one is another identifier."""
    element = name_id_element(exchange)
    qualifier = None if element is None else element.get("SPNameQualifier")
    if not qualifier or qualifier == exchange.entity_id:
        return None
    return difference("spnq_mismatch", expected=exchange.entity_id, received=shown(qualifier))


def usable_attributes(exchange: Exchange) -> Difference | None:
    """Read the attributes; an empty statement is refused as Amplitude does, other rules by setting."""
    statements = exchange.the_assertion.findall(saml("AttributeStatement"))
    policy = exchange.settings.attribute_statement
    if not statements and policy == "required":
        return difference("attr_none", _STATEMENTS, expected="an AttributeStatement", received="(none)")
    twice = []
    for statement in statements:
        if not len(statement) and policy != "any":
            return difference(
                "attr_empty",
                _STATEMENTS,
                expected="attributes in the AttributeStatement",
                received="an empty one",
            )
        for attribute in statement.findall(saml("Attribute")):
            name = attribute.get("Name", "")
            if not _is_read(exchange, attribute):
                exchange.unread_attributes.append(f"{name} ({_name_format(attribute)})")
                continue
            twice += [name] if name in exchange.attributes else []
            values = exchange.attributes.setdefault(name, [])
            values += [
                value
                for e in attribute.findall(saml("AttributeValue"))
                if (value := _value(exchange, e)) is not None
            ]
    if twice and exchange.settings.duplicate_attributes == "refuse":
        return difference("attr_duplicate", _STATEMENTS, expected="each name once", received=listed(twice))
    return None


def _is_read(exchange: Exchange, attribute: Element) -> bool:
    """Whether the SP looks at attributes of this NameFormat: name and format together name an attribute."""
    wanted = exchange.settings.attribute_name_format
    return wanted in ("any", _name_format(attribute))


def _name_format(attribute: Element) -> str:
    """The last part of the NameFormat; without one it is unspecified (SAML Core 2.7.3.1)."""
    return shown(attribute.get("NameFormat", "unspecified").rpartition(":")[2])


def _value(exchange: Exchange, element: Element) -> str | None:
    """The text of a value; ``None`` for nil and for values that hold elements, which this SP has no use for."""
    if (
        element.get(f"{{{XSI}}}nil") in ("true", "1")
        or next(element.iterchildren(etree.Element), None) is not None
    ):
        return None
    return exchange.tools.text(element)


def is_email(text: str) -> bool:
    """Whether the text can be an email address: one @, something around it, nothing invisible inside."""
    return bool(_EMAIL.fullmatch(text)) and not any(
        unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text
    )


def has_email(exchange: Exchange) -> Difference | None:
    """The first valid email address in the order of the setting says who it is."""
    candidates: list[tuple[str, str]] = []
    for source in exchange.settings.email_sources:
        for label, value in _values_of(exchange, source):
            if is_email(value.strip()):
                exchange.email, exchange.email_source = value.strip(), label
                if candidates and source != exchange.settings.email_sources[0]:
                    _note_fallback(exchange, candidates)
                return None
            candidates.append((label, value))
    received = "; ".join(f"{label} is {shown(value)}" for label, value in candidates) or "no value at all"
    received += f"; attributes: {listed(list(exchange.attributes))}"
    if exchange.unread_attributes:
        received += f"; of another name format, so not read: {listed(exchange.unread_attributes)}"
    code = "email_invalid" if any(value.strip() for _, value in candidates) else "email_missing"
    expected = f"an email address in {', '.join(exchange.settings.email_sources)}"
    advice = okta("Attribute Statements (optional)", "or map user.email to the attribute email")
    return difference(code, _USERNAME, advice, expected=expected, received=received)


def _note_fallback(exchange: Exchange, candidates: list[tuple[str, str]]) -> None:
    received = "; ".join(f"{label} is {shown(value)}" for label, value in candidates)
    hint = f"the email was taken from {exchange.email_source}"
    exchange.warnings.append(
        difference("email_invalid", _USERNAME, expected="email", received=received, hint=hint)
    )


def _values_of(exchange: Exchange, source: str) -> list[tuple[str, str]]:
    if source == "subject":
        # A persistent or transient NameID is opaque by definition, whatever it looks like.
        if not exchange.name_id or exchange.name_id_format in _OPAQUE:
            return []
        return [("Subject", exchange.name_id)]
    exact = ":" in source
    return [
        (f"attribute {shown(name)}", value)
        for name, values in exchange.attributes.items()
        if (name == source if exact else name.lower() == source.lower())
        for value in values[:1]
    ]
