"""The pages name everything there is, link to what exists, and tell CI's test command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.cli import COMMANDS, group
from harness.commands import serve
from tests.docs.tables import TABLES, fresh

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_anchors_within_a_page_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for anchor in re.findall(r"\]\(#([^)]+)\)", text):
        assert anchor in anchors


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_made_from_the_code_are_fresh(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == fresh(text), "run: python -m tests.docs.tables"


def test_every_table_stands_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    for name in TABLES:
        assert f"<!-- table: {name} -->" in text


def test_every_flag_of_serve_is_explained() -> None:
    text = page("docs/fake-okta.md")
    for parameter in serve.command.params:
        if parameter.name != "seed":
            assert any(f"`{flag}" in text for flag in parameter.opts), parameter.name


def test_every_command_is_told_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    for name in COMMANDS:
        assert f"okta-harness {name}" in text
        assert group.get_command(None, name) is not None  # type: ignore[arg-type]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "`make test`" in page("README.md")
    assert "\nmake test\n" in page(".ci/run")


def test_the_first_block_of_the_readme_is_within_the_first_screen() -> None:
    lines = page("README.md").splitlines()
    assert lines.index("```sh") < 20


def test_the_changelog_has_a_section_for_the_present_version() -> None:
    assert re.search(r"^## \[(Unreleased|\d+\.\d+\.\d+)\]", page("CHANGELOG.md"), re.M)
