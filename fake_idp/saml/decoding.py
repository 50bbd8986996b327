"""From what the browser carried to the XML of a message, telling the wrong encodings apart.

Sent wrongly, a message usually still is something: deflated where it must not be, not deflated where it must,
encoded twice. Each has its own reason, because each has its own fix.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote_plus

from fake_idp.saml.xml import MAX_XML_BYTES

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*={0,2}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_WHITE_SPACE = re.compile(rb"[ \t\r\n]+")


class RequestRefused(ValueError):
    """A message from an SP that is not taken. ``code`` is stable; ``reason`` says what is wrong and what to do."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def query_parameters(query: str | bytes) -> dict[str, str]:
    """The parameters of a query string as they stand in it, still encoded.

    Raises :class:`RequestRefused` when one of the message's parameters is there twice: the signature covers one
    of them, and which one is anybody's guess.
    """
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    raw: dict[str, str] = {}
    for pair in text.lstrip("?").split("&"):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in raw and name in {"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature"}:
            raise RequestRefused("repeated_parameter", f"the query string has {name} more than once")
        raw.setdefault(name, value)
    return raw


def decode_redirect(value: str, parameter: str = "SAMLRequest") -> bytes:
    """The XML of a query parameter as it stands in the URL: percent escapes, base64, then raw DEFLATE.

    Raises :class:`RequestRefused` with the codes ``encoded_twice``, ``plus_lost``, ``base64url``, ``not_base64``,
    ``not_deflated``, ``zlib_header``, ``not_deflate`` and ``too_large``.
    """
    data = _from_base64(_octets(unquote_plus(value)), parameter, blanks_are_plus=True)
    try:
        return _inflate(data, -15)
    except RequestRefused:
        raise
    except zlib.error as error:
        if _looks_like_xml(data):
            raise RequestRefused(
                "not_deflated",
                f"{parameter} is plain base64 XML; HTTP-Redirect (GET) wants it DEFLATEd first, or send it by POST",
            ) from error
        if _inflates(data, 15) or _inflates(data, 31):
            raise RequestRefused(
                "zlib_header",
                f"{parameter} is compressed with a zlib or gzip header; HTTP-Redirect wants raw DEFLATE (RFC 1951)",
            ) from error
        raise RequestRefused(
            "not_deflate", f"{parameter} is base64, but what it holds is neither DEFLATE nor XML: {error}"
        ) from error


def decode_post(value: str, parameter: str = "SAMLRequest") -> bytes:
    """The XML of a form field: base64, line breaks allowed.

    Raises :class:`RequestRefused` with the codes ``encoded_twice``, ``base64url``, ``not_base64``, ``not_encoded``,
    ``deflated`` and ``not_xml``.
    """
    octets = _octets(value)
    if _looks_like_xml(octets):
        raise RequestRefused(
            "not_encoded", f"{parameter} is bare XML; HTTP-POST wants it in base64 (SAML Bindings 3.5.4)"
        )
    data = _from_base64(octets, parameter)
    if _looks_like_xml(data):
        return data
    if _inflates(data, -15) or _inflates(data, 15):
        raise RequestRefused(
            "deflated",
            f"{parameter} is DEFLATEd; HTTP-POST wants plain base64 XML, only HTTP-Redirect deflates",
        )
    raise RequestRefused("not_xml", f"{parameter} is base64, but what it holds does not begin like XML")


def decode_base64(value: str, what: str) -> bytes:
    """Base64 of a parameter such as Signature. Raises :class:`RequestRefused` with code ``not_base64``."""
    return _from_base64(_octets(value), what)


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass").strip()


def _from_base64(octets: bytes, parameter: str, *, blanks_are_plus: bool = False) -> bytes:
    if not octets:
        raise RequestRefused("empty", f"{parameter} is empty")
    if _PERCENT.search(octets):
        raise RequestRefused(
            "encoded_twice",
            f"{parameter} still holds percent escapes after URL decoding: it was encoded twice",
        )
    compact = _WHITE_SPACE.sub(b"", octets)
    if blanks_are_plus and compact != octets and _BASE64.fullmatch(octets.replace(b" ", b"+")):
        raise RequestRefused(
            "plus_lost", f"{parameter} has blanks where base64 has '+': the '+' must be sent as %2B in a URL"
        )
    if not _BASE64.fullmatch(compact):
        if _BASE64URL.fullmatch(compact):
            raise RequestRefused(
                "base64url", f"{parameter} is in the base64url alphabet; SAML uses base64 with '+' and '/'"
            )
        raise RequestRefused(
            "not_base64", f"{parameter} is not base64: it has characters outside its alphabet"
        )
    try:
        return base64.b64decode(compact, validate=True)
    except binascii.Error as error:
        raise RequestRefused("not_base64", f"{parameter} is not base64: {error}") from error


def _inflate(data: bytes, wbits: int) -> bytes:
    machine = zlib.decompressobj(wbits)
    out = machine.decompress(data, MAX_XML_BYTES + 1)
    if len(out) > MAX_XML_BYTES:
        raise RequestRefused("too_large", f"the message inflates to more than {MAX_XML_BYTES} bytes")
    if not machine.eof:
        raise zlib.error("the compressed data ends too early")
    return out


def _inflates(data: bytes, wbits: int) -> bool:
    try:
        return _looks_like_xml(_inflate(data, wbits))
    except (zlib.error, RequestRefused):
        return False


def _looks_like_xml(data: bytes) -> bool:
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:2]
    return start[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff")
