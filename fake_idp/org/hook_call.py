"""Calling an assertion inline hook."""

from __future__ import annotations

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.messages import AuthnRequest


class HookDenied(Exception):
    """The hook answered with an error, and the org setting ``hook_error`` says that this denies the sign-in."""


def apply_inline_hook(
    org: Org,
    app: App,
    person: Person,
    session: Session | None,
    request: AuthnRequest | None,
    claims: ResponseClaims,
) -> ResponseClaims:
    if not app.settings.inline_hook:
        return claims
    return claims
