"""When it is valid, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest

from fake_idp.org.clock import Clock
from harness.difference import Difference
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import audience, difference, set_on
from tests.reference_sp.small_idp import stamp


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        ({"not_before": 170}, ""),
        ({"not_before": 190}, "time_early"),
        ({"not_on_or_after": -170}, ""),
        ({"not_on_or_after": -190}, "time_expired"),
        ({"confirmed_until": -170}, ""),
        ({"confirmed_until": -190}, "time_expired"),
    ],
)
def test_clocks_may_differ_by_three_minutes(pair: Pair, shift: dict[str, float], code: str) -> None:
    assert pair.code(pair.idp.response(**shift)) == code  # type: ignore[arg-type]


def test_the_allowance_is_a_setting(make: Maker) -> None:
    pair = make(clock_skew=0)
    assert pair.code(pair.idp.response(not_before=5)) == "time_early"
    assert "0 s allowed" in difference(pair).expected


def test_not_before_after_not_on_or_after_is_impossible(pair: Pair) -> None:
    assert pair.code(pair.idp.response(not_before=120, not_on_or_after=-120)) == "time_invalid"
    assert pair.code(pair.idp.response(not_before=-120, not_on_or_after=120)) == ""


@pytest.mark.parametrize(
    "value", ["", "tomorrow", "1700000000", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00"]
)
@pytest.mark.parametrize("name", ["NotBefore", "NotOnOrAfter"])
def test_a_time_that_is_none_is_not_taken_for_missing(pair: Pair, name: str, value: str) -> None:
    assert (
        pair.code(pair.idp.response(edit=set_on("a:Assertion/a:Conditions", name, value))) == "time_invalid"
    )


def test_not_before_may_be_missing(pair: Pair) -> None:
    assert pair.code(pair.idp.response(edit=set_on("a:Assertion/a:Conditions", "NotBefore", None))) == ""


@pytest.mark.parametrize("digits", ["", ".5", ".123456", ".1234567"])
def test_fractions_of_seconds(pair: Pair, digits: str) -> None:
    moment = (pair.sp.now() + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%S") + digits + "Z"
    assert pair.code(pair.idp.response(edit=set_on("a:Assertion/a:Conditions", "NotOnOrAfter", moment))) == ""


def test_an_offset_is_honoured(pair: Pair) -> None:
    expired = (pair.sp.now() - timedelta(minutes=4)).astimezone(timezone(timedelta(hours=5))).isoformat()
    assert (
        pair.code(pair.idp.response(edit=set_on("a:Assertion/a:Conditions", "NotOnOrAfter", expired)))
        == "time_expired"
    )
    valid = (pair.sp.now() + timedelta(minutes=10)).astimezone(timezone(timedelta(hours=-5))).isoformat()
    assert pair.code(pair.idp.response(edit=set_on("a:Assertion/a:Conditions", "NotOnOrAfter", valid))) == ""


@pytest.mark.parametrize(("days", "code"), [(3650, "time_too_long"), (1, "")])
def test_validity_has_a_limit(pair: Pair, days: int, code: str) -> None:
    assert pair.code(pair.idp.response(not_on_or_after=days * 86400)) == code
    assert pair.code(pair.idp.response(confirmed_until=days * 86400)) == code


@pytest.mark.parametrize("path", [".", "a:Assertion"])
@pytest.mark.parametrize(("hours", "code"), [(24, "issue_delay"), (-24, "issue_delay"), (-0.5, "")])
def test_issue_instant_is_plausible(pair: Pair, path: str, hours: float, code: str) -> None:
    moment = stamp(pair.sp.now() + timedelta(hours=hours))
    assert pair.code(pair.idp.response(edit=set_on(path, "IssueInstant", moment))) == code


def found_in_an_answer_delivered(pair: Pair, later: timedelta) -> Difference:
    answer = pair.idp.response()
    pair.sp.move_clock(later)
    assert pair.code(answer)
    attempt = pair.sp.last_login()
    assert attempt is not None
    return attempt.differences[0]


@pytest.mark.parametrize(
    ("later", "code", "hint", "sides"),
    [
        (timedelta(hours=3, minutes=4), "issue_delay", "it was issued 3 h 4 min ago: a saved or", ["user", "okta"]),
        (timedelta(days=40, hours=2, minutes=9), "issue_delay", "issued 40 days 2 h ago: a saved", ["user", "okta"]),
        (timedelta(minutes=20), "time_expired", "it was issued 20 min ago: a saved", ["user", "okta"]),
        (timedelta(minutes=-7), "issue_delay", "it was issued 7 min from now: clocks that differ", ["okta"]),
        (timedelta(hours=2), "issue_delay", "ago: a saved or replayed answer, or clocks that differ; whole hours",
         ["user", "okta"]),
        (timedelta(hours=-5), "issue_delay", "5 h from now: clocks that differ; whole hours", ["okta"]),
    ],
)  # fmt: skip
def test_the_age_of_an_answer_is_told_before_the_clock_is_blamed(
    make: Maker, later: timedelta, code: str, hint: str, sides: list[str]
) -> None:
    found = found_in_an_answer_delivered(make(clock=Clock("2026-03-02T09:00:00Z")), later)
    assert found.code == code
    assert hint in found.hint
    assert ("whole hours" in found.hint) == ("whole hours" in hint)
    assert [fix.side for fix in found.fixes] == sides


def test_audiences(pair: Pair) -> None:
    own = pair.sp.entity_id
    cases: list[tuple[list[list[str]], str]] = [
        ([[own]], ""),
        ([["urn:x", own, "urn:y"]], ""),
        ([[own], [own, "urn:x"]], ""),
        ([["urn:x"]], "aud_mismatch"),
        ([[own], ["urn:x"]], "aud_mismatch"),
        ([["urn:x"], [own]], "aud_mismatch"),
        ([[""]], "aud_mismatch"),
        ([[]], "aud_mismatch"),
        ([], "aud_missing"),
    ]
    for restrictions, code in cases:
        assert pair.code(pair.idp.response(conditions=audience(*restrictions))) == code, restrictions


def test_no_conditions_at_all(pair: Pair) -> None:
    assert pair.code(pair.idp.response(conditions="")) == "aud_missing"


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda own: own + "/", "trailing slash"),
        (lambda own: f"{own} ", "white space"),
        (lambda own: own.replace("metadata", "Metadata"), "upper and lower case"),
        (lambda own: own.replace("http:", "https:"), "scheme"),
        (lambda own: own + "0", "added at the end"),
        (lambda own: own[:-1], "ends too early"),
        (lambda own: own.replace("metadata", "acs"), "swapped"),
        (lambda own: f"https://x.test/?{own}", ""),
    ],
)
def test_audience_is_compared_exactly_and_the_difference_named(
    pair: Pair, change: Callable[[str], str], hint: str
) -> None:
    assert pair.code(pair.idp.response(conditions=audience([change(pair.sp.entity_id)]))) == "aud_mismatch"
    assert hint in difference(pair).hint
    assert difference(pair).fixes[0].field == "Audience URI (SP Entity ID)"


def test_further_names_of_the_sp(make: Maker) -> None:
    pair = make(extra_audiences=("https://slack.test",))
    assert pair.code(pair.idp.response(conditions=audience(["https://slack.test"]))) == ""


def test_conditions_that_are_not_audiences(pair: Pair) -> None:
    known = audience([pair.sp.entity_id])
    proxy = "<a:ProxyRestriction Count='0'><a:Audience>urn:x</a:Audience></a:ProxyRestriction></a:Conditions>"
    unknown = (
        '<a:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:y"/></a:Conditions>'
    )
    assert pair.code(pair.idp.response(conditions=known.replace("</a:Conditions>", proxy))) == ""
    assert (
        pair.code(pair.idp.response(conditions=known.replace("</a:Conditions>", unknown))) == "cond_unknown"
    )
