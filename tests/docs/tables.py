"""Tables of the documentation that are made from the code: ``python -m tests.docs.tables`` writes them anew.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``; a test fails when one is stale.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

from fake_idp.faults import catalogue
from fake_idp.org.org_settings import OrgSettings
from harness.reference_sp import codes
from harness.reference_sp.profiles import PROFILES
from harness.reference_sp.settings import Settings
from harness.reference_sp.weaknesses import WEAKNESSES
from harness.scenario import step_catalogue

DOCS = Path(__file__).parents[2] / "docs"
_TABLE = re.compile(r"<!-- table: (?P<name>[\w-]+) -->\n.*?<!-- end of table -->", re.DOTALL)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def _settings(kind: type) -> str:
    """Fields of a dataclass with their defaults and the docstrings below them."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    told = {}
    for statement, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            is_doc = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            told[statement.target.id] = str(after.value.value) if is_doc else ""  # type: ignore[union-attr]
    return _rows(
        ("setting", "default", "what it decides"),
        ((f"`{field.name}`", f"`{field.default!r}`", told[field.name]) for field in fields(kind)),
    )


def _codes() -> str:
    groups = {
        name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, dict)
    }
    return _rows(
        ("code", "what a person reads"),
        (
            (f"`{code}`", sentence)
            for group in groups.values()
            for code, sentence in group.items()
            if isinstance(sentence, str)
        ),
    )


def _weaknesses() -> str:
    return _rows(
        ("weakness", "what is off", "requirements that a suite must name"),
        (
            (f"`{one.id}`", one.sentence, ", ".join(f"`{name}`" for name in one.requirements))
            for one in WEAKNESSES.values()
        ),
    )


def _profiles() -> str:
    return _rows(
        ("profile", "differs from `amplitude` in"),
        (
            (
                f"`{name}`",
                ", ".join(f"`{key}` = `{value!r}`" for key, value in changes.items()) or "(the base)",
            )
            for name, changes in PROFILES.items()
        ),
    )


def _steps() -> str:
    return _rows(
        ("step", "what happens", "fields"),
        (
            (f"`{step.name}`", step.summary, ", ".join(f"`{field.name}`" for field in step.fields))
            for step in step_catalogue()
        ),
    )


def _faults() -> str:
    return _rows(
        ("fault", "stage", "what is wrong with the message"),
        ((f"`{fault.id}`", fault.stage, fault.title) for fault in catalogue()),
    )


TABLES: dict[str, Callable[[], str]] = {
    "org-settings": lambda: _settings(OrgSettings),
    "sp-settings": lambda: _settings(Settings),
    "codes": _codes,
    "weaknesses": _weaknesses,
    "profiles": _profiles,
    "steps": _steps,
    "faults": _faults,
}


def fresh(text: str) -> str:
    """A page with its tables made anew."""
    return _TABLE.sub(
        lambda match: (
            f"<!-- table: {match['name']} -->\n\n{TABLES[match['name']]()}\n\n<!-- end of table -->"
        ),
        text,
    )


if __name__ == "__main__":
    for page in DOCS.glob("*.md"):
        page.write_text(fresh(page.read_text(encoding="utf-8")), encoding="utf-8")
