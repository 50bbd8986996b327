"""Faults of the Conditions: when the assertion holds, and what else an SP has to respect."""

from __future__ import annotations

from datetime import timedelta

from fake_idp.faults.edit import (
    CONDITIONS,
    CONFIRMATION_DATA,
    FOREIGN_NS,
    OTHER_SP,
    all_times,
    remove,
    seconds,
    set_attribute,
)
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims, format_instant, parse_instant
from fake_idp.saml.names import NS_XSI
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

CORE = "SAML Core 2.5.1.2, lines 886-896"
LATE = timedelta(minutes=10)


@on("claims", "conditions-not-on-or-after", source=CORE)
def conditions_expired(claims: ResponseClaims) -> None:
    """The Conditions ended ten minutes ago; the confirmation still holds."""
    claims.not_on_or_after = claims.issue_instant - LATE
    claims.not_before -= LATE


@on("claims", "conditions-not-before", source=CORE)
def conditions_not_yet_valid(claims: ResponseClaims) -> None:
    """The Conditions begin in ten minutes."""
    claims.not_before = claims.issue_instant + LATE
    claims.not_on_or_after += LATE


@on(
    "claims",
    "conditions-skew-tolerated",
    "conditions-skew-bounded",
    source="saml2int SDP-G01; Kantara IIP-G01",
)
def conditions_not_on_or_after_shift(claims: ResponseClaims, context: FaultContext) -> None:
    """The Conditions end ``seconds`` from now (default -120)."""
    claims.not_on_or_after = claims.issue_instant + seconds(context, -120)
    claims.not_before = min(claims.not_before, claims.not_on_or_after - timedelta(minutes=5))


@on(
    "claims",
    "conditions-skew-tolerated",
    "conditions-skew-bounded",
    source="saml2int SDP-G01; Kantara IIP-G01",
)
def conditions_not_before_shift(claims: ResponseClaims, context: FaultContext) -> None:
    """The Conditions begin ``seconds`` from now (default 120)."""
    claims.not_before = claims.issue_instant + seconds(context, 120)
    claims.not_on_or_after = max(claims.not_on_or_after, claims.not_before + timedelta(minutes=5))


@on("claims", "conditions-window-inverted", source="SAML Core 2.5.1.2, lines 895-896")
def conditions_window_inverted(claims: ResponseClaims, context: FaultContext) -> None:
    """NotBefore lies ``seconds`` ahead and NotOnOrAfter as much back (default 120): each within skew, not both."""
    claims.not_before = claims.issue_instant + seconds(context, 120)
    claims.not_on_or_after = claims.issue_instant - seconds(context, 120)


for _attribute, _name in (("NotBefore", "not-before"), ("NotOnOrAfter", "not-on-or-after")):
    for _value, _kind, _phrase in (
        ("", "empty", "is empty"),
        ("tomorrow", "malformed", "is no time"),
        ("1767225600", "epoch", "counts seconds since 1970"),
    ):
        register(
            f"conditions-{_name}-{_kind}",
            f"{_attribute} of the Conditions {_phrase}.",
            "tree",
            set_attribute(CONDITIONS, _attribute, _value),
            "conditions-malformed-time",
            source="SAML Core 2.5.1.1, lines 872-874",
        )
register(
    "conditions-not-before-absent",
    "The Conditions have no NotBefore.",
    "tree",
    set_attribute(CONDITIONS, "NotBefore", None),
    "conditions-not-before-absent",
    source="SAML Core 2.5.1.2, lines 888-894",
)
register(
    "conditions-missing",
    "The Assertion has no Conditions.",
    "tree",
    remove(CONDITIONS),
    "audience-missing",
    source="SAML Profiles 4.1.4.2, lines 566-567",
)


@on("claims", "conditions-far-future", source="NIST SP 800-63C section 6; OWASP SAML cheat sheet")
def validity_ten_years(claims: ResponseClaims) -> None:
    """Conditions and confirmation hold for ten years."""
    claims.not_on_or_after = claims.subject_not_on_or_after = claims.issue_instant + timedelta(days=3653)


