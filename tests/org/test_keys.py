"""Signing certificates: one of its own for each app, the org's old one, generation, activation, sharing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fake_idp.org.errors import InvalidValue, NotAllowed, NotFound
from fake_idp.org.model import App
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from fake_idp.saml.keys import key_pool


def certificate_in(metadata: bytes) -> str:
    found = re.search(
        r"<md:KeyDescriptor.*?<ds:X509Certificate>(.*?)</ds:X509Certificate>", metadata.decode(), re.DOTALL
    )
    assert found
    return found[1]


def test_the_table_shows_the_old_sha1_key_and_the_apps_own(org: Org, app: App) -> None:
    old, own = org.keys(app)
    assert (old.type, old.status, old.org_wide) == ("SHA-1", "INACTIVE", True)
    assert (own.type, own.status, own.org_wide) == ("SHA-2", "ACTIVE", False)
    assert own.kid == app.signing_kid
    assert own.created == app.created
    assert old.created < app.created < old.expires


def test_each_app_has_a_key_of_its_own_and_all_share_the_old_one(
    org: Org, app: App, settings: SamlSettings
) -> None:
    other = org.create_saml_app("Other", settings)
    assert org.signing_key(app).sha256_fingerprint != org.signing_key(other).sha256_fingerprint
    assert org.keys(app)[0].kid == org.keys(other)[0].kid


def test_a_generated_key_stays_inactive_until_it_is_activated(org: Org, app: App) -> None:
    org.clock.move("1h")
    new = org.generate_key(app, years=2)
    assert new.status == "INACTIVE"
    assert org.app(app.id).signing_kid == app.signing_kid
    assert new.expires - new.created < timedelta(days=2 * 366)
    org.activate_key(app, new.kid)
    assert [(row.kid, row.status) for row in org.keys(app)][1:] == [
        (app.signing_kid, "INACTIVE"),
        (new.kid, "ACTIVE"),
    ]
    assert org.signing_key(app).kid == new.kid


@pytest.mark.parametrize("years", [1, 11])
def test_a_key_is_valid_for_two_to_ten_years(org: Org, app: App, years: int) -> None:
    with pytest.raises(InvalidValue, match="2 to 10"):
        org.generate_key(app, years)


def test_metadata_has_the_active_certificate_or_the_one_asked_for(org: Org, app: App) -> None:
    new = org.generate_key(app)
    old = org.signing_key(app)
    assert certificate_in(org.metadata(app)) == old.certificate_b64_wrapped
    assert certificate_in(org.metadata(app, new.kid)) == new.key.certificate_b64_wrapped
    org.activate_key(app, new.kid)
    assert certificate_in(org.metadata(app)) == new.key.certificate_b64_wrapped
    with pytest.raises(NotFound):
        org.metadata(app, "nope")


def test_the_old_sha1_key_can_be_activated_too(org: Org, app: App) -> None:
    org.activate_key(app, org.sha1_key.kid)
    assert org.signing_key(app) == org.sha1_key
    assert [row.status for row in org.keys(app)] == ["ACTIVE", "INACTIVE"]


def test_the_active_key_gives_way_only_to_another(org: Org, app: App) -> None:
    new = org.generate_key(app)
    with pytest.raises(NotAllowed, match="activate another"):
        org.deactivate_key(app, app.signing_kid)
    with pytest.raises(NotAllowed, match="activate another"):
        org.delete_key(app, app.signing_kid)
    with pytest.raises(NotAllowed, match="whole org"):
        org.delete_key(app, org.sha1_key.kid)
    org.deactivate_key(app, new.kid)
    org.delete_key(app, new.kid)
    assert len(org.keys(app)) == 2


def test_a_cloned_key_keeps_kid_and_key_pair_under_a_new_certificate(
    org: Org, app: App, settings: SamlSettings
) -> None:
    other = org.create_saml_app("Other", settings)
    org.clock.move("1h")
    shared = org.clone_key(app, app.signing_kid, other)
    original = org.signing_key(app)
    assert shared.kid == original.kid
    assert shared.key.certificate_pem != original.certificate_pem
    assert shared.key.certificate.public_key() == original.certificate.public_key()
    with pytest.raises(NotAllowed, match="has this key already"):
        org.clone_key(app, app.signing_kid, other)
    org.activate_key(other, shared.kid)
    assert org.signing_key(other).certificate_pem == shared.key.certificate_pem


def test_metadata_is_signed_by_the_orgs_own_key_or_is_oktas_unsigned_bytes(org: Org, app: App) -> None:
    signed = org.metadata(app)
    assert b"<ds:SignatureValue>" in signed
    assert org.metadata_key.certificate_b64_wrapped.encode() in signed
    assert org.metadata(app) == signed
    org.change_settings(sign_metadata=False)
    plain = org.metadata(app)
    assert b"Signature" not in plain
    assert plain.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/exk'
    )


def test_metadata_follows_where_the_org_is_served(org: Org, app: App) -> None:
    before = org.metadata(app)
    org.base_url = "http://127.0.0.1:7777"
    assert b"http://127.0.0.1:7777/app/" in org.metadata(app) != before


def test_a_closed_org_gives_its_keys_to_the_next(settings: SamlSettings) -> None:
    org = Org()
    private = org.signing_key(org.create_saml_app("X", settings)).private_key
    free = len(key_pool)
    org.close()
    org.close()
    assert len(key_pool) == free + 1
    with Org() as following:
        assert following.signing_key(following.create_saml_app("Y", settings)).private_key is private
