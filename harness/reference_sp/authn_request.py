"""The AuthnRequest (SAML Core 3.4.1, SAML Profiles 4.1.4.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from harness.reference_sp.exchange import LoginRequest
from harness.reference_sp.idp import Endpoint, IdentityProvider
from harness.reference_sp.keys import SpKeys
from harness.reference_sp.names import BINDING_POST, BINDING_REDIRECT, saml, samlp
from harness.reference_sp.outgoing import Outgoing, element, issuer, send
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element, write_time


def choose_binding(offered: Mapping[str, Endpoint], preferred: str) -> str:
    """The preferred binding when the IdP offers it, else the other one."""
    first, second = (
        (BINDING_POST, BINDING_REDIRECT) if preferred == "post" else (BINDING_REDIRECT, BINDING_POST)
    )
    return first if first in offered else second


def build(
    request: LoginRequest, settings: Settings, entity_id: str, acs_url: str, destination: str, now: datetime
) -> Element:
    """The request as XML. No RequestedAuthnContext unless the SP needs a class."""
    message = element(
        samlp("AuthnRequest"),
        ID=request.id,
        Version="2.0",
        IssueInstant=write_time(now),
        Destination=destination,
        ForceAuthn="true" if request.force_authn else "",
        IsPassive="true" if settings.is_passive else "",
        ProtocolBinding=BINDING_POST,
        AssertionConsumerServiceURL=acs_url,
    )
    message.append(issuer(entity_id))
    if settings.name_id_policy is not None:
        transient = settings.name_id_policy.endswith(":transient")
        policy = element(
            samlp("NameIDPolicy"), Format=settings.name_id_policy, AllowCreate="" if transient else "true"
        )
        message.append(policy)
    if request.authn_context:
        context = element(samlp("RequestedAuthnContext"), Comparison="exact")
        context.append(element(saml("AuthnContextClassRef"), request.authn_context))
        message.append(context)
    return message


def authn_request(
    request: LoginRequest,
    idp: IdentityProvider,
    settings: Settings,
    keys: SpKeys,
    entity_id: str,
    acs_url: str,
    now: datetime,
    deflate: Callable[[bytes], bytes] | None = None,
) -> Outgoing:
    """The request on its binding, signed when the SP or the IdP wants that."""
    binding = choose_binding(idp.sso, settings.request_binding)
    location = idp.sso[binding].location
    message = build(request, settings, entity_id, acs_url, location, now)
    signed = settings.sign_requests or idp.wants_signed_requests
    key = keys.signing if signed else None
    lower_case = settings.percent_encoding == "lower case"
    return send(
        message, "SAMLRequest", binding, location, request.relay_state, key, deflate, lower_case=lower_case
    )
