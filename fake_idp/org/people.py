"""People whom nobody described in full: faker makes the rest, from the org's seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up person. The addresses end in ``.test`` and lead nowhere (RFC 2606)."""

    first_name: str
    last_name: str
    login: str


@cache
def _faker() -> Faker:
    # Here and not at the top: importing it takes longer than starting a whole org.
    from faker import Faker

    return Faker("en_US", use_weighting=False)


def made_up_person(seed: str, key: str, domain: str) -> MadeUp:
    """The person that belongs to ``seed`` and ``key``; the same two always give the same one."""
    faker = _faker()
    faker.seed_instance(f"{seed}/{key}")
    first, last = faker.first_name(), faker.last_name()
    local = f"{first}.{last}".lower().replace(" ", "").replace("'", "")
    return MadeUp(first, last, f"{local}@{domain}")
