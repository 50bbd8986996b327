from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fake_idp.org.clock import Clock, parse_duration, parse_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_clock_runs_with_the_machine_until_told_otherwise() -> None:
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)


def test_a_clock_made_at_a_time_stands_still_there() -> None:
    clock = Clock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.frozen


def test_a_running_clock_that_is_set_runs_on_from_there() -> None:
    clock = Clock()
    clock.set(NOON)
    first = clock.now()
    assert not clock.frozen
    assert NOON <= first <= clock.now() < NOON + timedelta(minutes=1)


@pytest.mark.parametrize("by", ["+5m", timedelta(minutes=5), 300, 300.0, "300"])
def test_a_clock_moves_by_any_spelling_of_five_minutes(by: str | timedelta | float) -> None:
    clock = Clock(NOON)
    clock.move(by)
    assert clock.now() == NOON + timedelta(minutes=5)


def test_a_frozen_clock_runs_on_from_where_it_stood() -> None:
    clock = Clock(NOON)
    clock.run()
    assert NOON <= clock.now() < NOON + timedelta(minutes=1)
    clock.freeze()
    assert clock.now() == clock.now()


def test_reset_goes_back_to_the_machine() -> None:
    clock = Clock(NOON)
    clock.reset()
    assert abs(clock.offset) < timedelta(minutes=1)
    assert clock.now() > NOON or datetime.now(UTC) < NOON


def test_a_clock_comes_back_from_its_state() -> None:
    frozen, moved = Clock(NOON), Clock()
    moved.move("10 days")
    again = Clock()
    again.restore(frozen.state())
    assert again.now() == NOON
    again.restore(moved.state())
    assert abs(again.offset - timedelta(days=10)) < timedelta(minutes=1)


def test_listeners_hear_of_every_change() -> None:
    clock, heard = Clock(NOON), []
    clock.on_change(lambda: heard.append(clock.now()))
    clock.move("1h")
    clock.set(NOON)
    assert heard == [NOON + timedelta(hours=1), NOON]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("+5m", 300),
        ("-1h30m", -5400),
        ("10 days", 864000),
        ("1 week 2 hours", 612000),
        ("250ms", 0.25),
    ],
)
def test_durations_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "5m later", "--5m5"])
def test_other_durations_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        parse_duration(text)


def test_times_without_an_offset_are_utc() -> None:
    assert parse_time("2026-03-01T12:00:00") == parse_time("2026-03-01T13:00:00+01:00") == NOON


def test_other_times_are_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="2026-03-01T12:00:00Z"):
        parse_time("tomorrow")
