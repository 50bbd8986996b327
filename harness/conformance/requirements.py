"""The catalogue of requirements: one row for each thing that a SAML service provider must, should or may do.

The rows are data (``catalogue/*.yaml``), in this project's own words. References use short names: Core, Bind,
Prof, Meta, Conf are the OASIS SAML 2.0 documents of 15 March 2005 (L = printed line); E with a number is the SAML
2.0 errata; IIP and SDP are Kantara's implementation and deployment profiles; 63C is NIST SP 800-63C; OWASP its cheat
sheets. DSig, DSig-BP, XEnc (W3C), MDIOP, AlgSup, SubjId, Sec (OASIS) and 63B are cited at second hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from harness.yamlfile import Node, load_document

Level = Literal["MUST", "SHOULD", "MAY", "SECURITY"]
Expected = Literal["accept", "reject", "no forgery", "hold", "report"]
"""accept: a session for exactly the expected subject; reject: no session; no forgery: the forged identity and its
marker appear nowhere, whether or not the true subject is signed in; hold: a property of what the SP sends or keeps;
report: recorded, not judged."""
Observable = Literal["yes", "partly", "no"]
Profile = Literal["okta-practical", "oasis-core", "federation-strict", "hardening"]

LEVELS: tuple[Level, ...] = get_args(Level)
PROFILES: tuple[Profile, ...] = get_args(Profile)
CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the catalogue. ``id`` is stable: it is never renamed and never used again."""

    id: str
    group: str
    """Letter A to T."""
    tier: int
    """1: a common break or a serious hole; 2: full coverage; 3: rare, slow or optional."""
    level: Level
    """The strongest wording of the texts cited; SECURITY where it is guidance or a known attack."""
    sentence: str
    references: tuple[str, ...]
    provoked: str
    """What is sent or offered to find out."""
    expected: Expected
    black_box: Observable
    """Whether HTTP alone can tell; *partly* needs an echo of the identity, an operator or a second IdP."""
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter of the catalogue."""

    letter: str
    title: str
    requirements: tuple[Requirement, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """The whole catalogue, chapter by chapter."""
    return tuple(_group(load_document(path)) for path in sorted(CATALOGUE.glob("*.yaml")))


@lru_cache(maxsize=1)
def requirements() -> dict[str, Requirement]:
    """Every requirement by id, in the order of the catalogue."""
    return {row.id: row for group in groups() for row in group.requirements}


def requirement(requirement_id: str) -> Requirement:
    """The row with this id; raises `KeyError`."""
    return requirements()[requirement_id]


def _group(root: Node) -> Group:
    keys = root.mapping(valid=("group", "title", "requirements"), required=("group", "title", "requirements"))
    letter = keys["group"].text()
    rows = tuple(_requirement(node, letter) for node in keys["requirements"].sequence())
    return Group(letter, keys["title"].text(), rows)


_KEYS = (
    "id", "tier", "level", "sentence", "references", "provoked", "expected", "black_box", "profiles",
)  # fmt: skip


def _requirement(node: Node, letter: str) -> Requirement:
    keys = node.mapping(valid=_KEYS, required=_KEYS, what="requirement")
    return Requirement(
        id=keys["id"].text(),
        group=letter,
        tier=int(keys["tier"].number(minimum=1)),
        level=cast("Level", keys["level"].text(choices=LEVELS)),
        sentence=keys["sentence"].text(),
        references=tuple(item.text() for item in keys["references"].sequence()),
        provoked=keys["provoked"].text(),
        expected=cast("Expected", keys["expected"].text(choices=get_args(Expected))),
        black_box=cast("Observable", keys["black_box"].text(choices=get_args(Observable))),
        profiles=tuple(cast("Profile", item.text(choices=PROFILES)) for item in keys["profiles"].sequence()),
    )
