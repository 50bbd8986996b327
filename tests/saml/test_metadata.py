"""IdP metadata in Okta's bytes, and the signed form that two independent judges accept."""

from __future__ import annotations

import pytest
from signxml.exceptions import InvalidDigest

from fake_idp.saml.metadata import build_metadata, metadata_tree, name_id_formats_for, sign_metadata
from fake_idp.saml.names import (
    NAMEID_EMAIL,
    NAMEID_PERSISTENT,
    NAMEID_TRANSIENT,
    NAMEID_UNSPECIFIED,
    NAMEID_X509,
)
from fake_idp.saml.xml import read_tree, wire
from tests.saml.examples import ISSUER, metadata_claims, signing_key
from tests.saml.oracles import needs_xmlsec1, verify_with_signxml, verify_with_xmlsec1
from tests.saml.skeleton import match

SSO = "http://127.0.0.1:8080/app/acme_amplitude_1/exkkwraz4e5opgu6j1d7/sso/saml"
SLO = "http://127.0.0.1:8080/app/acme_amplitude_1/exkkwraz4e5opgu6j1d7/slo/saml"


def test_unsigned_metadata_has_the_bytes_of_the_recorded_ones() -> None:
    parts = match("metadata", build_metadata(metadata_claims()), {"issuer": ISSUER, "sso": SSO})
    assert parts["certificate"] == signing_key().certificate_b64_wrapped
    assert not parts["certificate"].endswith("\n")
    assert {len(line) for line in parts["certificate"].splitlines()[:-1]} == {76}


def test_single_logout_endpoints_stand_before_the_name_id_formats_post_first() -> None:
    formats = name_id_formats_for(NAMEID_PERSISTENT)
    xml = build_metadata(metadata_claims(slo_url=SLO, name_id_formats=formats))
    match("metadata_with_slo", xml, {"issuer": ISSUER, "sso": SSO, "slo": SLO})


@pytest.mark.parametrize(
    ("setting", "listed"),
    [
        (NAMEID_UNSPECIFIED, (NAMEID_UNSPECIFIED, NAMEID_EMAIL)),
        (NAMEID_EMAIL, (NAMEID_EMAIL,)),
        (NAMEID_PERSISTENT, (NAMEID_EMAIL, NAMEID_PERSISTENT)),
        (NAMEID_TRANSIENT, (NAMEID_EMAIL, NAMEID_TRANSIENT)),
        (NAMEID_X509, (NAMEID_EMAIL, NAMEID_X509)),
        ("urn:something:else", (NAMEID_EMAIL,)),
    ],
)
def test_name_id_formats_follow_the_setting_of_the_app(setting: str, listed: tuple[str, ...]) -> None:
    assert name_id_formats_for(setting) == listed


def test_unsigned_metadata_has_no_id_validity_organization_or_encryption_key() -> None:
    tree = read_tree(build_metadata(metadata_claims()))
    assert set(tree.attributes) == {"entityID", "xmlns:md"}
    assert {e.local_name for e in tree.walk()}.isdisjoint({"Signature", "Organization", "ContactPerson"})
    assert [k.get("use") for k in tree.find_all("md:KeyDescriptor")] == ["signing"]


def test_the_signature_is_the_only_thing_that_signing_adds_besides_the_id() -> None:
    plain, signed = (read_tree(build_metadata(metadata_claims(), key)) for key in (None, signing_key()))
    assert signed.elements[0].name == "ds:Signature"
    signed.remove(signed.elements[0])
    signed.set("ID", None)
    assert wire(signed) == wire(plain)


@needs_xmlsec1
@pytest.mark.parametrize("signature", ["RSA_SHA256", "RSA_SHA1"])
@pytest.mark.parametrize("digest", ["SHA256", "SHA1"])
def test_signed_metadata_is_verified_by_signxml_and_xmlsec1(signature: str, digest: str) -> None:
    xml = build_metadata(
        metadata_claims(slo_url=SLO), signing_key(), signature_algorithm=signature, digest_algorithm=digest
    )
    entity = verify_with_signxml(
        xml, signing_key(), "EntityDescriptor", signature_algorithm=signature, digest_algorithm=digest
    )
    assert entity.get("entityID") == ISSUER
    verify_with_xmlsec1(xml, signing_key(), "EntityDescriptor")


@needs_xmlsec1
def test_signed_metadata_with_another_certificate_put_in_is_refused() -> None:
    xml = build_metadata(metadata_claims(), signing_key())
    at = xml.rindex(b"<ds:X509Certificate>")
    changed = xml[:at] + xml[at:].replace(b"MII", b"MIJ", 1)
    with pytest.raises(InvalidDigest):
        verify_with_signxml(changed, signing_key(), "EntityDescriptor")
    with pytest.raises(AssertionError):
        verify_with_xmlsec1(changed, signing_key(), "EntityDescriptor")


def test_signing_is_stable_and_signing_again_replaces_the_signature() -> None:
    tree = metadata_tree(metadata_claims())
    sign_metadata(tree, signing_key())
    first = wire(tree)
    sign_metadata(tree, signing_key())
    assert wire(tree) == first == build_metadata(metadata_claims(), signing_key())
    assert len(tree.find_all("ds:Signature")) == 1


def test_two_keys_are_published_during_a_rotation_with_overlap() -> None:
    keys = [signing_key(), signing_key("another")]
    tree = read_tree(build_metadata(metadata_claims(keys=keys)))
    published = [c.text for c in tree.find_all("ds:X509Certificate")]
    assert published == [k.certificate_b64_wrapped for k in keys]


def test_want_authn_requests_signed_can_be_published_though_okta_never_does() -> None:
    assert b'WantAuthnRequestsSigned="false"' in build_metadata(metadata_claims())
    assert b'WantAuthnRequestsSigned="true"' in build_metadata(
        metadata_claims(want_authn_requests_signed=True)
    )
