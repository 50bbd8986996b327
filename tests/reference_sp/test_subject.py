"""Who may use the assertion, and how often."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.reference_sp.conftest import Pair
from tests.reference_sp.small_idp import Element, find, stamp

ACS = "{acs}"


def confirmation(
    recipient: str = ACS, until: str = "+300", method: str = "bearer", extra: str = "", data: bool = True
) -> str:
    end = f' NotOnOrAfter="{{{until}}}"' if until else ""
    to = f' Recipient="{recipient}"' if recipient else ""
    method = f' Method="urn:oasis:names:tc:SAML:2.0:cm:{method}"' if method else ""
    inside = f"<a:SubjectConfirmationData{to}{end}{extra}/>" if data else ""
    return f"<a:SubjectConfirmation{method}>{inside}</a:SubjectConfirmation>"


GOOD = confirmation()
FUTURE = "{+3600}"


def dated(confirmations: str) -> str:
    """``{+300}`` as the time in 300 seconds. Not before: a long run collects its tests many minutes earlier."""
    now = datetime.now(UTC)
    return re.sub(
        r"\{([+-]\d+)\}", lambda found: stamp(now + timedelta(seconds=int(found[1]))), confirmations
    )


@pytest.mark.parametrize(
    ("confirmations", "code"),
    [
        (GOOD, ""),
        ("", "sc_missing"),
        (confirmation(method="sender-vouches"), "sc_missing"),
        (confirmation(method="holder-of-key"), "sc_missing"),
        (confirmation(method=""), "sc_missing"),
        (confirmation(data=False), "sc_missing"),
        (confirmation(recipient=""), "rcpt_missing"),
        (confirmation(recipient="https://other.test/acs"), "rcpt_mismatch"),
        (confirmation(recipient=f"{ACS}/"), "rcpt_mismatch"),
        (confirmation(recipient=f"{ACS}?x=1"), "rcpt_mismatch"),
        (confirmation(until=""), "time_invalid"),
        (confirmation(until="-600"), "time_expired"),
        (confirmation(extra=f' NotBefore="{FUTURE}"'), "time_early"),
        (confirmation(extra=' NotBefore="2020-01-01T00:00:00Z"'), ""),
        (confirmation(extra=' NotBefore="soon"'), "time_invalid"),
        (confirmation(extra=' Address="203.0.113.9" xmlns:x="urn:x" x:y="z"'), ""),
        (confirmation(until="-600") + GOOD, ""),
        (GOOD + confirmation(until="-600"), ""),
        (confirmation(method="sender-vouches") + GOOD, ""),
        (confirmation(until="-600") + confirmation(recipient="https://other.test/acs"), "time_expired"),
    ],
)
def test_one_bearer_confirmation_must_hold_by_itself(pair: Pair, confirmations: str, code: str) -> None:
    assert (
        pair.code(pair.idp.response(confirmations=dated(confirmations).replace(ACS, pair.sp.acs_url))) == code
    )


def test_an_assertion_without_subject(pair: Pair) -> None:
    def drop(root: Element) -> None:
        find(root, "a:Assertion").remove(find(root, "a:Assertion/a:Subject"))

    assert pair.code(pair.idp.response(edit=drop)) == "sc_missing"


def test_the_same_message_again_is_refused_everywhere(pair: Pair) -> None:
    root, browser = pair.idp.response(), pair.browser()
    assert pair.code(root, browser) == ""
    assert pair.code(root, browser) == "replayed"
    assert pair.code(root) == "replayed"
    assert pair.code(pair.idp.response()) == "", "a new assertion of equal content is no replay"


def test_a_used_assertion_in_a_new_response_is_refused(pair: Pair) -> None:
    used = pair.idp.response(signed="assertion")
    assert pair.code(used) == ""
    fresh = pair.idp.response(signed="none")
    fresh.replace(find(fresh, "a:Assertion"), find(used, "a:Assertion"))
    assert pair.code(fresh) == "replayed"


def test_a_replay_in_the_minutes_after_the_end_is_refused_too(pair: Pair) -> None:
    root = pair.idp.response()
    assert pair.code(root) == ""
    pair.sp.move_clock(timedelta(seconds=299))
    assert pair.code(root) == "replayed"
    pair.sp.move_clock(timedelta(seconds=60))
    assert pair.code(root) == "replayed"


def test_a_refused_message_uses_nothing_up(pair: Pair) -> None:
    forged = pair.idp.response(signed="none", assertion_id="id-to-come")
    assert pair.code(forged) == "sig_none"
    assert pair.code(pair.idp.response(assertion_id="id-to-come")) == ""


def test_equal_messages_at_the_same_moment_make_one_session(pair: Pair) -> None:
    from concurrent.futures import ThreadPoolExecutor

    root = pair.idp.response()
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: pair.deliver(root), range(8)))
    assert [page.location for page in pages].count("/me") == 1
    assert len(pair.sp.sessions()) == 1
