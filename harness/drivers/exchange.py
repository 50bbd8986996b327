"""What went over the wire: requests and answers as both drivers record them, and the SAML messages in them."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

MAX_MESSAGE_BYTES = 2_000_000
KEPT_BODY_BYTES = 200_000
"""How much of an answer the record keeps."""

Parameter = Literal["SAMLRequest", "SAMLResponse"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. ``status`` is 0 where none came."""

    actor: str
    method: str
    url: str
    status: int
    form: tuple[tuple[str, str], ...] = ()
    """Fields of a posted form; a file stands as its name."""
    location: str = ""
    content_type: str = ""
    set_cookies: tuple[str, ...] = ()
    """Names and attributes of the cookies set; never their values."""
    cookies_sent: tuple[str, ...] = ()
    """Names of the cookies sent."""
    cookies_held_back: tuple[str, ...] = ()
    """Why cookies were not sent or not kept, one sentence each; the http driver knows, a browser does not say."""
    body: bytes = b""
    at: float = 0.0
    """Seconds since the epoch, to put the exchanges of several people in order."""

    @property
    def summary(self) -> str:
        """``POST http://localhost:1/saml/2/acs/10001 -> 303 to /me``."""
        target = f" to {self.location}" if self.location else ""
        return f"{self.method} {self.url} -> {self.status or 'no answer'}{target}"


@dataclass(frozen=True, slots=True)
class SamlMessage:
    """A SAML message as it was sent."""

    parameter: Parameter
    binding: Literal["redirect", "post"]
    xml: bytes
    relay_state: str | None
    """None when the parameter was absent; empty when it was there and empty."""
    destination: str
    """Where it was sent."""
    exchange: Exchange = field(repr=False)
    problem: str = ""
    """Why it could not be decoded."""
    signed_query: bool = False
    """Whether the query string carries a signature."""


def saml_messages(exchange: Exchange) -> list[SamlMessage]:
    """The SAML messages of a request, decoded; usually none or one."""
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    found = [*_decoded("redirect", query, exchange)]
    if exchange.method == "POST":
        found.extend(_decoded("post", list(exchange.form), exchange))
    return found


def _decoded(
    binding: Literal["redirect", "post"], fields: list[tuple[str, str]], exchange: Exchange
) -> list[SamlMessage]:
    values = dict(reversed(fields))
    messages = []
    for parameter in ("SAMLRequest", "SAMLResponse"):
        if parameter not in values:
            continue
        xml, problem = _inflated(values[parameter]) if binding == "redirect" else _unpacked(values[parameter])
        messages.append(
            SamlMessage(
                parameter,
                binding,
                xml,
                values.get("RelayState"),
                exchange.url.partition("?")[0],
                exchange,
                problem,
                signed_query=binding == "redirect" and "Signature" in values,
            )
        )
    return messages


def _unpacked(value: str) -> tuple[bytes, str]:
    try:
        return base64.b64decode(value), ""
    except (binascii.Error, ValueError) as error:
        return b"", f"not base64: {error}"


def _inflated(value: str) -> tuple[bytes, str]:
    packed, problem = _unpacked(value)
    if problem:
        return b"", problem
    try:
        inflater = zlib.decompressobj(-15)
        xml = inflater.decompress(packed, MAX_MESSAGE_BYTES)
    except zlib.error:
        return packed, "not DEFLATE compressed"
    if inflater.unconsumed_tail:
        return xml, f"larger than {MAX_MESSAGE_BYTES} bytes"
    return xml, ""
