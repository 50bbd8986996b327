"""Steps on shape and lifecycle: what each says when the story goes otherwise than its author thought."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.result import CaseResult
from harness.scenario import RunOptions, ScenarioRunner, load

ADA = "okta: {people: [{login: ada@acme.test}]}"
SET_UP = f"{{{ADA}, sso: }}"
SIGN_IN = "user.sign_in: {as: ada@acme.test}"


@pytest.fixture(scope="module")
def runner() -> Iterator[ScenarioRunner]:
    with ScenarioRunner(RunOptions(seed=5)) as runner:
        yield runner


def run(runner: ScenarioRunner, folder: Path, *steps: str, given: str = SET_UP) -> CaseResult:
    path = folder / "story.scenario.yaml"
    lines = "".join(f"  - {step}\n" for step in steps)
    path.write_text(f"id: story\ntitle: A story\ngiven: {given}\nsteps:\n{lines}")
    (scenario,) = load(path)
    return runner.run(scenario)


FAILURES = {
    "another-text-in-a-file": (
        ["harness.write_file: {as: a, text: hello}", "expect.file: {file: a, contains: [bye]}"],
        "file_contains",
        "hello",
    ),
    "a-forbidden-text-in-a-file": (
        ["harness.write_file: {as: a, text: a Secret word}", "expect.file: {file: a, lacks: [secret]}"],
        "file_lacks",
        "Secret",
    ),
    "two-files-that-differ": (
        [
            "harness.write_file: {as: a, text: x}",
            "harness.write_file: {as: b, text: y}",
            "expect.file: {file: a, same_as: b}",
        ],
        "file_differs",
        "a",
    ),
    "two-files-that-are-the-same": (
        [
            "harness.write_file: {as: a, text: x}",
            "harness.write_file: {as: b, text: x}",
            "expect.file: {file: a, not_same_as: b}",
        ],
        "file_same",
        "a",
    ),
    "keys-of-a-file-without-an-idp": (
        [
            "okta.save_metadata: {as: idp.xml}",
            "harness.save_sp_metadata: {as: sp.xml}",
            "harness.join_metadata: {file: idp.xml, keys_of: sp.xml, as: both.xml}",
        ],
        "no_keys",
        "1 keys in idp.xml, 0 in sp.xml",
    ),
    "sp-metadata-that-is-no-xml": (
        ["harness.write_file: {as: a, text: no}", "expect.sp_metadata: {file: a, entity_id: x}"],
        "sp_metadata_xml",
        "",
    ),
    "another-fact-of-sp-metadata": (
        ["harness.save_sp_metadata: {as: sp.xml}", "expect.sp_metadata: {file: sp.xml, acs_indexes: 1}"],
        "sp_metadata_acs_indexes",
        "0",
    ),
    "an-unsigned-request": (
        [SIGN_IN, "expect.request_signature"],
        "request_unsigned",
        "SAMLRequest, RelayState",
    ),
    "parameters-that-are-not-there": (
        [
            "user.start_login: {as: ada@acme.test}",
            "user.send_request_again: {as: ada@acme.test, order: [SAMLRequest, SigAlg]}",
        ],
        "other_parameters",
        "SAMLRequest, RelayState",
    ),
    "a-request-of-somebody-who-sent-none": (
        [
            "user.start_login: {as: ada@acme.test}",
            "user.send_request_again: {as: bob@acme.test}",
        ],
        "no_message",
        "",
    ),
    "a-password-where-nobody-asks": (
        [
            "user.open: {as: ada@acme.test, page: /login}",
            "user.enter_password: {as: ada@acme.test}",
        ],
        "not_at_sign_in",
        "Log in",
    ),
    "no-session": (
        [
            "user.open: {as: ada@acme.test, page: /login}",
            "expect.session: {as: ada@acme.test, method: sso}",
        ],
        "not_signed_in",
        "401",
    ),
    "another-fact-of-the-session": (
        [SIGN_IN, "expect.session: {as: ada@acme.test, method: password}"],
        "session_method",
        "sso",
    ),
    "an-attribute-that-the-sp-did-not-take": (
        [SIGN_IN, "expect.session: {as: ada@acme.test, attributes: {email: ada@acme.test}}"],
        "session_attribute",
        "absent",
    ),
    "no-mail": (["sp.run_jobs", "expect.mail: {to: admin@acme.test}"], "mail", "no mail at all"),
    "no-certificate-to-activate": (["okta.activate_certificate"], "no_certificate", "SHA-2 Active"),
    "no-certificate-to-delete": (["okta.delete_certificate"], "no_certificate", "SHA-1 Inactive"),
    "metadata-that-is-not-fetched": (
        ['sp.fetch_metadata: {url: "http://192.0.2.1/"}'],
        "md_url_refused",
        "md_url_refused",
    ),
    "metadata-that-is-fetched-after-all": (
        ['sp.fetch_metadata: {url: "${okta.app.metadata_url}", outcome: refused}'],
        "fetch_accepted",
        "accepted",
    ),
    "settings-that-are-not-taken": (
        ["harness.write_file: {as: a, text: no}", "sp.import_configuration: {file: a}"],
        "cfg_import",
        "cfg_import",
    ),
    "settings-that-are-taken-after-all": (
        ["sp.export_configuration: {as: a}", "sp.import_configuration: {file: a, outcome: refused}"],
        "import_accepted",
        "accepted",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_the_last_step_fails_and_says_what_there_was(
    runner: ScenarioRunner, tmp_path: Path, name: str
) -> None:
    steps, code, received = FAILURES[name]
    case = run(runner, tmp_path, *steps)
    assert (case.verdict, case.error, len(case.steps)) == ("failed", False, len(steps))
    (difference,) = case.differences
    assert difference.code == code
    assert received in difference.received


def test_the_sp_has_no_certificate_of_a_use_that_it_does_not_know(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    step = "harness.save_sp_certificate: {as: sp.pem, use: encryption}"
    case = run(runner, tmp_path, step, given='{sp: {encryption: "off"}}')
    assert case.differences[0].code == "no_sp_certificate"


def test_frozen_clocks_stand_still_and_move_by_exact_seconds(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(
        runner,
        tmp_path,
        'harness.freeze_clocks: {at: "2026-03-02T09:00:00Z"}',
        "harness.move_clock: {by: 90 s}",
        SIGN_IN,
        "expect.response: {issue_instant: 2026-03-02T09:01:30.000Z}",
        "harness.freeze_clocks",
        "user.sign_out: {as: ada@acme.test}",
        SIGN_IN,
        "expect.response: {issue_instant: 2026-03-02T09:01:30.000Z}",
    )
    assert case.verdict == "passed", case.differences


def test_a_text_that_was_kept_outlives_what_it_was_made_of(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(
        runner,
        tmp_path,
        'harness.keep: {as: before, text: "${okta.app.entity_id}"}',
        "okta.delete_app",
        'harness.write_file: {as: a, text: "${before}"}',
        "expect.file: {file: a, contains: [http://www.okta.com/exk]}",
    )
    assert case.verdict == "passed", case.differences


def test_after_a_move_people_have_the_same_passwords_and_other_ids(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    new_app = (
        'okta.create_saml_app: {App name: New, Single sign-on URL: "${sp.acs_url}", Application username: Custom, '
        'Audience URI (SP Entity ID): "${sp.entity_id}", '
        "Custom application username: 'user.getInternalProperty(\"id\")'}"
    )
    given = (
        f"{{{ADA}, sp: {{email_sources: [subject, email]}}, sso: {{Application username: Custom, "
        "Custom application username: 'user.getInternalProperty(\"id\")'}}"
    )
    case = run(
        runner,
        tmp_path,
        SIGN_IN,
        "harness.remember: {as: before, fact: name_id}",
        "okta.move_to_another_org: {subdomain: newco, emails: {ada@acme.test: ada@newco.test}}",
        new_app,
        "okta.assign: {people: [ada@acme.test]}",
        "user.take_another_browser: {as: ada@acme.test}",
        "user.sign_in: {as: ada@acme.test, from: tile}",
        'expect.response: {name_id: "not ${before}"}',
        "expect.logged: {event: user.session.start, actor: ada@acme.test, result: SUCCESS, times: 1}",
        given=given,
    )
    assert case.verdict == "passed", case.differences


def test_another_instance_has_the_operators_settings_and_not_the_admins(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    case = run(
        runner,
        tmp_path,
        'harness.keep: {as: before, text: "${sp.url}"}',
        "sp.move_to_another_instance",
        "expect.sso: {enabled: false, unsaved_changes: false}",
        "harness.save_sp_metadata: {as: sp.xml}",
        'expect.sp_metadata: {file: sp.xml, authn_requests_signed: "true", entity_id: "not ${before}"}',
        "sp.open_sso_settings",
        "expect.page: {of: SP admin, heading: Access & SSO Settings}",
        given=f"{{{ADA}, sp: {{sign_requests: true}}, sso: }}",
    )
    assert case.verdict == "passed", case.differences
