"""Whatever arrives, the readers raise nothing but RequestRefused."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.saml.bindings import deflate
from fake_idp.saml.messages import (
    AuthnRequest,
    RequestRefused,
    read_post,
    read_redirect,
    read_xml,
    verify_request_signature,
)
from tests.saml.examples import sp_key
from tests.saml.requests import AUTHN_REQUEST, LOGOUT_REQUEST, SHORT_REQUEST, encode, redirect

PROPERTY = settings(deadline=None)
DAMAGED = st.builds(
    lambda xml, at, insert, cut: xml[: at % len(xml)] + insert + xml[at % len(xml) + cut :],
    st.sampled_from([AUTHN_REQUEST.encode(), LOGOUT_REQUEST.encode(), SHORT_REQUEST.encode()]),
    st.integers(0, 5000),
    st.binary(max_size=4),
    st.integers(0, 40),
)


def read_and_verify(reader: object, *arguments: object) -> None:
    with suppress(RequestRefused):
        message = reader(*arguments)  # type: ignore[operator]
        verify_request_signature(message, [sp_key().certificate])


@PROPERTY
@given(st.text(max_size=200))
def test_any_text_in_a_form_field(value: str) -> None:
    read_and_verify(read_post, value)


@PROPERTY
@given(st.binary(max_size=200))
def test_any_bytes_in_base64_and_in_a_query_string(data: bytes) -> None:
    read_and_verify(read_post, encode(data))
    read_and_verify(read_redirect, b"SAMLRequest=" + data)
    read_and_verify(read_redirect, redirect(data))
    read_and_verify(
        read_redirect, f"SAMLRequest={encode(deflate(data)).replace('+', '%2B')}&Signature=x&SigAlg=y"
    )


@PROPERTY
@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_any_signature_parameters(relay_state: str, algorithm: str, signature: str) -> None:
    query = f"{redirect(SHORT_REQUEST)}&RelayState={relay_state}&SigAlg={algorithm}&Signature={signature}"
    read_and_verify(read_redirect, query)


@settings(deadline=None, max_examples=300)
@given(DAMAGED)
def test_any_damage_to_a_good_message(xml: bytes) -> None:
    for reader in (read_xml, lambda x: read_post(encode(x)), lambda x: read_redirect(redirect(x))):
        read_and_verify(reader, xml)


@PROPERTY
@given(
    st.text(
        st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
        max_size=80,
    )
)
def test_any_relay_state_and_id_come_back_as_they_were(value: str) -> None:
    request = read_redirect(redirect(SHORT_REQUEST, value), expect=AuthnRequest)
    assert request.relay_state == value
