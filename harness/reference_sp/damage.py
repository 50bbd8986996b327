"""What became of a SAMLResponse on its way here, told from what would make it whole again.

For the log alone: a damaged message stays refused, with the code of the check that refused it.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from harness.difference import Difference, Fix
from harness.reference_sp.codes import difference

_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_RAW_DEFLATE, _WITH_HEADER = -15, 47
_BEGINNING = 100
"""Enough of an inflated message to see that it is XML; a bomb is never unpacked."""


@dataclass(frozen=True, slots=True)
class _Damage:
    """One way to spoil a message: how it is known, what stands there, who did it, and what they should do."""

    applies: Callable[[str], bool]
    received: str
    hint: str
    advice: str


def damaged(code: str, text: str, expected: str) -> Difference | None:
    """The difference that names the damage; nothing when it is of no known kind."""
    found = next((damage for damage in _KINDS if damage.applies(text)), None)
    if found is None:
        return None
    fix = Fix("harness", "SAMLResponse", found.advice)
    return difference(code, fix, expected=expected, received=found.received, hint=found.hint)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return b""


def _is_xml(data: bytes) -> bool:
    """Whether all of it may be an XML document: a guess that is wrong somewhere gives bytes that are no text."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return False
    return text.startswith("<") and text.endswith(">")


def _inflates_to_xml(data: bytes, wbits: int) -> bool:
    try:
        return zlib.decompressobj(wbits).decompress(data, _BEGINNING).lstrip().startswith(b"<")
    except zlib.error:
        return False


def _not_encoded(text: str) -> bool:
    return unquote(text[:_BEGINNING]).lstrip("\ufeff\r\n\t ").startswith("<")


def _percent_encoded(text: str) -> bool:
    return "%" in text and _is_xml(_decoded(unquote(text)))


def _plus_lost(text: str) -> bool:
    return " " in text and _is_xml(_decoded(text.replace(" ", "+")))


def _url_safe(text: str) -> bool:
    standard = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    return bool(re.search("[-_]", text)) and _is_xml(_decoded(standard + "=" * (-len(standard) % 4)))


def _encoded_twice(text: str) -> bool:
    return _is_xml(_decoded(_decoded(text).decode("latin-1")))


def _deflated(text: str) -> bool:
    data = _decoded(text)
    return any(_inflates_to_xml(data, wbits) for wbits in (_RAW_DEFLATE, _WITH_HEADER))


def _utf_16(text: str) -> bool:
    return _decoded(text).startswith(_UTF_16)


_KINDS = (
    _Damage(
        _not_encoded,
        "XML, not encoded at all",
        "the sender posted the message itself, without base64",
        "post the base64 of the XML",
    ),
    _Damage(
        _percent_encoded,
        "base64 that is percent-encoded once more (%2B, %3D)",
        "the sender percent-encoded the value itself, and the form did so again",
        "give the plain base64 to what builds the form, which encodes it once",
    ),
    _Damage(
        _plus_lost,
        "base64 with a blank wherever a + was",
        "the sender put it into the form without percent-encoding it, or a proxy on the way decoded the form twice",
        "send + as %2B in the form, and look at what stands between the browser and the SP",
    ),
    _Damage(
        _url_safe,
        "base64 of the URL-safe alphabet (- and _)",
        "the sender took the encoder for URLs, whose alphabet SAML does not use",
        "encode with the standard alphabet, + and /",
    ),
    _Damage(
        _encoded_twice,
        "base64 of base64",
        "the sender encoded the message twice",
        "encode the XML once; a captured SAMLResponse is encoded already",
    ),
    _Damage(
        _deflated,
        "a deflated message",
        "the sender encoded it for HTTP-Redirect, and sent it by HTTP-POST, where nothing is deflated",
        "post the base64 of the XML itself (SAML Bindings 3.5.4)",
    ),
    _Damage(
        _utf_16,
        "XML in UTF-16",
        "the sender wrote the XML in an encoding that is not read here",
        "write the XML in UTF-8, then sign and encode it",
    ),
)
