"""Reading requests that Okta would refuse for their encoding: cases of their own judge that, and the others go on."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qsl, unquote_plus

from fake_idp.saml.messages import AuthnRequest, RequestRefused, read_post, read_redirect, read_xml

MAX_REQUEST_BYTES = 200_000
_RAW, _ZLIB_OR_GZIP = -15, 47
"""Window sizes as zlib wants them: without a header, and with whichever there is."""


def lenient_redirect(query: str) -> AuthnRequest:
    """The request in a query string, be it DEFLATEd with a header or written with blanks for plus signs.

    :raises RequestRefused: when it cannot be read at all.
    """
    try:
        return read_redirect(query, expect=AuthnRequest)
    except RequestRefused:
        raw = next((part[12:] for part in query.split("&") if part.startswith("SAMLRequest=")), "")
        xml = _inflated(unquote_plus(raw).replace(" ", "+"))
        if xml is None:
            raise
        relay_state = dict(parse_qsl(query, keep_blank_values=True)).get("RelayState")
        return read_xml(xml, "Redirect", relay_state, expect=AuthnRequest)


def lenient_post(message: str, relay_state: str | None) -> AuthnRequest:
    """The request in a form, even if it is DEFLATEd as only HTTP-Redirect has it.

    :raises RequestRefused: when it cannot be read at all.
    """
    try:
        return read_post(message, relay_state, expect=AuthnRequest)
    except RequestRefused:
        xml = _inflated(message)
        if xml is None:
            raise
        return read_xml(xml, "POST", relay_state, expect=AuthnRequest)


def is_deflated(message: str) -> bool:
    """Whether a base64 text holds compressed data instead of XML."""
    return _inflated(message) is not None


def _inflated(text: str) -> bytes | None:
    for window in (_RAW, _ZLIB_OR_GZIP):
        try:
            packed = base64.b64decode(text, validate=False)
            return zlib.decompressobj(window).decompress(packed, MAX_REQUEST_BYTES)
        except (zlib.error, ValueError):
            continue
    return None
