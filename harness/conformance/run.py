"""Running batches of cases at one bench, each between two good logins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from fake_idp.faults import fault
from fake_idp.org.errors import OrgError
from fake_idp.saml.pipeline import Fault
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, NoRequest
from harness.conformance.cases import Case
from harness.conformance.evidence import attempt_evidence, blank_result, finish
from harness.conformance.idp import Variation
from harness.conformance.observed import Observed, Refusal, RequestSeen
from harness.conformance.procedures import procedure_named
from harness.conformance.selection import Batch
from harness.conformance.verdicts import Outcome, not_met, not_verified, skipped
from harness.difference import Difference
from harness.drivers.errors import DriverError
from harness.result import CaseResult
from harness.targets.errors import SetUpError
from harness.targets.process import last_lines

RESTARTS = 20
"""How often a target that stopped answering is started anew in one run."""
LAST_LINES = 3
"""How much of what it wrote is told then."""


@dataclass(frozen=True, slots=True)
class Control:
    """A good login: the reason why a refusal next to it means something."""

    accepted: bool
    told: str
    variation: Variation

    def vouches_for(self, variation: Variation) -> bool:
        """Whether it shows that logins of this kind work: an encrypted one vouches for plain ones, not the reverse."""
        return self.accepted and (self.variation.encrypted or not variation.encrypted)


@dataclass(slots=True)
class Runner:
    """Runs batches and reports each result as it comes."""

    bench: Bench
    report: Callable[[CaseResult], None]
    observed: Observed = field(default_factory=Observed)
    _last: list[tuple[Case, CaseResult]] = field(default_factory=list)
    """Results since the last good login; the next one decides whether they stand."""
    _good: Variation = field(default_factory=lambda: Variation("both"))
    """What that good login looked like."""
    _restarts: int = 0
    _down: str = ""

    def run(self, batches: Iterable[Batch]) -> None:
        """All of them; the last good login closes the run."""
        began, waited = time.monotonic(), self.bench.transport.seconds
        for batch in batches:
            self._batch(batch)
        if self._last:
            self._settle(self._control(self._good))
        self.observed.seconds += time.monotonic() - began
        self.observed.target_seconds += self.bench.transport.seconds - waited

    def _batch(self, batch: Batch) -> None:
        case = batch.cases[0]
        variation = Variation(batch.shape, case.encrypted, _settings(case))
        good = Variation(batch.shape, case.to_decrypt)
        control = self._control(good)
        restarts = self._restarts
        self._settle(control)
        if self._restarts > restarts:
            control = self._control(good)
        self._good = good
        for each in batch.cases:
            self._case(each, variation, control)

    def _control(self, variation: Variation) -> Control:
        """A good login on the same target with the same app, in the same shape."""
        self.observed.controls += 1
        try:
            login = self.bench.login(variation)
        except (DriverError, NoRequest) as error:
            return Control(False, f"The good login could not be made: {error}", variation)
        seen = login.sight.describe()
        told = f"A good login, {variation.describe()}, as {login.sent.person.name_id}: {seen}"
        return Control(login.sight.who == "subject", told, variation)

    def _settle(self, control: Control) -> None:
        """The good login after a batch: without it a refusal before it is worth nothing.

        One of another kind may fail by itself, or work where those of the batch do not: then that kind is asked again.
        """
        waiting, self._last = self._last, []
        refusals = [
            result for case, result in waiting if result.verdict == "passed" and not case.proves_itself
        ]
        if refusals and not control.vouches_for(self._good):
            control = self._control(self._good)
        if waiting and not control.accepted:
            for result in refusals:
                finish(result, not_verified(f"The good login after it failed. {control.told}"))
            if not self._down and self._plain_login_fails():
                self._went_down(result.id for _, result in waiting)
        for _, result in waiting:
            self.report(result)

    def _plain_login_fails(self) -> bool:
        """Whether the target is down: not even a plain message is accepted, in a shape in which it was before."""
        shapes = self.bench.shapes
        shape = self._good.shape if self._good.shape in shapes else shapes[0]
        return not self._control(Variation(shape)).accepted

    def _went_down(self, during: Iterable[str]) -> None:
        self.observed.died.extend(dict.fromkeys(during))
        self.observed.end = self._end_of_target()
        self._revive()

    def _revive(self) -> None:
        bench = self.bench
        if self._restarts >= RESTARTS or not bench.running.can_reconfigure:
            again = f" for the {RESTARTS + 1}th time, and was given up" if self._restarts else ""
            self._down = f"The target had stopped accepting good logins{again}.{self.observed.end}"
            return
        self._restarts += 1
        try:
            if bench.running.rereads and bench.running.can_restart:
                bench.restart()  # new metadata alone would leave it running as it is
            bench.trust(bench.idp.metadata())
        except SetUpError as error:
            self._down = f"The target could not be started again: {error.message}"

    def _end_of_target(self) -> str:
        """How the target's process ended, if it did."""
        status = self.bench.running.exit_status()
        if status is None:
            return ""
        said = last_lines(self.bench.running.output, LAST_LINES)
        return f" Its process had ended (status {status}) and written last:\n    {said}"

    def _case(self, case: Case, variation: Variation, control: Control) -> None:
        began = time.monotonic()
        faults = tuple(fault(name) for name in case.faults)
        result = blank_result(case, faults, variation.shape if case.shapes else None)
        inapplicable = self._inapplicable(case, faults, variation)
        if inapplicable:
            finish(result, skipped(inapplicable))
        elif self._down:
            finish(result, not_verified(self._down))
        elif not control.accepted and not _is_control(case) and not case.is_tried_anyway:
            told = f"The good login before it failed, so nothing can be said. {control.told}"
            finish(result, not_verified(told))
        else:
            self._attempt(case, variation, faults, control, result)
        result.seconds = time.monotonic() - began
        self._last.append((case, result))

    def _inapplicable(self, case: Case, faults: Sequence[Fault], variation: Variation) -> str:
        if case.encrypted and self.bench.idp.encryption_certificate is None:
            return "The SP publishes no encryption certificate."
        if not faults:
            return ""
        person = self.bench.people.somebody()
        return self.bench.idp.why_not(faults, person, variation, solicited=case.flow == "sp")

    def _attempt(
        self,
        case: Case,
        variation: Variation,
        faults: tuple[Fault, ...],
        control: Control,
        result: CaseResult,
    ) -> None:
        attempt = self._new_attempt(case, variation, faults)
        outcome = self._outcome(attempt, result)
        if _went_down(outcome) and not self._down:
            # Started anew, the target gets the same once more: what had been piling up in it is not this case's fault.
            attempt = self._new_attempt(case, variation, faults)
            again = self._outcome(attempt, result)
            if not _went_down(again):
                told = "The target had gone down, and bore the same after a new start."
                outcome = replace(again, reason=f"{again.reason} {told}".strip())
        contacts = attempt.contacts()
        if contacts:
            seen = ", ".join(f"{contact.method} {contact.path}" for contact in contacts[:3])
            outcome = not_met(
                case, "outside_contact", "no request to the suite's listener", seen, verdict="failed"
            )
        elif not control.accepted and not _is_control(case) and _was_refused(attempt, outcome):
            outcome = not_verified(
                f"It was refused, and the good login before it failed, too. {control.told}"
            )
        elif outcome.verdict != "not verified" and _names_listener(attempt):
            outcome = replace(outcome, reason=f"{outcome.reason} The suite's listener was not contacted.")
        finish(result, outcome)
        self._observe(attempt)
        failed = outcome.verdict != "passed"
        result.evidence = attempt_evidence(
            attempt, control.told, full=failed, marked=failed or self.bench.marks_all
        )
        result.exchanges = [exchange for login in attempt.logins for exchange in login.visitor.exchanges]
        if self.bench.moved_clock:
            self.bench.running.move_clock(-self.bench.moved_clock)
            self.bench.moved_clock = 0.0

    def _new_attempt(self, case: Case, variation: Variation, faults: tuple[Fault, ...]) -> Attempt:
        return Attempt(self.bench, case, variation, faults, f"{self.bench.rng.getrandbits(48):012x}")

    def _outcome(self, attempt: Attempt, result: CaseResult) -> Outcome:
        try:
            return procedure_named(attempt.case.procedure)(attempt)
        except DriverError as error:
            return self._no_answer(attempt, error)
        except NoRequest as error:
            return not_verified(f"The login could not be started: {error}")
        except SetUpError as error:
            return not_verified(error.message)
        except (
            OrgError,
            ValueError,
            KeyError,
            LookupError,
            TypeError,
            AttributeError,
            AssertionError,
        ) as error:
            result.error = True
            result.differences.append(
                Difference(
                    "harness",
                    "The suite itself broke in this case.",
                    received=f"{type(error).__name__}: {error}",
                )
            )
            return not_verified(f"The suite itself broke: {type(error).__name__}: {error}")

    def _no_answer(self, attempt: Attempt, error: DriverError) -> Outcome:
        """The target broke off or did not answer in time: a refusal of one hostile message, if it is still up.

        In a story of several steps nobody knows which of them it was that failed.
        """
        if not self._control(Variation(self.bench.shapes[0])).accepted:
            self._went_down([attempt.case.id])
            seen = f"{error}{self.observed.end}"
            return not_met(attempt.case, "target_down", "the target stays up", seen, verdict="failed")
        if error.code == "page_timeout":
            return not_met(attempt.case, "slow", "an answer", str(error))
        if attempt.case.expect == "accept":
            return not_met(attempt.case, "refused", "a session", str(error))
        if attempt.case.procedure != "message":
            return not_verified(f"The target broke off the connection in the middle: {error}")
        return Outcome("passed", f"The target broke off the connection and stayed up: {error}")

    def _observe(self, attempt: Attempt) -> None:
        for login in attempt.logins:
            if login.sight.who == "nobody":
                self.observed.refusals.append(Refusal.of(attempt.case.id, login.landed, attempt.canary))

    def collect(self) -> Observed:
        """What was seen, requests included."""
        bench = self.bench
        sp = bench.sp_of_the_run
        self.observed.requests = [
            RequestSeen.of(started, sp, bench.idp.sso_url) for started in bench.requests
        ]
        return self.observed


def _is_control(case: Case) -> bool:
    """Whether it is the good login itself: it fails where others could not be verified."""
    return case.procedure == "accept" and case.expect == "accept" and not case.settings


def _was_refused(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether nothing was seen but that nobody is signed in."""
    return not _went_down(outcome) and all(login.sight.who == "nobody" for login in attempt.logins)


def _went_down(outcome: Outcome) -> bool:
    return outcome.difference is not None and outcome.difference.code == "target_down"


def _names_listener(attempt: Attempt) -> bool:
    """Whether a message led to the suite's listener."""
    return any(login.sent.data.get("listener_named") for login in attempt.logins)


def _settings(case: Case) -> tuple[tuple[str, object], ...]:
    """The case's changes to the app, by the names of `fake_idp.org.settings.SamlSettings`."""
    return tuple(case.settings.items())
