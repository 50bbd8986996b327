"""Keys and certificates are those of Okta, and the pool keeps tests from waiting."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from fake_idp.saml.key_pool import KeyPool
from fake_idp.saml.keys import (
    SigningKey,
    deterministic_private_key,
    load_signing_key,
    new_signing_key,
    wrap_base64,
)
from tests.saml.examples import CREATED, signing_key

MADE = datetime(2026, 6, 9, 13, 23, 57, 508000, tzinfo=UTC)


def key(**changes: object) -> SigningKey:
    values: dict[str, object] = {"private_key": deterministic_private_key("okta"), "rng": Random(1)}
    return new_signing_key("acme", MADE, **(values | changes))  # type: ignore[arg-type]


def test_subject_and_issuer_have_the_parts_order_and_string_types_of_okta() -> None:
    certificate = key().certificate
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string({NameOID.EMAIL_ADDRESS: "emailAddress"}).split(",")[::-1] == [
        "C=US",
        "ST=California",
        "L=San Francisco",
        "O=Okta",
        "OU=SSOProvider",
        "CN=acme",
        "emailAddress=info@okta.com",
    ]
    types = [a._type for a in certificate.subject]
    assert types[0] is _ASN1Type.PrintableString
    assert types[-1] is _ASN1Type.IA5String
    assert set(types[1:-1]) == {_ASN1Type.UTF8String}
    assert all(len(rdn) == 1 for rdn in certificate.subject.rdns)


def test_serial_is_the_creation_in_milliseconds_and_takes_six_bytes() -> None:
    made = new_signing_key(
        "acme", datetime(2025, 3, 13, 23, 50, 3, 508000, tzinfo=UTC), private_key=key().private_key
    )
    assert made.certificate.serial_number == 0x019591EA41F4
    assert key().certificate.serial_number == 1781011437508


def test_certificate_is_valid_from_a_minute_before_for_exactly_ten_years() -> None:
    certificate = key().certificate
    assert certificate.not_valid_before_utc == datetime(2026, 6, 9, 13, 22, 57, tzinfo=UTC)
    assert certificate.not_valid_after_utc == datetime(2036, 6, 9, 13, 23, 57, tzinfo=UTC)
    assert key(years=2).expires == datetime(2028, 6, 9, 13, 23, 57, tzinfo=UTC)


def test_a_key_made_on_the_29th_of_february_ends_on_the_28th() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert new_signing_key("acme", leap, private_key=key().private_key).expires == datetime(
        2038, 2, 28, 12, tzinfo=UTC
    )


def test_certificate_is_version_three_without_extensions_rsa_2048_and_signs_itself() -> None:
    certificate = key().certificate
    assert certificate.version.name == "v3"
    assert len(certificate.extensions) == 0
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert (public.key_size, public.public_numbers().e) == (2048, 65537)
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
    certificate.verify_directly_issued_by(certificate)


def test_sha1_certificate_of_old_orgs_is_signed_with_sha1_and_openssl_agrees(tmp_path: Path) -> None:
    old = key(signature_hash="SHA1", years=30)
    assert (old.type, key().type) == ("SHA-1", "SHA-2")
    public = old.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(
        old.certificate.signature, old.certificate.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1()
    )
    assert old.certificate.subject == key().certificate.subject
    file = tmp_path / "old.pem"
    file.write_text(old.certificate_pem)
    command = ["openssl", "verify", "-check_ss_sig", "-auth_level", "0", "-CAfile", str(file), str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr


def test_kid_is_43_base64url_characters_from_the_seed_and_no_thumbprint() -> None:
    made = key()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made.kid)
    assert made.kid == key().kid
    assert made.kid != key(rng=Random(2)).kid
    assert made.kid != made.as_jwk()["x5t#S256"]


def test_api_object_has_the_fields_of_okta_in_order_and_no_private_part() -> None:
    jwk = key().as_jwk()
    assert list(jwk) == [
        "kty",
        "created",
        "lastUpdated",
        "expiresAt",
        "kid",
        "use",
        "x5c",
        "x5t#S256",
        "e",
        "n",
    ]
    assert jwk["created"] == jwk["lastUpdated"] == "2026-06-09T13:23:57.000Z"
    assert jwk["expiresAt"] == "2036-06-09T13:23:57.000Z"
    der = base64.b64decode(jwk["x5c"][0])  # type: ignore[index]
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    assert jwk["x5t#S256"] == thumbprint
    assert jwk["e"] == "AQAB"


def test_certificate_texts_are_pem_one_line_and_76_columns_of_the_same_bytes() -> None:
    made = key()
    assert "\n" not in made.certificate_b64
    lines = made.certificate_b64_wrapped.split("\n")
    assert {len(line) for line in lines[:-1]} == {76}
    assert 0 < len(lines[-1]) <= 76
    assert "".join(lines) == made.certificate_b64
    assert made.certificate_pem.startswith("-----BEGIN CERTIFICATE-----\n")
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.sha256_fingerprint)
    assert re.fullmatch(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", made.sha1_fingerprint)


def test_base64_that_fills_its_last_line_has_no_empty_line_after_it() -> None:
    assert wrap_base64(b"x" * 57) == base64.b64encode(b"x" * 57).decode()
    assert wrap_base64(b"x" * 114).count("\n") == 1


def test_a_stored_key_comes_back_equal_and_without_the_slow_check() -> None:
    made = key()
    back = load_signing_key(made.private_key_pem, made.certificate_pem, made.kid, made.created)
    assert back.certificate == made.certificate
    assert (back.kid, back.created) == (made.kid, made.created)
    assert back.private_key.private_numbers() == made.private_key.private_numbers()


def test_a_stored_key_of_another_kind_is_refused_by_name() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(TypeError, match="the stored key some-kid is not an RSA key"):
        load_signing_key(pem, key().certificate_pem, "some-kid", MADE)


def test_neither_repr_nor_str_shows_private_numbers() -> None:
    shown = repr(key())
    assert shown == f"<SigningKey {key().kid} of 2026-06-09>"


def test_deterministic_keys_are_the_same_everywhere_and_sound() -> None:
    made = deterministic_private_key("okta")
    digest = hashlib.sha256(str(made.private_numbers().public_numbers.n).encode()).hexdigest()
    assert digest == "295d4de7b1d404bed9d2e2249de6ce5477759e330407e5edff5d2fe5e8465840"
    checked = serialization.load_der_private_key(
        made.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        None,
    )
    assert isinstance(checked, rsa.RSAPrivateKey)
    assert made.private_numbers() != deterministic_private_key("another").private_numbers()


def test_pool_gives_a_returned_key_again_but_never_to_two_at_once() -> None:
    pool = KeyPool()
    first = deterministic_private_key("okta")
    second = deterministic_private_key("another")
    pool.give_back([first, second])
    pool.give_back([first])
    assert len(pool) == 2
    taken = [pool.take(), pool.take()]
    assert {id(k) for k in taken} == {id(first), id(second)}
    fresh = pool.take()
    assert fresh not in (first, second)
    assert fresh.key_size == 2048


def test_prefetch_fills_the_pool_in_the_background_and_stops_there() -> None:
    pool = KeyPool()
    pool.prefetch(1)
    pool.prefetch(1)
    assert pool._prefetcher is not None
    pool._prefetcher.join(timeout=30)
    assert len(pool) == 1
    pool.prefetch(1)
    assert len(pool) == 1


def test_a_new_key_takes_its_rsa_key_from_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = KeyPool()
    pool.give_back([deterministic_private_key("okta")])
    monkeypatch.setattr("fake_idp.saml.keys.key_pool", pool)
    made = new_signing_key("acme", CREATED + timedelta(days=1))
    assert made.private_key is deterministic_private_key("okta")
    assert made.certificate != signing_key().certificate
