"""Single logout: started here, asked for by the IdP, and forged."""

from __future__ import annotations

import base64
import socket
import zlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree, html
from signxml import SignatureConfiguration, XMLVerifier

from tests.reference_sp.browser import Browser, Page
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.small_idp import (
    EMAIL,
    MORE,
    SAML,
    SAMLP,
    SUCCESS,
    Element,
    encoded,
    find,
    new_id,
    sign,
    stamp,
)
from tests.reference_sp.small_idp import Pair as KeyPair
from tests.reference_sp.small_idp import pair as key_pair

SLO = "/saml/2/slo/10001"


def signed_in(pair: Pair, name: str = "ada@acme.test") -> tuple[Browser, str]:
    """A browser with a session by SSO, and its SessionIndex."""
    browser, root = pair.browser(), pair.idp.response(name)
    pair.deliver(root, browser)
    return browser, find(root, "a:Assertion/a:AuthnStatement").get("SessionIndex", "")


def request(
    pair: Pair,
    *indexes: str,
    name: str = "ada@acme.test",
    name_format: str = EMAIL,
    destination: str | None = "own",
    issuer: str = "",
    until: float | None = None,
    issued: float = 0,
) -> Element:
    to = (
        ""
        if destination is None
        else f' Destination="{pair.sp.slo_url if destination == "own" else destination}"'
    )
    now = pair.sp.now()
    end = "" if until is None else f' NotOnOrAfter="{stamp(now + timedelta(seconds=until))}"'
    inside = "".join(f"<p:SessionIndex>{index}</p:SessionIndex>" for index in indexes)
    return etree.fromstring(
        f'<p:LogoutRequest xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="{new_id()}" Version="2.0"'
        f' IssueInstant="{stamp(now + timedelta(seconds=issued))}"{to}{end}>'
        f"<a:Issuer>{issuer or pair.idp.entity_id}</a:Issuer>"
        f'<a:NameID Format="{name_format}">{name}</a:NameID>{inside}</p:LogoutRequest>'
    )


def answer(pair: Pair, request_id: str, status: str = SUCCESS, destination: str = "own") -> Element:
    to = pair.sp.slo_url if destination == "own" else destination
    return etree.fromstring(
        f'<p:LogoutResponse xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="{new_id()}" Version="2.0" Destination="{to}"'
        f' IssueInstant="{stamp(pair.sp.now())}" InResponseTo="{request_id}"><a:Issuer>{pair.idp.entity_id}</a:Issuer>'
        f'<p:Status><p:StatusCode Value="{status}"/></p:Status></p:LogoutResponse>'
    )


def post(
    pair: Pair,
    message: Element,
    parameter: str = "SAMLRequest",
    browser: Browser | None = None,
    relay: str | None = None,
) -> Page:
    fields = {parameter: encoded(message)} | ({} if relay is None else {"RelayState": relay})
    return (browser or pair.browser()).post(SLO, fields, cross_site=True)


def query_for(
    message: Element,
    signer: KeyPair,
    parameter: str = "SAMLRequest",
    relay: str | None = None,
    quoted: Callable[[str], str] = lambda text: quote(text, safe=""),
) -> str:
    """The signed query of HTTP-Redirect."""
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(etree.tostring(message)) + packer.flush()).decode()
    query = f"{parameter}={quoted(packed)}" + ("" if relay is None else f"&RelayState={quoted(relay)}")
    query += f"&SigAlg={quoted(f'{MORE}rsa-sha256')}"
    value = signer.key.sign(query.encode(), PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quoted(base64.b64encode(value).decode())}"


def raw_get(pair: Pair, query: str) -> bytes:
    """A GET whose query no client library tidies up."""
    parts = urlsplit(pair.sp.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        head = f"GET {SLO}?{query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
    return data


def sp_certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.sp.signing_certificate.encode())


def logout_response(page: Page) -> tuple[Element, dict[str, str], str]:
    """The LogoutResponse on an auto-post page: verified root, fields, address."""
    form = html.fromstring(page.text).find(".//form[@id='saml']")
    assert form is not None, page.text
    fields = {one.get("name", ""): one.get("value", "") for one in form.findall(".//input")}
    return etree.fromstring(base64.b64decode(fields["SAMLResponse"])), fields, form.get("action", "")


# Started here


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
    sp_certificate(pair).public_key().verify(value, signed, PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg]


def test_the_name_is_sent_back_as_it_came(pair: Pair) -> None:
    qualifiers = f' NameQualifier="urn:q" SPNameQualifier="{pair.sp.entity_id}"'
    browser = pair.browser()
    pair.deliver(pair.idp.response(name_id_xml=f"<a:NameID{qualifiers}>ada@acme.test</a:NameID>"), browser)
    query = dict(parse_qsl(urlsplit(browser.post("/logout/everywhere").location).query))
    name = find(etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15)), "a:NameID")
    assert dict(name.attrib) == {"NameQualifier": "urn:q", "SPNameQualifier": pair.sp.entity_id}


