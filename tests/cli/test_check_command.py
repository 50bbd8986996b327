"""``okta-harness check`` and ``faults``: verdicts, exit codes and reports. The engine's own tests are elsewhere."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Run

ONLY = ("--only", "audience-mismatch/audience-mismatch")


def test_the_reference_sp_passes_and_the_reports_are_written(okta_harness: Run, tmp_path: Path) -> None:
    ran = okta_harness(
        "check",
        "reference",
        *ONLY,
        "--json",
        tmp_path / "r.json",
        "--junit",
        tmp_path / "r.xml",
        "--report",
        tmp_path,
    )

    assert ran.code == 0, ran.out
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["target"] == "reference"
    assert {case["signed"] for case in report["cases"]} == {"both", "assertion", "response"}
    assert {case["verdict"] for case in report["cases"]} == {"passed"}
    assert etree.parse(tmp_path / "r.xml").getroot().get("failures") == "0"
    assert "audience" in (tmp_path / "report.html").read_text()


def test_a_careless_sp_fails_and_the_requirement_is_named(okta_harness: Run, tmp_path: Path) -> None:
    target = tmp_path / "careless.target.yaml"
    target.write_text("name: careless\nreference: {weaknesses: [no-audience-check]}\n")

    ran = okta_harness("check", target, *ONLY)

    assert ran.code == 1
    assert "FAIL  audience-mismatch/audience-mismatch  [both signed]" in ran.out


def test_a_check_ends_with_the_causes_and_prints_failures_in_full_when_asked(
    okta_harness: Run, tmp_path: Path
) -> None:
    target = tmp_path / "careless.target.yaml"
    target.write_text("name: careless\nreference: {weaknesses: [no-audience-check]}\n")

    short = okta_harness("check", target, "--only", "audience-*")
    full = okta_harness("check", target, "--only", "audience-*", "--verbose", "--report", tmp_path)

    assert short.code == full.code == 1
    causes = short.out.partition("What to change, the worst first:")[2]
    assert causes.startswith("\n\n1. The Audience is not compared.  (")
    assert "Change, in the SP: Demand an AudienceRestriction" in causes
    assert "For example audience-mismatch/audience-mismatch [both signed]: The user of the message" in causes
    assert "What came back" not in short.out
    assert "What came back" in full.out and "the report shows" in full.out
    assert "SP entity ID" in (tmp_path / "report.html").read_text()


def test_a_draft_of_known_deviations_is_written_and_no_file_is_lost(
    okta_harness: Run, tmp_path: Path
) -> None:
    target, draft = tmp_path / "careless.target.yaml", tmp_path / "deviations.yaml"
    target.write_text("name: careless\nreference: {weaknesses: [no-audience-check]}\n")

    ran = okta_harness("check", target, *ONLY, "--write-deviations", draft)

    assert ran.code == 1
    assert f"known deviations: {draft}, cases: 1" in ran.out
    assert "- case: audience-mismatch/audience-mismatch\n    reason:\n" in draft.read_text()

    again = okta_harness("check", target, *ONLY, "--write-deviations", draft)

    assert again.code == 2
    assert f"{draft} exists" in again.err


def test_a_target_that_is_down_ends_with_3_and_says_what_to_do(okta_harness: Run, tmp_path: Path) -> None:
    target = tmp_path / "down.target.yaml"
    target.write_text(
        "name: down\nentity_id: down\nacs_url: http://localhost:9/acs\nlogin_url: http://localhost:9/login\n"
        "signed_in: {url: http://localhost:9/me, contains: '{name_id}'}\n"
        f"configure: {{file: {tmp_path / 'idp.xml'}}}\nuser: {{login: ada@acme.test, email: ada@acme.test}}\n"
    )

    ran = okta_harness("check", target)

    assert ran.code == 3, ran.out + ran.err
    assert "http://localhost:9/" in ran.err
    assert "Traceback" not in ran.err


def test_a_typo_in_the_target_file_ends_with_2_and_shows_the_line(okta_harness: Run, tmp_path: Path) -> None:
    target = tmp_path / "typo.target.yaml"
    target.write_text("name: x\nlogin_ulr: http://localhost:9/login\n")

    ran = okta_harness("check", target)

    assert ran.code == 2
    assert "typo.target.yaml:2:1" in ran.err
    assert "login_url" in ran.err


def test_wrong_words_end_with_2(okta_harness: Run, tmp_path: Path) -> None:
    assert okta_harness("check").code == 2
    assert okta_harness("check", "reference", "--profile", "strict").code == 2
    assert okta_harness("check", tmp_path / "nowhere.yaml").code == 2
    assert okta_harness("check", "reference", "--only", "no-such-case").code == 2


def test_list_shows_cases_and_reasons_without_a_target(okta_harness: Run) -> None:
    ran = okta_harness("check", "--list")

    assert ran.code == 0
    assert "audience-mismatch  tier 1, MUST." in ran.out
    assert "no case: " in ran.out


def test_faults_lists_what_matches(okta_harness: Run) -> None:
    everything, some = okta_harness("faults"), okta_harness("faults", "xsw*")

    assert everything.code == some.code == 0
    assert "xsw1" in some.out
    assert len(everything.out) > len(some.out) > 0
    missing = okta_harness("faults", "xsw99")
    assert missing.code == 2
    assert "xsw" in missing.err


def test_a_target_that_a_person_configures_needs_one(
    okta_harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "manual.target.yaml"
    target.write_text(
        "name: manual\nentity_id: x\nacs_url: http://localhost:9/acs\nlogin_url: http://localhost:9/login\n"
        "signed_in: {url: 'http://localhost:9/me', contains: '{name_id}'}\nconfigure: {manual: true}\n"
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    ran = okta_harness("check", target, *ONLY)

    assert ran.code == 3
    assert "there is nobody to ask (manual_alone)" in ran.err


def test_ctrl_c_stops_all_processes_of_a_check_without_a_traceback() -> None:
    command = [sys.executable, "-m", "harness", "check", "reference"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.split() == ["stopped"]
