"""The catalogue is complete, its ids are unique and its profiles follow from its rows."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from harness.conformance.cases import cases, not_covered
from harness.conformance.requirements import Requirement, groups, requirement, requirements

ROWS_TIERS = {
    "A": (34, 5, 23, 6), "B": (38, 8, 28, 2), "C": (17, 2, 12, 3), "D": (16, 4, 10, 2), "E": (17, 6, 9, 2),
    "F": (10, 0, 7, 3), "G": (24, 2, 18, 4), "H": (8, 2, 4, 2), "I": (23, 6, 15, 2), "J": (17, 2, 11, 4),
    "K": (9, 5, 3, 1), "L": (21, 4, 16, 1), "M": (30, 2, 19, 9), "N": (20, 1, 13, 6), "O": (8, 2, 4, 2),
    "P": (8, 2, 5, 1), "Q": (26, 4, 16, 6), "R": (11, 3, 7, 1), "S": (10, 3, 4, 3), "T": (8, 3, 4, 1),
}  # fmt: skip


@pytest.mark.parametrize("letter", ROWS_TIERS)
def test_each_group_has_its_rows_and_tiers(letter: str) -> None:
    group = next(group for group in groups() if group.letter == letter)
    tiers = Counter(row.tier for row in group.requirements)
    assert (len(group.requirements), tiers[1], tiers[2], tiers[3]) == ROWS_TIERS[letter]


def test_there_are_355_requirements_with_unique_ids() -> None:
    assert sum(len(group.requirements) for group in groups()) == 355
    assert len(requirements()) == 355


def test_the_levels_are_counted() -> None:
    assert Counter(row.level for row in requirements().values()) == {
        "MUST": 220, "SHOULD": 39, "MAY": 5, "SECURITY": 91,
    }  # fmt: skip


def test_nearly_all_are_observable_from_outside() -> None:
    assert Counter(row.black_box for row in requirements().values()) == {"yes": 300, "partly": 54, "no": 1}


def test_every_sentence_is_one_sentence_and_no_two_are_alike() -> None:
    sentences = [row.sentence for row in requirements().values()]
    assert len(set(sentences)) == 355
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in sentences)


@pytest.mark.parametrize("row", requirements().values(), ids=lambda row: row.id)
def test_profiles_follow_from_tier_level_and_references(row: Requirement) -> None:
    references = " ; ".join(row.references)
    expected = {
        "okta-practical": row.tier == 1,
        "oasis-core": bool(re.search(r"\b(Core|Bind|Prof|Meta) |\bE\d+\b", references)),
        "federation-strict": bool(re.search(r"\b(IIP|SDP)-", references)),
        "hardening": row.level == "SECURITY",
    }
    assert {name: name in row.profiles for name in expected} == expected


def test_each_requirement_has_a_case_or_a_reason_and_never_both() -> None:
    with_a_case = {case.requirement.id for case in cases()}
    with_a_reason = [entry.requirement.id for entry in not_covered()]
    assert len(with_a_reason) == len(set(with_a_reason))
    assert with_a_case.isdisjoint(with_a_reason)
    assert with_a_case.union(with_a_reason) == set(requirements())


def test_what_has_no_case_is_rare_slow_or_optional() -> None:
    metadata_alone = {"md-transport-trust", "spmd-no-overclaim"}
    without = {entry.requirement.id for entry in not_covered() if entry.requirement.tier < 3}
    assert without <= metadata_alone


def test_a_row_is_found_by_its_id() -> None:
    assert requirement("audience-mismatch").group == "E"


def test_an_unknown_id_is_no_requirement() -> None:
    with pytest.raises(KeyError):
        requirement("audience-mismach")
