"""What SPs send is read from both bindings, and wrong encodings are told apart."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest

from fake_idp.saml.bindings import deflate
from fake_idp.saml.messages import (
    AuthnRequest,
    LogoutRequest,
    LogoutResponse,
    RequestRefused,
    read_post,
    read_redirect,
    read_xml,
)
from fake_idp.saml.names import BINDING_POST, NAMEID_EMAIL
from tests.saml.requests import AUTHN_REQUEST, LOGOUT_REQUEST, SHORT_REQUEST, encode, redirect


@pytest.mark.parametrize("binding", ["POST", "Redirect"])
def test_everything_that_an_authn_request_says_is_read(binding: str) -> None:
    if binding == "POST":
        request = read_post(encode(AUTHN_REQUEST), "state", expect=AuthnRequest)
    else:
        request = read_redirect(redirect(AUTHN_REQUEST, "state"), expect=AuthnRequest)
    assert (request.id, request.version, request.binding) == ("_req1", "2.0", binding)
    assert request.issuer == "http://localhost:9000/saml/metadata"
    assert request.issue_instant == datetime(2026, 3, 29, 7, 42, 20, tzinfo=UTC)
    assert request.destination == "http://127.0.0.1:8080/app/x/exk/sso/saml"
    assert (request.force_authn, request.is_passive) == (True, False)
    assert (request.acs_url, request.acs_index) == ("http://localhost:9000/saml/acs", 3)
    assert request.protocol_binding == BINDING_POST
    assert request.has_name_id_policy
    assert (request.name_id_format, request.allow_create) == (NAMEID_EMAIL, True)
    assert request.sp_name_qualifier == "q"
    assert (request.requested_contexts, request.comparison) == (("urn:a", "urn:b"), "minimum")
    assert (request.subject, request.provider_name) == ("ada@acme.test", "Nine")
    assert request.relay_state == "state"
    assert (request.signed, request.embedded_signature) == (False, False)
    assert request.xml == AUTHN_REQUEST.encode()


def test_what_a_short_request_leaves_out_is_none() -> None:
    request = read_post(encode(SHORT_REQUEST), expect=AuthnRequest)
    assert (request.issuer, request.acs_url, request.acs_index, request.name_id_format) == (None,) * 4
    assert (request.issue_instant, request.destination, request.subject, request.allow_create) == (None,) * 4
    assert (request.has_name_id_policy, request.force_authn, request.is_passive) == (False,) * 3
    assert (request.requested_contexts, request.comparison, request.relay_state) == ((), "exact", None)


def test_logout_messages_are_read_too() -> None:
    request = read_post(encode(LOGOUT_REQUEST), expect=LogoutRequest)
    assert (request.name_id, request.name_id_format) == ("ada@acme.test", "urn:f")
    assert request.session_indexes == ("one", "two")
    assert request.issue_instant == datetime(2026, 3, 29, 5, 42, 20, 500000, tzinfo=UTC)
    assert request.not_on_or_after == datetime(2026, 3, 29, 7, 47, 20, tzinfo=UTC)
    assert request.reason == "urn:oasis:names:tc:SAML:2.0:logout:user"
    response = read_redirect(
        redirect(
            '<p:LogoutResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="r" Version="2.0" InResponseTo="q">'
            '<p:Status><p:StatusCode Value="urn:top"><p:StatusCode Value="urn:sub"/></p:StatusCode>'
            "<p:StatusMessage>why</p:StatusMessage></p:Status></p:LogoutResponse>"
        ).replace("SAMLRequest", "SAMLResponse"),
        expect=LogoutResponse,
    )
    assert (response.in_response_to, response.status, response.sub_status) == ("q", "urn:top", "urn:sub")
    assert response.status_message == "why"


def test_relay_state_is_kept_as_it_was_sent_empty_or_absent() -> None:
    assert read_redirect(redirect(SHORT_REQUEST)).relay_state is None
    assert read_redirect(redirect(SHORT_REQUEST, "")).relay_state == ""
    assert read_redirect(redirect(SHORT_REQUEST, "/a b?c=ü&d")).relay_state == "/a b?c=ü&d"
    assert read_post(encode(SHORT_REQUEST), "").relay_state == ""


def test_query_string_may_be_bytes_have_a_question_mark_and_other_parameters() -> None:
    query = redirect(SHORT_REQUEST, "s")
    for form in (query, f"?{query}", query.encode(), f"username=ada&{query}&username=bob"):
        assert read_redirect(form).id == "a1"


def test_line_breaks_in_posted_base64_are_taken() -> None:
    assert read_post(base64.encodebytes(AUTHN_REQUEST.encode()).decode()).id == "_req1"
    assert read_post(base64.encodebytes(AUTHN_REQUEST.encode()).decode().replace("\n", "\r\n")).id == "_req1"


ZLIB = base64.b64encode(zlib.compress(SHORT_REQUEST.encode())).decode()
GZIP = base64.b64encode(gzip.compress(SHORT_REQUEST.encode())).decode()
URL_SAFE = str.maketrans("+/", "-_")
# Chosen so that its base64 has a plus sign, which a URL turns into a blank.
PLUS = next(
    r for n in range(999) if "+" in (r := encode(deflate(SHORT_REQUEST.replace("a1", f"a{n}").encode())))
)


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("", "no_message", "neither SAMLRequest nor SAMLResponse"),
        ("SAMLRequest=", "empty", "SAMLRequest is empty"),
        ("SAMLRequest=%20%0A", "empty", "SAMLRequest is empty"),
        ("SAMLRequest=a&SAMLRequest=b", "repeated_parameter", "SAMLRequest more than once"),
        (f"{redirect(SHORT_REQUEST, 'a')}&RelayState=b", "repeated_parameter", "RelayState more than once"),
        (f"SAMLRequest={quote_plus(encode(SHORT_REQUEST))}", "not_deflated", "wants it DEFLATEd first"),
        (f"SAMLRequest={quote(quote(PLUS, safe=''), safe='')}", "encoded_twice", "encoded twice"),
        (f"SAMLRequest={PLUS}", "plus_lost", r"must be sent as %2B"),
        (f"SAMLRequest={PLUS.translate(URL_SAFE)}", "base64url", "base64url alphabet"),
        ("SAMLRequest=%3Csamlp%3E", "not_base64", "characters outside its alphabet"),
        ("SAMLRequest=abcde", "not_base64", "not base64"),
        (f"SAMLRequest={quote_plus(ZLIB)}", "zlib_header", "raw DEFLATE"),
        (f"SAMLRequest={quote_plus(GZIP)}", "zlib_header", "raw DEFLATE"),
        (f"SAMLRequest={quote_plus(encode('no xml at all'))}", "not_deflate", "neither DEFLATE nor XML"),
        (
            f"SAMLRequest={quote_plus(encode(deflate(SHORT_REQUEST.encode())[:-9]))}",
            "not_deflate",
            "ends too early",
        ),
        (redirect(b"<" * (1 << 21)), "too_large", "inflates to more than 1048576 bytes"),
        (redirect("hello"), "not_xml", "not well-formed"),
    ],
)
def test_redirect_refusals_say_what_is_wrong(query: str, code: str, words: str) -> None:
    with pytest.raises(RequestRefused, match=words) as refused:
        read_redirect(query)
    assert refused.value.code == code
    assert str(refused.value) == refused.value.reason


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("", "empty", "SAMLRequest is empty"),
        (encode(deflate(SHORT_REQUEST.encode())), "deflated", "only HTTP-Redirect deflates"),
        (ZLIB, "deflated", "only HTTP-Redirect deflates"),
        (quote_plus(encode(AUTHN_REQUEST) + "=="), "encoded_twice", "encoded twice"),
        (AUTHN_REQUEST, "not_encoded", "bare XML"),
        (encode("hello"), "not_xml", "does not begin like XML"),
        ("héllo", "not_base64", "characters outside its alphabet"),
        (encode(SHORT_REQUEST).rstrip("=")[:-1], "not_base64", "not base64"),
        (encode("<a>"), "not_xml", "not well-formed"),
    ],
)
def test_post_refusals_say_what_is_wrong(value: str, code: str, words: str) -> None:
    with pytest.raises(RequestRefused, match=words) as refused:
        read_post(value)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("xml", "code", "words"),
    [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]>" + SHORT_REQUEST, "dtd", "DTDs are never read"),
        ("<a>" * 300 + "</a>" * 300, "too_deep", "nests too deeply"),
        (SHORT_REQUEST.replace(' ID="a1"', ""), "no_id", "the AuthnRequest has no ID"),
        (SHORT_REQUEST.replace('"a1"', '""'), "no_id", "the AuthnRequest has no ID"),
        (
            SHORT_REQUEST.replace("2.0", "1.1", 2).replace("SAML:1.1", "SAML:2.0"),
            "bad_version",
            "Version '1.1'",
        ),
        (SHORT_REQUEST.replace(' Version="2.0"', ""), "bad_version", "Version None, expected '2.0'"),
        (SHORT_REQUEST.replace("SAML:2.0", "SAML:1.0"), "wrong_message", "expected a SAML 2.0 AuthnRequest"),
        (LOGOUT_REQUEST, "wrong_message", "LogoutRequest, expected a SAML 2.0 AuthnRequest"),
        ("<html/>", "wrong_message", "the root element is html"),
        (
            SHORT_REQUEST.replace("/>", ' ForceAuthn="yes"/>'),
            "bad_value",
            "ForceAuthn='yes', expected true or false",
        ),
        (
            SHORT_REQUEST.replace("/>", ' AssertionConsumerServiceIndex="-1"/>'),
            "bad_value",
            "from 0 to 65535",
        ),
        (
            SHORT_REQUEST.replace("/>", ' AssertionConsumerServiceIndex="65536"/>'),
            "bad_value",
            "from 0 to 65535",
        ),
        (
            SHORT_REQUEST.replace("/>", ' AssertionConsumerServiceIndex="\u0663"/>'),
            "bad_value",
            "from 0 to 65535",
        ),
        (SHORT_REQUEST.replace("/>", ' IssueInstant="yesterday"/>'), "bad_value", "expected an xs:dateTime"),
        (
            SHORT_REQUEST.replace("/>", ' IssueInstant="2026-02-30T00:00:00Z"/>'),
            "bad_value",
            "expected an xs:dateTime",
        ),
        (
            SHORT_REQUEST.replace("/>", ' IssueInstant="0001-01-01T00:00:00+23:59"/>'),
            "bad_value",
            "an xs:dateTime",
        ),
    ],
)
def test_messages_that_are_not_what_they_should_be_are_refused(xml: str, code: str, words: str) -> None:
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_post(encode(xml), expect=AuthnRequest),
        lambda: read_redirect(redirect(xml), expect=AuthnRequest),
        lambda: read_xml(xml.encode(), expect=AuthnRequest),
    )
    for read in readers:
        with pytest.raises(RequestRefused, match=words) as refused:
            read()
        assert refused.value.code == code


def test_without_an_expectation_any_of_the_three_messages_is_taken_but_no_other() -> None:
    assert isinstance(read_post(encode(LOGOUT_REQUEST)), LogoutRequest)
    with pytest.raises(RequestRefused, match=r"expected a SAML 2\.0 message that SPs send"):
        read_post(encode(SHORT_REQUEST.replace("AuthnRequest", "Response")))


def test_a_bomb_is_not_inflated_beyond_the_limit() -> None:
    bomb = redirect(b"<a>" + b"\0" * (1 << 27))
    assert len(bomb) < 1 << 18
    with pytest.raises(RequestRefused) as refused:
        read_redirect(bomb)
    assert refused.value.code == "too_large"
