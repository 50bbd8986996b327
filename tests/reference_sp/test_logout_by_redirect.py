"""Logout messages in a query string, and where there is no single logout."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.logout_messages import (
    SLO,
    post,
    query_for,
    raw_get,
    request,
    signed_in,
)
from tests.reference_sp.small_idp import (
    sign,
)


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
