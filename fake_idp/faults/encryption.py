"""Faults of encryption: odd but legal layouts, broken ciphertexts, and plaintexts that are no assertion."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_idp.faults.edit import ASSERTION, attribute_statement, change_signing
from fake_idp.faults.registry import on, register
from fake_idp.faults.signature_references import listener
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.encryption import EncryptionOptions, encrypt_bytes
from fake_idp.saml.names import NS_DS, NS_SAML2, NS_XENC
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, SigningOptions
from fake_idp.saml.signature import remove_signature
from fake_idp.saml.xml import canonical, wire

ENCRYPTED = "saml2:EncryptedAssertion"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
LAYOUT = "SAML Core 2.3.4, lines 631-640; Errata E30, E43"


def encrypted(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where the assertion is encrypted."""
    return None if signing.encryption else "The app does not encrypt."


def encrypted_cbc(claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where the assertion is encrypted with AES in CBC mode."""
    if signing.encryption and not signing.encryption.data_algorithm.endswith("CBC"):
        return "The app does not encrypt in CBC mode."
    return encrypted(claims, signing)


def encryption_options(context: FaultContext) -> EncryptionOptions:
    """For whom to encrypt: the app's own certificate, else ``data["sp_certificate"]`` (PEM), else a stranger's."""
    if context.signing.encryption:
        return context.signing.encryption
    given = context.data.get("sp_certificate")
    if isinstance(given, str | bytes):
        pem = given.encode() if isinstance(given, str) else given
        return EncryptionOptions(x509.load_pem_x509_certificate(pem))
    return EncryptionOptions(
        given if isinstance(given, x509.Certificate) else context.foreign_key.certificate
    )


def _sign_outside(response: Element, context: FaultContext) -> None:
    """The IdP signs the Response over what it carries now."""
    if context.signing.response_signed:
        context.resign(response)


def plain_assertion(response: Element, context: FaultContext) -> Element:
    """The signed assertion as it was before encryption."""
    return context.signed_assertion or response.one(ASSERTION)


def _cipher_value(response: Element, of: str) -> Element:
    return response.one(f"{ENCRYPTED}/xenc:{of}/xenc:CipherData/xenc:CipherValue")


# -- legal, and to be accepted


def _oaep(name: str, phrase: str, algorithm: str, digest: hashes.HashAlgorithm, digest_uri: str) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        options = encryption_options(context)
        content_key = os.urandom(32 if "256" in options.data_algorithm else 16)
        _reencrypt(response, context, content_key)
        # Only the digest of the label changes; the mask generation stays MGF1 with SHA-1, the default of both.
        scheme = padding.OAEP(padding.MGF1(hashes.SHA1()), digest, None)  # noqa: S303 - xmlenc names it
        wrapped = options.public_key.encrypt(content_key, scheme)
        key = response.one(f"{ENCRYPTED}/xenc:EncryptedKey")
        key.one("xenc:CipherData/xenc:CipherValue").text = base64.b64encode(wrapped).decode()
        method = key.one("xenc:EncryptionMethod")
        method.set("Algorithm", algorithm)
        method.children = [Element("ds:DigestMethod", {"Algorithm": digest_uri, "xmlns:ds": NS_DS})]
        _sign_outside(response, context)

    register(
        name,
        f"The content key is wrapped with {phrase}.",
        "signed",
        apply,
        "enc-oaep-variants",
        source="Kantara IIP-ALG06; XML Encryption 1.1, section 5.5.2",
        applies=encrypted,
    )


def _reencrypt(response: Element, context: FaultContext, content_key: bytes) -> None:
    """Encrypt the assertion again with a content key that we know."""
    plain = plain_assertion(response, context)
    prefixes = [n.removeprefix("xmlns:") for n in plain.attributes if n.startswith("xmlns:")]
    content = _seal(canonical(plain, prefixes), content_key, encryption_options(context).data_algorithm)
    _cipher_value(response, "EncryptedData").text = base64.b64encode(content).decode()


def _seal(plaintext: bytes, key: bytes, algorithm: str) -> bytes:
    """XML Encryption 5.2, with the shortest padding."""
    if algorithm.endswith("GCM"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plaintext, None)
    length = 16 - len(plaintext) % 16
    iv = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(plaintext + bytes(length - 1) + bytes([length])) + encryptor.finalize()


_oaep(
    "encryption-oaep-sha256",
    "rsa-oaep-mgf1p and SHA-256",
    f"{NS_XENC}rsa-oaep-mgf1p",
    hashes.SHA256(),
    f"{NS_XENC}sha256",
)
_oaep(
    "encryption-oaep-11",
    "rsa-oaep of XML Encryption 1.1 and SHA-1",
    f"{XENC11}rsa-oaep",
    hashes.SHA1(),  # noqa: S303 - to be accepted
    f"{NS_DS}sha1",
)
_oaep(
    "encryption-oaep-11-sha256",
    "rsa-oaep of XML Encryption 1.1 and SHA-256",
    f"{XENC11}rsa-oaep",
    hashes.SHA256(),
    f"{NS_XENC}sha256",
)


@on("signed", "enc-key-placement", source=LAYOUT, applies=encrypted)
def encryption_key_inside_keyinfo(response: Element, context: FaultContext) -> None:
    """The EncryptedKey stands in the KeyInfo of the EncryptedData."""
    outer = response.one(ENCRYPTED)
    key = outer.one("xenc:EncryptedKey")
    outer.remove(key)
    key.children = [c for c in key.children if getattr(c, "name", "") != "xenc:ReferenceList"]
    outer.one("xenc:EncryptedData/ds:KeyInfo").children = [key]
    _sign_outside(response, context)


@on("signed", "enc-key-placement", source=LAYOUT, applies=encrypted)
def encryption_key_recipient(response: Element, context: FaultContext) -> None:
    """The EncryptedKey names its Recipient: the audience."""
    audience = context.claims.audience if context.claims else ""
    response.one(f"{ENCRYPTED}/xenc:EncryptedKey").set("Recipient", audience)
    _sign_outside(response, context)


def _as_encrypted(name: str, plain: bytes, context: FaultContext) -> Element:
    element = encrypt_bytes(plain, encryption_options(context), context.rng)
    element.name = name
    return element


@on("tree", "enc-encrypted-id", source="SAML Core 2.2.4", applies=encrypted)
def encrypted_name_id(response: Element, context: FaultContext) -> None:
    """The Subject has an EncryptedID instead of a NameID."""
    name_id = response.one("saml2:NameID")
    plain = name_id.copy()
    plain.set("xmlns:saml2", NS_SAML2)
    response.replace(name_id, _as_encrypted("saml2:EncryptedID", wire(plain, declaration=False), context))


@on("tree", "enc-encrypted-attribute", source="SAML Core 2.7.3.2", applies=encrypted)
def encrypted_attribute(response: Element, context: FaultContext) -> None:
    """There is an EncryptedAttribute besides."""
    value = Element("saml2:AttributeValue", {}, ["x"])
    plain = Element("saml2:Attribute", {"Name": "okta-harness-encrypted", "xmlns:saml2": NS_SAML2}, [value])
    element = _as_encrypted("saml2:EncryptedAttribute", wire(plain, declaration=False), context)
    attribute_statement(response).append(element)


@on(
    "claims",
    "enc-rsa15-oracle",
    source="Kantara IIP-ALG08; XML Encryption 1.1, section 6.1",
    applies=encrypted,
)
def encryption_rsa15(_claims: ResponseClaims, context: FaultContext) -> None:
    """The content key is wrapped with RSA 1.5."""
    options = encryption_options(context)
    change_signing(context, encryption=replace(options, key_transport="RSA_15"))


# -- broken


def _flip(response: Element, of: str, position: int) -> None:
    value = _cipher_value(response, of)
    data = bytearray(base64.b64decode(value.text))
    data[position] ^= 0xFF
    value.text = base64.b64encode(data).decode()


@on("signed", "enc-cbc-oracle", source="XML Encryption 1.1, section 6.1", applies=encrypted_cbc)
def ciphertext_padding_broken(response: Element) -> None:
    """One byte of the block before the last is wrong, so that the padding is; the Response is not signed over it."""
    remove_signature(response)
    # In CBC it flips the last byte of the plaintext, a length from 1 to 16, which then is more than 238.
    _flip(response, "EncryptedData", -17)


@on("signed", "enc-cbc-oracle", source="XML Encryption 1.1, section 6.1", applies=encrypted_cbc)
def ciphertext_inner_block_flipped(response: Element) -> None:
    """One byte of an inner cipher block is wrong, so that the plaintext is; the Response is not signed over it."""
    remove_signature(response)
    _flip(response, "EncryptedData", 64)


def _wrapped_key(
    response: Element, context: FaultContext, wrapped: Callable[[EncryptionOptions], bytes]
) -> None:
    remove_signature(response)
    value = _cipher_value(response, "EncryptedKey")
    value.text = base64.b64encode(wrapped(encryption_options(context))).decode()


@on("signed", "enc-rsa15-oracle", source="XML Encryption 1.1, section 6.1", applies=encrypted)
def encrypted_key_bad_padding(response: Element, context: FaultContext) -> None:
    """The wrapped key is random bytes: its padding is wrong."""
    _wrapped_key(
        response, context, lambda options: b"\x00" + os.urandom(options.public_key.key_size // 8 - 1)
    )


@on("signed", "enc-rsa15-oracle", source="XML Encryption 1.1, section 6.1", applies=encrypted)
def encrypted_key_short(response: Element, context: FaultContext) -> None:
    """The wrapped key is unpadded well, but has five bytes."""
    sha1 = hashes.SHA1()  # noqa: S303 - the digest of rsa-oaep-mgf1p
    rsa15 = context.signing.encryption is not None and context.signing.encryption.key_transport == "RSA_15"
    scheme = padding.PKCS1v15() if rsa15 else padding.OAEP(padding.MGF1(sha1), sha1, None)
    _wrapped_key(response, context, lambda options: options.public_key.encrypt(b"short", scheme))


@on("claims", "enc-wrong-key", source="Kantara IIP-SP08", applies=encrypted)
def encrypted_for_other_key(_claims: ResponseClaims, context: FaultContext) -> None:
    """The assertion is encrypted for a key that the SP does not have."""
    options = encryption_options(context)
    change_signing(context, encryption=replace(options, certificate=context.foreign_key.certificate))


# -- the plaintext is not what it should be


def _content(name: str, phrase: str, plain: Callable[[Element, FaultContext], bytes]) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        content = plain(response, context)
        response.replace(response.one(ENCRYPTED), _as_encrypted(ENCRYPTED, content, context))
        _sign_outside(response, context)

    register(
        name,
        f"What is encrypted is {phrase}.",
        "signed",
        apply,
        "enc-decrypts-to-other-type",
        source="SAML Core 2.3.4, lines 634-635",
        applies=encrypted,
    )


def _name_id_alone(response: Element, context: FaultContext) -> bytes:
    name_id = plain_assertion(response, context).one("saml2:NameID").copy()
    name_id.set("xmlns:saml2", NS_SAML2)
    return wire(name_id, declaration=False)


def _whole_response(response: Element, context: FaultContext) -> bytes:
    inner = response.copy()
    remove_signature(inner)
    inner.replace(inner.one(ENCRYPTED), plain_assertion(response, context).copy())
    return wire(inner, declaration=False)


def _with_doctype(response: Element, context: FaultContext) -> bytes:
    url = listener(context, "encrypted-doctype-content")
    doctype = f'<!DOCTYPE saml2:Assertion [<!ENTITY x SYSTEM "{url}">]>'
    return doctype.encode() + wire(plain_assertion(response, context), declaration=False)


_content("encrypted-name-id-content", "a NameID", _name_id_alone)
_content("encrypted-response-content", "a whole Response", _whole_response)
_content("encrypted-text-content", "text", lambda _response, _context: b"not XML at all")
_content("encrypted-doctype-content", "an assertion with a DOCTYPE before it", _with_doctype)
_content(
    "encrypted-nested",
    "another EncryptedAssertion",
    lambda response, _context: wire(response.one(ENCRYPTED), declaration=False),
)


@on("signed", "enc-cipher-reference", source="XML Encryption 1.1, section 6.4", applies=encrypted)
def cipher_reference_external(response: Element, context: FaultContext) -> None:
    """The cipher text is said to be at a URL."""
    reference = Element("xenc:CipherReference", {"URI": listener(context, "cipher-reference-external")})
    response.one(f"{ENCRYPTED}/xenc:EncryptedData/xenc:CipherData").children = [reference]
    _sign_outside(response, context)
