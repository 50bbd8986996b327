"""Faults of the Status: whether the IdP says that the login succeeded."""

from __future__ import annotations

from fake_idp.faults.edit import change_signing
from fake_idp.faults.registry import on, register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.names import (
    STATUS_AUTHN_FAILED,
    STATUS_NO_AUTHN_CONTEXT,
    STATUS_NO_PASSIVE,
    STATUS_REQUEST_DENIED,
    STATUS_REQUESTER,
    STATUS_RESPONDER,
    STATUS_SUCCESS,
    STATUS_VERSION_MISMATCH,
)
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.response import build_status

CORE = "SAML Core 3.2.2.2, lines 1627-1668"
PRIVATE_STATUS = "urn:okta-harness:status:NeverHeardOf"

_ERRORS = {
    "requester": (STATUS_REQUESTER, None),
    "responder": (STATUS_RESPONDER, None),
    "version-mismatch": (STATUS_VERSION_MISMATCH, None),
    "authn-failed": (STATUS_RESPONDER, STATUS_AUTHN_FAILED),
    "request-denied": (STATUS_REQUESTER, STATUS_REQUEST_DENIED),
    "no-passive": (STATUS_RESPONDER, STATUS_NO_PASSIVE),
    "no-authn-context": (STATUS_RESPONDER, STATUS_NO_AUTHN_CONTEXT),
    "responder-private-second-level": (STATUS_RESPONDER, PRIVATE_STATUS),
}


def _error(name: str, code: str, second: str | None) -> None:
    def fail(claims: ResponseClaims) -> None:
        claims.status, claims.sub_status = code, second

    below = f" with {second.rpartition(':')[2]} below it" if second else ""
    requirement = "resp-status-unknown-second-level" if second == PRIVATE_STATUS else "resp-status-error"
    register(
        f"status-{name}" if second == PRIVATE_STATUS else f"status-{name}-no-assertion",
        f"The status is {code.rpartition(':')[2]}{below}, and there is no assertion.",
        "claims",
        fail,
        requirement,
        "err-graceful",
        source=CORE,
    )


for _name, (_code, _second) in _ERRORS.items():
    _error(_name, _code, _second)


@on("tree", "resp-status-error-with-assertion", source=CORE)
def status_responder_with_assertion(response: Element) -> None:
    """The status is Responder although a complete, valid assertion is there."""
    response.one("saml2p:StatusCode").set("Value", STATUS_RESPONDER)


@on("tree", "resp-status-nested-success", source=CORE)
def status_nested_success(response: Element) -> None:
    """The top status is Responder, the one nested in it is Success."""
    response.replace(response.one("saml2p:Status"), build_status(STATUS_RESPONDER, STATUS_SUCCESS))


@on("tree", "resp-status-nested-success", source="SAML Core 3.2.2.4")
def status_detail_success(response: Element) -> None:
    """The status is Responder; a StatusDetail holds a StatusCode of Success."""
    status = build_status(STATUS_RESPONDER)
    success = Element("saml2p:StatusCode", {"Value": STATUS_SUCCESS})
    status.append(Element("saml2p:StatusDetail", {}, [success]))
    response.replace(response.one("saml2p:Status"), status)


@on("tree", "resp-status-missing", source="SAML Core 3.2.2, lines 1578-1579")
def status_missing(response: Element) -> None:
    """The Response has no Status."""
    response.remove(response.one("saml2p:Status"))


@on("tree", "resp-status-missing", source=CORE)
def status_code_missing(response: Element) -> None:
    """The Status has no StatusCode."""
    response.remove(response.one("saml2p:StatusCode"))


@on("tree", "resp-status-missing", source=CORE)
def status_value_empty(response: Element) -> None:
    """The Value of the StatusCode is empty."""
    response.one("saml2p:StatusCode").set("Value", "")


@on("tree", "resp-status-missing", source=CORE)
def status_value_unknown(response: Element) -> None:
    """The top status is a URI that SAML does not define."""
    response.one("saml2p:StatusCode").set("Value", PRIVATE_STATUS)


def _unsigned_message(claims: ResponseClaims, context: FaultContext, message: str) -> None:
    claims.status, claims.sub_status = STATUS_RESPONDER, STATUS_AUTHN_FAILED
    claims.status_message = message
    change_signing(context, response_signed=False)


@on("claims", "err-status-message-escaped", source="SAML Core 3.2.2.3; OWASP SAML cheat sheet")
def status_message_markup(claims: ResponseClaims, context: FaultContext) -> None:
    """An unsigned error response whose StatusMessage holds a script."""
    canary = context.data.get("canary", "okta-harness")
    _unsigned_message(claims, context, f'"><script>alert(1)</script>{canary}')


@on("claims", "err-status-message-spoof", source="SAML Core 3.2.2.3, lines 1707-1710")
def status_message_phishing(claims: ResponseClaims, context: FaultContext) -> None:
    """An unsigned error response whose StatusMessage asks the user to call a number."""
    canary = context.data.get("canary", "okta-harness")
    _unsigned_message(claims, context, f"Your account is locked. Call +1 555 0100 {canary}")
