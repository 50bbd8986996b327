"""What an SP says when it refuses."""

from __future__ import annotations

import re
import zlib
from urllib.parse import urlsplit

from harness.conformance.attempt import Attempt
from harness.conformance.procedures.basic import send_one
from harness.conformance.procedures.bindings import starts_a_login
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded
from harness.conformance.visitor import Page

SHORTEST_PAGE = 20
"""Characters of text that an understandable page has at least."""
SAMPLES = 4


@procedure("graceful")
def graceful(attempt: Attempt) -> Outcome:
    """The IdP reports an error; the user gets a page and a way on."""
    login = send_one(attempt)
    page = login.landed
    if login.sight.who != "nobody":
        return not_met(attempt.case, "accepted", "no session", login.sight.describe(), verdict="failed")
    if page.status >= 500:
        return not_met(
            attempt.case, "server_error", "a readable page, status below 500", f"HTTP {page.status}"
        )
    if starts_a_login(attempt, page):
        return not_met(attempt.case, "loop", "a readable page", "The SP starts the next login at once.")
    text = re.sub(r"<[^>]*>|\s+", " ", page.text).strip()
    if len(text) < SHORTEST_PAGE:
        return not_met(attempt.case, "empty_page", "a readable page", f"{len(text)} characters of text")
    return passed(f"HTTP {page.status} with a page of text.")


@procedure("no-retry-loop")
def no_retry_loop(attempt: Attempt) -> Outcome:
    """A refused response, in a browser whose Okta session would answer the next request at once."""
    login = send_one(attempt)
    if login.sight.who != "nobody":
        return not_verified(
            "The message was accepted, so there was no refusal to look at; other cases judge that."
        )
    if starts_a_login(attempt, login.landed):
        return not_met(
            attempt.case, "loop", "the SP stops at an error page", "The SP starts the next login at once."
        )
    return passed(f"The SP stops with HTTP {login.landed.status}.")


@procedure("unknown-user")
def unknown_user(attempt: Attempt) -> Outcome:
    """Okta vouches for somebody whom the SP does not know, and for somebody whose account may not be used."""
    people = attempt.bench.people
    unknown = attempt.login(people.stranger())
    if unknown.sight.who != "nobody":
        return judge(attempt.case, unknown.sight, "reject")
    if people.refused is None:
        return recorded(
            f"An unknown user gets HTTP {unknown.landed.status}; the target file names no refused_user beside."
        )
    known = attempt.login(people.refused)
    if known.sight.who != "nobody":
        return judge(attempt.case, known.sight, "reject")
    if answer_class(unknown.landed) == answer_class(known.landed):
        return passed("Both get the same answer.")
    return recorded(
        f"The answers differ: HTTP {unknown.landed.status} for an unknown user, HTTP {known.landed.status} for one "
        "whose account may not be used, or other words."
    )


@procedure("oracle")
def oracle(attempt: Attempt) -> Outcome:
    """Several kinds of broken ciphertext must get one and the same answer."""
    seen: dict[tuple[int, str, str], set[str]] = {}
    for fault in attempt.faults:
        for _ in range(SAMPLES):
            login = attempt.login(faults=(fault,))
            if login.sight.who != "nobody":
                return not_met(
                    attempt.case, "accepted", "no session", login.sight.describe(), verdict="failed"
                )
            seen.setdefault(answer_class(login.landed), set()).add(fault.id)
    if len(seen) == 1:
        return passed(
            f"One answer to {SAMPLES * len(attempt.faults)} broken messages of {len(attempt.faults)} kinds."
        )
    told = "; ".join(
        f"{', '.join(sorted(names))}: HTTP {status}, page {digest}"
        for (status, _, digest), names in seen.items()
    )
    return not_met(
        attempt.case, "oracle", "the same status, page and address for every failure", told,
        hint="Timing was not measured.",
    )  # fmt: skip


def answer_class(page: Page) -> tuple[int, str, str]:
    """An answer with everything taken out that differs each time: numbers, tokens, reference codes, times."""
    words = _steady_words(re.sub(r"<[^>]*>", " ", page.text))
    path = "/".join(part for part in urlsplit(page.url).path.split("/") if _steady_words(part))
    digest = zlib.crc32(" ".join(words).encode())
    return page.status, path, f"{len(words)} words {digest:08x}"


def _steady_words(text: str) -> list[str]:
    """Words of letters alone, small ones mostly: a code has digits or capitals throughout."""
    return [
        word for word in re.findall(r"\w+", text) if word.isalpha() and not (word.isupper() and len(word) > 4)
    ]
