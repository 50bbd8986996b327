"""Faults of the AuthnStatement: how and when the person was authenticated."""

from __future__ import annotations

from datetime import timedelta

from fake_idp.faults.edit import AUTHN_STATEMENT, remove, seconds, set_attribute
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import AC_CLASSES, AUTHN_CONTEXTS
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

CONTEXT = "saml2:AuthnContext"
CLASS = "saml2:AuthnContextClassRef"
CORE = "SAML Core 2.7.2, lines 1055-1073"

register(
    "authn-statement-missing",
    "The Assertion has no AuthnStatement.",
    "tree",
    remove(AUTHN_STATEMENT),
    "authn-statement-required",
    source="SAML Profiles 4.1.4.2, lines 547-548",
)
register(
    "authn-context-missing",
    "The AuthnStatement has no AuthnContext.",
    "tree",
    remove(CONTEXT),
    "authn-context-required",
    source=CORE,
)
register(
    "authn-instant-missing",
    "The AuthnStatement has no AuthnInstant.",
    "tree",
    set_attribute(AUTHN_STATEMENT, "AuthnInstant", None),
    "authn-context-required",
    source=CORE,
)


@on("tree", "authn-statement-required", source="SAML Profiles 4.1.4.2, lines 547-548")
def authn_statement_empty(response: Element) -> None:
    """The AuthnStatement has neither attributes nor content."""
    statement = response.one(AUTHN_STATEMENT)
    statement.children = []
    for name in ("AuthnInstant", "SessionIndex", "SessionNotOnOrAfter"):
        statement.set(name, None)


@on("tree", "authn-context-required", source=CORE)
def authn_context_class_empty(response: Element) -> None:
    """The AuthnContextClassRef is empty."""
    response.one(CLASS).children = []


@on(
    "claims",
    "authn-context-unrequested",
    "authn-context-enforced",
    source="Kantara IIP-SSO07; saml2int SDP-SP07",
)
def authn_context_unspecified(claims: ResponseClaims) -> None:
    """The authentication context class is unspecified."""
    claims.authn_context_class = AUTHN_CONTEXTS["Unspecified"]


@on("claims", "authn-context-enforced", source="SAML Core 3.3.2.2.1, lines 1820-1821")
def authn_context_weaker(claims: ResponseClaims) -> None:
    """The authentication context class is PreviousSession: weaker than anything an SP asks for."""
    claims.authn_context_class = f"{AC_CLASSES}PreviousSession"


@on("claims", "authn-context-unrequested", source="Kantara IIP-SSO07; saml2int SDP-SP07")
def authn_context_private(claims: ResponseClaims) -> None:
    """The authentication context class is a URI that only the IdP knows."""
    claims.authn_context_class = "urn:okta-harness:ac:classes:PinkSlip"


@on("tree", "authn-context-unrequested", source="SAML Core 2.7.2.2")
def authn_context_decl_ref(response: Element) -> None:
    """The AuthnContext has an AuthnContextDeclRef and no class."""
    reference = Element("saml2:AuthnContextDeclRef", {}, ["https://idp.example.test/authn-context.xml"])
    response.replace(response.one(CLASS), reference)


@on("claims", "authn-instant-future", source="NIST SP 800-63C section 6")
def authn_instant_future(claims: ResponseClaims) -> None:
    """The person was authenticated an hour from now."""
    claims.authn_instant = claims.issue_instant + timedelta(hours=1)


@on("claims", "authn-instant-forced", source="SAML Core 3.4.1, lines 2042-2046")
def authn_instant_old(claims: ResponseClaims) -> None:
    """The person was authenticated eight hours ago."""
    claims.authn_instant = claims.issue_instant - timedelta(hours=8)


@on("claims", "authn-session-expired", source="SAML Core 2.7.2, lines 1061-1063; Errata E79")
def session_expired(claims: ResponseClaims) -> None:
    """SessionNotOnOrAfter passed ten minutes ago."""
    claims.session_not_on_or_after = claims.issue_instant - timedelta(minutes=10)


@on("claims", "sess-not-on-or-after", source="SAML Profiles 4.1.4.3, lines 588-591")
def session_ends_soon(claims: ResponseClaims, context: FaultContext) -> None:
    """SessionNotOnOrAfter is ``seconds`` from now (default 90)."""
    claims.session_not_on_or_after = claims.issue_instant + seconds(context, 90)


@on("tree", "authn-several-statements", source="Errata E26")
def authn_statements_two(response: Element, context: FaultContext) -> None:
    """Two AuthnStatements: the session of the first ends in two minutes, that of the second in eight hours."""
    first = response.one(AUTHN_STATEMENT)
    second = first.copy()
    for statement, lifetime in ((first, timedelta(minutes=2)), (second, timedelta(hours=8))):
        statement.set("SessionNotOnOrAfter", f"{context.now + lifetime:%Y-%m-%dT%H:%M:%S}.000Z")
    response.insert_after(first, second)


@on("tree", "authn-authority-listed", source="SAML Core 2.7.2.2, lines 1133-1136")
def authenticating_authority(response: Element) -> None:
    """The AuthnContext lists two IdPs that the login came through."""
    for name in ("https://upstream.example.test/idp", "https://further.example.test/idp"):
        response.one(CONTEXT).append(Element("saml2:AuthenticatingAuthority", {}, [name]))


@on("tree", "authn-subject-locality", source="SAML Core 2.7.2.1, lines 1113-1114")
def subject_locality(response: Element) -> None:
    """The AuthnStatement says that the person signed in from another address."""
    locality = Element("saml2:SubjectLocality", {"Address": "203.0.113.9"})
    response.one(AUTHN_STATEMENT).insert(0, locality)
