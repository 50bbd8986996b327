"""One login: an app, a person and perhaps an AuthnRequest become a signed response, or a refusal on Okta's pages.

Okta answers an SP only when it signs somebody in; whatever goes wrong before stays on its own pages and in the
System Log. The rules follow Okta's help pages and public reports; where those are silent, an org setting decides
(:class:`fake_idp.org.org_settings.OrgSettings`).
"""

from __future__ import annotations

from fake_idp.sso.demands import Demand, what_is_asked
from fake_idp.sso.login import SignedOn, claims_for, refuse_passively, sign_on, signing_options
from fake_idp.sso.refusals import SsoRefused, refuse_unreadable
from fake_idp.sso.requests import Addressed, check_app, check_assignment, check_request, read_request

__all__ = [
    "Addressed",
    "Demand",
    "SignedOn",
    "SsoRefused",
    "check_app",
    "check_assignment",
    "check_request",
    "claims_for",
    "read_request",
    "refuse_passively",
    "refuse_unreadable",
    "sign_on",
    "signing_options",
    "what_is_asked",
]
