"""The check of one target: preflight, cases, what the whole run has shown, known deviations."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.conformance.cases import Case, cases
from harness.conformance.deviations import KnownDeviations, load_deviations
from harness.conformance.evidence import blank_result, finish
from harness.conformance.facts import facts_of
from harness.conformance.findings import ALIVE, find
from harness.conformance.observed import Observed
from harness.conformance.opening import open_bench
from harness.conformance.options import CHECK_PROFILES, CheckOptions
from harness.conformance.procedures.registry import DEFERRED
from harness.conformance.run import Runner
from harness.conformance.selection import batches, chosen, shapes_of, share, why_skipped
from harness.conformance.verdicts import not_verified, skipped
from harness.conformance.whole_run import WholeRun
from harness.conformance.worker import Job, Worker
from harness.result import CaseResult, RunResult
from harness.targets.file import load_target
from harness.targets.model import TargetFile

MAX_SEED = 2**32


@dataclass(frozen=True, slots=True)
class Part:
    """What one process has done of a check."""

    observed: Observed
    authn_requests_signed: bool
    """Whether the SP's metadata promises signed requests."""
    facts: dict[str, str]
    """What was judged, for the report."""


def check(target: str | Path | TargetFile, options: CheckOptions | None = None) -> RunResult:
    """Judge a service provider.

    ``target`` is a target file, read already or by its path; ``reference`` is the SP that ships here.

    :raises SetUpError: when nothing can be judged: the target is down, or set up wrongly (exit code 3).
    :raises YamlFileError: for a target file or a file of known deviations that cannot be used (exit code 2).
    :raises ValueError: for an unknown profile.
    """
    options = options or CheckOptions()
    if options.profile not in CHECK_PROFILES:
        raise ValueError(f"there is no profile {options.profile!r}; profiles: {', '.join(CHECK_PROFILES)}")
    described = target if isinstance(target, TargetFile) else load_target(target)
    files = [path for path in (options.known_deviations, described.known_deviations) if path]
    deviations = KnownDeviations([line for path in files for line in load_deviations(path)])
    seed = random.SystemRandom().randrange(MAX_SEED) if options.seed is None else options.seed
    began = time.monotonic()
    results = _Results(options, deviations)
    part = _run_all(described, options, str(seed), results)
    ordered = results.ordered()
    gone = deviations.gone()
    for result in gone:
        results.add(result)
    every = [*ordered, *gone]
    return RunResult(
        described.name,
        seed,
        every,
        time.monotonic() - began,
        part.observed.share_in_target,
        find(every),
        part.facts,
    )


class _Results:
    """Results from several processes, one at a time."""

    def __init__(self, options: CheckOptions, deviations: KnownDeviations) -> None:
        self._deviations = deviations
        self._lock = threading.Lock()
        self._found: list[CaseResult] = []
        self._told = options.on_case

    def add(self, result: CaseResult) -> None:
        with self._lock:
            self._deviations.apply(result)
            self._found.append(result)
            if self._told is not None:
                self._told(result)

    @property
    def something_judged(self) -> bool:
        """Whether anything at all was found out about the target."""
        with self._lock:
            return any(result.verdict in ("passed", "failed", "warning") for result in self._found)

    def ordered(self) -> list[CaseResult]:
        """By the order of the case files, then by shape."""
        places = {case.id: place for place, case in enumerate(cases())}
        shapes = ("both", "assertion", "response", "")
        return sorted(self._found, key=lambda result: (places[result.id], shapes.index(result.signed)))


def _jobs(target: TargetFile, options: CheckOptions) -> int:
    """Two processes where each can have a target of its own."""
    if options.jobs is not None:
        return options.jobs if target.reference is not None or target.wants_port else 1
    return 2 if target.reference is not None else 1


def _run_all(target: TargetFile, options: CheckOptions, seed: str, results: _Results) -> Part:
    of = _jobs(target, options)
    portable = replace(options, on_case=None, on_manual=None)
    workers = [Worker(Job(target, portable, seed, index, of), results.add) for index in range(1, of)]
    try:
        with run_part(target, options, seed, 0, of, results.add) as part:
            for worker in workers:
                part.observed.add(worker.join())
            whole = WholeRun(part.observed, part.authn_requests_signed)
            for case in _about_the_run(options, told=bool(part.observed.died) and results.something_judged):
                results.add(whole.judge(case))
            return part
    except BaseException:
        for worker in workers:
            worker.kill()
        raise


def _about_the_run(options: CheckOptions, *, told: bool) -> list[Case]:
    """The cases that look back on the run; that the target went down is ``told`` whatever was chosen."""
    found = [case for case in chosen(options) if case.procedure in DEFERRED]
    alive = next(case for case in cases() if case.requirement.id == ALIVE)
    return [*found, alive] if told and alive not in found else found


@contextmanager
def run_part(
    target: TargetFile,
    options: CheckOptions,
    seed: str,
    index: int,
    of: int,
    report: Callable[[CaseResult], None],
) -> Iterator[Part]:
    """One process's share of a check, the ``index``-th of ``of``. Ends with the target still up."""
    with open_bench(target, options, f"{seed}/{index}" if index else seed) as bench:
        runnable = []
        for case in chosen(options):
            reason = "" if case.procedure in DEFERRED else why_skipped(case, bench, options)
            if reason:
                outcome = skipped(reason)
            elif case.procedure not in DEFERRED and not shapes_of(case, bench):
                outcome = not_verified(
                    f"A good login signed like that ({', '.join(case.shapes)}) is not accepted."
                )
            else:
                runnable.append(case)
                continue
            if index == 0:
                result = finish(blank_result(case), outcome)
                report(result)
        runner = Runner(bench, report)
        runner.run(share(batches(runnable, bench), index, of))
        yield Part(runner.collect(), bench.sp.authn_requests_signed, facts_of(bench, options, of))
