"""One message, and who is signed in after it."""

from __future__ import annotations

import time

from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded, skipped


def send_one(attempt: Attempt) -> Login:
    """Send the case's message in a clean browser.

    The genuine person and the forged one are chosen so that either could be signed in. Where the target has a single
    account, a message that forges nothing is about that account.
    """
    people = attempt.bench.people
    genuine, victim = people.pair()
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    sent = attempt.issue(genuine, started, data=attempt.data(genuine, victim))
    if "forged" not in sent.data:
        if not people.anyone:
            genuine = people.somebody()
            sent = attempt.issue(genuine, started, data=attempt.data(genuine))
        return attempt.post(visitor, sent, started=started)
    return attempt.post(visitor, sent, victim=victim, started=started)


@procedure("message")
def message(attempt: Attempt) -> Outcome:
    """One response with the faults in it."""
    began = time.monotonic()
    login = send_one(attempt)
    seconds = time.monotonic() - began
    outcome = judge(attempt.case, login.sight)
    within = attempt.case.within
    if within is not None and outcome.verdict == "passed" and seconds > within:
        return not_met(
            attempt.case,
            "slow",
            f"an answer within {within:g} s",
            f"{outcome.reason} It took {seconds:.1f} s.",
        )
    return outcome


@procedure("accept")
def accept(attempt: Attempt) -> Outcome:
    """A correct message of this variation."""
    login = attempt.good_login()
    return judge(attempt.case, login.sight)


@procedure("one-subject")
def one_subject(attempt: Attempt) -> Outcome:
    """Two people in one message: at most one of them may be signed in, and nothing of the other."""
    sight = send_one(attempt).sight
    if sight.shows_subject and (sight.shows_forged or sight.shows_marker):
        return not_met(
            attempt.case, "mixed", "one person's data only", "Data of both people is shown.", verdict="failed"
        )
    return recorded(sight.describe())


@procedure("split-name")
def split_name(attempt: Attempt) -> Outcome:
    """The IdP knows somebody whose name begins with the victim's; a comment or instruction stands after that part."""
    people = attempt.bench.people
    victim = people.account if not people.anyone and people.account else people.stranger()
    tail = ".evil.test"
    genuine = type(victim)(
        victim.login + tail, victim.email + tail, victim.first_name, victim.last_name, dict(victim.profile)
    )
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    head = attempt.bench.name_id_of(victim, attempt.variation).name_id
    data = attempt.data(genuine, victim, split={"head": head, "tail": tail})
    sent = attempt.issue(genuine, started, data=data)
    login = attempt.post(visitor, sent, victim=victim, started=started)
    return judge(attempt.case, login.sight, "no forgery")


@procedure("report-shape")
def report_shape(attempt: Attempt) -> Outcome:
    """Whether the SP insists on a signed Response by default."""
    login = attempt.good_login()
    if login.sight.who == "subject":
        return recorded(
            "A response whose Response element is unsigned is accepted, which is the usual default."
        )
    return recorded("The Response element has to be signed.")


@procedure("want-assertions-signed")
def want_assertions_signed(attempt: Attempt) -> Outcome:
    """An SP whose metadata wants signed assertions should mean it."""
    if not attempt.bench.sp.want_assertions_signed:
        return skipped("The SP's metadata does not say WantAssertionsSigned.")
    return judge(attempt.case, attempt.good_login().sight)


@procedure("verbatim-name")
def verbatim_name(attempt: Attempt) -> Outcome:
    """A name with capitals and a plus sign, compared letter by letter with what the SP shows."""
    people = attempt.bench.people
    if not people.anyone:
        return not_verified("The target signs in its own accounts only, so no unusual name can be tried.")
    plain = people.stranger()
    word, _, domain = plain.login.partition("@")
    login = f"{word.capitalize()}+Tag@{domain}"
    person = type(plain)(login, login, plain.first_name, plain.last_name)
    seen = attempt.login(person)
    if seen.sight.who != "subject":
        return judge(attempt.case, seen.sight)
    if login in seen.sight.page.text:
        return passed("The name is shown as it was sent.")
    return recorded(
        "The name is accepted and shown in another letter case; SPs that go by e-mail do so on purpose."
    )


@procedure("escaped-on-page")
def escaped_on_page(attempt: Attempt) -> Outcome:
    """Markup in an attribute must not become markup of the page."""
    login = send_one(attempt)
    text = login.sight.page.text + login.landed.text
    if attempt.canary not in text:
        return recorded(f"The page does not show the attribute. {login.sight.describe()}")
    return _escaped(attempt, text)


def _escaped(attempt: Attempt, text: str) -> Outcome:
    if f"<script>alert(1)</script>{attempt.canary}" in text or f"<script>{attempt.canary}" in text:
        return not_met(
            attempt.case, "not_escaped", "the text with its markup escaped", "The script stands in the page."
        )
    return passed("The text is shown with its markup escaped.")


@procedure("escaped-answer")
def escaped_answer(attempt: Attempt) -> Outcome:
    """Markup in a status message must not become markup of the error page."""
    login = send_one(attempt)
    if attempt.canary not in login.landed.text:
        return passed("The message is not shown.")
    return _escaped(attempt, login.landed.text)


@procedure("message-shown")
def message_shown(attempt: Attempt) -> Outcome:
    """Whether an unsigned error response can put words into the SP's mouth."""
    login = send_one(attempt)
    shown = attempt.canary in login.landed.text
    return recorded("The text of the unsigned message is shown." if shown else "The text is not shown.")
