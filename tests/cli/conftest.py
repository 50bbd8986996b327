"""Run the command line as a user does, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main

STARTER = Path(__file__).parents[2] / "harness/commands/starters/first.scenario.yaml"


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def okta_harness(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command and return its exit code and what it printed."""

    def run(*argv: object) -> Ran:
        code = main([str(word) for word in argv])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A scenario file that passes."""
    path = tmp_path / "good.scenario.yaml"
    path.write_text(STARTER.read_text())
    return path


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """The same with one step broken: nobody is assigned to the app."""
    path = tmp_path / "failing.scenario.yaml"
    text = STARTER.read_text().replace("id: first-sign-in", "id: failing-sign-in")
    broken = text.replace("  - okta.assign: {people: [ada@acme.test]}\n", "")
    assert broken != text
    path.write_text(broken)
    return path
