"""Who the suite signs in: people with names that nobody else has, so that no session can pass for another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from harness.targets.model import Account

_LETTERS = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True, slots=True)
class Identity:
    """One person as Okta knows them."""

    login: str
    email: str
    first_name: str
    last_name: str
    profile: dict[str, Any] = field(default_factory=dict)
    name_id: str = ""
    """The NameID that was sent for this person; set once a message was made."""

    def named(self, name_id: str) -> Identity:
        """The same person with the NameID of a message."""
        return replace(self, name_id=name_id)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that identifies this person."""
        return tuple(dict.fromkeys(text for text in (self.name_id, self.email, self.login) if text))


class People:
    """Makes identities: fresh ones where the target takes anybody, else its accounts."""

    def __init__(
        self,
        rng: Random,
        domain: str,
        user: Account | None,
        other: Account | None,
        refused: Account | None = None,
    ) -> None:
        self._rng = rng
        self._domain = domain
        self._user = _of(user) if user else None
        self._other = _of(other) if other else None
        self.refused = _of(refused) if refused else None
        """Somebody who has an account that may not be used."""
        self.anyone = user is None
        """Whether the target signs in people that it has never seen. Found out before the cases run."""

    def stranger(self, domain: str = "") -> Identity:
        """Somebody whom the target has never seen."""
        word = "".join(self._rng.choices(_LETTERS, k=10))
        login = f"{word}@{domain or self._domain}"
        return Identity(login, login, f"First{word}", f"Last{word}")

    def somebody(self) -> Identity:
        """Somebody whom the target will sign in."""
        return self.stranger() if self.anyone or self._user is None else self._user

    def another(self) -> Identity | None:
        """A second person whom the target will sign in, or None where it has a single account."""
        return self.stranger() if self.anyone else self._other

    def pair(self) -> tuple[Identity, Identity]:
        """The genuine person of an attack and the one who is forged. The forged one must have an account.

        Where the target knows a single account, that is the victim, and the attacker is a stranger to it: an SP
        that reads the forged part signs the victim in, any other refuses.
        """
        if self.anyone:
            return self.stranger(), self.stranger()
        victim = self._user or self.stranger()
        return self._other or self.stranger(), victim

    @property
    def account(self) -> Identity | None:
        """The account that the target file names."""
        return self._user


def forge_texts(genuine: Identity, victim: Identity) -> dict[str, str]:
    """What a forger replaces in the genuine assertion by what."""
    pairs = [
        (genuine.name_id, victim.name_id or victim.email),
        (genuine.login, victim.login),
        (genuine.email, victim.email),
        (genuine.first_name, victim.first_name),
        (genuine.last_name, victim.last_name),
        *(
            (str(genuine.profile[key]), str(victim.profile[key]))
            for key in genuine.profile
            if key in victim.profile
        ),
    ]
    return {old: new for old, new in pairs if old and new and old != new}


def _of(account: Account) -> Identity:
    return Identity(
        account.login, account.email, account.first_name, account.last_name, dict(account.profile)
    )
