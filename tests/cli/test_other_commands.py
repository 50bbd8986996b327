"""``init``, ``steps``, and what every command does with wrong words and faults of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.commands import steps
from tests.cli.conftest import Run


def test_init_writes_a_scenario_that_passes(okta_harness: Run, tmp_path: Path) -> None:
    wrote = okta_harness("init", tmp_path / "new")
    ran = okta_harness("run", tmp_path / "new" / "first.scenario.yaml")

    assert wrote.code == 0
    assert (tmp_path / "new" / "target.yaml").is_file()
    assert ran.code == 0


def test_init_overwrites_only_when_told(okta_harness: Run, tmp_path: Path) -> None:
    mine = tmp_path / "first.scenario.yaml"
    mine.write_text("mine")

    refused = okta_harness("init", tmp_path)
    assert (refused.code, mine.read_text()) == (2, "mine")
    assert "--force" in refused.err

    assert okta_harness("init", tmp_path, "--force").code == 0
    assert mine.read_text() != "mine"


def test_steps_documents_every_step_with_its_fields(okta_harness: Run) -> None:
    everything = okta_harness("steps")
    one = okta_harness("steps", "okta.assign")
    actor = okta_harness("steps", "expect")

    assert everything.code == one.code == actor.code == 0
    assert "sp.read_sso_settings" in everything.out
    assert one.out.startswith("okta.assign")
    assert "people:" in one.out
    assert "sp.save" not in one.out
    assert "expect.signed_in" in actor.out


def test_an_unknown_step_gets_a_suggestion(okta_harness: Run) -> None:
    ran = okta_harness("steps", "okta.asign")

    assert ran.code == 2
    assert "Did you mean 'okta.assign'?" in ran.err


def test_a_single_fault_is_counted_as_one(okta_harness: Run) -> None:
    assert okta_harness("faults", "xsw1").out.endswith("\n1 fault\n")
    assert okta_harness("faults", "xsw[12]").out.endswith("\n2 faults\n")


def test_steps_prints_the_json_schema(okta_harness: Run) -> None:
    schema = json.loads(okta_harness("steps", "--schema").out)

    assert schema["$schema"].startswith("https://json-schema.org/")


def test_an_unknown_command_gets_a_suggestion(okta_harness: Run) -> None:
    ran = okta_harness("rnu")

    assert ran.code == 2
    assert "run" in ran.err


def test_a_fault_of_our_own_shows_no_traceback_and_ends_with_3(
    okta_harness: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("boom")

    monkeypatch.setattr(steps.command, "callback", broken)

    ran = okta_harness("steps")

    assert ran.code == 3
    assert "RuntimeError: boom" in ran.err
    assert "OKTA_HARNESS_DEBUG=1" in ran.err
    assert "Traceback" not in ran.err


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "--version"], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.startswith("okta-harness, version ")
