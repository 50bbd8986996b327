"""Faults of versions, IDs and issue times, and unknown content that an SP has to put up with."""

from __future__ import annotations

from datetime import timedelta

from fake_idp.faults.edit import (
    ASSERTION,
    FOREIGN_NS,
    assertion_of,
    attribute_element,
    attribute_statement,
    foreign_element,
    set_attribute,
)
from fake_idp.faults.registry import Applies, on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import NS_SAML2P
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import SigningOptions

ELEMENTS = {"response": "", "assertion": ASSERTION}
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"
LONG = "".join(chr(ord("a") + i % 26) for i in range(256))
"""256 characters: the least that an SP has to carry (Kantara IIP-G02)."""


def unsigned(which: str) -> Applies:
    """Applies where that element is not signed: without an ID there is nothing that a signature could point to."""

    def applies(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
        if signing.response_signed if which == "response" else signing.assertion_signed:
            return f"The {which} is signed, and a signature needs the ID that this fault takes away."
        return None

    return applies


for _which, _path in ELEMENTS.items():
    _What = _which.capitalize()
    for _value, _name, _phrase in (
        ("1.1", "1-1", "says version 1.1"),
        ("3.0", "3-0", "says version 3.0"),
        (None, "missing", "has no Version"),
    ):
        register(
            f"{_which}-version-{_name}",
            f"The {_What} {_phrase}.",
            "tree",
            set_attribute(_path, "Version", _value),
            "resp-version" if _which == "response" else "assertion-version",
            source="SAML Core 3.2.2, 4.1.2 and 4.1.3",
        )
    for _value, _name, _phrase in ((None, "missing", "has no ID"), ("", "empty", "has an empty ID")):
        register(
            f"{_which}-id-{_name}",
            f"The {_What} {_phrase}.",
            "tree",
            set_attribute(_path, "ID", _value),
            "resp-id-missing",
            source="SAML Core 2.3.3, lines 553-555; 3.2.2, lines 1539-1541",
            applies=unsigned(_which),
        )
    for _value, _name, _phrase in (
        (None, "missing", "has no IssueInstant"),
        ("", "empty", "has an empty IssueInstant"),
        ("tomorrow", "malformed", "has an IssueInstant that is no time"),
    ):
        register(
            f"{_which}-issue-instant-{_name}",
            f"The {_What} {_phrase}.",
            "tree",
            set_attribute(_path, "IssueInstant", _value),
            "resp-issue-instant-invalid",
            source="SAML Core 2.3.3, lines 556-557; 3.2.2, lines 1551-1553",
        )


@on("tree", "assertion-version", source="SAML Core 4.1.2, lines 2774-2775")
def assertion_saml11_element(response: Element) -> None:
    """The Assertion is one of SAML 1.1: other namespace, AssertionID, MajorVersion and MinorVersion."""
    assertion = assertion_of(response)
    for element in assertion.walk():
        if "xmlns:saml2" in element.attributes:
            element.set("xmlns:saml2", SAML11)
    assertion.set("Version", None)
    assertion.set("AssertionID", assertion.get("ID"))
    assertion.set("MajorVersion", "1")
    assertion.set("MinorVersion", "1")


@on("claims", "resp-issue-instant-implausible", source="NIST SP 800-63C section 7.2")
def issue_instant_future(claims: ResponseClaims) -> None:
    """Both IssueInstants lie a day ahead; every window is right."""
    claims.issue_instant += timedelta(hours=24)


@on("claims", "resp-issue-instant-implausible", source="NIST SP 800-63C section 7.2")
def issue_instant_past(claims: ResponseClaims) -> None:
    """Both IssueInstants lie a day back; every window is right."""
    claims.issue_instant -= timedelta(hours=24)


@on("tree", "resp-extensions-tolerated", source="SAML Core 3.2.2, lines 1572-1577; Kantara IIP-EXT01")
def extensions_foreign_content(response: Element) -> None:
    """The Response has Extensions with an element that no SP knows."""
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [foreign_element()])
    response.insert_before(response.one("saml2p:Status"), extensions)


@on("tree", "resp-extensions-tolerated", source="SAML Core 2.6, lines 1015-1017; Kantara IIP-EXT01")
def advice_foreign_content(response: Element) -> None:
    """The Assertion has an Advice with an element that no SP knows."""
    conditions = response.one("saml2:Conditions")
    advice = Element("saml2:Advice", {}, [foreign_element()])
    response.insert_after(conditions, advice)


@on("tree", "resp-extensions-tolerated", source="SAML Core 3.2.2, lines 1560-1571")
def consent_attribute(response: Element) -> None:
    """The Response says how the user consented."""
    response.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:prior")


@on("claims", "resp-256-char-values", source="Kantara IIP-G02")
def session_index_256_chars(claims: ResponseClaims) -> None:
    """The SessionIndex has 256 characters."""
    claims.session_index = LONG


@on("tree", "resp-256-char-values", source="Kantara IIP-G02")
def attribute_256_chars(response: Element) -> None:
    """An added attribute has a value of 256 characters, some of them outside the basic plane."""
    value = LONG[:-2] + "\N{LATIN SMALL LETTER E WITH ACUTE}\N{GRINNING FACE}"
    attribute_statement(response).append(attribute_element(f"{FOREIGN_NS}:long", value))


@on("tree", "resp-no-assertion", source="SAML Profiles 4.1.4.2, line 544")
def assertion_missing(response: Element) -> None:
    """The status is Success, but there is no assertion."""
    response.remove(assertion_of(response))


@on("tree", "resp-no-assertion", source="SAML Profiles 4.1.4.2, line 544")
def encrypted_assertion_empty(response: Element) -> None:
    """The status is Success, and an empty EncryptedAssertion is all there is."""
    assertion = assertion_of(response)
    empty = Element("saml2:EncryptedAssertion", {"xmlns:saml2": assertion.get("xmlns:saml2")})
    response.replace(assertion, empty)
