"""How the batches of a check are divided among processes."""

from __future__ import annotations

import pytest

from harness.conformance.cases import cases
from harness.conformance.procedures import procedure_names
from harness.conformance.selection import LONG, Batch, share

EVERY = cases()


def _batches(size: int) -> list[Batch]:
    return [Batch(tuple(EVERY[start : start + size]), "both") for start in range(0, len(EVERY), size)]


@pytest.mark.parametrize("of", [1, 2, 3, 8])
def test_each_batch_is_done_by_one_process_in_the_order_of_all(of: int) -> None:
    every = _batches(6)

    shares = [_places(share(every, index, of), every) for index in range(of)]

    assert sorted(place for each in shares for place in each) == list(range(len(every)))
    assert all(each == sorted(each) for each in shares)


def test_processes_end_at_about_the_same_time() -> None:
    every = _batches(6)

    first, second = (sum(batch.length for batch in share(every, index, 2)) for index in range(2))

    assert abs(first - second) <= min(batch.length for batch in every)


def test_a_long_procedure_weighs_more_than_many_messages() -> None:
    waits = next(case for case in EVERY if case.procedure == "refresh-waits")
    plain = [case for case in EVERY if case.procedure == "message"]
    every = [*(Batch((case,), "both") for case in plain[:20]), Batch((waits,), "both")]

    assert sorted(len(share(every, index, 2)) for index in range(2)) == [1, 20]


def test_every_long_procedure_exists() -> None:
    assert set(LONG) <= set(procedure_names())


def _places(some: list[Batch], every: list[Batch]) -> list[int]:
    return [every.index(batch) for batch in some]
