"""LogoutResponse and LogoutRequest as Okta sends them.

The LogoutResponse is that of a recorded message of 2025. No recorded LogoutRequest of Okta's front-channel logout
is public; its shape here follows the same rules and the schema's order (SAML Core 3.7.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fake_idp.saml.claims import format_instant
from fake_idp.saml.faults import Fault, FaultContext, SigningOptions, apply_faults
from fake_idp.saml.names import NAMEID_UNSPECIFIED, NS_SAML2, NS_SAML2P, STATUS_SUCCESS
from fake_idp.saml.response import build_status, issuer_element
from fake_idp.saml.signature import sign_element
from fake_idp.saml.xml import Element, wire


@dataclass(frozen=True, kw_only=True)
class LogoutResponseClaims:
    """What a LogoutResponse says; ``in_response_to`` is ``None`` when the request could not be read."""

    id: str
    issue_instant: datetime
    destination: str
    issuer: str
    in_response_to: str | None = None
    status: str = STATUS_SUCCESS
    sub_status: str | None = None
    status_message: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogoutRequestClaims:
    """What a LogoutRequest says. ``session_indexes``: those of the app's sessions, when it asks for them."""

    id: str
    issue_instant: datetime
    destination: str
    issuer: str
    name_id: str
    name_id_format: str = NAMEID_UNSPECIFIED
    session_indexes: Sequence[str] = ()
    not_on_or_after: datetime | None = None
    reason: str | None = None


def build_logout_response(
    claims: LogoutResponseClaims,
    signing: SigningOptions | None,
    *,
    faults: Sequence[Fault] = (),
    context: FaultContext | None = None,
) -> bytes:
    """The bytes, with an enveloped signature when ``signing`` is given (not for HTTP-Redirect)."""
    root = _message("saml2p:LogoutResponse", claims, {"InResponseTo": claims.in_response_to})
    root.append(build_status(claims.status, claims.sub_status, claims.status_message))
    return _finish(root, signing, faults, context)


def build_logout_request(
    claims: LogoutRequestClaims,
    signing: SigningOptions | None,
    *,
    faults: Sequence[Fault] = (),
    context: FaultContext | None = None,
) -> bytes:
    """The bytes, with an enveloped signature when ``signing`` is given (not for HTTP-Redirect)."""
    expiry = format_instant(claims.not_on_or_after) if claims.not_on_or_after else None
    root = _message("saml2p:LogoutRequest", claims, {"NotOnOrAfter": expiry, "Reason": claims.reason})
    root.append(
        Element("saml2:NameID", {"Format": claims.name_id_format, "xmlns:saml2": NS_SAML2}, [claims.name_id])
    )
    root.children += [Element("saml2p:SessionIndex", {}, [index]) for index in claims.session_indexes]
    return _finish(root, signing, faults, context)


def _message(
    name: str, claims: LogoutRequestClaims | LogoutResponseClaims, more: dict[str, str | None]
) -> Element:
    attributes = {
        "Destination": claims.destination,
        "ID": claims.id,
        "IssueInstant": format_instant(claims.issue_instant),
        "Version": "2.0",
        "xmlns:saml2p": NS_SAML2P,
    }
    attributes |= {key: value for key, value in more.items() if value is not None}
    return Element(name, attributes, [issuer_element(claims.issuer)])


def _finish(
    root: Element, signing: SigningOptions | None, faults: Sequence[Fault], context: FaultContext | None
) -> bytes:
    if signing:
        sign_element(root, signing.key, signing.signature_algorithm, signing.digest_algorithm)
    if faults and context:
        root = apply_faults("logout", root, faults, context)
    return wire(root)
