"""Single logout that a person starts at the SP, and the answers to it."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from tests.reference_sp.conftest import Pair
from tests.reference_sp.logout_messages import (
    SLO,
    answer,
    post,
    query_for,
    signed_in,
    sp_certificate,
    started,
)
from tests.reference_sp.small_idp import (
    EMAIL,
    find,
    sign,
)
from tests.reference_sp.small_idp import pair as key_pair


def test_logging_out_everywhere_sends_a_signed_request_and_ends_the_session_first(pair: Pair) -> None:
    browser, index = signed_in(pair)
    assert "Log out everywhere" in browser.get("/me").text
    page = browser.post("/logout/everywhere")
    assert browser.signed_in() == ""
    assert pair.sp.sessions() == []
    query = urlsplit(page.location).query
    assert page.location.startswith(f"{pair.idp.slo_url}?")
    fields = dict(parse_qsl(query))
    message = etree.fromstring(zlib.decompress(base64.b64decode(fields["SAMLRequest"]), -15))
    assert message.get("Destination") == pair.idp.slo_url
    name = find(message, "a:NameID")
    assert (name.text, dict(name.attrib)) == ("ada@acme.test", {"Format": EMAIL})
    assert find(message, "p:SessionIndex").text == index
    signed = query.rpartition("&Signature=")[0].encode()
    value = base64.b64decode(fields["Signature"])
    key = sp_certificate(pair).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(value, signed, PKCS1v15(), hashes.SHA256())


def test_the_name_is_sent_back_as_it_came(pair: Pair) -> None:
    qualifiers = f' NameQualifier="urn:q" SPNameQualifier="{pair.sp.entity_id}"'
    browser = pair.browser()
    pair.deliver(pair.idp.response(name_id_xml=f"<a:NameID{qualifiers}>ada@acme.test</a:NameID>"), browser)
    query = dict(parse_qsl(urlsplit(browser.post("/logout/everywhere").location).query))
    name = find(etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15)), "a:NameID")
    assert dict(name.attrib) == {"NameQualifier": "urn:q", "SPNameQualifier": pair.sp.entity_id}


def test_a_good_answer_by_post_and_by_redirect(pair: Pair) -> None:
    browser, identifier = started(pair)
    page = post(pair, sign(answer(pair, identifier), pair.idp.signer), "SAMLResponse", browser)
    assert page.location == "/login?signed_out=everywhere"
    assert "and at your identity provider" in browser.get(page.location).text
    browser, identifier = started(pair)
    query = query_for(answer(pair, identifier), pair.idp.signer, "SAMLResponse", "https://evil.test/")
    assert browser.get(f"{SLO}?{query}").location == "/login?signed_out=everywhere"


def test_an_answer_that_it_did_not_work_is_told(pair: Pair) -> None:
    browser, identifier = started(pair)
    status = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
    page = post(pair, sign(answer(pair, identifier, status), pair.idp.signer), "SAMLResponse", browser)
    assert (page.status, page.code) == (200, "slo_status")
    assert "not everywhere" in page.text


def test_forged_answers_have_no_effect(pair: Pair) -> None:
    browser, identifier = started(pair)
    other, _ = signed_in(pair, "bob@acme.test")
    cases = [
        (answer(pair, identifier), "slo_unsigned"),
        (sign(answer(pair, identifier), key_pair("attacker")), "slo_unsigned"),
        (sign(answer(pair, "_unknown"), pair.idp.signer), "slo_correlation"),
        (sign(answer(pair, identifier, destination="https://x.test"), pair.idp.signer), "slo_destination"),
    ]
    for message, code in cases:
        assert post(pair, message, "SAMLResponse", browser).code == code
    assert (
        post(pair, sign(answer(pair, identifier), pair.idp.signer), "SAMLResponse").code == "slo_correlation"
    )
    assert other.signed_in() == "bob@acme.test"
