"""Encrypted assertions in Okta's layout: the EncryptedKey is a sibling of the EncryptedData.

A ``ds:RetrievalMethod`` in the EncryptedData's KeyInfo points to it. Several SP libraries stumble over that, so
it is kept exactly. The plaintext is the canonical form of the Assertion alone, as Okta's is.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from functools import cached_property
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_idp.saml.ids import xenc_id
from fake_idp.saml.keys import wrap_base64
from fake_idp.saml.names import ENCRYPTION_ALGORITHMS, KEY_TRANSPORT_ALGORITHMS, NS_DS, NS_SAML2, NS_XENC
from fake_idp.saml.xml import Element, canonical

_XENC = {"xmlns:xenc": NS_XENC}
_DS = {"xmlns:ds": NS_DS}
_BLOCK = 16


class CertificateRefused(ValueError):
    """An encryption certificate that cannot be used; the message says why and what to upload instead."""


@dataclass(frozen=True)
class EncryptionOptions:
    """How to encrypt, and for whom. Algorithms by the names of Okta's API."""

    certificate: x509.Certificate
    data_algorithm: str = "AES256_CBC"
    key_transport: str = "RSA_OAEP"

    def __post_init__(self) -> None:
        """Refuse at once what could only fail at a login."""
        if self.data_algorithm not in ENCRYPTION_ALGORITHMS:
            raise ValueError(
                f"unknown encryption algorithm {self.data_algorithm!r}; known are {', '.join(ENCRYPTION_ALGORITHMS)}"
            )
        if self.key_transport not in KEY_TRANSPORT_ALGORITHMS:
            raise ValueError(
                f"unknown key transport algorithm {self.key_transport!r}; known are "
                f"{', '.join(KEY_TRANSPORT_ALGORITHMS)}"
            )
        _ = self.public_key

    @cached_property
    def public_key(self) -> rsa.RSAPublicKey:
        """The SP's RSA key. Raises :class:`CertificateRefused` when the certificate holds another kind."""
        key = self.certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise CertificateRefused(
                "the encryption certificate does not hold an RSA key; both key transport algorithms need one"
            )
        return key

    @cached_property
    def certificate_b64_wrapped(self) -> str:
        """The SP's certificate as it stands in the message."""
        return wrap_base64(self.certificate.public_bytes(serialization.Encoding.DER))


def encrypt_assertion(
    assertion: Element, options: EncryptionOptions, rng: Random, *, root: Element | None = None
) -> Element:
    """The ``saml2:EncryptedAssertion`` that takes the assertion's place.

    Ids come from ``rng``; the content key, the IV and the padding from the operating system, so the ciphertext
    differs from run to run. ``root``: the document around the assertion, when it uses prefixes declared there.
    """
    # Every prefix that is declared inside: the xs of an xsi:type is in no name, and would else be lost.
    declared = {
        n.removeprefix("xmlns:") for e in assertion.walk() for n in e.attributes if n.startswith("xmlns:")
    }
    return encrypt_bytes(canonical(assertion, sorted(declared), root=root), options, rng)


def encrypt_bytes(plaintext: bytes, options: EncryptionOptions, rng: Random) -> Element:
    """An EncryptedAssertion around any plaintext."""
    content_key = os.urandom(32 if "256" in options.data_algorithm else 16)
    data_id, key_id = xenc_id(rng), xenc_id(rng)
    data = Element(
        "xenc:EncryptedData",
        {"Id": data_id, "Type": f"{NS_XENC}Element"} | _XENC,
        [
            Element(
                "xenc:EncryptionMethod", {"Algorithm": ENCRYPTION_ALGORITHMS[options.data_algorithm]} | _XENC
            ),
            Element(
                "ds:KeyInfo",
                _DS,
                [Element("ds:RetrievalMethod", {"Type": f"{NS_XENC}EncryptedKey", "URI": f"#{key_id}"})],
            ),
            _cipher_data(_encrypt_content(plaintext, content_key, options.data_algorithm)),
        ],
    )
    key = Element(
        "xenc:EncryptedKey",
        {"Id": key_id} | _XENC,
        [
            _key_encryption_method(options.key_transport),
            Element(
                "ds:KeyInfo",
                _DS,
                [
                    Element(
                        "ds:X509Data",
                        {},
                        [Element("ds:X509Certificate", {}, [options.certificate_b64_wrapped])],
                    )
                ],
            ),
            _cipher_data(options.public_key.encrypt(content_key, _key_padding(options.key_transport))),
            Element("xenc:ReferenceList", {}, [Element("xenc:DataReference", {"URI": f"#{data_id}"})]),
        ],
    )
    return Element("saml2:EncryptedAssertion", {"xmlns:saml2": NS_SAML2}, [data, key])


def _encrypt_content(plaintext: bytes, key: bytes, algorithm: str) -> bytes:
    """XML Encryption 5.2: the IV, then the ciphertext; CBC pads with random bytes and a last length byte."""
    if algorithm.endswith("GCM"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plaintext, None)
    length = _BLOCK - len(plaintext) % _BLOCK
    iv = os.urandom(_BLOCK)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    padded = plaintext + os.urandom(length - 1) + bytes([length])
    return iv + encryptor.update(padded) + encryptor.finalize()


def _key_padding(key_transport: str) -> padding.AsymmetricPadding:
    if key_transport == "RSA_15":
        return padding.PKCS1v15()
    sha1 = hashes.SHA1()  # noqa: S303 - rsa-oaep-mgf1p with the digest that Okta names
    return padding.OAEP(padding.MGF1(sha1), sha1, None)


def _key_encryption_method(key_transport: str) -> Element:
    method = Element("xenc:EncryptionMethod", {"Algorithm": KEY_TRANSPORT_ALGORITHMS[key_transport]} | _XENC)
    if key_transport == "RSA_OAEP":
        method.append(Element("ds:DigestMethod", {"Algorithm": f"{NS_DS}sha1"} | _DS))
    return method


def _cipher_data(value: bytes) -> Element:
    return Element(
        "xenc:CipherData", _XENC, [Element("xenc:CipherValue", {}, [base64.b64encode(value).decode()])]
    )
