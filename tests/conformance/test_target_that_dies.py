"""A target that goes down in the middle: whose fault it is, and what is still judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.conformance.engine import check
from harness.conformance.findings import ALIVE
from harness.conformance.options import CheckOptions
from harness.result import CaseResult, RunResult
from harness.targets.file import with_port
from harness.targets.model import Configure
from harness.targets.process import TargetProcess, free_port
from tests.conformance.mortal_sp import LAST_WORDS, STATUS, target


def _check(dies_of: str, only: str) -> RunResult:
    return check(target(dies_of), CheckOptions(only=only, seed=1, jobs=1))


def _apart(run: RunResult) -> tuple[list[CaseResult], CaseResult]:
    """The cases that were asked for, and the one that looks back on the run, which was not."""
    (alive,) = (case for case in run.cases if case.id == ALIVE)
    return [case for case in run.cases if case is not alive], alive


def test_a_message_that_brings_it_down_each_time_fails_and_tells_how_it_ended() -> None:
    run = _check("doctype", "doctype-bare")

    judged, _ = _apart(run)
    assert {case.verdict for case in judged} == {"failed"}
    for case in judged:
        (difference,) = case.differences
        assert difference.code == "target_down"
        assert f"status {STATUS}" in difference.received and LAST_WORDS in difference.received
    assert [finding.id for finding in run.findings] == [ALIVE, "xml-doctype"]


def test_what_brings_it_down_once_only_is_judged_by_a_second_try() -> None:
    run = _check("40", "audience-mismatch/*")

    judged, alive = _apart(run)
    assert {case.verdict for case in judged} == {"failed"}
    assert {case.differences[0].code for case in judged} == {"accepted"}
    assert any("bore the same after a new start" in case.reason for case in judged)
    assert {finding.id for finding in run.findings} == {ALIVE, "audience-not-compared"}
    assert alive.id == ALIVE and alive.verdict == "failed"
    assert f"status {STATUS}" in alive.reason


def test_one_that_cannot_be_started_again_is_not_blamed_for_what_it_never_saw(tmp_path: Path) -> None:
    metadata, port = tmp_path / "idp.xml", free_port()
    described = with_port(target("doctype"), port)
    command = described.configure.command if described.configure else ()
    environment = {"SP_PORT": str(port), "IDP_METADATA": str(metadata)}
    process = TargetProcess(command, Path(__file__).parents[2], environment, tmp_path / "log")
    try:
        metadata.write_text("")
        process.wait_until_it_answers(described.login_url, 30)
        by_file = replace(described, configure=Configure("file", file=metadata))

        run = check(by_file, CheckOptions(only="xml-external-entity/*", seed=1, jobs=1))
    finally:
        process.stop()

    (first, *others), alive = _apart(run)
    assert alive.id == ALIVE and alive.verdict == "failed"
    assert first.verdict == "failed" and first.differences[0].code == "target_down"
    assert {case.verdict for case in others} == {"not verified"}
    assert all("had stopped accepting good logins" in case.reason for case in others)
