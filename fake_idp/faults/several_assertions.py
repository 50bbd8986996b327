"""Faults with more than one assertion in a Response."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from fake_idp.faults.edit import (
    ATTRIBUTE_STATEMENT,
    AUTHN_STATEMENT,
    CONDITIONS,
    CONFIRMATION_DATA,
    OTHER_SP,
    assertion_of,
)
from fake_idp.faults.forge import forged_assertion
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import assertion_signature, drop_outer_signature, readable
from fake_idp.saml.claims import format_instant
from fake_idp.saml.names import NAMEID_ENTITY
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

E26 = "Errata E26"


def _renew(response: Element, context: FaultContext, *assertions: Element) -> None:
    """Sign these assertions, where the app signs assertions, and then the Response, where it signs that."""
    for assertion in assertions:
        if context.signing.assertion_signed:
            context.resign(assertion, root=response)
    if context.signing.response_signed:
        context.resign(response)


def _split(response: Element, context: FaultContext) -> tuple[Element, Element]:
    first = assertion_of(response)
    second = first.copy()
    second.set("ID", context.new_id())
    first.children = [c for c in first.children if getattr(c, "name", "") != ATTRIBUTE_STATEMENT]
    second.remove(second.one(AUTHN_STATEMENT))
    response.insert_after(first, second)
    return first, second


@on("signed", "resp-assertions-two-valid", source=E26, applies=readable)
def two_assertions_split(response: Element, context: FaultContext) -> None:
    """Two valid assertions about one person: the first says how they signed in, the second what they are like."""
    _renew(response, context, *_split(response, context))


@on("signed", "resp-assertions-two-valid", source=E26, applies=readable)
def two_assertions_split_swapped(response: Element, context: FaultContext) -> None:
    """Two valid assertions about one person: the first says what they are like, the second how they signed in."""
    first, second = _split(response, context)
    response.remove(second)
    response.insert_before(first, second)
    _renew(response, context, first, second)


@on("signed", "resp-assertions-two-subjects", source=E26, applies=readable)
def two_assertions_two_subjects(response: Element, context: FaultContext) -> None:
    """Two valid assertions about different people; the second names the forged identity."""
    first = assertion_of(response)
    second = forged_assertion(first, context)
    response.insert_after(first, second)
    _renew(response, context, first, second)


def _expired(assertion: Element, context: FaultContext) -> None:
    past = format_instant(context.now - timedelta(minutes=30))
    assertion.one(CONDITIONS).set("NotOnOrAfter", past)
    assertion.one(CONFIRMATION_DATA).set("NotOnOrAfter", past)


def _other_audience(assertion: Element, _context: FaultContext) -> None:
    assertion.one("saml2:Audience").text = f"{OTHER_SP}/saml/metadata"


def _extra(name: str, phrase: str, spoil: Callable[[Element, FaultContext], None], *, first: bool) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        genuine = assertion_of(response)
        extra = forged_assertion(genuine, context)
        spoil(extra, context)
        (response.insert_before if first else response.insert_after)(genuine, extra)
        _renew(response, context, extra)

    register(
        f"extra-assertion-{name}-{'first' if first else 'last'}",
        f"A second assertion, signed by the IdP, {phrase} and names the forged identity; it stands "
        f"{'before' if first else 'behind'} the good one.",
        "signed",
        apply,
        "resp-assertions-one-invalid",
        source=f"{E26}; SAML Profiles 4.1.4.3, lines 586-587",
        applies=readable,
    )


def _unsigned(*, first: bool) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        genuine = drop_outer_signature(response)
        extra = forged_assertion(genuine, context)
        (response.insert_before if first else response.insert_after)(genuine, extra)

    register(
        f"extra-assertion-unsigned-{'first' if first else 'last'}",
        f"A second, unsigned assertion names the forged identity; it stands {'before' if first else 'behind'} "
        "the signed one.",
        "signed",
        apply,
        "resp-assertions-one-invalid",
        "wrap-assertion-sibling",
        source=f"{E26}; CVE-2022-41912",
        applies=assertion_signature,
    )


for _first in (True, False):
    _extra("expired", "has expired", _expired, first=_first)
    _extra("other-audience", "is meant for another SP", _other_audience, first=_first)
    _unsigned(first=_first)


@on("signed", "assertion-issuer-mixed", source=E26, applies=readable)
def assertion_from_other_idp_added(response: Element, context: FaultContext) -> None:
    """A second assertion, by another IdP that the SP knows, with its Issuer and key, names the forged identity."""
    other = context.data.get("other_idp") or {}
    genuine = assertion_of(response)
    extra = forged_assertion(genuine, context)
    issuer = Element(
        "saml2:Issuer", {"Format": NAMEID_ENTITY}, [str(other.get("entity_id", f"{OTHER_SP}/idp"))]
    )
    extra.replace(extra.one("saml2:Issuer"), issuer)
    response.insert_after(genuine, extra)
    context.sign(extra, root=response, key=other.get("key") or context.foreign_key)
    if context.signing.response_signed:
        context.resign(response)
