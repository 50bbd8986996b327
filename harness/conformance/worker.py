"""A second process for a check: it has a target of its own and takes a share of the batches.

Started by `harness.conformance.engine` as ``python -m harness.conformance.worker``. Both ends are ours and on one
machine, so plain pickles go over the pipes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from harness.conformance.observed import Observed
from harness.conformance.options import CheckOptions
from harness.result import CaseResult
from harness.targets.model import TargetFile


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told."""

    target: TargetFile
    options: CheckOptions
    seed: str
    index: int
    of: int


class Worker:
    """A running worker, seen from the parent."""

    def __init__(self, job: Job, report: Callable[[CaseResult], None]) -> None:
        self._report = report
        self.observed: Observed | None = None
        self.problem: BaseException | None = None
        # The interpreter that runs this, and a module of this package.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.conformance.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C in the terminal is for the parent, which ends this one
        )
        assert self._process.stdin is not None  # noqa: S101 - PIPE above
        pickle.dump(job, self._process.stdin)
        self._process.stdin.close()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - PIPE above
        with stream:
            while True:
                try:
                    sent = pickle.load(stream)  # noqa: S301 - our own child
                except EOFError:
                    return
                if isinstance(sent, CaseResult):
                    self._report(sent)
                elif isinstance(sent, Observed):
                    self.observed = sent
                else:
                    self.problem = sent

    def join(self) -> Observed:
        """Wait for the end; raises what went wrong there."""
        self._thread.join()
        self._process.wait()
        if self.problem is not None:
            raise self.problem
        if self.observed is None:
            raise RuntimeError(f"a worker process ended without a result (status {self._process.returncode})")
        return self.observed

    def kill(self) -> None:
        """End it, when the check itself has failed."""
        self._process.kill()
        self._process.wait()
        self._thread.join()


def main() -> None:
    """Read a job from standard input; write results, then what was seen."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints goes to standard error, not between the pickles
    job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent
    try:
        _send(out, _work(job, lambda result: _send(out, result)))
    except Exception as error:
        _send(out, error if _travels(error) else RuntimeError(f"{type(error).__name__}: {error}"))
    out.close()


def _work(job: Job, report: Callable[[CaseResult], None]) -> Observed:
    from harness.conformance.engine import run_part

    with run_part(
        job.target, replace(job.options, on_case=None), job.seed, job.index, job.of, report
    ) as part:
        return part.observed


def _send(out: BinaryIO, value: object) -> None:
    pickle.dump(value, out)
    out.flush()


def _travels(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made a moment ago
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main()
