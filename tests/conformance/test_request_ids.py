"""How many random bits request IDs have room for, estimated from the IDs alone."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from uuid import UUID

import pytest

from harness.conformance.cases import cases
from harness.conformance.request_checks.form import ENOUGH_SAMPLES, id_bits, id_entropy
from harness.conformance.request_checks.reading import Requests

CASE = next(case for case in cases() if case.requirement.id == "req-id-entropy")
MAKERS: dict[str, tuple[Callable[[Random], str], int, str]] = {
    "hex of 16 bytes": (lambda rng: f"_{rng.getrandbits(128):032x}", 128, "passed"),
    "hex of 20 bytes": (lambda rng: f"id-{rng.getrandbits(160):040x}", 160, "passed"),
    "random UUID": (lambda rng: f"_{UUID(int=rng.getrandbits(128), version=4)}", 122, "warning"),
    "hex of 15 bytes": (lambda rng: f"_{rng.getrandbits(120):030x}", 120, "failed"),
    "hex of 8 bytes": (lambda rng: f"_{rng.getrandbits(64):016x}", 64, "failed"),
    "digits": (lambda rng: f"_{rng.randrange(10**20):020d}", 66, "failed"),
}


class _Named:
    """A request, as far as this check looks at it."""

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier

    def attribute(self, name: str) -> str:
        assert name == "ID"
        return self.identifier


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("count", [ENOUGH_SAMPLES, 60, 100, 1500])
def test_the_estimate_does_not_depend_on_how_many_ids_there_are(name: str, count: int) -> None:
    make, bits, verdict = MAKERS[name]
    for seed in range(20):
        rng = Random(seed)
        ids = [make(rng) for _ in range(count)]
        assert round(id_bits(ids)) == bits
        requests = [_Named(identifier) for identifier in ids]
        assert id_entropy(Requests(CASE, requests)).verdict == verdict  # type: ignore[arg-type]


def test_ids_that_count_upwards_fail_whatever_room_they_have() -> None:
    requests = [_Named(f"_{10**40 + number}") for number in range(ENOUGH_SAMPLES)]
    outcome = id_entropy(Requests(CASE, requests))  # type: ignore[arg-type]
    assert (outcome.verdict, outcome.reason) == ("failed", "the IDs count upwards")


def test_too_few_ids_say_nothing() -> None:
    few = [_Named(f"_{number}") for number in range(ENOUGH_SAMPLES - 1)]
    assert id_entropy(Requests(CASE, few)).verdict == "not verified"  # type: ignore[arg-type]
