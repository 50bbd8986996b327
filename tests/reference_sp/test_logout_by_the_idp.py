"""Single logout that the IdP asks for, rightly or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.logout_messages import (
    SLO,
    logout_response,
    post,
    query_for,
    request,
    signed_in,
    sp_certificate,
)
from tests.reference_sp.small_idp import (
    SAMLP,
    SUCCESS,
    Element,
    encoded,
    find,
    sign,
)
from tests.reference_sp.small_idp import pair as key_pair


def test_a_signed_request_ends_the_named_session_and_is_answered(pair: Pair) -> None:
    browser, index = signed_in(pair)
    message = sign(request(pair, index), pair.idp.signer)
    page = post(pair, message, relay="state & <more>")
    assert browser.signed_in() == "", "ended although the request came without the cookie"
    root, fields, action = logout_response(page)
    assert action == pair.idp.slo_url
    assert fields["RelayState"] == "state & <more>"
    assert root.get("InResponseTo") == message.get("ID")
    assert root.get("Destination") == pair.idp.slo_url
    assert find(root, "p:Status/p:StatusCode").get("Value") == SUCCESS
    config = SignatureConfiguration(location="./")
    XMLVerifier().verify(
        etree.tostring(root), x509_cert=sp_certificate(pair), id_attribute="ID", expect_config=config
    )


def test_by_redirect_the_answer_goes_back_by_redirect(pair: Pair) -> None:
    browser, index = signed_in(pair)
    page = browser.get(f"{SLO}?{query_for(request(pair, index), pair.idp.signer, relay='r')}")
    assert browser.signed_in() == ""
    fields = dict(parse_qsl(urlsplit(page.location).query))
    assert fields["RelayState"] == "r"
    assert {"SAMLResponse", "SigAlg", "Signature"} <= set(fields)


def test_the_answer_goes_to_the_response_location(make: Maker) -> None:
    pair = make(configured=False)
    slo = f'Location="{pair.idp.slo_url}"'
    pair.sp.upload_metadata(
        pair.idp.metadata().replace(slo.encode(), f'{slo} ResponseLocation="http://a.test/r"'.encode())
    )
    pair.sp.save()
    _, index = signed_in(pair)
    root, _, action = logout_response(post(pair, sign(request(pair, index), pair.idp.signer)))
    assert action == root.get("Destination") == "http://a.test/r"


def test_the_index_selects_the_session(pair: Pair) -> None:
    first, index = signed_in(pair)
    second, _ = signed_in(pair)
    post(pair, sign(request(pair, "unknown"), pair.idp.signer))
    assert first.signed_in() == second.signed_in() == "ada@acme.test"
    post(pair, sign(request(pair, index), pair.idp.signer))
    assert (first.signed_in(), second.signed_in()) == ("", "ada@acme.test")
    post(pair, sign(request(pair), pair.idp.signer))
    assert second.signed_in() == ""


@pytest.mark.parametrize(
    "change",
    [
        {"name": "eve@acme.test"},
        {"name": "Ada@acme.test"},
        {"name_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
    ],
)
def test_another_name_ends_nothing_and_is_answered_with_an_error(pair: Pair, change: dict[str, Any]) -> None:
    browser, _ = signed_in(pair)
    page = post(pair, sign(request(pair, **change), pair.idp.signer), browser=browser)
    assert browser.signed_in() == "ada@acme.test"
    root, _, _ = logout_response(page)
    assert find(root, "p:Status/p:StatusCode").get("Value") == "urn:oasis:names:tc:SAML:2.0:status:Requester"
    assert pair.sp.audit(action="logout")[-1].error == "slo_unknown_session"


def tampered(message: Element) -> Element:
    find(message, "a:NameID").text = "ada@acme.test"
    return message


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (lambda pair: request(pair), "slo_unsigned"),
        (lambda pair: sign(request(pair), key_pair("attacker")), "slo_unsigned"),
        (lambda pair: tampered(sign(request(pair, name="x@acme.test"), pair.idp.signer)), "slo_unsigned"),
        (lambda pair: sign(request(pair, issuer="urn:other"), pair.idp.signer), "slo_issuer"),
        (
            lambda pair: sign(request(pair, destination="https://x.test/slo"), pair.idp.signer),
            "slo_destination",
        ),
        (lambda pair: sign(request(pair, destination=None), pair.idp.signer), "slo_destination"),
        (lambda pair: sign(request(pair, until=-600), pair.idp.signer), "slo_expired"),
        (lambda pair: sign(request(pair, issued=-1000), pair.idp.signer), "slo_expired"),
        (lambda pair: sign(request(pair, issued=1000), pair.idp.signer), "slo_expired"),
    ],
)
def test_requests_that_do_not_count(pair: Pair, message: Callable[[Pair], Element], code: str) -> None:
    browser, _ = signed_in(pair)
    page = post(pair, message(pair), browser=browser)
    assert (page.status, page.code) == (403, code)
    assert browser.signed_in() == "ada@acme.test"


def test_a_captured_assertion_does_not_sign_a_logout_request(pair: Pair) -> None:
    browser, _ = signed_in(pair)
    captured = find(pair.idp.response(signed="assertion"), "a:Assertion")
    inside = request(pair)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(captured)
    inside.insert(1, extensions)
    assert post(pair, inside, browser=browser).code == "slo_unsigned"
    moved = request(pair)
    moved.insert(1, find(captured, "ds:Signature"))
    assert post(pair, moved, browser=browser).code == "slo_unsigned"
    assert browser.signed_in() == "ada@acme.test"


def test_a_request_works_once(pair: Pair) -> None:
    signed_in(pair)
    message = sign(request(pair), pair.idp.signer)
    assert post(pair, message).status == 200
    again, _ = signed_in(pair)
    assert post(pair, message, browser=again).code == "slo_replayed"
    assert again.signed_in() == "ada@acme.test"


def test_an_assertion_for_a_session_that_was_ended_comes_too_late(pair: Pair) -> None:
    root = pair.idp.response()
    index = find(root, "a:Assertion/a:AuthnStatement").get("SessionIndex", "")
    post(pair, sign(request(pair, index), pair.idp.signer))
    assert pair.code(root) == "sess_expired"
    assert pair.code(pair.idp.response()) == ""


def test_another_idp_ends_nothing(pair: Pair) -> None:
    from tests.reference_sp.small_idp import SmallIdp

    browser, index = signed_in(pair)
    other = SmallIdp(entity_id="http://www.okta.com/exkOTHER", signer=key_pair("other"), now=pair.sp.now)
    pair.sp.add_organization("10002")
    pair.sp.upload_metadata(other.metadata(), org_id="10002")
    pair.sp.save(org_id="10002")
    slo = pair.sp.slo_url.replace("10001", "10002")
    message = request(pair, index, issuer=other.entity_id, destination=slo)
    pair.browser().post(slo, {"SAMLRequest": encoded(sign(message, other.signer))}, cross_site=True)
    assert browser.signed_in() == "ada@acme.test"
