"""Identifiers have the forms of Okta's and follow from the seed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.saml.ids import (
    app_ids,
    epoch_milliseconds,
    error_id,
    message_id,
    message_ids,
    okta_id,
    session_index,
    xenc_id,
)
from tests.saml.examples import NOW

MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


@settings(deadline=None)
@given(st.integers(), MOMENTS)
def test_message_ids_are_23_to_26_digits_and_share_their_beginning(seed: int, now: datetime) -> None:
    response, assertion = message_ids(Random(seed), now)
    assert all(re.fullmatch(r"id\d{23,26}", made) for made in (response, assertion))
    assert response != assertion
    nanoseconds_apart = int(assertion[2:17]) - int(response[2:17])
    assert 80_000 <= nanoseconds_apart < 240_000


def test_message_ids_follow_the_seed_and_the_clock() -> None:
    assert message_id(Random(1), NOW) == message_id(Random(1), NOW)
    assert message_id(Random(1), NOW) != message_id(Random(2), NOW)
    assert message_id(Random(1), NOW) < message_id(Random(1), NOW + timedelta(seconds=1))


@settings(deadline=None)
@given(st.integers(), MOMENTS)
def test_idp_initiated_session_index_is_the_millisecond_and_a_random_number(seed: int, now: datetime) -> None:
    made = session_index(Random(seed), now)
    assert re.fullmatch(r"id\d{12,13}\.\d{8,10}", made)
    assert made.startswith(f"id{epoch_milliseconds(now)}.")


def test_milliseconds_are_counted_exactly() -> None:
    assert epoch_milliseconds(datetime(2025, 3, 13, 23, 50, 3, 508000, tzinfo=UTC)) == 0x019591EA41F4


@settings(deadline=None)
@given(st.integers())
def test_ids_of_one_app_have_20_characters_and_differ_in_the_middle(seed: int) -> None:
    app, external, link = app_ids(Random(seed), "697")
    assert [i[:3] for i in (app, external, link)] == ["0oa", "exk", "aln"]
    assert {len(i) for i in (app, external, link)} == {20}
    assert {i[-3:] for i in (app, external, link)} == {"697"}
    assert app[3:8] == external[3:8]
    assert app[3:] != external[3:]
    assert link[3:6] == app[3:6]


def test_other_ids_have_their_forms() -> None:
    assert re.fullmatch(r"00u[0-9A-Za-z]{14}1d7", okta_id("00u", Random(1)))
    assert re.fullmatch(r"_[0-9a-f]{32}", xenc_id(Random(1)))
    assert re.fullmatch(r"oae[A-Za-z0-9_-]{22}", error_id(Random(1)))
