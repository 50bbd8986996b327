"""Faults of the AudienceRestriction: for whom the assertion was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fake_idp.faults.edit import OTHER_SP, remove
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.nodes import Element

RESTRICTION = "saml2:AudienceRestriction"
CORE = "SAML Core 2.5.1.4, lines 914-925"
OTHERS = (f"{OTHER_SP}/saml/metadata", "https://third-sp.example.test/saml/metadata")

register(
    "audience-restriction-missing",
    "The Conditions have no AudienceRestriction.",
    "tree",
    remove(RESTRICTION),
    "audience-missing",
    source="SAML Profiles 4.1.4.2, lines 566-567",
)


def _changed(fault_id: str, title: str, change: Callable[[str], str], requirement: str, source: str) -> None:
    def apply(claims: ResponseClaims) -> None:
        claims.audience = change(claims.audience)

    register(fault_id, title, "claims", apply, requirement, source=source)


_changed(
    "audience-mismatch", "The only Audience is another SP.", lambda _: OTHERS[0], "audience-mismatch", CORE
)
_changed("audience-empty", "The only Audience is empty.", lambda _: "", "audience-mismatch", CORE)
for _name, _phrase, _change in (
    ("prefix", "lacks the last character", lambda audience: audience[:-1]),
    ("suffix", "has an added character", lambda audience: f"{audience}x"),
    ("case", "is written in other case", str.swapcase),
    ("trailing-slash", "ends in an extra slash", lambda audience: f"{audience}/"),
    (
        "inside-longer-url",
        "is part of a longer URL",
        lambda audience: f"https://evil.example.test/?x={audience}",
    ),
):
    _changed(
        f"audience-{_name}",
        f"The Audience {_phrase}.",
        _change,
        "audience-near-miss",
        "SAML Core 1.3.1, lines 280-285",
    )


def _audiences(response: Element, values: Sequence[str]) -> None:
    response.one(RESTRICTION).children = [Element("saml2:Audience", {}, [value]) for value in values]


@on("tree", "audience-several-or", source=CORE)
def audience_first_of_three(response: Element) -> None:
    """The SP is the first of three audiences."""
    own = response.one(RESTRICTION).text
    _audiences(response, (own, *OTHERS))


@on("tree", "audience-several-or", source=CORE)
def audience_middle_of_three(response: Element) -> None:
    """The SP is the second of three audiences."""
    own = response.one(RESTRICTION).text
    _audiences(response, (OTHERS[0], own, OTHERS[1]))


@on("tree", "audience-several-or", source=CORE)
def audience_last_of_three(response: Element) -> None:
    """The SP is the last of three audiences."""
    own = response.one(RESTRICTION).text
    _audiences(response, (*OTHERS, own))


def _second_restriction() -> Element:
    return Element(RESTRICTION, {}, [Element("saml2:Audience", {}, [OTHERS[0]])])


@on("tree", "audience-restrictions-and", source=f"{CORE}; Errata E46")
def audience_restrictions_other_first(response: Element) -> None:
    """Two AudienceRestrictions: the first names another SP only, the second this one."""
    response.insert_before(response.one(RESTRICTION), _second_restriction())


@on("tree", "audience-restrictions-and", source=f"{CORE}; Errata E46")
def audience_restrictions_other_last(response: Element) -> None:
    """Two AudienceRestrictions: the first names this SP, the second another one only."""
    response.insert_after(response.one(RESTRICTION), _second_restriction())
