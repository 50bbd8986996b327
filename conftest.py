"""What holds for every test."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["pytester"]


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
