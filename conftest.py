"""Runs the examples of the documentation: Python, shell and YAML blocks of README.md and docs/*.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.docs.blocks import compare_with_output, evaluate_shell, write_named_file

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("sh", evaluate_shell),
        CodeBlockParser("text", compare_with_output),
        CodeBlockParser("yaml", write_named_file),
        CodeBlockParser("python-test", write_named_file),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md"],
    fixtures=["doc_folder"],
    path=str(ROOT),
).pytest()


@pytest.fixture(scope="module")
def doc_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that the blocks of one page share."""
    return tmp_path_factory.mktemp("docs")
