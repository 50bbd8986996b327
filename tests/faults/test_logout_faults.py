"""Faults of logout messages, by POST and by Redirect."""

from __future__ import annotations

import base64
import os
import zlib
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from fake_idp.faults import CatalogueFault, catalogue, fault
from fake_idp.saml.bindings import Delivery, redirect_url
from fake_idp.saml.faults import FaultContext
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import RequestRefused, read_redirect, verify_request_signature
from tests.faults.messages import claims, signing
from tests.faults.readable import difference
from tests.saml import examples
from tests.saml.oracles import verify_with_signxml

GOLDEN = Path(__file__).parent / "golden" / "logout.txt"
SLO = "http://localhost:9000/saml/slo"
FAULTS = [f for f in catalogue() if f.stage == "logout"]
REDIRECTS = [f for f in catalogue() if f.group == "redirect" and not f.needs_consent]
UNSIGNED = {
    "logout-unsigned",
    "logout-signed-by-unknown-key",
    "logout-tampered",
    "logout-from-other-idp",
    "logout-with-assertion-as-child",
    "logout-with-assertion-in-extensions",
    "logout-with-signature-of-assertion",
}
READERS_DIFFER = {
    "redirect-relay-state-empty",
    "redirect-request-and-response",
    "redirect-name-escaped",
    "redirect-encoding-unknown",
}
"""The signature is right, and there is something beside it that a reader may not look at."""
STILL_RIGHT = {"redirect-lower-case-escapes", "redirect-plus-for-blank", "redirect-signature-first"}


def context() -> FaultContext:
    """A context as the org makes it."""
    return FaultContext(
        signing("both"), Random(5), {"sp_certificate": examples.sp_key().certificate_pem}, claims()
    )


def logout_request(*faults: CatalogueFault) -> bytes:
    """Okta's request to end ada's session."""
    values = LogoutRequestClaims(
        id="id1", issue_instant=examples.NOW, destination=SLO, issuer=examples.ISSUER, name_id="ada@acme.test",
        session_indexes=["id1711698142136.1"],
    )  # fmt: skip
    return build_logout_request(values, signing("both"), faults=faults, context=context())


def logout_response(*faults: CatalogueFault) -> bytes:
    """Okta's answer to the SP's request."""
    values = LogoutResponseClaims(
        id="id2", issue_instant=examples.NOW, destination=SLO, issuer=examples.ISSUER, in_response_to="_sp1"
    )
    return build_logout_response(values, signing("both"), faults=faults, context=context())


def test_each_fault_makes_the_difference_that_it_promises() -> None:
    parts = []
    for f in FAULTS:
        for what, make in (("LogoutRequest", logout_request), ("LogoutResponse", logout_response)):
            rows = difference(make(), make(f))
            if rows != [f"saml2p:{what} = genuine"]:
                parts.append(f"== {f.id}  ({what})\n   {f.title}\n" + "\n".join(rows) + "\n")
    text = "\n".join(parts)
    if os.environ.get("OKTA_HARNESS_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [f for f in FAULTS if f.id not in UNSIGNED], ids=lambda f: f.id)
def test_the_idp_signs_what_is_wrong(wrong: CatalogueFault) -> None:
    verify_with_signxml(logout_request(wrong), examples.signing_key(), "LogoutRequest")
    verify_with_signxml(logout_response(wrong), examples.signing_key(), "LogoutResponse")


@pytest.mark.parametrize("name", sorted(UNSIGNED))
def test_these_are_not_signed_by_the_idp(name: str) -> None:
    with pytest.raises(Exception):  # noqa: B017 - signxml has an error for each way to be unsigned
        verify_with_signxml(logout_request(fault(name)), examples.signing_key(), "LogoutRequest")


def redirect(*faults: CatalogueFault) -> str:
    """The URL that carries Okta's LogoutRequest by HTTP-Redirect."""
    values = LogoutRequestClaims(
        id="id1", issue_instant=examples.NOW, destination=SLO, issuer=examples.ISSUER, name_id="ada@acme.test"
    )
    xml = build_logout_request(values, None)
    delivery = Delivery("GET", redirect_url(SLO, "SAMLRequest", xml, "a b/c", examples.signing_key()))
    for f in faults:
        delivery = f.apply(delivery, context()) or delivery
    return delivery.url


def accepted(url: str) -> bool:
    """Whether a careful reader of the query string takes the message and its signature."""
    try:
        message = read_redirect(url.partition("?")[2])
        verify_request_signature(message, [examples.signing_key().certificate])
    except RequestRefused:
        return False
    return True


def test_the_url_without_a_fault_is_accepted() -> None:
    assert accepted(redirect())


@pytest.mark.parametrize("wrong", REDIRECTS, ids=lambda f: f.id)
def test_only_unusual_spellings_of_the_url_are_accepted(wrong: CatalogueFault) -> None:
    url = redirect(wrong)

    assert url != redirect()
    if wrong.id not in READERS_DIFFER:
        assert accepted(url) == (wrong.id in STILL_RIGHT)


def test_the_bomb_is_small_on_the_wire_and_large_inflated() -> None:
    url = redirect(fault("redirect-inflate-bomb"))
    message = dict(parse_qsl(urlsplit(url).query))["SAMLRequest"]

    assert len(url) < 200_000
    assert len(zlib.decompress(base64.b64decode(message), wbits=-15)) > 100_000_000


def test_a_delivery_by_post_is_left_alone() -> None:
    delivery = Delivery("POST", SLO, [("SAMLRequest", "x")])
    for f in REDIRECTS:
        f.apply(delivery, context())

    assert delivery == Delivery("POST", SLO, [("SAMLRequest", "x")])
