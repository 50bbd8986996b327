"""The seed scenario: it passes, and whichever of the article's nine steps is broken, the failure says which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.drivers import DRIVERS
from harness.report.console import failure_lines
from harness.result import CaseResult
from harness.scenario import RunOptions, ScenarioFileError, ScenarioRunner, load

SEED = Path(__file__).parents[2] / "scenarios/setup/setup-01-seed-nine-steps.scenario.yaml"
USERNAME = "Application username: Email\n  - okta.finish"


@pytest.fixture(scope="module")
def runner() -> Iterator[ScenarioRunner]:
    with ScenarioRunner(RunOptions(seed=1)) as runner:
        yield runner


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_seed_passes_with_both_drivers(driver: str) -> None:
    with ScenarioRunner(RunOptions(driver=driver, seed=1)) as runner:
        case = runner.run(load(SEED)[0])
    assert case.verdict == "passed", "\n".join(failure_lines(case))
    assert [step.title for step in case.steps if "(article step" in step.title] != []


def broken(runner: ScenarioRunner, folder: Path, old: str, new: str) -> CaseResult:
    text = SEED.read_text()
    assert text.count(old) == 1
    path = folder / "broken.scenario.yaml"
    path.write_text(text.replace(old, new))
    return runner.run(load(path)[0])


@pytest.mark.parametrize(
    ("number", "old", "new", "fails_at"),
    [
        (1, "  - okta.open_applications\n", "", "okta.start_app_integration"),
        (2, "  - okta.start_app_integration\n", "", "okta.choose_saml"),
        (
            3,
            "okta.choose_saml",
            "okta.choose_saml: {Sign-in method: OIDC - OpenID Connect}",
            "okta.choose_saml",
        ),
        (3, "  - okta.choose_saml\n", "", "okta.general_settings"),
        (4, "App name: Amplitude", 'App name: " "', "okta.general_settings"),
        (4, "  - okta.general_settings: {App name: Amplitude}\n", "", "okta.configure_saml"),
        (5, USERNAME, USERNAME.replace("Email", "Okta username"), "expect.app_settings"),
        (
            5,
            "- okta.configure_saml:\n      Single sign-on URL: ${sp.acs_url}",
            "- okta.configure_saml:\n      Single sign-on URL: ${sp.acs_url}/x",
            "expect.app_settings",
        ),
        (
            5,
            "- okta.configure_saml:\n      Single sign-on URL: ${sp.acs_url}",
            "- okta.configure_saml:\n      Single sign-on URL: amplitude.com",
            "okta.configure_saml",
        ),
        (6, "  - okta.view_metadata\n", "", "okta.save_metadata"),
        (6, "okta.view_metadata", "okta.view_metadata: {certificate: Inactive}", "expect.metadata"),
        (7, "opened: true}", "opened: true, how: web page}", "expect.metadata"),
        (8, "  - sp.upload_metadata: {file: amplitude.xml}\n", "", "expect.sso"),
        (9, "  - sp.save\n", "", "expect.sso"),
    ],
)
def test_a_broken_step_of_the_article_fails_there_and_is_named(
    runner: ScenarioRunner, tmp_path: Path, number: int, old: str, new: str, fails_at: str
) -> None:
    case = broken(runner, tmp_path, old, new)
    assert case.verdict == "failed"
    assert fails_at in case.steps[-1].title
    assert f"article step {number}" in "\n".join(failure_lines(case))


def test_a_step_whose_absence_shows_in_the_file_is_an_error_of_the_file(
    runner: ScenarioRunner, tmp_path: Path
) -> None:
    with pytest.raises(
        ScenarioFileError, match=r"there is no file 'amplitude.xml': no earlier step saves it"
    ):
        broken(runner, tmp_path, "  - okta.save_metadata: {as: amplitude.xml, opened: true}\n", "")
    with pytest.raises(ScenarioFileError, match=r"okta.app.entity_id} is used before it is set"):
        broken(runner, tmp_path, "  - okta.finish\n", "")
