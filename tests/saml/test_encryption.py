"""Encrypted assertions: xmlsec1 decrypts every choice, and the plaintext is Okta's canonical form."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from itertools import product
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from fake_idp.saml.certificates import okta_name
from fake_idp.saml.encryption import CertificateRefused, EncryptionOptions, encrypt_bytes
from fake_idp.saml.names import ENCRYPTION_ALGORITHMS, KEY_TRANSPORT_ALGORITHMS
from fake_idp.saml.pipeline import IssuedResponse, issue_response
from fake_idp.saml.xml import Element, canonical, parse, read_tree
from tests.saml.examples import claims, encryption, signing, signing_key, sp_key
from tests.saml.oracles import (
    decrypt_with_xmlsec1,
    needs_xmlsec1,
    verify_with_signxml,
    verify_with_xmlsec1,
)


def issue(data: str = "AES256_CBC", transport: str = "RSA_OAEP", **options: object) -> IssuedResponse:
    return issue_response(
        claims(), signing(encryption=encryption(data, transport), **options), rng=Random("encrypted")
    )


@needs_xmlsec1
@pytest.mark.parametrize(
    ("data", "transport"), list(product(ENCRYPTION_ALGORITHMS, KEY_TRANSPORT_ALGORITHMS))
)
@pytest.mark.parametrize("signed", ["both", "response", "assertion"])
def test_every_choice_is_decrypted_by_xmlsec1_and_its_signatures_verify(
    data: str, transport: str, signed: str
) -> None:
    xml = issue(
        data, transport, response_signed=signed != "assertion", assertion_signed=signed != "response"
    ).xml
    assert ENCRYPTION_ALGORITHMS[data].encode() in xml
    assert KEY_TRANSPORT_ALGORITHMS[transport].encode() in xml
    if signed != "assertion":
        verify_with_signxml(xml, signing_key(), "Response")
        verify_with_xmlsec1(xml, signing_key(), "Response")
    decrypted = decrypt_with_xmlsec1(xml, sp_key())
    root = parse(decrypted)
    assertion = root.find("{*}EncryptedAssertion/{*}Assertion")
    assert assertion is not None
    assert assertion.findtext("{*}Subject/{*}NameID") == "ada@acme.test"
    if signed != "response":
        alone = canonical(assertion, ("xs",))
        verify_with_signxml(alone, signing_key(), "Assertion")
        verify_with_xmlsec1(alone, signing_key(), "Assertion")


@needs_xmlsec1
def test_another_private_key_does_not_decrypt() -> None:
    with pytest.raises(AssertionError):
        decrypt_with_xmlsec1(issue().xml, signing_key())


@needs_xmlsec1
def test_plaintext_is_the_canonical_assertion_alone() -> None:
    decrypted = decrypt_with_xmlsec1(issue().xml, sp_key()).decode()
    found = re.search(r"<saml2:Assertion .*</saml2:Assertion>", decrypted, re.DOTALL)
    assert found
    # xmlsec1 writes what it parsed: declarations that the plaintext does not repeat cannot come back.
    assertion = read_tree(found[0].encode())
    assert list(assertion.attributes)[:2] == ["xmlns:saml2", "xmlns:xs"]
    assert [n for n in assertion.attributes if not n.startswith("xmlns")] == ["ID", "IssueInstant", "Version"]
    assert "xmlns:saml2" not in assertion.one("saml2:Issuer").attributes


def decrypted_by_hand(tree: Element) -> bytes:
    """The plaintext of an AES-CBC, RSA-OAEP message, octet by octet."""
    values = [base64.b64decode(v.text) for v in tree.find_all("xenc:CipherValue")]
    sha1 = hashes.SHA1()
    key = sp_key().private_key.decrypt(values[1], padding.OAEP(padding.MGF1(sha1), sha1, None))
    decryptor = Cipher(algorithms.AES(key), modes.CBC(values[0][:16])).decryptor()
    padded = decryptor.update(values[0][16:]) + decryptor.finalize()
    return padded[: -padded[-1]]


def test_plaintext_begins_with_the_namespaces_and_closes_no_element_in_place() -> None:
    plaintext = decrypted_by_hand(issue().tree)
    assert plaintext.startswith(
        b'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" '
        b'xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="id'
    )
    assert plaintext.endswith(b"</saml2:Assertion>")
    assert b"/>" not in plaintext
    assert plaintext.count(b"xmlns:saml2=") == 1


def test_an_unsigned_plaintext_declares_xs_at_each_value_whose_type_names_it() -> None:
    plaintext = decrypted_by_hand(issue(assertion_signed=False).tree)
    assert plaintext.startswith(
        b'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="id'
    )
    assert (
        plaintext.count(b'<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi=') == 3
    )


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17])
def test_cbc_pads_one_to_sixteen_bytes_whatever_the_length(length: int) -> None:
    sealed = encrypt_bytes(b"x" * length, encryption(), Random(1))
    cipher = base64.b64decode(sealed.find_all("xenc:CipherValue")[0].text)
    assert len(cipher) == 16 + (length // 16 + 1) * 16


def test_rsa_15_names_no_digest_method() -> None:
    path = "saml2:EncryptedAssertion/xenc:EncryptedKey/xenc:EncryptionMethod"
    assert issue(transport="RSA_OAEP").tree.one(path).elements
    assert not issue(transport="RSA_15").tree.one(path).elements


def test_ids_come_from_the_seed_but_the_ciphertext_differs_each_time() -> None:
    first, second = issue(), issue()
    ids = [[e.get("Id") for e in i.tree.walk() if e.get("Id")] for i in (first, second)]
    assert ids[0] == ids[1]
    assert first.xml != second.xml


def test_unknown_algorithms_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown encryption algorithm 'AES192_CBC'; known are AES128_CBC, "):
        EncryptionOptions(sp_key().certificate, "AES192_CBC")
    with pytest.raises(ValueError, match="unknown key transport algorithm 'RSA'; known are RSA_OAEP, RSA_15"):
        EncryptionOptions(sp_key().certificate, "AES256_CBC", "RSA")


def test_a_certificate_without_an_rsa_key_is_refused_when_it_is_set_not_at_a_login() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(okta_name("sp"))
        .issuer_name(okta_name("sp"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    with pytest.raises(CertificateRefused, match="does not hold an RSA key"):
        EncryptionOptions(certificate)
