"""Clocks: how far they may differ, and when a session ends. The SP's tolerance is measured by bisection."""

from __future__ import annotations

import time

from harness.conformance.attempt import Attempt
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped

TOLERATED = 120
"""Seconds of clock difference that every SP should allow (SDP-G01 asks for 3 minutes; one is left for the network)."""
BOUND = 360
"""Seconds from which no SP should tolerate it any more."""
LONGEST = 7200
PRECISION = 10
"""Seconds to which the tolerance is measured."""
SKEW_FOR_SESSIONS = 400


def _accepted(attempt: Attempt, fault_index: int, seconds: int) -> bool:
    """Whether a message whose bound misses the present by this much is accepted."""
    fault = attempt.faults[fault_index]
    person = attempt.bench.people.somebody()
    signed = seconds if "not-before" in fault.id else -seconds
    login = attempt.login(person, faults=(fault,), data=attempt.data(person, seconds=signed))
    return login.sight.who != "nobody"


def _measured(attempt: Attempt, fault_index: int) -> int:
    """The largest difference that is accepted, to `PRECISION` seconds; `LONGEST` stands for no bound at all."""
    if not _accepted(attempt, fault_index, PRECISION):
        return 0
    low, high = PRECISION, LONGEST
    if _accepted(attempt, fault_index, high):
        return LONGEST
    # Real tolerances are minutes: look there first, so that the bisection is short.
    for guess in (60, 180, 300, 600):
        if low < guess < high:
            if _accepted(attempt, fault_index, guess):
                low = guess
            else:
                high = guess
                break
    while high - low > PRECISION:
        middle = (low + high) // 2
        if _accepted(attempt, fault_index, middle):
            low = middle
        else:
            high = middle
    return low


@procedure("skew-tolerated")
def skew_tolerated(attempt: Attempt) -> Outcome:
    """Each bound misses the present by two minutes, by itself."""
    for index, fault in enumerate(attempt.faults):
        if not _accepted(attempt, index, TOLERATED):
            return not_met(
                attempt.case, "no_tolerance", f"a session although the clocks differ by {TOLERATED} s",
                f"The message with the fault {fault.id} was refused.",
            )  # fmt: skip
    return passed(f"A clock difference of {TOLERATED} s is tolerated at every bound.")


@procedure("skew-bounded")
def skew_bounded(attempt: Attempt) -> Outcome:
    """Each bound misses the present by six minutes or more; the real limit is measured."""
    measured = {
        fault.id.removesuffix("-shift"): _measured(attempt, index)
        for index, fault in enumerate(attempt.faults)
    }
    told = "; ".join(f"{name}: {_told(seconds)}" for name, seconds in measured.items())
    if max(measured.values()) >= BOUND - PRECISION:
        return not_met(attempt.case, "no_bound", f"less than {BOUND} s of tolerance", f"Measured: {told}.")
    return passed(f"Measured: {told}.")


def _told(seconds: int) -> str:
    return "no bound found" if seconds >= LONGEST else f"about {seconds} s" if seconds else "none"


@procedure("window-inverted")
def window_inverted(attempt: Attempt) -> Outcome:
    """NotBefore lies after NotOnOrAfter, each within the tolerance that this SP was seen to have."""
    by_stage = attempt.faults[0]
    for seconds in (120, 60, 20):
        person = attempt.bench.people.somebody()
        if not all(_alone(attempt, name, signed) for name, signed in _bounds(seconds)):
            continue
        login = attempt.login(person, faults=(by_stage,), data=attempt.data(person, seconds=seconds))
        return judge(attempt.case, login.sight, "reject")
    return skipped("The SP allows no clock difference, so each end is refused by itself.")


def _bounds(seconds: int) -> tuple[tuple[str, int], ...]:
    return (("conditions-not-before-shift", seconds), ("conditions-not-on-or-after-shift", -seconds))


def _alone(attempt: Attempt, fault_id: str, seconds: int) -> bool:
    """Whether one end by itself is tolerated: the control of the inverted window."""
    from fake_idp.faults import fault

    person = attempt.bench.people.somebody()
    login = attempt.login(person, faults=(fault(fault_id),), data=attempt.data(person, seconds=seconds))
    return login.sight.who == "subject"


@procedure("session-ends")
def session_ends(attempt: Attempt) -> Outcome:
    """SessionNotOnOrAfter lies a little ahead; after it and the tolerance for clocks the session is gone."""
    person = attempt.bench.people.somebody()
    login = attempt.login(person, data=attempt.data(person, seconds=30))
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if not let_time_pass(attempt, 30 + SKEW_FOR_SESSIONS):
        return skipped("It takes minutes to see; run with --slow to include it.")
    return judge(attempt.case, attempt.look(login.visitor, person), "reject")


@procedure("nearest-session-end")
def nearest_session_end(attempt: Attempt) -> Outcome:
    """Two AuthnStatements: one session ends in two minutes, the other in eight hours; the nearer end counts."""
    login = attempt.login()
    if login.sight.who != "subject":
        return not_verified(f"A message with two AuthnStatements is refused. {login.sight.describe()}")
    if not let_time_pass(attempt, 120 + SKEW_FOR_SESSIONS):
        return skipped("It takes minutes to see; run with --slow to include it.")
    return judge(attempt.case, attempt.look(login.visitor, login.sent.person), "reject")


@procedure("session-outlives")
def session_outlives(attempt: Attempt) -> Outcome:
    """The assertion is good for five minutes; the session has to last longer."""
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if not let_time_pass(attempt, 300 + SKEW_FOR_SESSIONS):
        return skipped("It takes minutes to see; run with --slow to include it.")
    return judge(attempt.case, attempt.look(login.visitor, login.sent.person), "accept")


def let_time_pass(attempt: Attempt, seconds: float) -> bool:
    """Let time pass at the target: by its clock where that can be moved, else in earnest, if that was agreed to."""
    running = attempt.bench.running
    if running.move_clock(seconds):
        attempt.bench.moved_clock += seconds
        return True
    if attempt.bench.slow:
        time.sleep(seconds)
        return True
    return False
