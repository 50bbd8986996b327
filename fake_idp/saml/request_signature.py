"""Whether an SP's message carries a good signature by one of the SP's certificates.

Redirect: RSA over the octets of the query string as they were received (SAML Bindings 3.4.4.1). POST: an
enveloped XML signature, verified by signxml, that covers the whole message and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from fake_idp.saml.decoding import RequestRefused, decode_base64, query_parameters
from fake_idp.saml.names import MORE_SIGNATURE_ALGORITHMS, NAMESPACES
from fake_idp.saml.xml import canonical, parse

if TYPE_CHECKING:
    from signxml.verifier import SignatureConfiguration

    from fake_idp.saml.messages import Message

_HASHES: dict[str, hashes.HashAlgorithm] = {
    MORE_SIGNATURE_ALGORITHMS["RSA_SHA1"]: hashes.SHA1(),  # noqa: S303 - SPs still use it and Okta takes it
    MORE_SIGNATURE_ALGORITHMS["RSA_SHA256"]: hashes.SHA256(),
    MORE_SIGNATURE_ALGORITHMS["RSA_SHA384"]: hashes.SHA384(),
    MORE_SIGNATURE_ALGORITHMS["RSA_SHA512"]: hashes.SHA512(),
}


def verify_request_signature(
    message: Message, certificates: Iterable[x509.Certificate | str]
) -> x509.Certificate:
    """The certificate (given as object or PEM) that verifies the message's signature.

    Certificates are taken as keys: their own validity is not looked at, since SPs pin self-signed ones. Raises
    :class:`RequestRefused` with the codes ``unsigned``, ``embedded_signature``, ``signature_algorithm``,
    ``signature_form`` (it cannot be used as it is) or ``signature`` (no certificate verifies it).
    """
    trusted = [x509.load_pem_x509_certificate(c.encode()) if isinstance(c, str) else c for c in certificates]
    if not message.signed:
        if message.embedded_signature:
            raise RequestRefused(
                "embedded_signature",
                "the message came by HTTP-Redirect with its signature inside the XML; that binding signs the query "
                "string (parameters SigAlg and Signature) and wants the XML unsigned",
            )
        raise RequestRefused("unsigned", "the message has no signature")
    if message.binding == "Redirect":
        return _verify_query(message.query, trusted)
    return _verify_enveloped(message.xml, trusted)


def _verify_query(query: str, certificates: list[x509.Certificate]) -> x509.Certificate:
    raw = query_parameters(query)
    if "SigAlg" not in raw:
        raise RequestRefused("signature_form", "the query string has a Signature but no SigAlg")
    algorithm = unquote_plus(raw["SigAlg"])
    if algorithm not in _HASHES:
        raise _unknown_algorithm(algorithm)
    parameter = "SAMLRequest" if "SAMLRequest" in raw else "SAMLResponse"
    signed = "&".join(f"{p}={raw[p]}" for p in (parameter, "RelayState", "SigAlg") if p in raw)
    signature = decode_base64(unquote_plus(raw["Signature"]), "Signature")
    for certificate in certificates:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and _verifies(key, signature, signed, _HASHES[algorithm]):
            return certificate
    raise _no_certificate(certificates)


def _verifies(key: rsa.RSAPublicKey, signature: bytes, signed: str, digest: hashes.HashAlgorithm) -> bool:
    try:
        key.verify(signature, signed.encode("utf-8", "surrogatepass"), padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _expectation(certificate: x509.Certificate) -> SignatureConfiguration:
    """One reference, a child of the message, RSA. The time is set inside the certificate's validity."""
    from signxml.algorithms import DigestAlgorithm as Digest
    from signxml.algorithms import SignatureMethod as Method
    from signxml.verifier import SignatureConfiguration

    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(
            {Method.RSA_SHA1, Method.RSA_SHA256, Method.RSA_SHA384, Method.RSA_SHA512}
        ),
        digest_algorithms=frozenset({Digest.SHA1, Digest.SHA256, Digest.SHA384, Digest.SHA512}),
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )


def _verify_enveloped(xml: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    from signxml.verifier import XMLVerifier  # slow to import, and most logins do not need it

    root = parse(xml)
    signatures = root.findall("ds:Signature", NAMESPACES)
    if len(signatures) != 1:
        raise RequestRefused("signature_form", f"the message has {len(signatures)} signatures, expected one")
    method = signatures[0].find("ds:SignedInfo/ds:SignatureMethod", NAMESPACES)
    if method is not None and method.get("Algorithm") not in _HASHES:
        raise _unknown_algorithm(method.get("Algorithm", ""))
    reason = ""
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(
                parse(xml), x509_cert=certificate, id_attribute="ID", expect_config=_expectation(certificate)
            )
        except Exception as error:  # signxml passes on whatever the parts below it raise
            reason = str(error)
            continue
        if not isinstance(result, list) and _covers(result.signed_xml, root):
            return certificate
        raise RequestRefused("signature_form", "the signature is good, but does not cover the whole message")
    raise _no_certificate(certificates, reason)


def _covers(signed: etree._Element | None, root: etree._Element) -> bool:
    """Whether what was signed is the message, all of it, apart from the signature itself."""
    signature = root.find("ds:Signature", NAMESPACES)
    if signature is None or signed is None:
        return False
    previous, tail = signature.getprevious(), signature.tail or ""
    if previous is None:
        root.text = (root.text or "") + tail
    else:
        previous.tail = (previous.tail or "") + tail
    root.remove(signature)
    return canonical(signed) == canonical(root)


def _unknown_algorithm(algorithm: str) -> RequestRefused:
    return RequestRefused(
        "signature_algorithm",
        f"the message is signed with {algorithm[:120]!r}; RSA with SHA-256 is expected, SHA-1 is still taken",
    )


def _no_certificate(certificates: list[x509.Certificate], reason: str = "") -> RequestRefused:
    if not certificates:
        return RequestRefused("signature", "the app has no signature certificate to verify the message with")
    detail = f" ({reason})" if reason else ""
    return RequestRefused(
        "signature",
        f"none of the app's {len(certificates)} signature certificates verifies the message{detail}",
    )
