"""Runs the examples of the documentation: Python, shell and YAML blocks of README.md and docs/*.md."""

from __future__ import annotations

import os
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker of a parallel run begin with one of the tests that take minutes, so that none is left for last.

    pytest-xdist sends each worker a quarter of its share to begin with, tests that follow each other.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    if workers == 1 or not long:
        return
    first_share = max(2, len(items) // workers // 4)
    items[:] = [item for item in items if item not in long]
    for number, item in enumerate(long):
        items.insert(number % workers * first_share, item)


@pytest.fixture(scope="module")
def doc_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that the blocks of one page share."""
    return tmp_path_factory.mktemp("docs")
