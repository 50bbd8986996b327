"""Accounts that belong to the NameID: an e-mail address alone must not open them."""

from __future__ import annotations

from dataclasses import replace

from fake_idp.saml.names import NAMEID_PERSISTENT
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.identity import Identity
from harness.conformance.procedures.names import named_login
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, not_met, passed, skipped


@procedure("email-of-another")
def email_of_another(attempt: Attempt) -> Outcome:
    """Somebody's address under another NameID: one that is new to the SP, then one that has an account of its own."""
    people = attempt.bench.people
    owner, known, new = (people.stranger() for _ in range(3))
    for person in (owner, known):
        sight = _login(attempt, person).sight
        if sight.who != "subject":
            return skipped(f"No login works by a persistent NameID and an address. {sight.describe()}")
    for words, person in (("that is new", new), ("that has an account of its own", known)):
        sight = _login(attempt, person, owner.email).sight
        reached = attempt.bench.probe.names(sight.page, owner.named(_name_of(attempt, owner)))
        if reached or (person is new and sight.who != "nobody"):
            seen = f"A NameID {words} is signed in with the address of another account."
            return not_met(attempt.case, "account_reached", "nobody else opens the account", seen)
    again = _login(attempt, owner).sight
    if again.who != "subject":
        seen = f"The owner of the address cannot sign in afterwards. {again.describe()}"
        return not_met(attempt.case, "account_lost", "the owner of the account still opens it", seen)
    return passed("The account stays that of its NameID.")


def _login(attempt: Attempt, person: Identity, email: str = "") -> Login:
    return named_login(
        attempt,
        replace(person, email=email) if email else person,
        _name_of(attempt, person),
        NAMEID_PERSISTENT,
    )


def _name_of(attempt: Attempt, person: Identity) -> str:
    """A NameID that is no address, always the same for this person."""
    return f"{attempt.token}-{person.first_name}"
