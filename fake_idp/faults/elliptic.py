"""Faults of elliptic curve keys: Okta signs with RSA alone, SPs of federations have to read ECDSA as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import Recipe, any_signature, sign_all_anew
from fake_idp.saml.certificates import okta_name
from fake_idp.saml.keys import wrap_base64
from fake_idp.saml.metadata import MetadataWire
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

SOURCE = "RFC 6931, section 2.3.6; Kantara IIP-ALG03"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_CERTIFICATE = "ds:X509Certificate"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@lru_cache(maxsize=1)
def elliptic_key() -> tuple[ec.EllipticCurvePrivateKey, str]:
    """The key of this process on the curve P-256, and its certificate as XML carries it. No org has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = okta_name("elliptic"), datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3653))
        .not_valid_after(now + timedelta(days=3653))
        .sign(key, hashes.SHA256())
    )
    return key, wrap_base64(certificate.public_bytes(serialization.Encoding.DER))


def _sign(data: bytes, digest: hashes.HashAlgorithm) -> bytes:
    """The two numbers of the signature, 32 bytes each: XML Signature has them without ASN.1."""
    r, s = decode_dss_signature(elliptic_key()[0].sign(data, ec.ECDSA(digest)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _ecdsa(name: str) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        recipe = Recipe(
            signature_uri=f"{_MORE}ecdsa-{name}", sign=lambda data: _sign(data, _HASHES[name]), named=_named
        )
        sign_all_anew(response, context, recipe)

    title = f"Signed with ECDSA-{name.upper()}, by the key of `metadata-elliptic-key`."
    register(
        f"signature-ecdsa-{name}",
        title.replace("`", '"'),
        "signed",
        apply,
        "sig-ecdsa-sha256",
        source=SOURCE,
        applies=any_signature,
    )


def _named(signature: Element) -> None:
    signature.one(_CERTIFICATE).text = elliptic_key()[1]


for _name in _HASHES:
    _ecdsa(_name)


@on("metadata", "sig-ecdsa-sha256", source=SOURCE)
def metadata_elliptic_key(published: MetadataWire) -> None:
    """The only signing key is one on an elliptic curve."""
    published.tree.one("md:IDPSSODescriptor").one(_CERTIFICATE).text = elliptic_key()[1]
