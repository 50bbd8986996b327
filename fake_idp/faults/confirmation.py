"""Faults of the SubjectConfirmation: to whom, until when and for which request the assertion may be shown."""

from __future__ import annotations

from datetime import timedelta

from fake_idp.faults.edit import (
    CONFIRMATION,
    CONFIRMATION_DATA,
    FOREIGN_NS,
    OTHER_SP,
    SUBJECT,
    TreeChange,
    foreign_element,
    remove,
    seconds,
    set_attribute,
)
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims, format_instant
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

PROFILE = "SAML Profiles 4.1.4.2, lines 549-560"
CHECKS = "SAML Profiles 4.1.4.3, lines 575-583"
METHODS = "urn:oasis:names:tc:SAML:2.0:cm:"
LATE = timedelta(minutes=10)


def _tree(fault_id: str, title: str, change: TreeChange, requirement: str, source: str = PROFILE) -> None:
    register(fault_id, title, "tree", change, requirement, source=source)


_tree("subject-missing", "The Assertion has no Subject.", remove(SUBJECT), "sc-subject-missing")
_tree("subject-confirmation-missing", "The Subject is not confirmed.", remove(CONFIRMATION), "sc-missing")
_tree(
    "confirmation-data-missing",
    "The bearer confirmation has no SubjectConfirmationData.",
    remove(CONFIRMATION_DATA),
    "sc-data-missing",
)
for _name, _value, _phrase in (
    ("sender-vouches", f"{METHODS}sender-vouches", "is sender-vouches"),
    ("holder-of-key", f"{METHODS}holder-of-key", "is holder-of-key"),
    ("method-unknown", "urn:okta-harness:cm:unknown", "is a URI that nobody defined"),
    ("method-empty", "", "is empty"),
    ("method-missing", None, "is missing"),
):
    _tree(
        f"confirmation-{_name}",
        f"The Method of the only confirmation {_phrase}.",
        set_attribute(CONFIRMATION, "Method", _value),
        "sc-bearer-required",
    )
for _name, _value, _phrase in (
    ("missing", None, "has no NotOnOrAfter"),
    ("empty", "", "has an empty NotOnOrAfter"),
    ("malformed", "tomorrow", "has a NotOnOrAfter that is no time"),
):
    _tree(
        f"confirmation-not-on-or-after-{_name}",
        f"The bearer confirmation {_phrase}.",
        set_attribute(CONFIRMATION_DATA, "NotOnOrAfter", _value),
        "sc-not-on-or-after-missing",
    )
_tree(
    "confirmation-address-wrong",
    "The confirmation names the network address of another client.",
    set_attribute(CONFIRMATION_DATA, "Address", "203.0.113.9"),
    "sc-address",
    "SAML Profiles 4.1.4.3, lines 584-585",
)


@on("claims", "sc-not-on-or-after-expired", source=f"{CHECKS}; Errata E52")
def confirmation_expired(claims: ResponseClaims) -> None:
    """The confirmation ended ten minutes ago; the Conditions still hold."""
    claims.subject_not_on_or_after = claims.issue_instant - LATE


@on("claims", "conditions-skew-tolerated", "conditions-skew-bounded", source=CHECKS)
def confirmation_not_on_or_after_shift(claims: ResponseClaims, context: FaultContext) -> None:
    """The confirmation ends ``seconds`` from now (default -120); the Conditions still hold."""
    claims.subject_not_on_or_after = claims.issue_instant + seconds(context, -120)


@on("tree", "sc-not-before-present", source="SAML Profiles 4.1.4.2, line 558; SAML Core 2.4.1.2")
def confirmation_not_before_future(response: Element, context: FaultContext) -> None:
    """The bearer confirmation has a NotBefore, an hour ahead."""
    response.one(CONFIRMATION_DATA).set("NotBefore", format_instant(context.now + timedelta(hours=1)))


@on("tree", "sc-not-before-present", source="SAML Profiles 4.1.4.2, line 558")
def confirmation_not_before_past(response: Element, context: FaultContext) -> None:
    """The bearer confirmation has a NotBefore, an hour back."""
    response.one(CONFIRMATION_DATA).set("NotBefore", format_instant(context.now - timedelta(hours=1)))


def _pair(response: Element) -> tuple[Element, Element]:
    """The confirmation and a copy of it right behind."""
    first = response.one(CONFIRMATION)
    second = first.copy()
    response.insert_after(first, second)
    return first, second


def _expire(confirmation: Element, context: FaultContext) -> None:
    confirmation.one(CONFIRMATION_DATA).set("NotOnOrAfter", format_instant(context.now - LATE))


@on("tree", "sc-several-one-valid", source="SAML Core 2.4.1, lines 653-656; Errata E26")
def confirmations_expired_then_valid(response: Element, context: FaultContext) -> None:
    """Two bearer confirmations: the first has expired, the second holds."""
    _expire(_pair(response)[0], context)


@on("tree", "sc-several-one-valid", source="SAML Core 2.4.1, lines 653-656; Errata E26")
def confirmations_valid_then_expired(response: Element, context: FaultContext) -> None:
    """Two bearer confirmations: the first holds, the second has expired."""
    _expire(_pair(response)[1], context)


@on("tree", "sc-several-one-valid", source="SAML Core 2.4.1, lines 653-656; Errata E26")
def confirmations_valid_between_others(response: Element, context: FaultContext) -> None:
    """Three confirmations: the second holds; the first is sender-vouches, the third is a bearer's and has expired."""
    first, second = _pair(response)
    third = second.copy()
    response.insert_after(second, third)
    first.set("Method", f"{METHODS}sender-vouches")
    _expire(third, context)


def _none_valid(late: Element, foreign: Element, context: FaultContext) -> None:
    _expire(late, context)
    foreign.one(CONFIRMATION_DATA).set("Recipient", f"{OTHER_SP}/saml/acs")


@on("tree", "sc-several-none-valid", source="SAML Core 2.4.1, lines 653-656")
def confirmations_none_valid(response: Element, context: FaultContext) -> None:
    """Two bearer confirmations: the first has the right Recipient but has expired, the second is another SP's."""
    first, second = _pair(response)
    _none_valid(first, second, context)


@on("tree", "sc-several-none-valid", source="SAML Core 2.4.1, lines 653-656")
def confirmations_none_valid_swapped(response: Element, context: FaultContext) -> None:
    """Two bearer confirmations: the first is another SP's, the second has the right Recipient but has expired."""
    first, second = _pair(response)
    _none_valid(second, first, context)


@on("tree", "sc-extra-content", source="SAML Core 2.4.1.2, lines 740-752; Kantara IIP-EXT01")
def confirmation_extra_content(response: Element) -> None:
    """The SubjectConfirmationData has a child and an attribute that no SP knows."""
    data = response.one(CONFIRMATION_DATA)
    data.set("xmlns:x", FOREIGN_NS)
    data.set("x:purpose", "test")
    data.append(foreign_element())
