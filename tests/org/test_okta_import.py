"""Apps that come from a real Okta: the object of its API, its metadata, or both."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from fake_idp import FakeOkta
from fake_idp.org.errors import InvalidOrgFile, InvalidSetting
from fake_idp.org.okta_import import import_okta_app, read_metadata
from fake_idp.org.org import Org
from fake_idp.org.settings import AcsEndpoint, AttributeStatement, GroupAttributeStatement
from fake_idp.saml.keys import wrap_base64
from fake_idp.saml.names import ATTRNAME_UNSPECIFIED, NAMEID_PERSISTENT
from tests.org.material import sp_certificate, sp_key


def app_object(**sign_on: Any) -> dict[str, Any]:
    """An app as ``GET /api/v1/apps/{id}`` gives it, with Okta's keys in Okta's order."""
    return {
        "id": "0oakwraz4f7moptnf1d7",
        "orn": "orn:okta:idp:00o1:apps:integrator-2240118_fabdesk_1:0oakwraz4f7moptnf1d7",
        "name": "integrator-2240118_fabdesk_1",
        "label": "Fab Desk",
        "status": "ACTIVE",
        "lastUpdated": "2025-03-13T23:50:03.000Z",
        "created": "2025-03-13T23:50:03.000Z",
        "accessibility": {"selfService": False, "errorRedirectUrl": None, "loginRedirectUrl": None},
        "visibility": {"autoLaunch": False, "hide": {"iOS": False, "web": True}, "appLinks": {}},
        "features": [],
        "signOnMode": "SAML_2_0",
        "credentials": {
            "userNameTemplate": {"template": "${source.email}", "type": "BUILT_IN"},
            "signing": {"kid": "kidkidkidkidkidkidkidkidkidkidkidkidkidkid1"},
        },
        "settings": {
            "app": {},
            "notes": {"admin": "made by hand", "enduser": None},
            "signOn": {
                "defaultRelayState": "/start",
                "ssoAcsUrl": "https://sp.test/acs",
                "idpIssuer": "http://www.okta.com/${org.externalKey}",
                "audience": "https://sp.test/metadata",
                "recipient": "https://sp.test/acs",
                "destination": "https://sp.test/acs",
                "subjectNameIdTemplate": "${user.userName}",
                "subjectNameIdFormat": NAMEID_PERSISTENT,
                "responseSigned": True,
                "assertionSigned": True,
                "signatureAlgorithm": "RSA_SHA256",
                "digestAlgorithm": "SHA256",
                "honorForceAuthn": False,
                "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
                "spIssuer": None,
                "requestCompressed": False,
                "attributeStatements": [
                    {"type": "EXPRESSION", "name": "mail", "namespace": ATTRNAME_UNSPECIFIED, "values": ["user.email"]},
                    {"type": "GROUP", "name": "groups", "namespace": ATTRNAME_UNSPECIFIED, "filterType": "STARTS_WITH",
                     "filterValue": "App"},
                ],
                "inlineHooks": [],
                "assertionEncryption": {"enabled": False},
                "allowMultipleAcsEndpoints": True,
                "acsEndpoints": [{"url": "https://sp.test/acs2", "index": 1}],
                "samlSignedRequestEnabled": False,
                "slo": {"enabled": False},
                **sign_on,
            },
        },
        "_links": {
            "appLinks": [{"name": "x", "href": "https://x/home/n/0oakwraz4f7moptnf1d7/alnkwrg75eVNIdGgr1d7"}],
        },
    }  # fmt: skip


METADATA = (
    '<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/exkkwraz4e5opgu6j1d7" '
    'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" '
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:NameIDFormat>'
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:NameIDFormat>"
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat><md:SingleSignOnService "
    'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
    'Location="https://x.okta.com/app/integrator-2240118_fabdesk_1/exkkwraz4e5opgu6j1d7/sso/saml"/>'
    "</md:IDPSSODescriptor></md:EntityDescriptor>"
)


def test_an_app_object_makes_the_same_app_here(org: Org) -> None:
    app = import_okta_app(org, app_object())
    assert (app.id, app.name, app.label) == (
        "0oakwraz4f7moptnf1d7",
        "integrator-2240118_fabdesk_1",
        "Fab Desk",
    )
    assert app.link_id == "alnkwrg75eVNIdGgr1d7"
    assert app.signing_kid == "kidkidkidkidkidkidkidkidkidkidkidkidkidkid1" == org.signing_key(app).kid
    assert (app.hidden, app.is_active, app.notes) == (True, True, "made by hand")
    assert app.application_username == "Email"
    settings = app.settings
    assert (settings.recipient, settings.destination) == ("", "")
    assert (settings.subject_name_id_format, settings.honor_force_authn) == (NAMEID_PERSISTENT, False)
    assert settings.attribute_statements == (AttributeStatement("mail", ("user.email",)),)
    assert settings.group_attribute_statements == (GroupAttributeStatement("groups", "STARTS_WITH", "App"),)
    assert settings.acs_endpoints == (AcsEndpoint("https://sp.test/acs2", 1),)


def test_metadata_adds_the_external_key_and_the_entity_id(org: Org) -> None:
    app = import_okta_app(org, json.dumps(app_object()), METADATA)
    assert org.entity_id(app) == "http://www.okta.com/exkkwraz4e5opgu6j1d7"
    assert org.sso_url(app).endswith("/app/integrator-2240118_fabdesk_1/exkkwraz4e5opgu6j1d7/sso/saml")


def test_metadata_alone_makes_the_app_with_the_two_values_it_does_not_tell(org: Org) -> None:
    with pytest.raises(InvalidSetting, match="Single sign-on URL"):
        import_okta_app(org, metadata=METADATA)
    app = import_okta_app(org, metadata=METADATA, sso_acs_url="http://sp.test/", audience="sp")
    assert (app.name, app.label) == ("integrator-2240118_fabdesk_1", "integrator-2240118_fabdesk_1")
    assert app.settings.subject_name_id_format == NAMEID_PERSISTENT
    assert org.entity_id(app) == "http://www.okta.com/exkkwraz4e5opgu6j1d7"


def test_metadata_of_this_org_reads_back(org: Org) -> None:
    app = import_okta_app(org, app_object(slo={"enabled": False}))
    told = read_metadata(org.metadata(app))
    assert (told.external_key, told.app_name, told.entity_id) == (
        app.external_key,
        app.name,
        org.entity_id(app),
    )
    assert told.name_id_format == app.settings.subject_name_id_format
    assert not told.has_single_logout


def test_an_own_issuer_of_the_metadata_is_kept(org: Org) -> None:
    metadata = METADATA.replace("http://www.okta.com/exkkwraz4e5opgu6j1d7", "urn:me", 1)
    app = import_okta_app(org, metadata=metadata, sso_acs_url="http://sp.test/", audience="sp")
    assert org.entity_id(app) == "urn:me"


def test_logout_and_certificates_come_along(org: Org) -> None:
    wrapped = wrap_base64(base64.b64decode(sp_key().certificate_b64)).replace("\n", "\r\n") + "\r\n"
    slo = {"enabled": True, "issuer": "sp", "logoutUrl": "https://sp.test/slo"}
    app = import_okta_app(org, app_object(spCertificate={"x5c": [wrapped]}, slo=slo))
    assert app.settings.sp_certificate == sp_certificate()
    assert (app.settings.slo_issuer, app.settings.slo_logout_url) == ("sp", "https://sp.test/slo")


@pytest.mark.parametrize(
    ("template", "form", "expression", "update"),
    [
        ({"template": "${source.login}", "type": "BUILT_IN"}, "Okta username", "", "Create and update"),
        ({"template": '${fn:substringBefore(source.email, "@")}', "type": "BUILT_IN"}, "Email prefix", "",
         "Create and update"),
        ({"type": "NONE"}, "(None)", "", "Create and update"),
        ({"type": "BUILT_IN"}, "Okta username", "", "Create and update"),
        ({"template": "${user.firstName}", "type": "CUSTOM", "pushStatus": "DONT_PUSH"}, "Custom", "${user.firstName}",
         "Create only"),
        ({"template": "${source.userName}${instance.userSuffix}", "type": "BUILT_IN", "userSuffix": "@x"}, "Custom",
         "${source.userName}@x", "Create and update"),
        ({"template": "${source.login}", "type": "BUILT_IN", "userSuffix": "@x"}, "Custom", "${source.login}@x",
         "Create and update"),
    ],
)  # fmt: skip
def test_username_templates_become_forms(
    org: Org, template: dict[str, str], form: str, expression: str, update: str
) -> None:
    source = app_object()
    source["credentials"]["userNameTemplate"] = template
    app = import_okta_app(org, source)
    assert (app.application_username, app.username_expression, app.username_update) == (
        form,
        expression,
        update,
    )


def test_an_oin_app_has_overrides(org: Org) -> None:
    source = app_object()
    source["settings"]["signOn"] = {
        "defaultRelayState": None, "ssoAcsUrlOverride": "https://a.test/", "audienceOverride": "a",
        "recipientOverride": "https://r.test/", "destinationOverride": None, "attributeStatements": [],
    }  # fmt: skip
    settings = import_okta_app(org, source).settings
    assert (settings.sso_acs_url, settings.audience, settings.recipient) == (
        "https://a.test/",
        "a",
        "https://r.test/",
    )


@pytest.mark.parametrize(
    ("app", "metadata", "message"),
    [
        (None, None, "give an app object, metadata, or both"),
        ("{", None, "no JSON"),
        ("[]", None, "expected one app object"),
        ({"signOnMode": "OPENID_CONNECT"}, None, "expected SAML_2_0, received 'OPENID_CONNECT'"),
        (None, "<html/>", "expected an EntityDescriptor"),
        (None, "no xml", "metadata"),
        (None, METADATA.replace("/app/", "/idp/"), "as Okta's are"),
    ],
)
def test_what_okta_does_not_give_out_is_refused(org: Org, app: Any, metadata: Any, message: str) -> None:
    with pytest.raises(InvalidOrgFile, match=message):
        import_okta_app(org, app, metadata)


def test_a_template_type_that_does_not_exist_is_refused(org: Org) -> None:
    source = app_object()
    source["credentials"]["userNameTemplate"] = {"type": "OTHER"}
    with pytest.raises(InvalidSetting, match="NONE, BUILT_IN or CUSTOM"):
        import_okta_app(org, source)
    source["credentials"]["userNameTemplate"] = {"type": "NONE", "pushStatus": "MAYBE"}
    with pytest.raises(InvalidSetting, match="DONT_PUSH"):
        import_okta_app(org, source)


def test_the_front_door_imports_files(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text(json.dumps(app_object()))
    (tmp_path / "metadata.xml").write_text(METADATA)
    okta = FakeOkta()
    app = okta.import_okta_app(
        tmp_path / "app.json", tmp_path / "metadata.xml", label="Mine", audience="other"
    )
    assert (app.label, app.settings.audience, app.entity_id) == (
        "Mine",
        "other",
        "http://www.okta.com/exkkwraz4e5opgu6j1d7",
    )
    app.assign(okta.add_person("ada@acme.test"))
    assert app.entity_id in app.sign_in("ada@acme.test").xml.decode()
    okta.stop()
