"""Whose account it is, and with which groups: names that are opaque, that change, that look alike; rights withdrawn."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from fake_idp.saml.claims import Attribute, ResponseClaims
from fake_idp.saml.names import NAMEID_PERSISTENT, NAMEID_TRANSIENT
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.identity import Identity
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded, skipped

EMAIL_NAMES = (
    "email",
    "mail",
    "emailaddress",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
)
"""Attributes that SPs take an e-mail address from when the NameID is none."""


def changed_login(
    attempt: Attempt, person: Identity, change: Callable[[ResponseClaims], object], *, flow: str = "sp"
) -> Login:
    """A login whose message says something else about this person, properly signed."""
    visitor = attempt.visitor()
    started = attempt.start(visitor) if flow == "sp" else None
    request, relay_state = (started.request, started.relay_state) if started else (None, "")
    claims = attempt.bench.idp.claims(person, request, attempt.variation)
    change(claims)
    sent = attempt.bench.idp.message(
        person, attempt.variation, request=request, relay_state=relay_state, claims=claims
    )
    return attempt.post(visitor, sent, started=started)


def named_login(attempt: Attempt, person: Identity, name_id: str, name_format: str) -> Login:
    """A login under this name, with the e-mail address in the attributes."""

    def change(claims: ResponseClaims) -> None:
        claims.name_id, claims.name_id_format = name_id, name_format
        known = {attribute.name for attribute in claims.attributes}
        claims.attributes += [
            Attribute(name, values=[person.email]) for name in EMAIL_NAMES if name not in known
        ]

    return changed_login(attempt, person, change)


@procedure("opaque-names")
def opaque_names(attempt: Attempt) -> Outcome:
    """Persistent names that look like nothing: one letter, 32 and 256 characters, with and without @, = and colon."""
    people = attempt.bench.people
    plain = people.stranger()
    if named_login(attempt, plain, plain.email, NAMEID_PERSISTENT).sight.who != "subject":
        return skipped(
            "No login works with a persistent NameID, not even with one that is an e-mail address."
        )
    word = attempt.token * 22
    # A store of accounts that outlives the run knows the one-letter name already: it is the same person each time.
    single = f"q@{plain.email.rpartition('@')[2]}"
    for name_id, email in (("q", single), (word[:32], ""), (f"{word[:20]}@a=b:c", ""), (word[:256], "")):
        stranger = people.stranger()
        person = replace(stranger, login=email, email=email) if email else stranger
        sight = named_login(attempt, person, name_id, NAMEID_PERSISTENT).sight
        if sight.who != "subject":
            seen = f"{sight.describe()} The NameID had {len(name_id)} characters: {name_id[:40]}"
            return not_met(attempt.case, "refused", "a session for exactly that person", seen)
    return passed("Persistent names of 1 to 256 characters are accepted.")


@procedure("transient-names")
def transient_names(attempt: Attempt) -> Outcome:
    """One person twice, each time under a new transient name, with the same attributes."""
    person = attempt.bench.people.somebody()
    first, second = (
        named_login(attempt, person, f"_{attempt.token}{number}", NAMEID_TRANSIENT) for number in (1, 2)
    )
    if first.sight.who == "nobody":
        return passed("Nobody is signed in under a transient name.")
    if second.sight.who == "nobody":
        return not_met(
            attempt.case, "transient_key", "the same account, or no login by a transient name at all",
            "The first transient name was accepted, the next one of the same person was not: the first became the key.",
        )  # fmt: skip
    if "{name_id}" not in attempt.bench.target.signed_in.contains:
        return passed("Both sessions are those of the same person, by e-mail address or login.")
    return recorded("Both names are accepted; the page does not show whether it is one account.")


def lookalikes(name: str) -> dict[str, str]:
    """Names that a reader takes for this one, each by what is different."""
    local, at, domain = name.partition("@")
    homoglyphs = str.maketrans("aceopx", "\u0430\u0441\u0435\u043e\u0440\u0445")
    full_width = {ascii_letter: ascii_letter + 0xFEE0 for ascii_letter in range(0x21, 0x7F)}
    found = {
        "a decomposed accent": unicodedata.normalize("NFD", name),
        "a letter of full width": f"{local[:1].translate(full_width)}{local[1:]}{at}{domain}",
        "an invisible character": f"{local[:1]}\u200b{local[1:]}{at}{domain}",
        "Cyrillic letters": f"{local.translate(homoglyphs)}{at}{domain}",
    }
    return {what: other for what, other in found.items() if other != name}


@procedure("lookalike-names")
def lookalike_names(attempt: Attempt) -> Outcome:
    """Names that look like the one of somebody who has an account; at last one that differs in case alone."""
    victim = _victim(attempt)
    if isinstance(victim, Outcome):
        return victim
    for what, name in lookalikes(victim.login).items():
        sight = attempt.login(_called(victim, name), faults=(), victim=victim).sight
        if sight.who == "forged":
            seen = f"The name with {what} opens it: {name!a}"
            return not_met(attempt.case, "lookalike", f"nobody else opens the account {victim.login!a}", seen,
                           verdict="failed")  # fmt: skip
    other_case = _called(victim, victim.login[:1].upper() + victim.login[1:])
    shown = html.unescape(attempt.login(other_case, faults=()).sight.page.text)
    folded = victim.email in shown
    return recorded(
        "Names that only look alike open no account of each other's. "
        f"Names that differ in case alone are {'one account' if folded else 'not seen to be one account'}."
    )


def _called(person: Identity, name: str) -> Identity:
    return replace(person, login=name, email=name)


def _victim(attempt: Attempt) -> Identity | Outcome:
    """Somebody with an account: with an accent in the name where the SP signs such people in."""
    people = attempt.bench.people
    person = people.somebody()
    if people.anyone:
        accented = _called(person, f"zo\N{LATIN SMALL LETTER E WITH DIAERESIS}{person.login}")
        if attempt.login(accented, faults=()).sight.who == "subject":
            return accented
    sight = attempt.login(person, faults=()).sight
    return person if sight.who == "subject" else judge(attempt.case, sight, "accept")


@procedure("groups-withdrawn")
def groups_withdrawn(attempt: Attempt) -> Outcome:
    """One person with a group, then without it: the page shows it after the first login and not after the second."""
    person = attempt.bench.people.somebody()
    group = f"group-{attempt.token}"

    def page(*groups: str) -> str:
        def change(claims: ResponseClaims) -> None:
            claims.attributes = [one for one in claims.attributes if one.name != "groups"]
            claims.attributes.append(Attribute("groups", values=list(groups)))

        sight = changed_login(attempt, person, change).sight
        return html.unescape(sight.page.text) if sight.who == "subject" else ""

    before, after = page("everyone", group), page("everyone")
    if not before or not after:
        return not_verified("The login with an attribute groups is refused, which other cases judge.")
    if group not in before:
        return not_verified("The page does not show the attribute groups.")
    if group in after:
        seen = "The group of the login before is still shown."
        return not_met(attempt.case, "cached_groups", "the groups of the present login alone", seen)
    return passed("A group that is withdrawn is gone at the next login.")
