"""Encrypted assertions: every algorithm and layout, and why encryption is no signature."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import audience, difference
from tests.reference_sp.small_idp import DS, SAML, XENC, Element, canonical, find, sign
from tests.reference_sp.small_idp import pair as key_pair

XENC11 = "http://www.w3.org/2009/xmlenc11#"
SHA1_OAEP = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)


def public_key(certificate: str) -> rsa.RSAPublicKey:
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def cipher_value(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return f"<xenc:CipherData><xenc:CipherValue>{text}</xenc:CipherValue></xenc:CipherData>"


def encrypted(
    plain: bytes,
    key: rsa.RSAPublicKey,
    *,
    algorithm: str = "aes256-cbc",
    padding: AsymmetricPadding = SHA1_OAEP,
    transport: str = f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p"/>',
    sibling: bool = True,
) -> Element:
    """An EncryptedAssertion with Okta's layout (the key a sibling), or with the key inside KeyInfo."""
    secret = os.urandom(16 if "128" in algorithm else 32)
    if "gcm" in algorithm:
        nonce = os.urandom(12)
        data, uri = nonce + AESGCM(secret).encrypt(nonce, plain, None), f"{XENC11}{algorithm}"
    else:
        vector, count = os.urandom(16), 16 - len(plain) % 16
        padded = plain + os.urandom(count - 1) + bytes([count])
        encryptor = Cipher(algorithms.AES(secret), modes.CBC(vector)).encryptor()
        data, uri = vector + encryptor.update(padded) + encryptor.finalize(), f"{XENC}{algorithm}"
    wrapped = f'<xenc:EncryptedKey Id="_k">{transport}{cipher_value(key.encrypt(secret, padding))}</xenc:EncryptedKey>'
    retrieval = f'<ds:RetrievalMethod Type="{XENC}EncryptedKey" URI="#_k"/>'
    xml = (
        f'<a:EncryptedAssertion xmlns:a="{SAML}" xmlns:xenc="{XENC}" xmlns:ds="{DS}">'
        f'<xenc:EncryptedData Id="_d" Type="{XENC}Element"><xenc:EncryptionMethod Algorithm="{uri}"/>'
        f"<ds:KeyInfo>{retrieval if sibling else wrapped}</ds:KeyInfo>{cipher_value(data)}</xenc:EncryptedData>"
        f"{wrapped if sibling else ''}</a:EncryptedAssertion>"
    )
    return etree.fromstring(xml)


def response(
    pair: Pair,
    *,
    inner: bool = True,
    outer: bool = True,
    key: rsa.RSAPublicKey | None = None,
    **options: Any,
) -> Element:
    """An answer whose assertion was signed (``inner``), encrypted, and the response signed over it (``outer``)."""
    how = {
        name: options.pop(name)
        for name in ("algorithm", "padding", "transport", "sibling")
        if name in options
    }
    root = pair.idp.response(signed="none", **options)
    assertion = find(root, "a:Assertion")
    if inner:
        sign(assertion, pair.idp.signer)
    key = key or public_key(pair.sp.encryption_certificate)
    root.replace(assertion, encrypted(canonical(assertion), key, **how))
    return sign(root, pair.idp.signer) if outer else root


@pytest.mark.parametrize("sibling", [True, False])
@pytest.mark.parametrize("algorithm", ["aes128-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm"])
def test_algorithms_and_layouts(pair: Pair, algorithm: str, sibling: bool) -> None:
    assert pair.code(response(pair, algorithm=algorithm, sibling=sibling)) == ""


@pytest.mark.parametrize(
    ("inner", "outer", "code"),
    [(True, True, ""), (True, False, ""), (False, True, ""), (False, False, "sig_none")],
)
def test_encryption_is_no_signature(pair: Pair, inner: bool, outer: bool, code: str) -> None:
    assert pair.code(response(pair, inner=inner, outer=outer)) == code


OAEP_11 = f'<xenc:EncryptionMethod Algorithm="{XENC11}rsa-oaep">'
SHA256 = f'<ds:DigestMethod Algorithm="{XENC}sha256"/>'
MGF256 = f'<x:MGF xmlns:x="{XENC11}" Algorithm="{XENC11}mgf1sha256"/>'


@pytest.mark.parametrize(
    ("padding", "transport"),
    [
        (OAEP(MGF1(hashes.SHA1()), hashes.SHA256(), None),
         f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p">{SHA256}</xenc:EncryptionMethod>'),
        (SHA1_OAEP, f"{OAEP_11}</xenc:EncryptionMethod>"),
        (OAEP(MGF1(hashes.SHA1()), hashes.SHA256(), None), f"{OAEP_11}{SHA256}</xenc:EncryptionMethod>"),
        (OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None), f"{OAEP_11}{SHA256}{MGF256}</xenc:EncryptionMethod>"),
    ],
)  # fmt: skip
def test_oaep_variants(pair: Pair, padding: AsymmetricPadding, transport: str) -> None:
    assert pair.code(response(pair, padding=padding, transport=transport)) == ""


RSA_15 = f'<xenc:EncryptionMethod Algorithm="{XENC}rsa-1_5"/>'


def test_rsa_15_only_where_it_is_switched_on(make: Maker) -> None:
    for allowed, code in ((False, "enc_failed"), (True, "")):
        pair = make(allow_rsa_15=allowed)
        assert pair.code(response(pair, padding=PKCS1v15(), transport=RSA_15)) == code


