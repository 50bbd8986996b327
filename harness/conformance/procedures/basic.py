"""One message, and who is signed in after it."""

from __future__ import annotations

import html
import re
import time

from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.cases import Shape
from harness.conformance.idp import Variation
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
    if _signed_like(attempt, "assertion").sight.who == "subject":
        return recorded(
            "A response whose Response element is unsigned is accepted, which is the usual default."
        )
    return recorded("The Response element has to be signed.")


@procedure("want-assertions-signed")
def want_assertions_signed(attempt: Attempt) -> Outcome:
    """An SP whose metadata wants signed assertions should mean it."""
    if not attempt.bench.sp.want_assertions_signed:
        return skipped("The SP's metadata does not say WantAssertionsSigned.")
    return judge(attempt.case, _signed_like(attempt, "response").sight)


def _signed_like(attempt: Attempt, shape: Shape) -> Login:
    """A login whose message is signed in another way than the good login beside it, which may be refused."""
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    person = attempt.bench.people.somebody()
    sent = attempt.issue(person, started, faults=(), variation=Variation(shape))
    return attempt.post(visitor, sent, started=started)


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
    return not_met(
        attempt.case, "name_changed", f"the name as it was sent: {login}", "It is shown in another letter case.",
        hint="A warning only: SPs that go by e-mail fold its case on purpose.", verdict="warning",
    )  # fmt: skip


@procedure("attributes-shown")
def attributes_shown(attempt: Attempt) -> Outcome:
    """The login works; and where the SP shows attributes, every value that was sent is shown."""
    login = send_one(attempt)
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if not attempt.bench.target.capabilities.echo_attributes:
        return passed(
            f"{login.sight.describe()} The target file does not say echo_attributes: true, so no more is seen."
        )
    shown = html.unescape(login.sight.page.text)
    lost = [value for value in _attribute_values(login) if value not in shown]
    if lost:
        return not_met(
            attempt.case, "values_lost", "every value", f"{len(lost)} not shown, the first is {lost[0]!r}"
        )
    return passed("Every value is shown.")


def _attribute_values(login: Login) -> list[str]:
    return [
        element.text
        for element in login.sent.issued.tree.walk()
        if element.local_name == "AttributeValue" and element.text
    ]


@procedure("escaped-on-page")
def escaped_on_page(attempt: Attempt) -> Outcome:
    """Markup in an attribute must not become markup of the page."""
    login = send_one(attempt)
    pages = [
        page for page in (login.landed, login.sight.page) if "html" in page.answer.header("Content-Type")
    ]
    text = "\n".join(page.text for page in pages)
    if attempt.canary not in text:
        return recorded(f"No page shows the attribute. {login.sight.describe()}")
    return _escaped(attempt, text)


def _escaped(attempt: Attempt, text: str) -> Outcome:
    if re.search(rf"<script>alert\(1\)</script>[^<]{{0,20}}{attempt.canary}", text):
        seen = "The script stands in the page."
        return not_met(attempt.case, "not_escaped", "the text with its markup escaped", seen)
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
