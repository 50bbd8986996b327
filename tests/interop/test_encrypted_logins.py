"""Encrypted assertions in Okta's sibling layout, decrypted by independent SPs."""

from __future__ import annotations

import pytest

from tests.interop.conftest import Site
from tests.interop.test_logins import SIGNED, settings

pytestmark = pytest.mark.parametrize(
    "site", ["sp_pysaml2", "sp_python3_saml"], indirect=True, scope="session"
)
"""minisaml does not decrypt."""


def _encrypted(site: Site, **more: object) -> dict[str, object]:
    site.visitor().get("/saml/metadata")  # makes the SP's key, if nothing has so far
    certificate = (site.sp.data / "sp.crt").read_text()
    return {"assertion_encrypted": True, "encryption_certificate": certificate} | more


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize("algorithm", ["AES256_CBC", "AES128_CBC", "AES256_GCM"])
def test_an_encrypted_assertion_is_decrypted_and_accepted(site: Site, signed: str, algorithm: str) -> None:
    visitor = site.visitor()
    with settings(site, **_encrypted(site, encryption_algorithm=algorithm), **SIGNED[signed]):
        signed_on = site.app.sign_in(site.ada)
    assert b"ada@acme.test" not in signed_on.xml

    visitor.deliver(signed_on.saml_response)

    assert "signed in as: ada@acme.test" in visitor.who(), site.sp.log


@pytest.mark.parametrize(
    "fault",
    ["encrypted-unsigned-forgery", "encrypted-for-other-key", "signed-by-unknown-key", "conditions-expired"],
)
def test_an_encrypted_assertion_that_is_wrong_is_refused(site: Site, fault: str) -> None:
    visitor = site.visitor()
    with settings(site, **_encrypted(site)):
        signed_on = site.app.sign_in(site.ada, faults=[fault])

    assert visitor.deliver(signed_on.saml_response).status == 403
    assert visitor.who() == ""
