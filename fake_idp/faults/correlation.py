"""Faults of InResponseTo: which request a response answers."""

from __future__ import annotations

from fake_idp.faults.registry import on
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.pipeline import FaultContext, SigningOptions

CORE = "SAML Core 3.2.2, lines 1542-1547"
PROFILE = "SAML Profiles 4.1.4.3, lines 580-582"


def solicited(claims: ResponseClaims, _signing: SigningOptions) -> str | None:
    """Applies to an answer to a request."""
    if claims.in_response_to is None:
        return "The message answers no request, so it has no InResponseTo to change."
    return None


@on("claims", "resp-irt-unknown", "unsolicited-with-irt", source=f"{CORE}; {PROFILE}")
def irt_unknown(claims: ResponseClaims, context: FaultContext) -> None:
    """InResponseTo names a request that was never made, on the Response and in the confirmation."""
    claims.in_response_to = claims.subject_in_response_to = context.new_id()


@on("claims", "resp-irt-unknown", "unsolicited-with-irt", source=CORE)
def response_irt_unknown(claims: ResponseClaims, context: FaultContext) -> None:
    """InResponseTo of the Response names a request that was never made; the confirmation is right."""
    claims.in_response_to = context.new_id()


@on("claims", "sc-irt-mismatch", "unsolicited-with-irt", source=PROFILE)
def confirmation_irt_unknown(claims: ResponseClaims, context: FaultContext) -> None:
    """InResponseTo of the confirmation names a request that was never made; the Response is right."""
    claims.subject_in_response_to = context.new_id()


@on("claims", "resp-irt-missing", source=CORE, applies=solicited)
def response_irt_missing(claims: ResponseClaims) -> None:
    """The Response has no InResponseTo, the confirmation keeps it."""
    claims.in_response_to = None


@on("claims", "sc-irt-missing", source="SAML Profiles 4.1.4.2, lines 558-560", applies=solicited)
def confirmation_irt_missing(claims: ResponseClaims) -> None:
    """The confirmation has no InResponseTo, the Response keeps it."""
    claims.subject_in_response_to = None


@on("claims", "unsolicited-downgrade", source=f"{PROFILE}; OWASP SAML cheat sheet", applies=solicited)
def irt_missing(claims: ResponseClaims) -> None:
    """An answer to a request that says nowhere that it is one."""
    claims.in_response_to = claims.subject_in_response_to = None


@on("claims", "resp-irt-levels-disagree", source="SAML Profiles 4.1.4.2, lines 559-560", applies=solicited)
def irt_levels_disagree(claims: ResponseClaims, context: FaultContext) -> None:
    """The confirmation names another request than the Response: that of ``data["other_request_id"]``."""
    claims.subject_in_response_to = context.data.get("other_request_id") or context.new_id()
