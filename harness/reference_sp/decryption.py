"""Decrypting what the IdP encrypted for this SP (XML Encryption 1.1), without following any reference outward."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from harness.reference_sp.names import DS, XENC, XENC11, ds, xenc
from harness.reference_sp.need import need
from harness.reference_sp.xml import Element, text_of

_CBC = {f"{XENC}aes128-cbc": 16, f"{XENC}aes256-cbc": 32}
_GCM = {f"{XENC11}aes128-gcm": 16, f"{XENC11}aes256-gcm": 32}
_RSA_15 = f"{XENC}rsa-1_5"
_OAEP_MGF1P = f"{XENC}rsa-oaep-mgf1p"
_OAEP = f"{XENC11}rsa-oaep"
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{DS}sha1": hashes.SHA1,
    f"{XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{XENC}sha512": hashes.SHA512,
}
_MGFS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha384": hashes.SHA384,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}


class DecryptionFailed(ValueError):
    """It cannot be decrypted. The message is for the admin's log only: outside, all failures look alike."""


def decrypt(container: Element, keys: Sequence[RSAPrivateKey], *, allow_rsa_15: bool) -> bytes:
    """The plain bytes of an EncryptedAssertion, EncryptedID or EncryptedAttribute.

    The wrapped key may stand inside ``ds:KeyInfo`` or beside ``xenc:EncryptedData``, as Okta places it.

    :raises DecryptionFailed: whatever the reason.
    """
    data = container.find(xenc("EncryptedData"))
    if data is None:
        raise DecryptionFailed("no xenc:EncryptedData")
    algorithm = _algorithm(data)
    size = _CBC.get(algorithm) or _GCM.get(algorithm)
    if size is None:
        raise DecryptionFailed(f"unknown data encryption {algorithm[:80]!r}")
    cipher_text = _cipher_value(data)
    wrapped_keys = _wrapped_keys(container, data)
    if not wrapped_keys:
        raise DecryptionFailed("no xenc:EncryptedKey")
    reason = "the key was wrapped for another certificate"
    for wrapped in wrapped_keys:
        padding = _padding(wrapped, allow_rsa_15=allow_rsa_15)
        for private_key in keys:
            try:
                secret = private_key.decrypt(_cipher_value(wrapped), padding)
            except ValueError:
                continue
            if len(secret) != size:
                reason = "the wrapped key has the wrong length"
                continue
            return _plain(algorithm, secret, cipher_text)
    raise DecryptionFailed(reason)


def _wrapped_keys(container: Element, data: Element) -> list[Element]:
    inside = data.findall(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    return [*inside, *container.findall(xenc("EncryptedKey"))]


def _algorithm(element: Element) -> str:
    method = element.find(xenc("EncryptionMethod"))
    return "" if method is None else method.get("Algorithm", "")


def _cipher_value(element: Element) -> bytes:
    value = element.find(f"{xenc('CipherData')}/{xenc('CipherValue')}")
    if value is None:
        raise DecryptionFailed("no xenc:CipherValue; a CipherReference is not followed")
    try:
        return base64.b64decode("".join(text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        raise DecryptionFailed("a CipherValue is not base64") from None


def _padding(wrapped: Element, *, allow_rsa_15: bool) -> AsymmetricPadding:
    algorithm = _algorithm(wrapped)
    if algorithm == _RSA_15 and allow_rsa_15:
        return PKCS1v15()
    if algorithm not in (_OAEP_MGF1P, _OAEP):
        raise DecryptionFailed(f"key transport {algorithm[:80]!r} is not accepted")
    method = need(wrapped.find(xenc("EncryptionMethod")), "it had an Algorithm")
    digest, mgf = method.find(ds("DigestMethod")), method.find(f"{{{XENC11}}}MGF")
    try:
        hash_type = hashes.SHA1 if digest is None else _DIGESTS[digest.get("Algorithm", "")]
        # rsa-oaep-mgf1p fixes the mask function to SHA-1; the 1.1 form names it and defaults to SHA-1.
        mask_type = (
            hashes.SHA1 if mgf is None or algorithm == _OAEP_MGF1P else _MGFS[mgf.get("Algorithm", "")]
        )
    except KeyError as error:
        raise DecryptionFailed(f"unknown OAEP digest {error.args[0][:80]!r}") from None
    return OAEP(mgf=MGF1(mask_type()), algorithm=hash_type(), label=None)


def _plain(algorithm: str, secret: bytes, data: bytes) -> bytes:
    if algorithm in _GCM:
        try:
            return AESGCM(secret).decrypt(data[:12], data[12:], None)
        except (InvalidTag, ValueError):
            raise DecryptionFailed("the encrypted data was changed") from None
    if len(data) < 32 or len(data) % 16:
        raise DecryptionFailed("the encrypted data has a wrong length")
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(data[:16])).decryptor()
    padded = decryptor.update(data[16:]) + decryptor.finalize()
    if not 1 <= padded[-1] <= 16:
        raise DecryptionFailed("the padding is wrong")
    return padded[: -padded[-1]]
