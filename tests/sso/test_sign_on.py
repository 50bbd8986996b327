"""One good login, and what each setting makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import AttributeStatement
from fake_idp.saml import names
from fake_idp.saml.claims import format_instant
from fake_idp.saml.faults import Fault
from fake_idp.sso import sign_on
from tests.sso.material import ACS, authn_request, sp_key, verified, xpath


def test_an_idp_initiated_login_answers_nobody(org: Org, app: App, ada: Person, session: Session) -> None:
    signed_on = sign_on(org, app, ada, session)
    assert signed_on.acs_url == ACS
    assert signed_on.relay_state == ""
    assert xpath(signed_on.xml, "//@InResponseTo") == []
    assert xpath(signed_on.xml, "//saml2:NameID/text()") == "ada@acme.test"
    assert xpath(signed_on.xml, "string(//@SessionIndex)").startswith("id1772366400000.")
    assert xpath(signed_on.xml, "string(/saml2p:Response/saml2:Issuer)") == org.entity_id(app)
    assert verified(signed_on.xml, org.signing_key(app).certificate)


def test_an_sp_initiated_login_carries_the_requests_id(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    signed_on = sign_on(org, app, ada, session, request=authn_request("_abc", relay_state="/deep"))
    assert xpath(signed_on.xml, "//@InResponseTo") == ["_abc", "_abc"]
    assert xpath(signed_on.xml, "//@SessionIndex") == "_abc"
    assert signed_on.relay_state == "/deep"
    assert dict(signed_on.delivery.fields) == {"SAMLResponse": signed_on.saml_response, "RelayState": "/deep"}
    assert (signed_on.delivery.method, signed_on.delivery.url) == ("POST", ACS)


def test_times_are_those_of_the_org(org: Org, app: App, ada: Person, session: Session) -> None:
    org.clock.move("35m")
    xml = sign_on(org, app, ada, session).xml
    now = org.now()
    assert xpath(xml, "//@IssueInstant") == [format_instant(now)] * 2
    assert xpath(xml, "//@AuthnInstant") == format_instant(session.authenticated_at)
    ends = {format_instant(now + timedelta(minutes=5, milliseconds=late)) for late in (0, 1)}
    assert len(set(xpath(xml, "//@NotOnOrAfter"))) == 1
    assert set(xpath(xml, "//@NotOnOrAfter")) <= ends
    assert xpath(xml, "//@NotBefore") in {
        format_instant(now - timedelta(minutes=5, milliseconds=-m)) for m in (0, 1)
    }
    assert xpath(xml, "//@SessionNotOnOrAfter") == []


def test_the_default_relay_state_is_for_idp_initiated_logins_alone(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    app = org.update_app(app, default_relay_state="/home")
    assert sign_on(org, app, ada, session).relay_state == "/home"
    assert sign_on(org, app, ada, session, relay_state="/asked").relay_state == "/asked"
    assert sign_on(org, app, ada, session, request=authn_request()).relay_state == ""


@pytest.mark.parametrize(("response", "assertion"), [(True, True), (True, False), (False, True)])
def test_what_is_signed_follows_the_settings(
    org: Org, app: App, ada: Person, session: Session, response: bool, assertion: bool
) -> None:
    app = org.update_app(app, response_signed=response, assertion_signed=assertion)
    xml = sign_on(org, app, ada, session).xml
    assert bool(xpath(xml, "boolean(/saml2p:Response/ds:Signature)")) is response
    assert bool(xpath(xml, "boolean(/saml2p:Response/saml2:Assertion/ds:Signature)")) is assertion


def test_algorithms_follow_the_settings(org: Org, app: App, ada: Person, session: Session) -> None:
    app = org.update_app(app, signature_algorithm="RSA_SHA1", digest_algorithm="SHA1")
    xml = sign_on(org, app, ada, session).xml
    assert set(xpath(xml, "//ds:SignatureMethod/@Algorithm")) == {names.SIGNATURE_ALGORITHMS["RSA_SHA1"]}
    assert set(xpath(xml, "//ds:DigestMethod/@Algorithm")) == {names.DIGEST_ALGORITHMS["SHA1"]}


def test_recipient_destination_audience_format_and_context_follow_the_settings(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    app = org.update_app(
        app, recipient="http://r.test/", destination="http://d.test/", audience="urn:aud",
        subject_name_id_format=names.NAMEID_PERSISTENT, authn_context_class_ref=names.AUTHN_CONTEXTS["Kerberos"],
        idp_issuer="urn:me", assertion_lifetime_seconds=60, max_session_lifetime_minutes=30,
    )  # fmt: skip
    signed_on = sign_on(org, app, ada, session)
    xml = signed_on.xml
    assert signed_on.acs_url == ACS
    assert xpath(xml, "//@Recipient") == "http://r.test/"
    assert xpath(xml, "/*/@Destination") == "http://d.test/"
    assert xpath(xml, "string(//saml2:Audience)") == "urn:aud"
    assert xpath(xml, "//saml2:NameID/@Format") == names.NAMEID_PERSISTENT
    assert xpath(xml, "string(//saml2:AuthnContextClassRef)") == names.AUTHN_CONTEXTS["Kerberos"]
    assert xpath(xml, "string(/*/saml2:Issuer)") == "urn:me"
    assert xpath(xml, "//@SessionNotOnOrAfter") == "2026-03-01T12:30:00.000Z"
    assert "2026-03-01T12:01:00.00" in xpath(xml, "string(//saml2:Conditions/@NotOnOrAfter)")


def test_an_encrypted_assertion_is_signed_before(org: Org, app: App, ada: Person, session: Session) -> None:
    app = org.update_app(app, assertion_encrypted=True, encryption_certificate=sp_key().certificate_pem)
    xml = sign_on(org, app, ada, session).xml
    assert b"ada@acme.test" not in xml
    assert xpath(xml, "count(//saml2:EncryptedAssertion)") == 1.0
    assert verified(xml, org.signing_key(app).certificate)


def test_attributes_are_those_of_the_person(org: Org, app: App, ada: Person, session: Session) -> None:
    rows = (AttributeStatement("first", ("user.firstName",)), AttributeStatement("none", ("user.nothing",)))
    app = org.update_app(app, attribute_statements=rows)
    xml = sign_on(org, app, ada, session).xml
    assert xpath(xml, "//saml2:Attribute/@Name") == "first"
    assert xpath(xml, "string(//saml2:AttributeValue)") == "Ada"
    app = org.update_app(app, attribute_statements=())
    assert xpath(sign_on(org, app, ada, session).xml, "count(//saml2:AttributeStatement)") == 0.0


def test_the_session_remembers_the_login(org: Org, app: App, ada: Person, session: Session) -> None:
    sign_on(org, app, ada, session, request=authn_request("_abc"))
    (entry,) = org.app_sessions(session.id)
    assert (entry.app_id, entry.session_index, entry.name_id) == (app.id, "_abc", "ada@acme.test")


def test_the_system_log_has_both_kinds_of_login(org: Org, app: App, ada: Person, session: Session) -> None:
    sign_on(org, app, ada, session)
    sign_on(org, app, ada, session, request=authn_request())
    first, second = org.log("user.authentication.sso")
    assert first.debug_data["initiationType"] == "IDP_INITIATED"
    assert second.debug_data["initiationType"] == "SP_INITIATED"
    data = second.as_json()
    assert data["legacyEventType"] == "app.auth.sso"
    assert data["outcome"] == {"result": "SUCCESS", "reason": None}
    assert [entry["type"] for entry in data["target"]] == ["AppInstance", "AppUser"]
    assert data["target"][1]["alternateId"] == "ada@acme.test"
    assert data["actor"]["id"] == ada.id


def test_a_rotated_key_signs_at_once(org: Org, app: App, ada: Person, session: Session) -> None:
    old = org.signing_key(app)
    app = org.activate_key(app, org.generate_key(app).kid)
    xml = sign_on(org, app, ada, session).xml
    assert verified(xml, org.signing_key(app).certificate)
    assert old.certificate_b64_wrapped not in xml.decode()


def _shout(claims: object, _context: object) -> None:
    claims.name_id = claims.name_id.upper()  # type: ignore[attr-defined]


def _elsewhere(delivery: object, _context: object) -> None:
    delivery.url = "http://elsewhere.test/"  # type: ignore[attr-defined]


SHOUT = Fault(id="shout", title="", stage="claims", apply=_shout)
ELSEWHERE = Fault(id="elsewhere", title="", stage="binding", apply=_elsewhere)


def test_faults_are_committed_when_asked_for_and_only_then(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    bad = sign_on(org, app, ada, session, faults=[SHOUT, ELSEWHERE])
    assert xpath(bad.xml, "//saml2:NameID/text()") == "ADA@ACME.TEST"
    assert bad.delivery.url == "http://elsewhere.test/"
    good = sign_on(org, app, ada, session)
    assert xpath(good.xml, "//saml2:NameID/text()") == "ada@acme.test"
    assert good.delivery.url == ACS


def test_armed_faults_go_into_so_many_messages_of_the_app(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    other = org.create_saml_app("Other", app.settings)
    org.assign_person(other, ada)
    org.faults.arm([SHOUT], app_id=app.id, times=1)
    assert b"ada@acme.test" in sign_on(org, other, ada, session).xml
    assert b"ADA@ACME.TEST" in sign_on(org, app, ada, session).xml
    assert b"ada@acme.test" in sign_on(org, app, ada, session).xml
    org.faults.arm([SHOUT])
    assert b"ADA@ACME.TEST" in sign_on(org, other, ada, session).xml
    assert b"ADA@ACME.TEST" in sign_on(org, other, ada, session).xml
    org.faults.clear()
    assert b"ada@acme.test" in sign_on(org, other, ada, session).xml
