"""``okta-harness run``: verdicts, exit codes, reports and error texts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from harness.commands.output import check_outputs
from harness.drivers.browser.finder import find_browser
from tests.cli.conftest import Run


def test_a_passing_scenario_ends_with_0_and_is_named_with_its_time(okta_harness: Run, good: Path) -> None:
    ran = okta_harness("run", good, "--seed", "7")

    assert ran.code == 0
    assert re.search(r"^PASS  first-sign-in  \d+\.\d\d s$", ran.out, re.M)
    assert "1 passed in" in ran.out
    assert "seed 7" in ran.out


def test_a_failing_scenario_ends_with_1_and_shows_the_step_and_what_to_change(
    okta_harness: Run, failing: Path
) -> None:
    ran = okta_harness("run", failing)

    assert ran.code == 1
    assert "FAIL  failing-sign-in" in ran.out
    assert "expect.signed_in" in ran.out
    assert "failing.scenario.yaml:" in ran.out
    assert "App Not Assigned" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_a_typo_ends_with_2_and_shows_the_line_and_a_suggestion(okta_harness: Run, good: Path) -> None:
    good.write_text(good.read_text().replace("okta.assign:", "okta.asign:"))

    ran = okta_harness("run", good)

    assert ran.code == 2
    assert "good.scenario.yaml:" in ran.err
    assert "okta.asign" in ran.err
    assert "'okta.assign'" in ran.err
    assert "^" in ran.err


def test_a_missing_file_ends_with_2_and_is_named(okta_harness: Run, tmp_path: Path) -> None:
    ran = okta_harness("run", tmp_path / "nowhere.scenario.yaml")

    assert ran.code == 2
    assert "nowhere.scenario.yaml" in ran.err


def test_a_folder_without_scenarios_ends_with_2(okta_harness: Run, tmp_path: Path) -> None:
    ran = okta_harness("run", tmp_path)

    assert ran.code == 2
    assert ".scenario.yaml" in ran.err


def test_a_pattern_that_matches_nothing_ends_with_2(okta_harness: Run, good: Path) -> None:
    ran = okta_harness("run", good, "--only", "logni-*")

    assert ran.code == 2
    assert "logni-*" in ran.err


def test_a_wrong_flag_ends_with_2_and_names_the_right_one(okta_harness: Run, good: Path) -> None:
    ran = okta_harness("run", good, "--drivers", "http")

    assert ran.code == 2
    assert "--driver" in ran.err


def test_only_runs_what_matches_and_list_runs_nothing(okta_harness: Run, good: Path, failing: Path) -> None:
    ran = okta_harness("run", good.parent, "--only", "first-*")
    listed = okta_harness("run", good.parent, "--list")

    assert ran.code == 0
    assert "failing-sign-in" not in ran.out
    assert {line.split()[0] for line in listed.out.splitlines()} == {"first-sign-in", "failing-sign-in"}


def test_reports_are_written_where_asked(
    okta_harness: Run, good: Path, failing: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    ran = okta_harness(
        "run", good.parent, "--json", out / "r.json", "--junit", out / "r.xml", "--report", out / "html"
    )

    assert ran.code == 1
    report = json.loads((out / "r.json").read_text())
    assert report["summary"]["failed"] == report["summary"]["passed"] == 1
    assert etree.parse(out / "r.xml").getroot().get("failures") == "1"
    assert "failing-sign-in" in (out / "html" / "report.html").read_text()


def test_json_and_junit_name_the_failing_step_and_its_line(
    okta_harness: Run, failing: Path, tmp_path: Path
) -> None:
    okta_harness("run", failing, "--json", tmp_path / "r.json", "--junit", tmp_path / "r.xml")

    line = failing.read_text().splitlines().index("  - expect.signed_in: {as: ada@acme.test}") + 1
    (case,) = json.loads((tmp_path / "r.json").read_text())["cases"]
    step = case["failed_step"]
    assert step["where"] == f"{failing}:{line}"
    assert step["title"] == f"{step['number']}. expect.signed_in: {{as: ada@acme.test}}"
    (told,) = etree.parse(tmp_path / "r.xml").getroot().iter("testcase")
    assert (told.get("file"), told.get("line")) == (str(failing), str(line))
    assert told.findtext("failure", "").startswith(f"at {failing}:{line}\nstep: {step['title']}\n")


def test_a_saml_message_in_an_address_is_cut_on_the_console_and_kept_in_the_json(
    okta_harness: Run, failing: Path, tmp_path: Path
) -> None:
    ran = okta_harness("run", failing, "--json", tmp_path / "r.json")

    assert re.search(
        r"page 'Acme - App Not Assigned' .*\?SAMLRequest=[\w%]{12}…&RelayState=[^)]*…\):$", ran.out, re.M
    )
    assert not re.search(r"SAMLRequest=[\w%]{13}", ran.out)
    assert re.search(r"SAMLRequest=[\w%]{200}", (tmp_path / "r.json").read_text())


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("option", "place", "reason"),
    [
        ("--json", "{tmp}/file/r.json", "{tmp}/file is a file, where a folder has to be"),
        ("--junit", "{tmp}/file/deeper/r.xml", "{tmp}/file is a file, where a folder has to be"),
        ("--report", "/proc/nope", "No such file or directory (/proc/nope)"),
        ("--report", "{tmp}/odd", "Is a directory ({tmp}/odd/report.html)"),
    ],
)
def test_a_result_that_cannot_be_written_is_told_before_anything_runs(
    okta_harness: Run, good: Path, tmp_path: Path, command: str, option: str, place: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "odd/report.html").mkdir(parents=True)
    place, reason = place.format(tmp=tmp_path), reason.format(tmp=tmp_path)

    ran = okta_harness(command, good if command == "run" else "reference", option, place)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"error: {option} {place} cannot be written: {reason}; name a path in a folder that you may write to\n"
    )


def test_a_former_result_stays_until_there_is_a_new_one(tmp_path: Path) -> None:
    former, new, pipe = tmp_path / "former.json", tmp_path / "sub/new.xml", tmp_path / "pipe"
    former.write_text("{}")
    os.mkfifo(pipe)

    check_outputs(json_file=former, junit_file=new, report=tmp_path / "html", draft=pipe)

    assert former.read_text() == "{}"
    assert sorted(path.name for path in tmp_path.rglob("*") if not path.is_dir()) == ["former.json", "pipe"]


def test_a_number_is_called_a_number(okta_harness: Run, good: Path) -> None:
    assert "'x' is not a valid whole number" in okta_harness("run", good, "--jobs", "x").err
    assert "'x' is not a valid whole number" in okta_harness("run", good, "--seed", "x").err


def test_a_file_cannot_write_on_the_terminal(okta_harness: Run, good: Path) -> None:
    good.write_text(
        good.read_text().replace("as: ada@acme.test}", 'as: ada@acme.test, page: "/\\e[2J\\r\\x9b"}')
    )

    ran = okta_harness("run", good)

    assert ran.code == 1
    assert "/\\x1b[2J\\x0d\\x9b" in ran.out
    assert not set(ran.out) & set("\x1b\r\x9b")


def test_the_same_seed_gives_the_same_org_and_another_seed_another(okta_harness: Run, failing: Path) -> None:
    def app_key(seed: int) -> str:
        found = re.search(r"/(exk\w+)/sso/saml", okta_harness("run", failing, "--seed", seed).out)
        assert found
        return found[1]

    assert app_key(11) == app_key(11) != app_key(12)


def test_several_processes_find_the_same_in_the_same_order(
    okta_harness: Run, good: Path, failing: Path
) -> None:
    one = okta_harness("run", good.parent, "--jobs", "1")
    two = okta_harness("run", good.parent, "--jobs", "2")

    def outcome(text: str) -> list[str]:
        return [line[: line.rindex("  ")] for line in text.splitlines() if line.startswith(("PASS", "FAIL"))]

    assert one.code == two.code == 1
    assert outcome(one.out) == outcome(two.out) == ["FAIL  failing-sign-in", "PASS  first-sign-in"]


@pytest.mark.browser
def test_a_browser_that_dies_ends_with_3_and_the_reports_are_written_all_the_same(
    good: Path, tmp_path: Path
) -> None:
    """The browser's own process writes its number before it becomes Chromium, so that the test can kill it."""
    number, browser = tmp_path / "pid", tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\necho $$ > {number}.new && mv {number}.new {number}\nexec {find_browser()} "$@"\n'
    )
    browser.chmod(0o755)
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "harness",
            "run",
            str(good),
            "--driver",
            "browser",
            "--json",
            str(tmp_path / "r.json"),
        ],
        env={**os.environ, "OKTA_HARNESS_BROWSER": str(browser)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not number.exists():
        assert run.poll() is None
    os.kill(int(number.read_text()), signal.SIGKILL)
    _, error = run.communicate(timeout=100)

    assert run.returncode == 3
    assert error.startswith("error: ")
    assert "Traceback" not in error
    (case,) = json.loads((tmp_path / "r.json").read_text())["cases"]
    assert case["verdict"] == "not verified"


def test_no_browser_ends_with_3_and_says_what_to_do(
    okta_harness: Run, good: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OKTA_HARNESS_BROWSER", str(tmp_path / "no-such-browser"))

    ran = okta_harness("run", good, "--driver", "browser")

    assert ran.code == 3
    assert "OKTA_HARNESS_BROWSER" in ran.err
    assert "playwright install chromium" in ran.err


def test_why_nothing_was_verified_stands_before_the_summary(good: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "harness", "run", str(good), "--driver", "browser"],
        env={**os.environ, "OKTA_HARNESS_BROWSER": str(tmp_path / "no-such-browser")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert ran.stdout.index("error: ") < ran.stdout.index("1 not verified in ")
