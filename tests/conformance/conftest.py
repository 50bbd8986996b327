"""Stubs that are set up wrongly, and go down again after the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.stub_sp import Start, StubSp


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a stub; its trouble is what the test is about."""
    running: list[StubSp] = []

    def started(trouble: str = "", /) -> StubSp:
        running.append(StubSp(tmp_path / "idp.xml", trouble).start())
        return running[-1]

    yield started
    for sp in running:
        sp.stop()
