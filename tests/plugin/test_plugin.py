"""The plugin in a user's own project: scenario files as tests, and the fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

STARTER = Path(__file__).parents[2] / "harness/commands/starters/first.scenario.yaml"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with one scenario that passes and one with a step missing."""
    text = STARTER.read_text()
    (pytester.path / "good.scenario.yaml").write_text(text)
    broken = text.replace("first-sign-in", "not-assigned").replace(
        "  - okta.assign: {people: [ada@acme.test]}\n", ""
    )
    (pytester.path / "bad.scenario.yaml").write_text(broken)
    return pytester


def test_scenario_files_are_tests_and_a_failure_shows_the_step(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*not-assigned*", "*step:*expect.signed_in*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.fnmatch_lines(["okta-harness: seed *"])


def test_selection_by_name_and_marker_works(project: pytest.Pytester) -> None:
    project.makepyfile("def test_other(): pass")

    project.runpytest_subprocess("-k", "first").assert_outcomes(passed=1, deselected=2)
    project.runpytest_subprocess("-m", "not scenario").assert_outcomes(passed=1, deselected=2)


def test_workers_last_failed_and_junit_work(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("-n", "2", "--junitxml=out.xml").assert_outcomes(passed=1, failed=1)
    project.runpytest_subprocess("--lf").assert_outcomes(failed=1)

    assert "not-assigned" in (project.path / "out.xml").read_text()


def test_a_mistake_in_a_file_is_a_collection_error_with_the_line(project: pytest.Pytester) -> None:
    (project.path / "bad.scenario.yaml").write_text("id: x\nstepps: []\n")

    result = project.runpytest_subprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*bad.scenario.yaml:2:1*", "*'steps'*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_fixtures_give_a_working_sign_on(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_sign_in(sso):
            seen = sso.sign_in()
            assert seen.email == sso.person.email

        def test_each_test_gets_a_fresh_org(fake_okta, reference_sp):
            assert fake_okta.apps() == []
            assert reference_sp.last_login() is None
        """
    )

    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=2)


def test_a_test_can_add_handlers_and_read_the_request_log(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_front_of_one_path(sso, okta_server):
            okta_server.expect_request("/down").respond_with_data("down", status=503)
            sso.sign_in()
            paths = [request.path for request, response in okta_server.log]
            assert any(path.endswith("/sso/saml") for path in paths)

        def test_the_log_starts_empty(fake_okta, okta_server):
            assert okta_server.log == []
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=2)
