"""A target that reads its metadata file again is started once; another one is started for each document."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_idp import FakeOkta
from harness.targets.model import Configure, IdpMetadata, SignedIn, TargetFile
from harness.targets.running import METADATA_FILE, CommandTarget, FileTarget

ROOT = Path(__file__).parents[2]
URL = "http://localhost:${SP_PORT}"
TELLS_ITS_PID = "import os; print(f'pid {os.getpid()}', flush=True); from tests.interop.sp_minisaml import *"
PROGRAM = f"{TELLS_ITS_PID}; serve(MiniSAML)"


@pytest.fixture(scope="module")
def document() -> Iterator[IdpMetadata]:
    with FakeOkta(base_url="http://127.0.0.1:9") as okta:
        app = okta.create_saml_app("x", acs_url="http://localhost:9/acs", audience="x")
        yield IdpMetadata(app.metadata.bytes, "http://127.0.0.1:9/metadata", app.entity_id)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[bool], CommandTarget]]:
    started: list[CommandTarget] = []

    def run(rereads: bool) -> CommandTarget:
        command = (sys.executable, "-c", PROGRAM)
        configure = Configure("command", command=command, cwd=ROOT, rereads=rereads)
        described = TargetFile(
            "x", login_url=f"{URL}/login", signed_in=SignedIn(f"{URL}/me"), configure=configure
        )
        started.append(CommandTarget(described, tmp_path))
        return started[-1]

    yield run
    for target in started:
        target.stop()


def pids(target: CommandTarget) -> list[int]:
    """The processes that there have been."""
    return [int(line[4:]) for line in target.output.splitlines() if line.startswith("pid ")]


@pytest.mark.parametrize(("rereads", "starts"), [(True, 1), (False, 2)])
def test_it_is_started_anew_for_another_document_unless_it_reads_that_by_itself(
    start: Callable[[bool], CommandTarget], document: IdpMetadata, tmp_path: Path, rereads: bool, starts: int
) -> None:
    target = start(rereads)
    target.trust(document)
    other = IdpMetadata(document.xml + b"\n", document.url, document.entity_id)

    target.trust(other)

    assert len(pids(target)) == starts
    assert (tmp_path / METADATA_FILE).read_bytes() == other.xml


def test_it_is_started_anew_when_it_has_ended(
    start: Callable[[bool], CommandTarget], document: IdpMetadata
) -> None:
    target = start(True)
    target.trust(document)
    (pid,) = pids(target)
    os.kill(pid, signal.SIGKILL)
    while target._process is not None and target._process.ended is None:
        time.sleep(0.01)

    target.trust(document)

    assert len(pids(target)) == 2


@pytest.mark.parametrize("rereads", [True, False])
def test_one_that_runs_already_can_be_given_other_metadata_only_when_it_reads_its_file_again(
    tmp_path: Path, rereads: bool
) -> None:
    configure = Configure("file", file=tmp_path / "idp.xml", rereads=rereads)
    target = FileTarget(TargetFile("x", configure=configure))
    assert target.can_reconfigure is rereads
