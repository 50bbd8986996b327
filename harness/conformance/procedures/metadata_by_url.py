"""IdP metadata that the SP fetches by itself: what it does when the address answers something new, wrong or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.metadata import build_metadata
from harness.conformance.attempt import Attempt
from harness.conformance.bench import NoRequest
from harness.conformance.procedures.metadata import expect_login, login_with, spare_keys
from harness.conformance.procedures.registry import procedure
from harness.conformance.publisher import Answer
from harness.conformance.verdicts import Outcome, not_met, only_warning, passed, recorded
from harness.targets.errors import SetUpError

Publish = Callable[[Answer | bytes], None]
WEB_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
MOVED = "/moved-metadata.xml"
INSIDE = ("2130706433", "0x7f000001", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]")  # noqa: S104 - addresses to be refused
"""This machine by names that nobody allowed: what filters of addresses overlook."""


@contextmanager
def refreshing(attempt: Attempt) -> Iterator[Publish]:
    """Publishes what it is called with, and has the SP read it. At the end the app's own metadata counts again."""
    bench = attempt.bench

    def publish(answer: Answer | bytes) -> None:
        bench.publisher.publish(answer)
        bench.refresh()

    try:
        yield publish
    finally:
        if bench.running.can_reconfigure:
            bench.trust(bench.idp.metadata())
        else:
            publish(bench.idp.metadata())


def still_logs_in(attempt: Attempt, after: str, key: SigningKey) -> Outcome | None:
    """None when a login signed with this key works; where it cannot even be started, that is a failure, too."""
    try:
        return expect_login(attempt, f"after {after}", key, accepted=True)
    except NoRequest as error:
        return not_met(attempt.case, "refused", "logins that go on", f"after {after}: {error}")


@procedure("key-rollover-by-url")
def key_rollover_by_url(attempt: Attempt) -> Outcome:
    """As key-rollover, while the SP keeps running: old key, old and new, new alone."""
    idp = attempt.bench.idp
    old = idp.key
    with spare_keys(attempt, 1) as (new,), refreshing(attempt) as publish:
        problem = expect_login(attempt, "before: the new key", new, accepted=False)
        publish(idp.metadata([old, new]))
        problem = problem or expect_login(attempt, "overlap: the old key", old, accepted=True)
        problem = problem or expect_login(attempt, "overlap: the new key", new, accepted=True)
        publish(idp.metadata([new]))
        problem = problem or expect_login(attempt, "after: the new key", new, accepted=True)
        problem = problem or expect_login(attempt, "after: the old key", old, accepted=False)
    return problem or passed("A new key counts once it has been fetched, and a removed one no longer.")


