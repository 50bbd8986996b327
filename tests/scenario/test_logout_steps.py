"""Steps on single logout: what each says when the messages, or the sessions, are not as its author thought."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.result import CaseResult
from harness.scenario import RunOptions, ScenarioRunner, load

TAKING_PART = (
    "okta.edit_app: {Front-channel Single Logout: true, Logout Request URL: '${sp.url}/saml/2/slo/10001'}",
    "okta.save_metadata: {as: okta.xml}",
    "sp.upload_metadata: {file: okta.xml}",
    "sp.save",
)
SIGN_IN = "user.sign_in: {as: ada@acme.test}"
SIGN_OUT = "user.sign_out: {as: ada@acme.test, of: okta}"
ENDED = (*TAKING_PART, SIGN_IN, SIGN_OUT)


@pytest.fixture(scope="module")
def runner() -> Iterator[ScenarioRunner]:
    with ScenarioRunner(RunOptions(seed=5)) as runner:
        yield runner


def run(runner: ScenarioRunner, folder: Path, *steps: str) -> CaseResult:
    path = folder / "story.scenario.yaml"
    lines = "".join(f"  - {step}\n" for step in steps)
    given = "{okta: {people: [{login: ada@acme.test}]}, sso: }"
    path.write_text(f"id: story\ntitle: A story\ngiven: {given}\nsteps:\n{lines}")
    (scenario,) = load(path)
    return runner.run(scenario)


RIGHT = (
    "expect.logout_request: {to: sp, count: 1, issuer: '${okta.app.entity_id}', name_id: ada@acme.test, "
    "name_id_format: unspecified, session_index: present, binding: post, signed: 'yes', relay_state: empty, "
    "destination: '${sp.url}/saml/2/slo/10001'}",
    "expect.logout_response: {to: okta, count: 1, issuer: '${sp.entity_id}', status: Success, sub_status: absent, "
    "in_response_to: present, signed: 'yes', of: ada@acme.test}",
    "expect.logout_request: {to: okta, count: 0}",
    "expect.logout_response: {to: sp, count: 0}",
)
FAILURES = {
    "a-request-of-another-person": (
        "expect.logout_request: {name_id: bob@acme.test}",
        "logout_request_name_id",
        "bob@acme.test",
        "ada@acme.test",
    ),
    "an-unsigned-request": (
        "expect.logout_request: {signed: 'no'}",
        "logout_request_signed",
        "no",
        "yes",
    ),
    "another-status": (
        "expect.logout_response: {status: AuthnFailed}",
        "logout_response_status",
        "AuthnFailed",
        "Success",
    ),
    "a-second-status-that-is-not-there": (
        "expect.logout_response: {sub_status: present}",
        "logout_response_sub_status",
        "present",
        "absent",
    ),
    "a-message-the-other-way": (
        "expect.logout_request: {to: okta}",
        "no_message",
        "a LogoutRequest",
        "/saml/2/slo/10001",
    ),
    "a-message-in-another-browser": (
        "expect.logout_response: {of: bob@acme.test}",
        "no_message",
        "a LogoutResponse",
        "",
    ),
    "more-messages-than-thought": (
        "expect.logout_request: {count: 0}",
        "count_of_logout_requests",
        "0",
        "/saml/2/slo/10001",
    ),
    "fewer-messages-than-thought": (
        "expect.logout_response: {to: sp, count: 1}",
        "count_of_logout_responses",
        "1",
        "0",
    ),
    "facts-of-a-message-of-which-there-are-none": (
        "expect.logout_request: {to: okta, count: 0, signed: 'yes'}",
        "no_message",
        "a LogoutRequest",
        "",
    ),
}


def test_the_messages_of_a_front_channel_logout_are_as_they_are_said_to_be(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    case = run(runner, tmp_path, *ENDED, *RIGHT)
    assert case.verdict == "passed", [each.lines() for each in case.differences]


@pytest.mark.parametrize("name", FAILURES)
def test_a_step_says_what_is_otherwise(runner: ScenarioRunner, tmp_path: Path, name: str) -> None:
    step, code, expected, received = FAILURES[name]
    case = run(runner, tmp_path, *ENDED, step)
    (difference,) = case.differences
    assert (case.verdict, difference.code, difference.expected) == ("failed", code, expected)
    assert received in difference.received
    assert case.steps[-1].title.startswith(f"{len(ENDED) + 1}. expect.logout_")


def test_clearing_sessions_ends_the_okta_session_alone(runner: ScenarioRunner, tmp_path: Path) -> None:
    at_okta = "expect.signed_in: {as: ada@acme.test, at: okta}"
    at_sp = "expect.signed_in: {as: ada@acme.test}"
    clear = "okta.clear_sessions: {login: ada@acme.test}"
    assert run(runner, tmp_path, SIGN_IN, at_okta, clear, at_sp).verdict == "passed"
    case = run(runner, tmp_path, SIGN_IN, clear, at_okta)
    assert [each.code for each in case.differences] == ["not_signed_in"]
