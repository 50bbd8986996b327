"""How messages travel: the auto-post form and the Redirect URL, escaped and encoded as Okta does.

Source: SAML Bindings 3.4 and 3.5; the form as in a recorded Okta page of 2020.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

from fake_idp.saml.keys import SigningKey
from fake_idp.saml.names import MORE_SIGNATURE_ALGORITHMS
from fake_idp.saml.signature import sign_bytes

MessageParameter = Literal["SAMLRequest", "SAMLResponse"]

# Everything in Latin-1 but letters, digits and , . - _ ; what lies beyond Latin-1 stays as it is.
_TO_ESCAPE = re.compile(r"[\x00-+/:-@\[-^`{-\xff]")
_TO_ESCAPE_BUT_SLASH = re.compile(r"[\x00-+:-@\[-^`{-\xff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


@dataclass(slots=True)
class Delivery:
    """The browser's request that carries a message: what faults of the stage *binding* change."""

    method: Literal["POST", "GET"]
    url: str
    fields: list[tuple[str, str]] = field(default_factory=list)


def html_escape_okta(value: str, *, keep_slash: bool = False) -> str:
    """An attribute value escaped as Okta's pages do: everything but letters, digits and ``, . - _``.

    OWASP style: ``:`` is ``&#x3a;``. In the SAMLResponse field Okta leaves ``/`` as it is (``keep_slash``).
    """
    return (_TO_ESCAPE_BUT_SLASH if keep_slash else _TO_ESCAPE).sub(_escaped, value)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return _NAMED.get(character) or f"&#x{ord(character):x};"


def auto_post_form(
    action: str, message: str, relay_state: str = "", *, parameter: MessageParameter = "SAMLResponse"
) -> str:
    """The form of Okta's auto-post page, byte for byte. The RelayState input is there even when empty."""
    return auto_post_fields(action, [(parameter, message), ("RelayState", relay_state)])


def auto_post_fields(action: str, fields: list[tuple[str, str]]) -> str:
    """The same form with any fields, for deliveries that a fault has changed."""
    inputs = "".join(
        f'\t<input name="{html_escape_okta(name)}" type="hidden" '
        f'value="{html_escape_okta(value, keep_slash=name.startswith("SAML"))}"/>\n'
        for name, value in fields
    )
    return f'<form id="appForm" action="{html_escape_okta(action)}" method="POST">\n{inputs}</form>'


def deflate(xml: bytes) -> bytes:
    """Raw DEFLATE (RFC 1951), as the Redirect binding wants it: no zlib header."""
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(xml) + compressor.flush()


def redirect_url(
    endpoint: str,
    parameter: MessageParameter,
    xml: bytes,
    relay_state: str | None = None,
    sign_with: SigningKey | None = None,
    signature_algorithm: str = "RSA_SHA256",
) -> str:
    """The URL of a message sent by HTTP-Redirect, signed over its query string when a key is given.

    SAML Bindings 3.4.4.1: the signature covers parameter, RelayState and SigAlg, in that order, as encoded.
    """
    query = f"{parameter}={quote_plus(base64.b64encode(deflate(xml)))}"
    if relay_state:
        query += f"&RelayState={quote_plus(relay_state)}"
    if sign_with:
        query += f"&SigAlg={quote_plus(MORE_SIGNATURE_ALGORITHMS[signature_algorithm])}"
        signature = sign_bytes(query.encode("ascii"), sign_with, signature_algorithm)
        query += f"&Signature={quote_plus(base64.b64encode(signature))}"
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"
