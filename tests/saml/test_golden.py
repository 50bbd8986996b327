"""Whole messages, byte for byte: a fixed clock, seed and key give these files on every machine.

``python -m tests.saml.test_golden`` writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from fake_idp.saml.bindings import auto_post_form, redirect_url
from fake_idp.saml.ids import app_ids, message_id
from fake_idp.saml.keys import new_signing_key
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.metadata import build_metadata
from fake_idp.saml.pipeline import issue_response
from tests.saml.examples import (
    ACS_URL,
    CREATED,
    ISSUER,
    NOW,
    REQUEST_ID,
    claims,
    metadata_claims,
    signing,
    signing_key,
)

FOLDER = Path(__file__).parent / "golden"
SLO_URL = "http://127.0.0.1:8080/app/acme_amplitude_1/exkkwraz4e5opgu6j1d7/slo/saml"


def _response(**options: object) -> bytes:
    bare = {k: options.pop(k) for k in ("sp_initiated", "attributes") if k in options}
    return issue_response(claims(**bare), signing(**options), rng=Random("golden")).xml  # type: ignore[arg-type]


def _logout_response() -> LogoutResponseClaims:
    return LogoutResponseClaims(
        id=message_id(Random("logout"), NOW),
        issue_instant=NOW,
        destination="http://localhost:9000/saml/slo",
        issuer=ISSUER,
        in_response_to=REQUEST_ID,
    )


def _logout_request() -> LogoutRequestClaims:
    return LogoutRequestClaims(
        id=message_id(Random("logout"), NOW),
        issue_instant=NOW,
        destination="http://localhost:9000/saml/slo",
        issuer=ISSUER,
        name_id="ada@acme.test",
        session_indexes=[REQUEST_ID],
    )


MESSAGES: dict[str, Callable[[], bytes]] = {
    "response_both_signed.xml": lambda: _response(),
    "response_assertion_signed.xml": lambda: _response(response_signed=False),
    "response_response_signed.xml": lambda: _response(assertion_signed=False),
    "response_idp_initiated_without_attributes.xml": lambda: _response(sp_initiated=False, attributes=False),
    "response_sha1.xml": lambda: _response(signature_algorithm="RSA_SHA1", digest_algorithm="SHA1"),
    "metadata.xml": lambda: build_metadata(metadata_claims()),
    "metadata_signed.xml": lambda: build_metadata(metadata_claims(slo_url=SLO_URL), signing_key()),
    "logout_response.xml": lambda: build_logout_response(_logout_response(), signing()),
    "logout_request.xml": lambda: build_logout_request(_logout_request(), signing()),
    "auto_post_form.html": lambda: auto_post_form(
        ACS_URL, issue_response(claims(), signing(), rng=Random("golden")).saml_response, "/charts/7?a=b"
    ).encode(),
    "certificate_sha2.pem": lambda: signing_key().certificate_pem.encode(),
    "certificate_sha1.pem": lambda: new_signing_key(
        "acme", CREATED, 30, signing_key().private_key, rng=Random(1), signature_hash="SHA1"
    ).certificate_pem.encode(),
    "ids.txt": lambda: " ".join(app_ids(Random("app"))).encode(),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_has_exactly_these_bytes(name: str) -> None:
    assert MESSAGES[name]() == (FOLDER / name).read_bytes()


def test_a_signed_redirect_url_is_the_same_each_time() -> None:
    # Not a file: how DEFLATE compresses may differ between zlib versions.
    made = [
        redirect_url(
            SLO_URL, "SAMLResponse", build_logout_response(_logout_response(), None), "s", signing_key()
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]


if __name__ == "__main__":
    for name, make in MESSAGES.items():
        (FOLDER / name).write_bytes(make())
