"""LogoutResponse and LogoutRequest in Okta's bytes, accepted by two independent judges."""

from __future__ import annotations

from random import Random
from urllib.parse import urlsplit

import pytest

from fake_idp.saml.bindings import redirect_url
from fake_idp.saml.ids import message_id
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import (
    LogoutRequest,
    LogoutResponse,
    read_redirect,
    read_xml,
    verify_request_signature,
)
from fake_idp.saml.names import NAMEID_EMAIL, STATUS_AUTHN_FAILED, STATUS_SUCCESS
from tests.saml.examples import ISSUER, NOW, REQUEST_ID, signing, signing_key
from tests.saml.oracles import needs_xmlsec1, verify_with_signxml, verify_with_xmlsec1
from tests.saml.skeleton import match

SLO_URL = "http://localhost:9000/saml/slo"


def response(**changes: object) -> LogoutResponseClaims:
    values: dict[str, object] = {
        "id": message_id(Random(1), NOW),
        "issue_instant": NOW,
        "destination": SLO_URL,
        "issuer": ISSUER,
        "in_response_to": REQUEST_ID,
    }
    return LogoutResponseClaims(**(values | changes))  # type: ignore[arg-type]


def request(**changes: object) -> LogoutRequestClaims:
    values: dict[str, object] = {
        "id": message_id(Random(2), NOW),
        "issue_instant": NOW,
        "destination": SLO_URL,
        "issuer": ISSUER,
        "name_id": "ada@acme.test",
        "name_id_format": NAMEID_EMAIL,
        "session_indexes": ["id-1", "id-2"],
    }
    return LogoutRequestClaims(**(values | changes))  # type: ignore[arg-type]


def test_success_answer_has_the_bytes_of_the_recorded_one() -> None:
    parts = match(
        "logout_response",
        build_logout_response(response(), signing()),
        {"slo": SLO_URL, "issuer": ISSUER, "request": REQUEST_ID},
    )
    assert parts["certificate"] == signing_key().certificate_b64_wrapped


def test_failed_answer_names_authn_failed_at_the_top_and_may_lack_what_could_not_be_read() -> None:
    xml = build_logout_response(response(status=STATUS_AUTHN_FAILED, in_response_to=None), None)
    answer = read_xml(xml, expect=LogoutResponse)
    assert (answer.status, answer.sub_status) == (STATUS_AUTHN_FAILED, None)
    assert b"InResponseTo" not in xml
    assert b"Signature" not in xml


@needs_xmlsec1
@pytest.mark.parametrize("signature", ["RSA_SHA256", "RSA_SHA1"])
def test_both_messages_are_verified_by_signxml_and_xmlsec1(signature: str) -> None:
    how = signing(signature_algorithm=signature)
    for element, xml in (
        ("LogoutResponse", build_logout_response(response(), how)),
        ("LogoutRequest", build_logout_request(request(), how)),
    ):
        verify_with_signxml(xml, signing_key(), element, signature_algorithm=signature)
        verify_with_xmlsec1(xml, signing_key(), element)


def test_logout_request_follows_the_order_of_the_schema() -> None:
    xml = build_logout_request(request(), signing())
    root = read_xml(xml, expect=LogoutRequest)
    assert root.name_id == "ada@acme.test"
    assert root.name_id_format == NAMEID_EMAIL
    assert root.session_indexes == ("id-1", "id-2")
    order = [b"<saml2:Issuer", b"<ds:Signature", b"<saml2:NameID", b"<saml2p:SessionIndex>id-1", b"id-2"]
    places = [xml.index(part) for part in order]
    assert places == sorted(places)


def test_by_redirect_the_xml_is_unsigned_and_the_query_string_signed() -> None:
    url = redirect_url(
        f"{SLO_URL}?tenant=1",
        "SAMLResponse",
        build_logout_response(response(), None),
        "state/1",
        signing_key(),
    )
    query = urlsplit(url).query
    assert query.startswith("tenant=1&SAMLResponse=")
    answer = read_redirect(query, expect=LogoutResponse)
    assert (answer.status, answer.relay_state) == (STATUS_SUCCESS, "state/1")
    assert (answer.signed, answer.embedded_signature) == (True, False)
    assert verify_request_signature(answer, [signing_key().certificate]) == signing_key().certificate
