"""Logins that FakeOkta's responses lead to at independent SPs, and their refused twins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.interop.conftest import ATTRIBUTES, WITHOUT_ATTRIBUTES, Site
from tests.interop.running import query_of

SIGNED = {
    "both": {"response_signed": True, "assertion_signed": True},
    "assertion": {"response_signed": False, "assertion_signed": True},
    "response": {"response_signed": True, "assertion_signed": False},
}
ONE_SIGNATURE = {"minisaml"}
"""minisaml wants exactly one signature in a document, on purpose (its README: "minimalistic")."""


@contextmanager
def settings(site: Site, **changes: Any) -> Iterator[None]:
    """The app with other settings, for this block."""
    before = {name: getattr(site.app.settings, name) for name in changes}
    site.app.update(**changes)
    try:
        yield
    finally:
        site.app.update(**before)


def readable_shape(site: Site) -> dict[str, bool]:
    """A signing shape that every library can read."""
    return SIGNED["assertion"] if site.name in ONE_SIGNATURE else SIGNED["both"]


@pytest.mark.parametrize("signed", SIGNED)
def test_a_login_that_starts_at_the_sp_ends_on_the_page_first_asked_for(site: Site, signed: str) -> None:
    visitor = site.visitor()
    url = visitor.start_login("/private/report?year=2026")
    with settings(site, **SIGNED[signed]):
        signed_on = site.app.sign_in(site.ada, request=url, relay_state=query_of(url)["RelayState"])

    answer = visitor.deliver(signed_on.saml_response, signed_on.relay_state)

    if signed == "both" and site.name in ONE_SIGNATURE:
        assert answer.status == 403
        assert "MultipleElementsFound" in site.sp.log
        return
    assert answer.status == 303, site.sp.log
    assert answer.headers["Location"] == "/private/report?year=2026"
    assert "signed in as: ada@acme.test" in visitor.get("/private/report").data.decode()


@pytest.mark.parametrize("signed", SIGNED)
def test_a_login_from_the_okta_dashboard_is_accepted(site: Site, signed: str) -> None:
    visitor = site.visitor()
    with settings(site, **SIGNED[signed]):
        signed_on = site.app.sign_in(site.ada)

    visitor.deliver(signed_on.saml_response)

    readable = signed != "both" or site.name not in ONE_SIGNATURE
    assert ("signed in as: ada@acme.test" in visitor.who()) == readable, site.sp.log


def test_attribute_values_arrive_as_they_were_said(site: Site) -> None:
    visitor = site.visitor()
    with settings(site, attribute_statements=ATTRIBUTES, **readable_shape(site)):
        visitor.deliver(site.app.sign_in(site.ada).saml_response)

    if site.sp.program in WITHOUT_ATTRIBUTES:
        assert visitor.who() == ""
        assert site.sp.log.endswith("refused: VerificationFailed: \n")
        return
    assert visitor.who() == "signed in as: ada@acme.test\nfirstName: Ada\ngreeting: Grüße & <Küsse>\n"


def test_a_browser_without_a_login_is_nobody(site: Site) -> None:
    visitor = site.visitor()

    assert visitor.who() == ""
    assert visitor.get("/private/report").headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize(
    "fault",
    [
        "tampered-name-id",
        "tampered-attribute",
        "signature-removed",
        "signed-by-unknown-key",
        "signed-by-lookalike-certificate",
        "status-authn-failed-no-assertion",
        "audience-mismatch",
        "conditions-expired",
        "truncated",
    ],
)
def test_a_spoiled_response_is_refused(site: Site, signed: str, fault: str) -> None:
    visitor = site.visitor()
    with settings(site, **SIGNED[signed]):
        signed_on = site.app.sign_in(site.ada, faults=[fault])

    answer = visitor.deliver(signed_on.saml_response)

    assert answer.status == 403
    assert visitor.who() == ""


# With allow_unsolicited, pysaml2 takes an answer to anybody's request for an unsolicited one.
@pytest.mark.parametrize("site", ["sp_python3_saml", "sp_minisaml"], indirect=True, scope="session")
def test_a_response_to_somebody_elses_request_signs_nobody_in(site: Site) -> None:
    stranger, visitor = site.visitor(), site.visitor()
    url = stranger.start_login()
    visitor.start_login()
    with settings(site, **readable_shape(site)):
        signed_on = site.app.sign_in(site.ada, request=url)

    visitor.deliver(signed_on.saml_response)

    assert visitor.who() == ""


SHA1 = {"signature_algorithm": "RSA_SHA1", "digest_algorithm": "SHA1"}


def test_sha1_is_accepted_only_by_the_library_that_allows_it(site: Site) -> None:
    visitor = site.visitor()
    with settings(site, **readable_shape(site), **SHA1):
        visitor.deliver(site.app.sign_in(site.ada).saml_response)

    assert ("ada@acme.test" in visitor.who()) == (site.name == "pysaml2"), site.sp.log


def test_a_key_that_replaces_another_is_known_after_the_metadata_is_read_again(site: Site) -> None:
    old, visitor = site.app.key, site.visitor()
    site.app.rotate()
    site.sp.configure(site.app.metadata.bytes)
    with settings(site, **readable_shape(site)):
        new = site.app.sign_in(site.ada)
        site.app.activate_key(old.kid)
        stale = site.app.sign_in(site.ada)

    assert visitor.deliver(new.saml_response).status == 303, site.sp.log
    assert site.visitor().deliver(stale.saml_response).status == 403
    site.sp.configure(site.app.metadata.bytes)
