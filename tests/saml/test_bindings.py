"""The auto-post form in Okta's bytes, and the Redirect URL."""

from __future__ import annotations

import base64
import html
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.saml.bindings import auto_post_fields, auto_post_form, deflate, html_escape_okta, redirect_url
from fake_idp.saml.names import SIGNATURE_ALGORITHMS
from tests.saml.examples import sp_key


def test_form_has_the_escapes_order_and_layout_of_the_recorded_page() -> None:
    assert auto_post_form("https://signin.aws.amazon.com/saml", "PD94/bWw+A==") == (
        '<form id="appForm" action="https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml" method="POST">\n'
        '\t<input name="SAMLResponse" type="hidden" value="PD94/bWw&#x2b;A&#x3d;&#x3d;"/>\n'
        '\t<input name="RelayState" type="hidden" value=""/>\n'
        "</form>"
    )


def test_relay_state_is_escaped_in_full_and_logout_forms_name_their_parameter() -> None:
    form = auto_post_form("http://sp/slo", "eA==", 'a/b"c', parameter="SAMLRequest")
    assert '<input name="SAMLRequest" type="hidden" value="eA&#x3d;&#x3d;"/>' in form
    assert '<input name="RelayState" type="hidden" value="a&#x2f;b&quot;c"/>' in form


def test_any_fields_can_be_sent() -> None:
    form = auto_post_fields("http://sp", [("SAMLResponse", "a/b"), ("SAMLResponse", "c"), ("x y", "<")])
    assert form.count("<input") == 3
    assert 'value="a/b"' in form
    assert '<input name="x&#x20;y" type="hidden" value="&lt;"/>' in form


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("Az09,.-_", "Az09,.-_"),
        ("<&>\"'", "&lt;&amp;&gt;&quot;&#x27;"),
        ("a b?c=d", "a&#x20;b&#x3f;c&#x3d;d"),
        ("ü漢", "&#xfc;漢"),
    ],
)
def test_everything_but_letters_digits_and_four_signs_is_escaped(value: str, escaped: str) -> None:
    assert html_escape_okta(value) == escaped


@settings(deadline=None)
@given(
    st.text(st.characters(min_codepoint=160, exclude_categories=["Cs"]) | st.sampled_from("<&>\"'/+=: \tabc"))
)
def test_a_browser_reads_back_what_was_escaped(value: str) -> None:
    assert html.unescape(html_escape_okta(value)) == value
    assert not set(html_escape_okta(value)) & set("<>\"'")


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_deflate_is_raw(xml: bytes) -> None:
    assert zlib.decompress(deflate(xml), wbits=-15) == xml


def test_redirect_url_has_its_parameters_in_the_order_that_is_signed() -> None:
    url = redirect_url("http://sp/slo?x=1", "SAMLResponse", b"<a/>", "r s", sp_key(), "RSA_SHA1")
    names = [pair.partition("=")[0] for pair in urlsplit(url).query.split("&")]
    assert names == ["x", "SAMLResponse", "RelayState", "SigAlg", "Signature"]
    values = parse_qs(urlsplit(url).query)
    assert values["RelayState"] == ["r s"]
    assert values["SigAlg"] == [SIGNATURE_ALGORITHMS["RSA_SHA1"]]
    assert zlib.decompress(base64.b64decode(values["SAMLResponse"][0]), wbits=-15) == b"<a/>"


def test_an_unsigned_redirect_without_relay_state_has_one_parameter() -> None:
    assert redirect_url("http://sp/slo", "SAMLRequest", b"<a/>").startswith("http://sp/slo?SAMLRequest=")
    assert "&" not in redirect_url("http://sp/slo", "SAMLRequest", b"<a/>")
