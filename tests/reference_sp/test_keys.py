"""Changing the SP's own keys: what is published, what still decrypts, and what survives a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from harness.reference_sp import ReferenceSP
from harness.reference_sp.keys import SpKeys, Use

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def published(sp: ReferenceSP, use: str) -> list[str]:
    """The certificates of the SP's metadata for one use."""
    keys = [
        key
        for key in etree.fromstring(sp.metadata.encode()).iter(f"{MD}KeyDescriptor")
        if key.get("use") == use
    ]
    return ["".join(key.findtext(f".//{DS}X509Certificate", "").split()) for key in keys]


def body(pem: str) -> str:
    return "".join(pem.splitlines()[1:-1])


@pytest.fixture
def sp() -> ReferenceSP:
    return ReferenceSP(base_url="http://localhost:9", sign_requests=True)


def test_a_former_signing_certificate_stays_in_the_metadata_behind_the_new_one(sp: ReferenceSP) -> None:
    (before,) = published(sp, "signing")
    fresh = sp.rotate_key("signing")

    assert published(sp, "signing") == [body(fresh), before]
    sp.drop_former_keys()
    assert published(sp, "signing") == [body(fresh)]


def test_without_a_former_one_the_metadata_has_the_new_certificate_alone(sp: ReferenceSP) -> None:
    fresh = sp.rotate_key("signing", keep_former=False)
    assert published(sp, "signing") == [body(fresh)]


def test_a_former_encryption_key_is_not_published(sp: ReferenceSP) -> None:
    fresh = sp.rotate_key("encryption")
    assert published(sp, "encryption") == [body(fresh)]


def test_a_setting_starts_amid_a_change_of_the_encryption_key_with_both_published() -> None:
    sp = ReferenceSP(base_url="http://localhost:9", former_encryption_key=True)
    present, former = published(sp, "encryption")
    assert present == body(sp.encryption_certificate)
    assert former != present


@pytest.mark.parametrize("use", ["signing", "encryption"])
def test_only_the_key_of_that_use_changes(sp: ReferenceSP, use: Use) -> None:
    other = "encryption" if use == "signing" else "signing"
    before = published(sp, other)
    sp.rotate_key(use)
    assert published(sp, other) == before


def test_a_change_of_keys_survives_a_restart(tmp_path: Path) -> None:
    keys = SpKeys(tmp_path)
    old = keys.encryption
    new = keys.rotate("encryption")

    again = SpKeys(tmp_path)
    wanted = [pair.certificate.public_key() for pair in (new, old)]
    assert [key.public_key() for key in again.decryption_keys()] == wanted
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}

    again.drop_former()
    assert [key.public_key() for key in SpKeys(tmp_path).decryption_keys()] == wanted[:1]
    assert [path.name for path in tmp_path.iterdir()] == ["reference-sp-encryption.pem"]


def test_each_change_makes_another_key() -> None:
    keys = SpKeys()
    made = [keys.encryption, keys.rotate("encryption"), keys.rotate("encryption")]
    assert len({pair.certificate.serial_number for pair in made}) == 3
    assert len(keys.decryption_keys()) == 2
