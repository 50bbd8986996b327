"""Messages that the SP sends: written, signed, and put on HTTP-Redirect or HTTP-POST (SAML Bindings 3.4, 3.5)."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner  # type: ignore[attr-defined]

from harness.reference_sp import names
from harness.reference_sp.certificates import pem
from harness.reference_sp.keys import KeyPair
from harness.reference_sp.names import BINDING_REDIRECT, ds, saml
from harness.reference_sp.xml import Element

_RSA_SHA256 = f"{names.DSIG_MORE}rsa-sha256"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to the IdP: a URL to redirect to, or a form to post there."""

    binding: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()
    id: str = ""


def element(name: str, text: str | None = None, /, **attributes: str) -> Element:
    """A SAML element; attributes with an empty value are left out."""
    made = etree.Element(name, {k: v for k, v in attributes.items() if v}, nsmap=_NSMAP)
    made.text = text
    return made


_NSMAP = {"samlp": names.SAMLP, "saml": names.SAML}


def issuer(entity_id: str) -> Element:
    """The SP's Issuer. The default Format is entity, so none is written."""
    return element(saml("Issuer"), entity_id)


def send(
    message: Element,
    parameter: str,
    binding: str,
    location: str,
    relay_state: str,
    sign_with: KeyPair | None,
    deflate: Callable[[bytes], bytes] | None = None,
    *,
    lower_case: bool = False,
) -> Outgoing:
    """Put a message on its binding. ``parameter`` is SAMLRequest or SAMLResponse.

    ``lower_case``: the query has its percent escapes in small letters.
    """
    identifier = message.get("ID", "")
    if binding == BINDING_REDIRECT:
        data = etree.tostring(message, encoding="utf-8")
        packed = (deflate or raw_deflate)(data)
        url = redirect_url(location, parameter, packed, relay_state, sign_with, lower_case=lower_case)
        return Outgoing(binding, url, (), identifier)
    signed = sign(message, sign_with) if sign_with is not None else message
    data = etree.tostring(signed, encoding="utf-8", xml_declaration=True)
    fields = [(parameter, base64.b64encode(data).decode("ascii"))]
    if relay_state:
        fields.append(("RelayState", relay_state))
    return Outgoing(binding, location, tuple(fields), identifier)


def raw_deflate(data: bytes) -> bytes:
    """DEFLATE without a header (SAML Bindings 3.4.4.1)."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def redirect_url(
    location: str,
    parameter: str,
    deflated: bytes,
    relay_state: str,
    sign_with: KeyPair | None,
    *,
    lower_case: bool = False,
) -> str:
    """The URL of HTTP-Redirect: base64, and a signature over the encoded query when asked for."""
    escaped = _lower_case_escapes if lower_case else _escaped
    packed = base64.b64encode(deflated).decode("ascii")
    query = f"{parameter}={escaped(packed)}"
    if relay_state:
        query += f"&RelayState={escaped(relay_state)}"
    if sign_with is not None:
        query += f"&SigAlg={escaped(_RSA_SHA256)}"
        signature = sign_with.private_key.sign(query.encode("ascii"), PKCS1v15(), hashes.SHA256())
        query += f"&Signature={escaped(base64.b64encode(signature).decode('ascii'))}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def _escaped(value: str) -> str:
    return quote(value, safe="")


def _lower_case_escapes(value: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), _escaped(value))


def sign(message: Element, pair: KeyPair) -> Element:
    """The message with an enveloped signature after its Issuer."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    holder = etree.Element(ds("Signature"), nsmap={"ds": names.DS}, Id="placeholder")
    position = 1 if message.find(saml("Issuer")) is not None else 0
    message.insert(position, holder)
    signed: Element = signer.sign(
        message,
        key=pair.private_key,
        cert=pem(pair.certificate),
        reference_uri=f"#{message.get('ID')}",
        id_attribute="ID",
    )
    return signed
