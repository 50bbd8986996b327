"""Each weakness opens the hole that it names: a fault of the catalogue that was refused is accepted, or the reverse.

The whole suite is judged against them in the conformance tests; here the SP itself is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fake_idp import FakeOkta
from harness.conformance.requirements import requirements
from harness.reference_sp import ReferenceSP
from harness.reference_sp.checks import CHECKS
from harness.reference_sp.checks.subject import RULES
from harness.reference_sp.logout.checks import REQUEST_CHECKS, RESPONSE_CHECKS
from harness.reference_sp.metadata import CHECKS as IMPORT_CHECKS
from harness.reference_sp.signature.structure import STRUCTURE
from harness.reference_sp.weaknesses import WEAKNESSES, UnknownWeakness, effects_of
from tests.reference_sp.browser import Browser


@dataclass
class Site:
    okta: FakeOkta
    sp: ReferenceSP
    app: Any

    def accepts(self, *faults: str, flow: str = "sp") -> str:
        """The NameID of who is signed in after a login with these faults; empty when it is refused."""
        import json

        browser = Browser(self.sp.url)
        started = browser.get(f"/sso/login/{self.sp.org_id}").location if flow == "sp" else None
        signed = self.app.sign_in("ada@acme.test", started, faults=list(faults))
        fields = {"SAMLResponse": signed.saml_response, "RelayState": signed.relay_state}
        browser.post(self.sp.acs_url, {**fields, **signed.response.fields}, cross_site=True)
        me = json.loads(browser.get("/me.json").text)
        return str(me["name_id"]) if me["signed_in"] else ""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with FakeOkta() as okta, ReferenceSP() as sp:
        attributes = [{"name": "email", "values": ["user.email"]}, {"name": "groups", "values": ["a"]}]
        app = okta.create_saml_app(
            "Weak", acs_url=sp.acs_url, audience=sp.entity_id, application_username="Email"
        )
        app.update(settings={"attributeStatements": attributes})
        okta.add_person("ada@acme.test")
        app.assign("ada@acme.test")
        sp.upload_metadata(app.metadata.text)
        sp.save()
        yield Site(okta, sp, app)


@pytest.fixture(autouse=True)
def strict_again(site: Site) -> Iterator[None]:
    yield
    site.sp.set_weaknesses()


HOLES = [
    ("no-version-check", "response-version-1-1"),
    ("no-schema-check", "name-id-after-confirmation"),
    ("no-status-check", "status-responder-with-assertion"),
    ("no-issuer-check", "assertion-issuer-wrong"),
    ("similar-issuer-is-enough", "issuer-case-changed"),
    ("accepts-any-issuer-format", "assertion-issuer-format-email"),
    ("no-signature-check", "tampered-name-id"),
    ("signature-not-needed", "signature-removed"),
    ("ignores-response-signature", "response-signature-broken"),
    ("ignores-assertion-signature", "assertion-signature-broken"),
    ("trusts-key-in-message", "signed-by-unknown-key"),
    ("trusts-lookalike-certificate", "signed-by-lookalike-certificate"),
    ("accepts-duplicate-ids", "duplicate-id-assertions-swapped"),
    ("ignores-signature-position", "signature-at-end"),
    ("reads-any-signed-info", "signedinfo-duplicate-first"),
    ("accepts-objects-in-signature", "signature-object-harmless"),
    ("reads-digest-up-to-comment", "digest-value-comment"),
    ("accepts-sha1", "digest-sha1"),
    ("accepts-any-algorithm", "hmac-sha256-der"),
    ("accepts-any-algorithm", "hmac-truncated"),
    ("accepts-any-algorithm", "digest-md5"),
    ("accepts-several-references", "reference-two"),
    ("accepts-any-reference", "reference-other-element"),
    ("accepts-any-transform", "transform-xpath-excludes-name-id"),
    ("accepts-any-transform", "transform-unknown"),
    ("takes-errors-for-empty-content", "canonicalisation-void"),
    ("reads-first-assertion", "xsw3"),
    ("reads-first-assertion", "xsw8"),
    ("reads-last-assertion", "xsw3-swapped"),
    ("accepts-other-signed-document", "wrap-signed-logout-request"),
    ("allows-dtd", "doctype-bare"),
    ("no-destination-check", "destination-other-sp"),
    ("destination-may-be-missing", "destination-missing"),
    ("destination-by-prefix", "destination-path-suffix"),
    ("no-recipient-check", "recipient-mismatch"),
    ("recipient-may-be-missing", "recipient-missing"),
    ("similar-recipient-is-enough", "recipient-path-case"),
    ("no-request-check", "irt-unknown"),
    ("reads-inner-request-only", "response-irt-missing"),
    ("reads-outer-request-only", "confirmation-irt-unknown"),
    ("no-issue-time-check", "issue-instant-future"),
    ("unreadable-times-are-absent", "conditions-not-before-empty"),
    ("unreadable-times-are-absent", "conditions-window-inverted"),
    ("forgets-time-zones", "not-on-or-after-offset"),
    ("no-not-before-check", "conditions-not-yet-valid"),
    ("no-expiry-check", "conditions-expired"),
    ("no-validity-limit", "validity-ten-years"),
    ("ignores-unknown-conditions", "condition-unknown"),
    ("no-audience-check", "audience-mismatch"),
    ("audience-may-be-missing", "audience-restriction-missing"),
    ("similar-audience-is-enough", "audience-case"),
    ("one-audience-restriction-is-enough", "audience-restrictions-other-first"),
    ("no-bearer-check", "confirmation-holder-of-key"),
    ("no-confirmation-time-check", "confirmation-expired"),
    ("confirmation-time-may-be-missing", "confirmation-not-on-or-after-missing"),
    ("mixes-confirmations", "confirmations-none-valid"),
    ("no-authn-statement-needed", "authn-statement-missing"),
    ("no-authn-instant-check", "authn-instant-future"),
    ("ignores-session-end", "session-expired"),
    ("ignores-name-qualifiers", "name-id-foreign-sp-qualifier"),
]


@pytest.mark.parametrize(("weakness", "fault"), HOLES, ids=[f"{w}/{f}" for w, f in HOLES])
def test_a_fault_that_is_refused_gets_in_through_the_hole(site: Site, weakness: str, fault: str) -> None:
    assert site.accepts() == "ada@acme.test", "the control"
    assert site.accepts(fault) == ""
    site.sp.set_weaknesses(weakness)
    assert site.accepts(fault) != ""
    assert site.accepts() == "ada@acme.test", "a good login still works"


REFUSALS = [
    ("reads-first-audience-only", "audience-last-of-three"),
    ("reads-first-confirmation-only", "confirmations-expired-then-valid"),
    ("refuses-unknown-attributes", "attribute-unknown"),
]


@pytest.mark.parametrize(("weakness", "fault"), REFUSALS)
def test_a_legal_message_is_refused_by_a_weakness(site: Site, weakness: str, fault: str) -> None:
    assert site.accepts(fault) == "ada@acme.test"
    site.sp.set_weaknesses(weakness)
    assert site.accepts(fault) == ""


@pytest.mark.parametrize("fault", ["comment-in-name-id", "pi-in-name-id"])
def test_reading_up_to_a_comment_cuts_the_name_short(site: Site, fault: str) -> None:
    strict = site.accepts(fault)
    site.sp.set_weaknesses("reads-values-up-to-comment", "reads-values-up-to-instruction")
    careless = site.accepts(fault)
    assert careless
    assert careless != strict
    assert len(careless) < len(strict or "ada@acme.test")


def test_every_weakness_names_requirements_that_exist() -> None:
    known = requirements()
    for weakness in WEAKNESSES.values():
        assert weakness.requirements, weakness.id
        assert set(weakness.requirements) <= set(known), weakness.id
        assert weakness.sentence.endswith(".")


NEEDED_TO_READ_ON = {
    "has_message", "is_base64", "is_safe_xml", "found_assertion", "readable_encoding", "not_empty", "is_metadata",
    "one_entity", "has_entity_id", "describes_an_idp", "usable_binding", "has_signing_certificate", "succeeded",
}  # fmt: skip
BY_SETTING = {"bounded_size", "not_valid_too_long", "current_certificates", "https_sign_on", "ascii_only"}
HELPFUL_ONLY = {"not_a_web_page", "not_a_certificate", "not_the_own_or_sp_metadata", "good_certificates"}
EITHER_IS_RIGHT = {"exclusive_canonicalization"}
"""An SP may verify inclusive canonicalization or refuse it (``sig-c14n-other``): so no requirement breaks."""
AGAIN_AFTER_THE_SIGNATURE = {"right_issuer"}


def test_every_check_can_be_switched_off() -> None:
    checks = [check.run for check in CHECKS]
    checks += [*RULES, *STRUCTURE, *IMPORT_CHECKS, *REQUEST_CHECKS, *RESPONSE_CHECKS]  # type: ignore[list-item]
    reached = {check for one in WEAKNESSES.values() for check in (*one.leaves_out, *one.replaces)}
    left = {check.__name__ for check in checks if check not in reached}
    excused = NEEDED_TO_READ_ON | BY_SETTING | HELPFUL_ONLY | EITHER_IS_RIGHT | AGAIN_AFTER_THE_SIGNATURE
    assert left - excused == set()


def test_without_weaknesses_nothing_is_left_out_or_replaced() -> None:
    effects = effects_of(frozenset())
    assert effects.checks() == CHECKS
    assert effects.confirmation_rules() == RULES


def test_a_misspelt_weakness_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownWeakness, match="Did you mean 'no-audience-check'"):
        ReferenceSP(weaknesses=["no-audiense-check"])
