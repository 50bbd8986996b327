"""Every example of README.md and docs/*.md works as it stands there: each page from top to bottom, in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.example import SybilFailure
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.docs.blocks import ROOT, compare_with_output, evaluate_shell, write_named_file

BLOCKS = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("sh", evaluate_shell),
        CodeBlockParser("text", compare_with_output),
        CodeBlockParser("yaml", write_named_file),
        CodeBlockParser("python-test", write_named_file),
        SkipParser(),
    ],
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.long if path.name == "README.md" else (), id=path.name)
        for path in PAGES
    ],
)
def test_every_block_of_the_page_works(path: Path, tmp_path: Path) -> None:
    document = BLOCKS.parse(path)
    document.namespace["doc_folder"] = tmp_path
    for example in document.examples():
        example.evaluate()


def test_no_page_is_without_blocks_but_the_one_of_decisions() -> None:
    assert [path.name for path in PAGES if not list(BLOCKS.parse(path).examples())] in ([], ["decisions.md"])


@pytest.mark.parametrize(
    "block", ["```sh\nfalse\n```\n", "```python\nassert False\n```\n", "```sh\ntrue  # exit code 2\n```\n",
              "```sh\necho one\n```\n```text\ntwo\n```\n"],
)  # fmt: skip
def test_a_block_that_does_not_work_is_noticed(block: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(block)
    document = BLOCKS.parse(page)
    document.namespace["doc_folder"] = tmp_path
    with pytest.raises((SybilFailure, AssertionError)):
        for example in document.examples():
            example.evaluate()
