"""For each weakness of the reference SP the suite fails, naming a requirement that it breaks; with none it is green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from harness.conformance.bench import Bench
from harness.conformance.cases import Case, cases
from harness.conformance.opening import open_bench
from harness.conformance.options import CheckOptions
from harness.conformance.preflight import preflight
from harness.conformance.procedures import DEFERRED
from harness.conformance.run import Runner
from harness.conformance.selection import batches, why_skipped
from harness.conformance.whole_run import WholeRun
from harness.reference_sp.weaknesses import WEAKNESSES
from harness.result import CaseResult
from harness.targets.model import TargetFile
from harness.targets.reference import ReferenceTarget

OPTIONS = CheckOptions(consent=True)
REQUESTS = 40
"""Requests from which the randomness of IDs is estimated."""
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
FOLDER = "a folder of the test"
SETTINGS: dict[str, dict[str, object]] = {
    "no-authn-context-check": {"requested_authn_context": PASSWORD},
    "no-domain-check": {"allowed_domains": ("acme.test",)},
    "lets-anybody-in": {"jit": False},
    "forgets-former-key": {"former_encryption_key": True},
    "forgets-assertions-at-restart": {"data_dir": FOLDER},
    "transient-names-own-accounts": {"identity": "name id"},
    "links-by-email-alone": {"identity": "name id"},
    "lets-email-change-unnoticed": {"identity": "name id"},
}
"""Weaknesses that show only at an SP with other settings than the default ones."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with open_bench(TargetFile("reference", reference={}), OPTIONS, "weaknesses") as opened:
        yield opened


def results(bench: Bench, requirements: Iterable[str], *weaknesses: str) -> list[CaseResult]:
    """The cases of these requirements against the SP with these weaknesses."""
    assert isinstance(bench.running, ReferenceTarget)
    bench.running.sp.set_weaknesses(*weaknesses)
    bench.requests.clear()
    bench.shapes.clear()
    preflight(bench)
    wanted = set(requirements)
    selected = [case for case in cases() if case.requirement.id in wanted]
    selected = [case for case in selected if not why_skipped(case, bench, OPTIONS)]
    deferred = [case for case in selected if case.procedure in DEFERRED]
    found: list[CaseResult] = []
    runner = Runner(bench, found.append)
    runner.run(batches([*selected, *_traffic(deferred)], bench))
    for _ in range(REQUESTS if deferred else 0):
        bench.start(bench.visitor())
    observed = runner.collect()
    whole = WholeRun(observed, False)
    found.extend(whole.judge(case) for case in deferred)
    return [result for result in found if wanted.intersection(result.requirements)]


def _traffic(deferred: list[Case]) -> list[Case]:
    """Something to refuse, for the cases that look at the whole run."""
    return [case for case in cases() if deferred and case.id == "audience-mismatch/audience-mismatch"]


def named(found: list[CaseResult]) -> set[str]:
    return {
        name for result in found if result.verdict in ("failed", "warning") for name in result.requirements
    }


@pytest.mark.parametrize("weakness", sorted(set(WEAKNESSES) - set(SETTINGS)))
def test_the_suite_names_a_requirement_that_the_weakness_breaks(bench: Bench, weakness: str) -> None:
    requirements = WEAKNESSES[weakness].requirements
    assert named(results(bench, requirements, weakness)) & set(requirements)


@pytest.mark.parametrize("weakness", sorted(SETTINGS))
def test_the_suite_names_it_at_an_sp_with_the_settings_that_matter(weakness: str, tmp_path: Path) -> None:
    requirements = WEAKNESSES[weakness].requirements
    settings = {name: tmp_path if value == FOLDER else value for name, value in SETTINGS[weakness].items()}
    target = TargetFile("reference", reference=settings)
    with open_bench(target, OPTIONS, "weaknesses") as opened:
        assert named(results(opened, requirements, weakness)) & set(requirements)
        assert not named(results(opened, requirements))


def test_without_a_weakness_the_same_cases_are_green(bench: Bench) -> None:
    every = {name for weakness in WEAKNESSES.values() for name in weakness.requirements}
    found = results(bench, every)
    assert len(found) > 700
    assert {
        result.id: result.reason
        for result in found
        if result.verdict in ("failed", "warning", "not verified")
    } == {}


def test_every_requirement_that_a_weakness_names_is_in_the_catalogue_and_has_a_case() -> None:
    covered = {case.requirement.id for case in cases()}
    every = {name for weakness in WEAKNESSES.values() for name in weakness.requirements}
    assert every <= covered