def started(pair: Pair) -> tuple[Browser, str]:
    """A browser that has logged out everywhere, and the ID of its request."""
    browser, _ = signed_in(pair)
    query = dict(parse_qsl(urlsplit(browser.post("/logout/everywhere").location).query))
    return browser, etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15)).get(
        "ID", ""
    )


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


# Asked for by the IdP


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
def test_another_name_ends_nothing_and_is_answered_with_an_error(pair: Pair, change: dict[str, str]) -> None:
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


# HTTP-Redirect in detail


def test_signatures_hold_over_the_octets_that_came(pair: Pair) -> None:
    """Lower-case escapes, plus for blank, another order of parameters: the signer's encoding counts."""

    def lower(text: str) -> str:
        return (
            quote(text, safe="")
            .replace("%2B", "%2b")
            .replace("%2F", "%2f")
            .replace("%3D", "%3d")
            .replace("%3A", "%3a")
        )

    browser, index = signed_in(pair)
    raw_get(pair, query_for(request(pair, index), pair.idp.signer, relay="a/b c", quoted=lower))
    assert browser.signed_in() == ""
    browser, index = signed_in(pair)
    query = query_for(request(pair, index), pair.idp.signer, relay="r")
    raw_get(pair, "&".join(reversed(query.split("&"))))
    assert browser.signed_in() == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda query: query.replace("RelayState=r", "RelayState=x"), "slo_unsigned"),
        (lambda query: query.replace("&RelayState=r", ""), "slo_unsigned"),
        (lambda query: query.partition("&Signature=")[0], "slo_unsigned"),
        (lambda query: query.partition("&Signature=")[0] + "&Signature=", "slo_unsigned"),
        (lambda query: query.replace("rsa-sha256", "rsa-unknown"), "slo_unsigned"),
        (lambda query: query.replace("rsa-sha256", "hmac-sha256"), "slo_unsigned"),
        (lambda query: query + "&RelayState=y", "slo_message"),
        (lambda query: query + "&SAMLResponse=x", "slo_message"),
        (lambda query: query + "&SAML%52equest=x", "slo_message"),
        (lambda query: query + "&SAMLEncoding=urn%3Aother", "slo_message"),
        (lambda query: query.replace("SAMLRequest", "SAMLResponse"), "slo_message"),
        (lambda query: "SAMLRequest=***", "slo_message"),
        (lambda query: "", "slo_message"),
    ],
)
def test_a_changed_query(pair: Pair, change: Callable[[str], str], code: str) -> None:
    browser, index = signed_in(pair)
    query = query_for(request(pair, index), pair.idp.signer, relay="r")
    assert browser.get(f"{SLO}?{change(query)}").code == code
    assert browser.signed_in() == "ada@acme.test"
    browser.get(f"{SLO}?{query}")
    assert browser.signed_in() == ""


def test_a_signature_inside_the_message_is_no_signature_of_the_query(pair: Pair) -> None:
    browser, index = signed_in(pair)
    signed = sign(request(pair, index), pair.idp.signer)
    query = query_for(signed, pair.idp.signer).partition("&SigAlg")[0]
    assert browser.get(f"{SLO}?{query}").code == "slo_unsigned"
    assert browser.signed_in() == "ada@acme.test"


def test_inflation_is_bounded(pair: Pair) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    bomb = packer.compress(b"<a>" + b" " * 30_000_000) + packer.flush()
    query = f"SAMLRequest={quote(base64.b64encode(bomb).decode(), safe='')}"
    assert pair.browser().get(f"{SLO}?{query}").code == "slo_message"


def test_without_single_logout_there_is_no_endpoint(make: Maker) -> None:
    pair = make(single_logout=False)
    browser, index = signed_in(pair)
    assert "Log out everywhere" not in browser.get("/me").text
    assert post(pair, sign(request(pair, index), pair.idp.signer)).status == 404
    assert browser.signed_in() == "ada@acme.test"


def test_an_idp_without_logout_service_is_not_asked(make: Maker) -> None:
    import re

    pair = make(configured=False)
    metadata = re.sub(r"<md:SingleLogoutService[^>]*/>", "", pair.idp.metadata().decode())
    pair.sp.upload_metadata(metadata)
    pair.sp.save()
    browser, index = signed_in(pair)
    assert post(pair, sign(request(pair, index), pair.idp.signer)).code == "slo_not_supported"
    assert browser.post("/logout/everywhere").location == "/login?signed_out=1"
    assert browser.signed_in() == ""
