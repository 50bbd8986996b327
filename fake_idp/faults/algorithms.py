"""Faults of algorithms: weak, unknown, or of another kind than the key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fake_idp.faults.edit import change_signing
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import Recipe, any_signature, drop_outer_signature, sign_all_anew, sign_anew
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import NS_DS
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
OWASP = "OWASP SAML cheat sheet"
_MD5_PREFIX = bytes.fromhex("3020300c06082a864886f70d020505000410")
"""DigestInfo of MD5 (RFC 8017, section 9.2, note 1)."""


def _algorithm(fault_id: str, title: str, requirement: str, source: str, **changes: str) -> None:
    def apply(_claims: ResponseClaims, context: FaultContext) -> None:
        change_signing(context, **changes)

    register(fault_id, title, "claims", apply, requirement, source=source)


_algorithm(
    "signature-rsa-sha384",
    "Signed with RSA-SHA384.",
    "sig-rsa-sha384-512",
    "Errata E81",
    signature_algorithm="RSA_SHA384",
)
_algorithm(
    "signature-rsa-sha512",
    "Signed with RSA-SHA512.",
    "sig-rsa-sha384-512",
    "Errata E81",
    signature_algorithm="RSA_SHA512",
)
_algorithm(
    "signature-rsa-sha1",
    "Signed with RSA-SHA1, digests of SHA-1 too.",
    "sig-rsa-sha1",
    f"{OWASP}; saml2int SDP-ALG01",
    signature_algorithm="RSA_SHA1",
    digest_algorithm="SHA1",
)
_algorithm(
    "digest-sha1",
    "Signed with RSA-SHA256 over digests of SHA-1.",
    "sig-rsa-sha1",
    f"{OWASP}; saml2int SDP-ALG01",
    digest_algorithm="SHA1",
)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rsa_md5(key: RSAPrivateKey, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with MD5, by hand: libraries have stopped making it."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    info = _MD5_PREFIX + _md5(data)
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return pow(int.from_bytes(padded, "big"), numbers.d, modulus).to_bytes(size, "big")


@on("signed", "sig-md5", source="Kantara IIP-ALG08", applies=any_signature)
def signature_rsa_md5(response: Element, context: FaultContext) -> None:
    """Signed with RSA-MD5."""
    sign = partial(_rsa_md5, context.signing.key.private_key)
    sign_all_anew(response, context, Recipe(signature_uri=f"{MORE}rsa-md5", sign=sign))


@on("signed", "sig-md5", source="Kantara IIP-ALG08", applies=any_signature)
def digest_md5(response: Element, context: FaultContext) -> None:
    """Digests are of MD5."""
    sign_all_anew(response, context, Recipe(digest_uri=f"{MORE}md5", digest=_md5))


def _der(context: FaultContext) -> bytes:
    return context.signing.key.private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _pem(context: FaultContext) -> bytes:
    return context.signing.key.certificate_pem.encode()


def _public_pem(context: FaultContext) -> bytes:
    return context.signing.key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _modulus(context: FaultContext) -> bytes:
    n = context.signing.key.private_key.public_key().public_numbers().n
    return n.to_bytes((n.bit_length() + 7) // 8, "big")


def _random(context: FaultContext) -> bytes:
    return context.rng.randbytes(32)


def _hmac(
    name: str,
    algorithm: str,
    uri: str,
    phrase: str,
    secret: Callable[[FaultContext], bytes],
    requirement: str = "sig-hmac-confusion",
) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        target = drop_outer_signature(response)
        forgery_of(response, context).rewrite(target)
        shared = secret(context)
        sign_anew(
            target,
            response,
            context,
            Recipe(signature_uri=uri, sign=lambda data: hmac.digest(shared, data, algorithm)),
        )

    register(
        name,
        f"The forged element has an HMAC ({algorithm}) instead of a signature; its secret is {phrase}.",
        "signed",
        apply,
        requirement,
        source=f"{OWASP}; XML Signature 1.1, section 6.3",
        applies=any_signature,
    )


_hmac("hmac-sha1-der", "sha1", f"{NS_DS}hmac-sha1", "the IdP's public key in DER", _der)
_hmac("hmac-sha256-der", "sha256", f"{MORE}hmac-sha256", "the IdP's public key in DER", _der)
_hmac("hmac-sha256-pem", "sha256", f"{MORE}hmac-sha256", "the IdP's certificate in PEM", _pem)
_hmac("hmac-sha256-public-pem", "sha256", f"{MORE}hmac-sha256", "the IdP's public key in PEM", _public_pem)
_hmac("hmac-sha256-modulus", "sha256", f"{MORE}hmac-sha256", "the modulus of the IdP's key", _modulus)
_hmac(
    "hmac-sha256-random",
    "sha256",
    f"{MORE}hmac-sha256",
    "random, so that nobody can verify it",
    _random,
    "sig-untrusted-key",
)


@on(
    "signed",
    "sig-hmac-truncated",
    source="XML Signature 1.1, section 6.3.1; CVE-2009-0217",
    applies=any_signature,
)
def hmac_truncated(response: Element, context: FaultContext) -> None:
    """The forged element has an HMAC that is cut to no bits at all."""
    target = drop_outer_signature(response)
    forgery_of(response, context).rewrite(target)

    def cut(info: Element) -> None:
        info.one("ds:SignatureMethod").append(Element("ds:HMACOutputLength", {}, ["0"]))

    recipe = Recipe(signature_uri=f"{MORE}hmac-sha256", sign=lambda _data: b"", edit=cut)
    sign_anew(target, response, context, recipe)


def _unknown(fault_id: str, title: str, recipe: Recipe) -> None:
    register(
        fault_id,
        title,
        "signed",
        lambda response, context: sign_all_anew(response, context, recipe),
        "sig-alg-unknown",
        source=f"Kantara IIP-ALG08; {OWASP}",
        applies=any_signature,
    )


_unknown(
    "signature-algorithm-unknown",
    "The SignatureMethod is a URI that nobody defined; the signature is RSA-SHA256.",
    Recipe(signature_uri="urn:okta-harness:alg:unknown"),
)
_unknown(
    "signature-algorithm-empty",
    "The SignatureMethod is empty; the signature is RSA-SHA256.",
    Recipe(signature_uri=""),
)
_unknown(
    "digest-algorithm-unknown",
    "The DigestMethod is a URI that nobody defined; the digest is SHA-256.",
    Recipe(digest_uri="urn:okta-harness:alg:unknown"),
)
_unknown("digest-algorithm-empty", "The DigestMethod is empty; the digest is SHA-256.", Recipe(digest_uri=""))


@on("signed", "sig-alg-unknown", source=f"Kantara IIP-ALG08; {OWASP}", applies=any_signature)
def signature_algorithm_unknown_garbage(response: Element, context: FaultContext) -> None:
    """The forged element has a SignatureMethod that nobody defined, and random bytes instead of a signature."""
    target = drop_outer_signature(response)
    forgery_of(response, context).rewrite(target)
    garbage = context.rng.randbytes(256)
    recipe = Recipe(signature_uri="urn:okta-harness:alg:unknown", sign=lambda _data: garbage)
    sign_anew(target, response, context, recipe)
