"""Reading requests that Okta would refuse for their form: cases of their own judge that, and the others go on."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, unquote_plus

from lxml import etree

from fake_idp.saml.claims import parse_instant
from fake_idp.saml.decoding import decode_post
from fake_idp.saml.messages import AuthnRequest, Binding, RequestRefused, read_post, read_redirect, read_xml
from fake_idp.saml.names import NAMESPACES
from fake_idp.saml.xml import parse

MAX_REQUEST_BYTES = 200_000
_RAW, _ZLIB_OR_GZIP = -15, 47
"""Window sizes as zlib wants them: without a header, and with whichever there is."""


def lenient_redirect(query: str) -> AuthnRequest:
    """The request in a query string, be it compressed with a header or written with blanks for plus signs.

    :raises RequestRefused: when it cannot be read at all.
    """
    try:
        return read_redirect(query, expect=AuthnRequest)
    except RequestRefused:
        raw = next((part[12:] for part in query.split("&") if part.startswith("SAMLRequest=")), "")
        xml = _inflated(unquote_plus(raw).replace(" ", "+"))
        if xml is None:
            raise
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        found = _lenient(xml, "Redirect", parameters.get("RelayState"))
        return replace(found, query=query, signed=bool(parameters.get("Signature")))


def lenient_post(message: str, relay_state: str | None) -> AuthnRequest:
    """The request in a form, even if it is compressed as only HTTP-Redirect has it.

    :raises RequestRefused: when it cannot be read at all.
    """
    try:
        return read_post(message, relay_state, expect=AuthnRequest)
    except RequestRefused as refusal:
        if refusal.code in _REPAIRED:
            return _lenient(decode_post(message), "POST", relay_state)
        xml = _inflated(message) if refusal.code == "deflated" else None
        if xml is None:
            raise
        return _lenient(xml, "POST", relay_state)


def _inflated(text: str) -> bytes | None:
    """What a base64 text holds, if that is compressed."""
    for window in (_RAW, _ZLIB_OR_GZIP):
        try:
            packed = base64.b64decode(text, validate=False)
            return zlib.decompressobj(window).decompress(packed, MAX_REQUEST_BYTES)
        except (zlib.error, ValueError):
            continue
    return None


_REPAIRED = ("bad_value", "bad_version")
"""Codes of refusals that `_repaired` helps against."""


def _lenient(xml: bytes, binding: Binding, relay_state: str | None) -> AuthnRequest:
    try:
        return read_xml(xml, binding, relay_state, expect=AuthnRequest)
    except RequestRefused as refusal:
        if refusal.code not in _REPAIRED:
            raise
        return replace(read_xml(_repaired(xml), binding, relay_state, expect=AuthnRequest), xml=xml)


def _repaired(xml: bytes) -> bytes:
    """The request without the values that no reader could use."""
    root = parse(xml)
    root.set("Version", "2.0")
    for element, name in unusable_values(root):
        del element.attrib[name]
    return etree.tostring(root)


def unusable_values(root: etree._Element) -> list[tuple[etree._Element, str]]:
    """The attributes of a request whose values are not of their types in the protocol schema, and where they stand."""
    places = [(root, name) for name in _TYPES if name != "AllowCreate"]
    policy = root.find("saml2p:NameIDPolicy", NAMESPACES)
    if policy is not None:
        places.append((policy, "AllowCreate"))
    return [
        (element, name)
        for element, name in places
        if (value := element.get(name)) is not None and not _TYPES[name](value.strip())
    ]


def _is_boolean(value: str) -> bool:
    return value in ("true", "false", "0", "1")


def _is_instant(value: str) -> bool:
    try:
        parse_instant(value)
    except (ValueError, OverflowError):
        return False
    return True


_TYPES: dict[str, Callable[[str], bool]] = {
    "IssueInstant": _is_instant,
    "ForceAuthn": _is_boolean,
    "IsPassive": _is_boolean,
    "AllowCreate": _is_boolean,
    "AssertionConsumerServiceIndex": lambda value: value.isascii() and value.isdigit() and int(value) < 2**16,
}
