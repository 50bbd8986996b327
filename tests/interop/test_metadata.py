"""Okta's metadata, signed and plain, read by independent programs."""

from __future__ import annotations

import pytest
from lxml import etree
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from saml2.config import SPConfig
from signxml.exceptions import InvalidDigest
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fake_idp import FakeOkta
from fake_idp.handles import SamlApp
from tests.saml.oracles import needs_xmlsec1, verify_with_xmlsec1

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


@pytest.fixture(scope="module")
def app(okta: FakeOkta) -> SamlApp:
    """An app that no SP program uses."""
    return okta.create_saml_app(
        "Metadata", acs_url="http://localhost:9/acs", audience="http://localhost:9/md"
    )


def _signed_by(xml: bytes, app: SamlApp, okta: FakeOkta) -> etree._Element:
    key = okta.org.metadata_key
    verified = XMLVerifier().verify(
        etree.fromstring(xml),
        x509_cert=key.certificate,
        id_attribute="ID",
        expect_config=SignatureConfiguration(location="./"),
    )
    assert not isinstance(verified, list)
    assert verified.signed_xml is not None
    return verified.signed_xml


def test_signxml_accepts_the_signature_and_sees_the_whole_document(app: SamlApp, okta: FakeOkta) -> None:
    signed = _signed_by(app.metadata.bytes, app, okta)

    assert signed.tag == f"{MD}EntityDescriptor"
    assert signed.get("entityID") == app.entity_id


def test_signxml_refuses_metadata_that_was_changed(app: SamlApp, okta: FakeOkta) -> None:
    with pytest.raises(InvalidDigest):
        _signed_by(app.metadata.bytes.replace(b"/sso/saml", b"/sso/evil"), app, okta)


@needs_xmlsec1
def test_the_xmlsec1_command_accepts_the_signature(app: SamlApp, okta: FakeOkta) -> None:
    verify_with_xmlsec1(app.metadata.bytes, okta.org.metadata_key, "EntityDescriptor")


@needs_xmlsec1
def test_the_xmlsec1_command_refuses_metadata_that_was_changed(app: SamlApp, okta: FakeOkta) -> None:
    changed = app.metadata.bytes.replace(b"/sso/saml", b"/sso/evil")
    with pytest.raises(AssertionError):
        verify_with_xmlsec1(changed, okta.org.metadata_key, "EntityDescriptor")


def test_python3_saml_accepts_the_signature(app: SamlApp, okta: FakeOkta) -> None:
    assert OneLogin_Saml2_Utils.validate_metadata_sign(
        app.metadata.bytes, cert=okta.org.metadata_key.certificate_pem
    )


def test_python3_saml_finds_key_and_addresses(app: SamlApp) -> None:
    _as_python3_saml_reads_it(app)


def test_python3_saml_finds_them_in_oktas_own_unsigned_bytes_too() -> None:
    with FakeOkta(base_url="http://127.0.0.1:9", sign_metadata=False) as plain:
        app = plain.create_saml_app(
            "Metadata", acs_url="http://localhost:9/acs", audience="http://localhost:9/md"
        )
        assert b"<ds:Signature" not in app.metadata.bytes
        _as_python3_saml_reads_it(app)


def _as_python3_saml_reads_it(app: SamlApp) -> None:
    idp = OneLogin_Saml2_IdPMetadataParser.parse(app.metadata.bytes)["idp"]

    assert idp["entityId"] == app.entity_id
    assert idp["singleSignOnService"] == {"url": app.sso_url, "binding": REDIRECT}
    assert "".join(idp["x509cert"].split()) in "".join(app.certificate.split())


def test_pysaml2_finds_key_and_addresses(app: SamlApp, tmp_path: object) -> None:
    config = SPConfig().load({"entityid": "urn:test", "metadata": {"inline": [app.metadata.text]}})
    (entity_id,) = config.metadata.identity_providers()
    (service,) = config.metadata.single_sign_on_service(entity_id, REDIRECT)
    ((_name, certificate),) = config.metadata.certs(entity_id, "idpsso", "signing")

    assert entity_id == app.entity_id
    assert service["location"] == app.sso_url
    assert "".join(certificate.split()) in "".join(app.certificate.split())