@procedure("refresh-fails")
def refresh_fails(attempt: Attempt) -> Outcome:
    """Each answer that is no metadata; the error pages are documents with another key, which must not count."""
    idp = attempt.bench.idp
    good = idp.metadata()
    with spare_keys(attempt, 1) as (foreign,), refreshing(attempt) as publish:
        document = idp.metadata([foreign])
        for words, answer in (
            ("an error 500", Answer(document, 500)),
            ("an error 404", Answer(document, 404)),
            ("a web page", Answer(WEB_PAGE, content_type="text/html")),
            ("an empty answer", Answer()),
            ("half a document", Answer(good[: len(good) // 2])),
            ("a connection that broke off", Answer(good, cut=True)),
        ):
            publish(answer)
            problem = still_logs_in(attempt, words, idp.key) or expect_login(
                attempt, f"after {words}, signed with a key in it", foreign, accepted=False
            )
            if problem is not None:
                return problem
    return passed("Logins go on with the last good metadata.")


@procedure("refresh-waits")
def refresh_waits(attempt: Attempt) -> Outcome:
    """The address takes the request and does not answer."""
    with refreshing(attempt) as publish:
        publish(Answer(waits=True))
        problem = still_logs_in(attempt, "a request that nobody answered", attempt.bench.idp.key)
    return problem or passed("Logins go on with the last good metadata.")


@procedure("refresh-other-entity")
def refresh_other_entity(attempt: Attempt) -> Outcome:
    """The same address describes another IdP with a key of its own."""
    idp = attempt.bench.idp
    other = f"http://other-idp.test/{attempt.token}"
    with spare_keys(attempt, 1) as (foreign,), refreshing(attempt) as publish:
        publish(build_metadata(replace(idp.metadata_claims([foreign]), entity_id=other)))
        for words, issuer in (("in its own name", other), ("in the name of the former IdP", idp.entity_id)):
            if _accepted(attempt, foreign, issuer):
                return not_met(
                    attempt.case, "accepted", "the metadata of the IdP that was set up", verdict="failed",
                    received=f"A login that the other IdP signed {words} is accepted.",
                )  # fmt: skip
        problem = still_logs_in(attempt, "metadata of another IdP", idp.key)
        if problem is not None:
            return only_warning(
                problem,
                "A warning only: the other IdP gains nothing, though logins stop until the address is right.",
            )
    return passed("The IdP that was set up still counts, and the other one does not.")


def _accepted(attempt: Attempt, key: SigningKey, issuer: str) -> bool:
    """Whether a login is accepted that this key has signed, in the name of this issuer."""
    idp, visitor = attempt.bench.idp, attempt.visitor()
    try:
        started = attempt.start(visitor)
    except NoRequest:
        return False
    person = attempt.bench.people.somebody()
    claims: ResponseClaims = idp.claims(person, started.request, attempt.variation)
    claims.issuer = issuer
    sent = idp.message(
        person,
        attempt.variation,
        request=started.request,
        relay_state=started.relay_state,
        claims=claims,
        key=key,
    )
    return attempt.post(visitor, sent, started=started).sight.who != "nobody"


@procedure("refresh-redirected")
def refresh_redirected(attempt: Attempt) -> Outcome:
    """The address redirects to another one of the same server, with a key of its own each time."""
    bench = attempt.bench
    good, told = bench.idp.key, []
    with spare_keys(attempt, 3) as keys, refreshing(attempt) as publish:
        for status, key in zip((302, 307, 301), keys, strict=True):
            bench.publisher.publish(bench.idp.metadata([key]), MOVED)
            publish(Answer(b"Moved.\n", status, "text/plain", bench.publisher.url_of(MOVED)))
            try:
                followed = login_with(attempt, key).sight.who == "subject"
            except NoRequest:
                followed = False
            good = key if followed else good
            told.append(f"{status} is {'followed' if followed else 'not followed'}")
            problem = still_logs_in(attempt, f"a redirect ({status})", good)
            if problem is not None:
                return only_warning(
                    problem,
                    "A warning only: nobody gains anything, though logins stop until the address is right.",
                )
    return recorded(f"{'; '.join(told)}. Logins go on.")


@procedure("metadata-url-inside")
def metadata_url_inside(attempt: Attempt) -> Outcome:
    """A tenant enters addresses that lead to the suite's listener, then one that redirects there."""
    bench = attempt.bench
    refused = 0
    urls = _inside(attempt)
    try:
        for url in urls:
            refused += _refused(attempt, url)
        for url in urls:
            bench.publisher.publish(Answer(b"Moved.\n", 302, "text/plain", url))
            refused += _refused(attempt, bench.publisher.url)
    finally:
        bench.trust(bench.idp.metadata())
    if refused < 2 * len(urls):
        return not_met(
            attempt.case, "accepted", "addresses that are refused", f"{2 * len(urls) - refused} are accepted"
        )
    return passed(
        f"{len(urls)} addresses are refused, and redirects there, too; none was asked for anything."
    )


def _inside(attempt: Attempt) -> list[str]:
    """The suite's listener under other names than the one that the SP may fetch from."""
    parts = urlsplit(attempt.bench.listener.url(attempt.token))
    allowed = urlsplit(attempt.bench.publisher.url).hostname
    hosts = [*INSIDE, f"{allowed}@{INSIDE[0]}"]
    return [f"http://{host}:{parts.port}{parts.path}/metadata.xml" for host in hosts]


def _refused(attempt: Attempt, url: str) -> bool:
    try:
        attempt.bench.running.enter_metadata_url(url)
    except SetUpError:
        return True
    return False