def test_all_checks_run_on_what_was_decrypted(pair: Pair) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "aud_mismatch": {"conditions": audience(["urn:x"])},
        "time_expired": {"not_on_or_after": -290},
        "email_invalid": {"name_id": "jdoe"},
    }
    for code, options in wrong.items():
        assert pair.code(response(pair, **options)) == code
    root = response(pair, assertion_id="id-encrypted")
    assert pair.code(root) == ""
    assert pair.code(root) == "replayed"


def test_another_key_or_another_issuer_inside(pair: Pair) -> None:
    assert pair.code(response(pair, key=key_pair("attacker").key.public_key())) == "enc_failed"
    trusted, pair.idp.signer = pair.idp.signer, key_pair("attacker")
    assert pair.code(response(pair, outer=False)) == "sig_untrusted_key"
    pair.idp.signer = trusted
    assert pair.code(response(pair)) == ""


@pytest.mark.parametrize(
    "plain",
    [
        b"just text",
        f'<a:NameID xmlns:a="{SAML}">ada@acme.test</a:NameID>'.encode(),
        f'<!DOCTYPE x><a:Assertion xmlns:a="{SAML}"/>'.encode(),
        f'<a:EncryptedAssertion xmlns:a="{SAML}"/>'.encode(),
    ],
)
def test_something_else_inside(pair: Pair, plain: bytes) -> None:
    root = pair.idp.response(signed="none")
    key = public_key(pair.sp.encryption_certificate)
    root.replace(find(root, "a:Assertion"), encrypted(plain, key))
    assert pair.code(sign(root, pair.idp.signer)) == "enc_failed"


def test_an_external_cipher_is_not_fetched(pair: Pair) -> None:
    root = pair.idp.response(signed="none")
    key = public_key(pair.sp.encryption_certificate)
    cipher = encrypted(b"x", key)
    data = find(cipher, f"{{{XENC}}}EncryptedData/{{{XENC}}}CipherData")
    data[0] = etree.fromstring(f'<xenc:CipherReference xmlns:xenc="{XENC}" URI="http://127.0.0.1:9/x"/>')
    root.replace(find(root, "a:Assertion"), cipher)
    assert pair.code(sign(root, pair.idp.signer)) == "enc_failed"
    assert "not followed" in difference(pair).received


def test_failures_of_unsigned_ciphertext_look_alike_from_outside(pair: Pair) -> None:
    """Else changed ciphertext could be decrypted byte by byte."""
    key = public_key(pair.sp.encryption_certificate)
    shown = set()
    for kind in ("wrong key", "flipped", "text", "bad signature"):
        root = pair.idp.response(signed="none")
        assertion = find(root, "a:Assertion")
        plain = b"text" if kind == "text" else canonical(sign(assertion, key_pair("attacker")))
        other = key_pair("attacker").key.public_key()
        root.replace(assertion, encrypted(plain, other if kind == "wrong key" else key))
        if kind == "flipped":
            value = find(root, f".//{{{XENC}}}EncryptedData//{{{XENC}}}CipherValue")
            data = bytearray(base64.b64decode(value.text or ""))
            data[-1] ^= 1
            value.text = base64.b64encode(bytes(data)).decode()
        browser = pair.browser()
        page = browser.get(pair.deliver(root, browser).location)
        attempt = pair.sp.last_login()
        assert attempt is not None
        shown.add((page.status, page.text.replace(attempt.reference, "REFERENCE")))
    assert len(shown) == 1
    assert "enc_failed" in shown.pop()[1]


def test_a_plain_assertion_does_not_shelter_an_encrypted_one(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion")
    forged = pair.idp.response("eve@acme.test", signed="none")
    key = public_key(pair.sp.encryption_certificate)
    root.append(encrypted(canonical(find(forged, "a:Assertion")), key))
    assert pair.code(root) == "resp_many_assertions"


def test_required_and_switched_off(make: Maker) -> None:
    required = make(encryption="required")
    assert required.code(required.idp.response()) == "enc_required"
    assert required.code(response(required)) == ""
    off = make(encryption="off")
    assert off.code(response(off)) == "enc_failed"
    assert off.code(off.idp.response()) == ""


def test_after_a_key_change_both_keys_decrypt_until_the_old_one_is_dropped(pair: Pair) -> None:
    old = public_key(pair.sp.encryption_certificate)
    new = public_key(pair.sp.rotate_key("encryption"))
    assert pair.code(response(pair, key=old)) == ""
    assert pair.code(response(pair, key=new)) == ""
    newest = public_key(pair.sp.rotate_key("encryption", keep_former=False))
    assert pair.code(response(pair, key=old)) == "enc_failed"
    assert pair.code(response(pair, key=newest)) == ""


def test_an_encrypted_name_is_read_and_an_encrypted_attribute_ignored(pair: Pair) -> None:
    key = public_key(pair.sp.encryption_certificate)

    def as_container(name: str, plain: str) -> str:
        text = etree.tostring(encrypted(plain.encode(), key, sibling=False)).decode()
        return text.replace("EncryptedAssertion", name)

    name_id = as_container("EncryptedID", f'<a:NameID xmlns:a="{SAML}">ada@acme.test</a:NameID>')
    browser = pair.browser()
    pair.deliver(pair.idp.response(name_id_xml=name_id), browser)
    assert browser.signed_in() == "ada@acme.test"
