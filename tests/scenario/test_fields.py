"""What the fields of steps take and refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.scenario.variables import Use, fill, uses
from harness.steps.fields import Choice, Duration, FileName, Flag, Moment, NotValid, Whole
from harness.steps.matching import mismatch, mismatches


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5 minutes", 300),
        ("1 hour 30 min", 5400),
        ("-90 s", -90),
        ("+2h", 7200),
        ("90s", 90),
        ("1.5 days", 129600),
        ("- 1 day 2 hours", -93600),
        ("1 week", 604800),
        ("1 year", 31557600),
    ],
)
def test_lengths_of_time_as_people_write_them(text: str, seconds: float) -> None:
    assert Duration().parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "-", "five minutes", "5", "5 fortnights", "5 minutes and", "minutes 5"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(NotValid, match="expected a length of time"):
        Duration().parse(text)


def test_moments_are_utc_unless_they_say_otherwise() -> None:
    nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for text in ("2026-03-01T09:00:00Z", "2026-03-01 09:00", "2026-03-01T10:00:00+01:00"):
        assert Moment().parse(text) == nine
    with pytest.raises(NotValid):
        Moment().parse("tomorrow")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("No", False), ("on", True), ("off", False)])
def test_flags(text: str, value: bool) -> None:
    assert Flag().parse(text) is value


def test_limits_of_numbers() -> None:
    assert Whole(minimum=0, maximum=9).parse("9") == 9
    for text in ("10", "-1", "1.5", "ten", "9" * 30):
        with pytest.raises(NotValid):
            Whole(minimum=0, maximum=9).parse(text)


def test_a_choice_suggests_the_nearest_option() -> None:
    with pytest.raises(NotValid, match=r"Did you mean 'Signed'\?") as raised:
        Choice(("Signed", "Unsigned")).parse("signed")
    assert raised.value.valid == ("Signed", "Unsigned")


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret", "a/../../b", "a\\b"])
def test_files_outside_the_scenarios_folder_cannot_be_named(name: str) -> None:
    with pytest.raises(NotValid, match="leads out of"):
        FileName().parse(name)


def test_variables_are_found_and_filled_in() -> None:
    text = "${sp.url}/x/$${literal}/${ okta.url }"
    assert [use.name for use in uses(text)] == ["sp.url", "okta.url"]
    assert fill(text, {"sp.url": "S", "okta.url": "O"}) == "S/x/${literal}/O"
    assert list(uses("a ${open")) == [Use("", 2, 2, broken=True)]


def test_a_filled_in_value_is_not_filled_in_again() -> None:
    assert fill("${a}", {"a": "${b}", "b": "no"}) == "${b}"


@pytest.mark.parametrize(
    ("expected", "good", "bad"),
    [
        ("x", "x", "y"),
        ("present", "x", None),
        ("absent", None, "x"),
        ("empty", "", "x"),
        ("not x", "y", "x"),
        ("contains b", "abc", "ac"),
        ("starts with a", "abc", "bc"),
        ("ends with c", "abc", "ab"),
    ],
)
def test_how_facts_are_compared(expected: str, good: str | None, bad: str | None) -> None:
    assert not mismatch(expected, good)
    assert mismatch(expected, bad)


def test_mismatches_name_what_was_expected_and_received() -> None:
    assert mismatches({"a": "1", "b": "2", "c": "absent"}, {"a": "1", "b": "3"}) == [("b", "2", "3")]
