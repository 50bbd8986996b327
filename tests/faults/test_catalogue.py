"""The catalogue as a whole."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from fake_idp.faults import UnknownFault, catalogue, fault
from fake_idp.saml.faults import PIPELINE_STAGES, Stage
from harness.conformance.requirements import requirements
from tests.faults.messages import SHAPES, claims, shapes_of, signing

EVERY = catalogue()


def test_identifiers_are_words_with_hyphens() -> None:
    assert [f.id for f in EVERY if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", f.id)] == []


def test_titles_are_sentences_that_differ() -> None:
    titles = [f.title for f in EVERY]

    assert [t for t in titles if not re.match(r"[A-Z\"#]", t) or not t.endswith(".")] == []
    assert sorted(titles) == sorted(set(titles))


def test_every_fault_names_requirements_of_the_catalogue_and_a_source() -> None:
    known = set(requirements())

    assert {(f.id, r) for f in EVERY for r in f.requirements if r not in known} == set()
    assert [f.id for f in EVERY if not f.requirements or not f.source] == []


def test_every_fault_plugs_into_a_stage_and_belongs_to_a_class() -> None:
    assert {f.stage for f in EVERY} <= set(get_args(Stage))
    assert [f.id for f in EVERY if f.group in ("", "edit", "registry", "functools")] == []


def test_every_fault_applies_to_some_message_and_says_why_not_to_others() -> None:
    for f in EVERY:
        if f.stage in PIPELINE_STAGES:
            assert shapes_of(f), f.id
        for shape in SHAPES:
            reason = f.applies(claims(), signing(shape))
            assert reason is None or re.match(r"[A-Z].*\.$", reason), (f.id, shape)


def test_an_unknown_identifier_is_answered_with_the_nearest_ones() -> None:
    with pytest.raises(
        UnknownFault, match=r"there is no fault 'destination-mising'\. Did you mean 'destination-missing'"
    ):
        fault("destination-mising")


def test_an_identifier_like_no_other_is_answered_without_a_guess() -> None:
    with pytest.raises(UnknownFault) as caught:
        fault("%%%")

    assert "Did you mean" not in str(caught.value)
    assert caught.value.near == ()
