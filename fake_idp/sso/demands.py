"""ForceAuthn, IsPassive, no session: what has to happen before Okta answers."""

from __future__ import annotations

from typing import Literal

from fake_idp.org.model import App, Session
from fake_idp.org.org import Org
from fake_idp.saml.messages import AuthnRequest

Demand = Literal["none", "sign_in", "sign_in_again", "no_passive"]


def what_is_asked(org: Org, app: App, session: Session | None, request: AuthnRequest | None) -> Demand:
    """What has to happen before a response: nothing, a sign-in, a sign-in despite the session, or NoPassive.

    ForceAuthn is met once the password has been proved after the request was first seen here.
    """
    forced = request is not None and request.force_authn and app.settings.honor_force_authn
    demand: Demand = "none"
    if session is None:
        demand = "sign_in"
    if forced and request is not None:
        seen = (session.id, session.authentications) if session else ("", 0)
        if _forced(org).setdefault(request.id, seen) == seen:
            demand = "sign_in_again" if session else "sign_in"
    if demand != "none" and request is not None and request.is_passive:
        return "no_passive" if org.settings.passive_without_session == "no_passive" else demand
    return demand


def _forced(org: Org) -> dict[str, tuple[str, int]]:
    """The ForceAuthn requests under way, and the state of the browser's session when each was first seen."""
    waiting = org.force_authn_requests
    while len(waiting) > 1000:
        waiting.pop(next(iter(waiting)), None)
    return waiting
