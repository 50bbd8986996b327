"""Running scenarios: verdicts, evidence, seeds, clocks, what happens when something breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.drivers import NoBrowser
from harness.report.console import failure_lines
from harness.result import CaseResult
from harness.scenario import RunOptions, ScenarioRunner, load, run_scenario


@pytest.fixture(scope="module")
def runner() -> Iterator[ScenarioRunner]:
    with ScenarioRunner(RunOptions(seed=5)) as runner:
        yield runner


def run(runner: ScenarioRunner, folder: Path, steps: str, **top: str) -> CaseResult:
    path = folder / "story.scenario.yaml"
    head = {
        "id": "story",
        "title": "A story",
        "given": "{okta: {people: [{login: ada@acme.test}]}, sso: }",
    } | top
    lines = "\n".join(f"{key}: {value}" for key, value in head.items())
    path.write_text(f"{lines}\nsteps:\n{steps}")
    (scenario,) = load(path)
    return runner.run(scenario)


def test_a_failure_shows_the_step_filled_in_the_page_and_the_requests(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    case = run(
        runner,
        tmp_path,
        "  - user.sign_in: {as: ada@acme.test}\n"
        "  - expect.signed_in: {as: ada@acme.test, page: /nowhere}\n"
        "  - sp.save\n",
    )
    text = "\n".join(failure_lines(case))
    assert case.verdict == "failed"
    assert not case.error
    assert len(case.steps) == 2, "steps behind the first failure are not run"
    assert "story.scenario.yaml:6" in text
    assert "2. expect.signed_in: {as: ada@acme.test, page: /nowhere}" in text
    assert "expected: http://localhost:" in text
    assert "/nowhere" in text
    assert "received: http://localhost:" in text
    assert "page 'Account" in text
    assert "the last requests" in text
    assert "POST http://localhost:" in text


def test_a_failed_login_says_what_the_sp_said(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(
        runner,
        tmp_path,
        "  - user.sign_in: {as: ada@acme.test}\n  - expect.signed_in: {as: ada@acme.test}\n",
        given='{okta: {people: [{login: ada@acme.test}]}, sso: {audience: "${sp.url}"}}',
    )
    (difference,) = case.differences
    assert difference.code == "aud_mismatch"
    assert "/saml/2/metadata/10001" in difference.expected
    assert [fix.field for fix in difference.fixes] == ["Audience URI (SP Entity ID)"]


def test_a_control_that_is_missing_fails_with_those_that_are_there(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    case = run(
        runner,
        tmp_path,
        "  - user.open: {as: ada@acme.test, page: /login}\n"
        "  - user.press: {as: ada@acme.test, button: Sign in with SOS}\n",
    )
    assert case.differences[0].code == "page_control_missing"
    assert "Did you mean 'Sign in with SSO'?" in case.differences[0].message
    assert "Log in" in case.differences[0].received


def test_the_exchanges_are_kept_with_their_messages(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(runner, tmp_path, "  - user.sign_in: {as: ada@acme.test}\n")
    messages = [(each.receiver, each.method, each.message) for each in case.exchanges if each.message]
    assert ("Okta", "GET", "AuthnRequest") in messages
    assert messages[-1] == ("SP", "POST", "Response")
    assert all("<saml" in each.xml for each in case.exchanges if each.message)


def test_the_same_seed_gives_the_same_names_and_ids(tmp_path: Path) -> None:
    def ids(seed: int) -> str:
        with ScenarioRunner(RunOptions(seed=seed)) as runner:
            case = run(runner, tmp_path, "  - user.sign_in: {as: ada@acme.test, from: embed link}\n")
        return next(each.url for each in case.exchanges if "/home/" in each.url).partition("/home/")[2]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_given_a_seed_the_scenario_keeps_it(tmp_path: Path) -> None:
    given = "{seed: 9, okta: {people: [{login: ada@acme.test}]}, sso: }"
    urls = []
    for seed in (1, 2):
        with ScenarioRunner(RunOptions(seed=seed)) as runner:
            case = run(
                runner, tmp_path, "  - user.sign_in: {as: ada@acme.test, from: embed link}\n", given=given
            )
        urls.append(next(each.url for each in case.exchanges if "/home/" in each.url).partition("/home/")[2])
    assert urls[0] == urls[1]


def test_clocks_that_differ_too_much_are_told_apart(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(
        runner,
        tmp_path,
        "  - harness.move_clock: {by: 20 minutes, of: sp}\n"
        "  - user.sign_in: {as: ada@acme.test}\n"
        "  - expect.refused: {by: sp, code: time_expired}\n"
        "  - harness.set_clock: {to: 2030-01-01T00:00:00Z}\n"
        "  - user.sign_in: {as: ada@acme.test}\n"
        "  - expect.response: {issue_instant: starts with 2030-01-01T00:00}\n",
    )
    assert case.verdict == "passed", "\n".join(failure_lines(case))


def test_what_cannot_be_given_is_a_failure_before_the_first_step(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    case = run(
        runner,
        tmp_path,
        "  - sp.save\n",
        given='{okta: {people: [{login: ada@acme.test}]}, sso: {Single sign-on URL: "not a url"}}',
    )
    assert (case.verdict, case.error) == ("failed", False)
    assert "what the scenario is given cannot be had" in case.differences[0].message


def test_a_driver_that_the_scenario_excludes_skips_it(runner: ScenarioRunner, tmp_path: Path) -> None:
    case = run(runner, tmp_path, "  - sp.save\n", drivers="{only: [browser], reason: it is about scripts}")
    assert case.verdict == "skipped"
    assert case.reason == "not with the driver http: it is about scripts"


def test_the_rows_of_a_matrix_are_cases_of_their_own(runner: ScenarioRunner, tmp_path: Path) -> None:
    path = tmp_path / "rows.scenario.yaml"
    path.write_text(
        "id: rows\ntitle: Rows\nmatrix:\n"
        "  - {row: good, code: sso_off}\n  - {row: bad, code: sso_required}\nsteps:\n"
        "  - user.open: {as: ada@acme.test, page: /sso/login/10001}\n"
        '  - expect.refused: {by: sp, code: "${row.code}"}\n'
    )
    cases = [runner.run(scenario) for scenario in load(path)]
    assert [(case.id, case.verdict) for case in cases] == [("rows[good]", "passed"), ("rows[bad]", "failed")]


def test_a_variable_whose_value_does_not_fit_fails_at_its_step(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    path = tmp_path / "rows.scenario.yaml"
    path.write_text(
        "id: kept\ntitle: A text that is kept\n"
        'steps: [{harness.keep: {as: by, text: soon}}, {harness.move_clock: {by: "${by}"}}]\n'
    )
    case = runner.run(load(path)[0])
    assert case.verdict == "failed"
    assert "expected a length of time" in case.differences[0].message


def test_a_fault_of_the_harness_is_an_error_and_no_traceback(runner: ScenarioRunner, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    path = tmp_path / "story.scenario.yaml"
    path.write_text("id: story\ntitle: A story\nsteps: [sp.save]\n")
    (scenario,) = load(path)
    (step,) = scenario.steps
    step = replace(step, definition=replace(step.definition, run=broken))
    case = runner.run(replace(scenario, steps=(step,)))
    assert (case.verdict, case.error) == ("failed", True)
    assert "the harness itself broke: RuntimeError: a bug" in case.differences[0].message


def test_without_a_browser_nothing_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKTA_HARNESS_BROWSER", "/nowhere")
    path = tmp_path / "story.scenario.yaml"
    path.write_text("id: story\ntitle: A story\nsteps: [sp.save]\n")
    with pytest.raises(NoBrowser):
        run_scenario(load(path)[0], RunOptions(driver="browser"))


def test_screenshots_are_taken_with_a_report_folder(tmp_path: Path) -> None:
    with ScenarioRunner(RunOptions(driver="browser", report_dir=tmp_path / "report")) as runner:
        case = run(runner, tmp_path, "  - user.open: {as: ada@acme.test, page: /login}\n")
    (evidence,) = case.steps[0].evidence
    assert evidence.path is not None
    assert evidence.path.read_bytes().startswith(b"\x89PNG")