@on("tree", "conditions-unknown", source="SAML Core 2.5.1.1, lines 872-881")
def condition_unknown(response: Element) -> None:
    """There is a Condition of a type that no SP can evaluate."""
    declared = {"xmlns:x": FOREIGN_NS, "xmlns:xsi": NS_XSI, "xsi:type": "x:NeverOnSundays"}
    response.one(CONDITIONS).append(Element("saml2:Condition", declared))


def _proxy_restriction() -> Element:
    audience = Element("saml2:Audience", {}, [f"{OTHER_SP}/saml/metadata"])
    return Element("saml2:ProxyRestriction", {"Count": "0"}, [audience])


@on("tree", "conditions-one-time-use", source="SAML Core 2.5.1.5, lines 951-963")
def condition_one_time_use(response: Element) -> None:
    """The Conditions ask for one-time use."""
    response.one(CONDITIONS).append(Element("saml2:OneTimeUse"))


@on("tree", "conditions-duplicate-singletons", source="SAML Core 2.5.1.5, lines 960-961")
def condition_one_time_use_twice(response: Element) -> None:
    """The Conditions ask for one-time use twice."""
    response.one(CONDITIONS).append(Element("saml2:OneTimeUse"))
    response.one(CONDITIONS).append(Element("saml2:OneTimeUse"))


@on("tree", "conditions-proxy-restriction", source="SAML Core 2.5.1.6, lines 994-996")
def condition_proxy_restriction(response: Element) -> None:
    """A ProxyRestriction of count 0 names a foreign audience."""
    response.one(CONDITIONS).append(_proxy_restriction())


@on("tree", "conditions-duplicate-singletons", source="SAML Core 2.5.1.6, lines 992-993")
def condition_proxy_restriction_twice(response: Element) -> None:
    """There are two ProxyRestrictions."""
    response.one(CONDITIONS).append(_proxy_restriction())
    response.one(CONDITIONS).append(_proxy_restriction())


def _rewrite_times(response: Element, digits: int) -> None:
    for element, name in all_times(response):
        moment = parse_instant(element.get(name))
        fraction = f".{moment.microsecond:06d}0"[: digits + 1] if digits else ""
        element.set(name, f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z")


@on("tree", "resp-datetime-fraction", source="SAML Core 1.3.3, lines 311-313")
def times_without_fraction(response: Element) -> None:
    """No time has a fraction of a second."""
    _rewrite_times(response, 0)


@on("tree", "resp-datetime-fraction", source="SAML Core 1.3.3, lines 311-313")
def times_three_digits(response: Element) -> None:
    """Every time has three digits behind the point, as Okta writes them."""
    _rewrite_times(response, 3)


@on("tree", "resp-datetime-fraction", source="SAML Core 1.3.3, lines 311-313")
def times_six_digits(response: Element) -> None:
    """Every time has six digits behind the point."""
    _rewrite_times(response, 6)


@on("tree", "resp-datetime-fraction", source="SAML Core 1.3.3, lines 311-313")
def times_seven_digits(response: Element) -> None:
    """Every time has seven digits behind the point, as .NET writes them."""
    _rewrite_times(response, 7)


def _both_ends(response: Element, value: str) -> None:
    for path in (CONDITIONS, CONFIRMATION_DATA):
        response.one(path).set("NotOnOrAfter", value)


@on("tree", "resp-datetime-offset", source="SAML Core 1.3.3, lines 311-312; XML Schema dateTime")
def not_on_or_after_offset(response: Element, context: FaultContext) -> None:
    """Both NotOnOrAfter ended ten minutes ago but are written with +05:00, so that their digits lie ahead."""
    local = context.now - LATE + timedelta(hours=5)
    _both_ends(response, f"{local:%Y-%m-%dT%H:%M:%S}.000+05:00")


@on("tree", "resp-datetime-offset", source="SAML Core 1.3.3, lines 311-312; XML Schema dateTime")
def not_on_or_after_no_zone(response: Element, context: FaultContext) -> None:
    """Both NotOnOrAfter ended ten minutes ago and are written without a zone."""
    _both_ends(response, format_instant(context.now - LATE).removesuffix("Z"))
