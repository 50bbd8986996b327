"""Logout messages as they come by HTTP-Redirect or HTTP-POST (SAML Bindings 3.4, 3.5), signature included."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from harness.difference import Difference
from harness.reference_sp import schema, xml
from harness.reference_sp.codes import difference
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.names import BINDING_POST, BINDING_REDIRECT, samlp
from harness.reference_sp.settings import Settings
from harness.reference_sp.signature import Rules, verify_element
from harness.reference_sp.signature.structure import SIGNATURES
from harness.reference_sp.xml import Element

Parameter = Literal["SAMLRequest", "SAMLResponse"]
_DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
_HASHES: dict[str, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_NAMES = ("SAMLRequest", "SAMLResponse")


@dataclass(frozen=True, slots=True)
class Arrival:
    """The HTTP request at the single logout service. ``query`` is the raw one: signatures cover its octets."""

    method: str
    query: str = ""
    form: Sequence[tuple[str, str]] = ()
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that was read; ``root`` is not verified yet."""

    parameter: Parameter
    binding: str
    root: Element
    relay_state: str | None
    signed_query: str = ""
    algorithm: str = ""
    signature: str = ""


def inflate(data: bytes, limit: int) -> bytes | None:
    """Raw DEFLATE, at most ``limit`` bytes: 30 kB can hold 30 MB."""
    engine = zlib.decompressobj(wbits=-15)
    try:
        inflated = engine.decompress(data, limit + 1)
    except zlib.error:
        return None
    return inflated if len(inflated) <= limit and engine.eof else None


Inflate = Callable[[bytes, int], bytes | None]


def read(arrival: Arrival, settings: Settings, *, inflate: Inflate = inflate) -> Incoming | Difference:
    """The message in an HTTP request. Only a weakness brings its own ``inflate``."""
    if arrival.method == "POST":
        return _read_form(arrival, settings)
    return _read_query(arrival, settings, inflate)


def _message_difference(expected: str, received: str) -> Difference:
    return difference("slo_message", expected=expected, received=received)


def _only_parameter(names: list[str]) -> Parameter | Difference:
    found = [name for name in names if name in _NAMES]
    if found == ["SAMLRequest"]:
        return "SAMLRequest"
    if found == ["SAMLResponse"]:
        return "SAMLResponse"
    return _message_difference("one SAMLRequest or SAMLResponse", listed(found))


def _read_form(arrival: Arrival, settings: Settings) -> Incoming | Difference:
    query_names = [unquote_plus(pair.partition("=")[0]) for pair in arrival.query.split("&")]
    parameter = _only_parameter([name for name, _ in arrival.form] + query_names)
    if isinstance(parameter, Difference):
        return parameter
    values = dict(arrival.form)
    text = values.get(parameter, "")
    if len(text) > settings.message_max_bytes:
        return _message_difference(f"at most {settings.message_max_bytes} characters", f"{len(text)}")
    data = _base64(text)
    root = _parsed(data) if data is not None else None
    if not isinstance(root, Element):
        return root or _message_difference("base64", "something else")
    return Incoming(parameter, BINDING_POST, root, values.get("RelayState"))


def _read_query(arrival: Arrival, settings: Settings, inflate: Inflate) -> Incoming | Difference:
    raw: dict[str, str] = {}
    for pair in filter(None, arrival.query.split("&")):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in raw and name in (*_NAMES, "RelayState", "SigAlg", "Signature"):
            return _message_difference("each parameter once", f"{name} twice")
        raw[name] = value
    parameter = _only_parameter(list(raw))
    if isinstance(parameter, Difference):
        return parameter
    encoding = unquote_plus(raw.get("SAMLEncoding", _DEFLATE))
    if encoding != _DEFLATE:
        return _message_difference(_DEFLATE, shown(encoding))
    data = _base64(unquote_plus(raw[parameter]))
    inflated = inflate(data, settings.message_max_bytes) if data is not None else None
    root = _parsed(inflated) if inflated is not None else None
    if not isinstance(root, Element):
        return root or _message_difference("base64 of a DEFLATE stream of bounded size", "something else")
    signed = [f"{name}={raw[name]}" for name in (parameter, "RelayState", "SigAlg") if name in raw]
    return Incoming(
        parameter,
        BINDING_REDIRECT,
        root,
        unquote_plus(raw["RelayState"]) if "RelayState" in raw else None,
        "&".join(signed),
        unquote_plus(raw.get("SigAlg", "")),
        unquote_plus(raw.get("Signature", "")),
    )


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _parsed(data: bytes) -> Element | Difference:
    try:
        root = xml.parse(data)
    except xml.XmlRefused as refused:
        return _message_difference("well-formed XML without a DTD", refused.detail)
    if root.tag not in (samlp("LogoutRequest"), samlp("LogoutResponse")):
        return _message_difference("samlp:LogoutRequest or samlp:LogoutResponse", shown(str(root.tag)))
    if root.get("Version") != "2.0":
        return _message_difference('Version="2.0"', shown(root.get("Version")))
    error = schema.first_error(root)
    if error is not None:
        return _message_difference(error.expected, f"{error.received} at {error.where}")
    return root


def verified(
    incoming: Incoming, certificates: tuple[x509.Certificate, ...], settings: Settings, now: datetime
) -> Element | Difference:
    """What the IdP signed, or why the signature does not hold. An unsigned message is never good enough."""
    rules = Rules.of(settings)
    if incoming.binding == BINDING_POST:
        result = verify_element(incoming.root, certificates, rules, now)
        if not isinstance(result, Difference):
            return result.element
        return difference(
            "slo_unsigned", expected=result.expected, received=f"{result.code}: {result.received}"
        )
    if not incoming.signature or incoming.algorithm not in rules.signature_algorithms:
        received = (
            f"SigAlg {shown(incoming.algorithm)}" if incoming.signature else "no Signature in the query"
        )
        return difference(
            "slo_unsigned", expected="a signed query with an accepted SigAlg", received=received
        )
    data = _base64(incoming.signature) or b""
    if any(_holds(incoming, data, certificate) for certificate in certificates):
        return incoming.root
    return difference(
        "slo_unsigned", expected="a signature by a key of the IdP", received="one that does not verify"
    )


def _holds(incoming: Incoming, signature: bytes, certificate: x509.Certificate) -> bool:
    name = next(name for name, uri in SIGNATURES.items() if uri == incoming.algorithm)
    kind, _, bits = name.partition("-")
    digest = _HASHES[bits]()
    key, data = certificate.public_key(), incoming.signed_query.encode("ascii", "replace")
    try:
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, PKCS1v15(), digest)
        elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
