"""Presets of the settings: how well-known SPs differ from the base profile, which is Amplitude's.

Each holds only what differs. What an SP's documents do not say stays as in the base profile; that concerns most
of the cryptographic settings.
"""

from __future__ import annotations

from typing import Any

from harness.reference_sp import names
from harness.reference_sp.settings import Settings, UnknownSetting, change

PROFILES: dict[str, dict[str, Any]] = {
    "amplitude": {},
    "amplitude-legacy": {
        "entity_id": "{url}/saml/sso/metadata",
        "acs_url": "{url}/saml/sso/{org}",
    },
    "slack": {
        "entity_id": "{url}",
        "acs_url": "{url}/sso/saml/{org}",
        "email_sources": ("User.Email",),
        "name_id_required": True,
        "single_logout": False,
    },
    "github": {
        "entity_id": "{url}/orgs/{org}",
        "acs_url": "{url}/orgs/{org}/saml/consume",
        "name_id_required": True,
        "single_logout": False,
        "test_required": True,
    },
    "grafana": {
        "entity_id": "{url}/saml/metadata",
        "acs_url": "{url}/saml/acs",
        "email_sources": ("mail", "email", "subject"),
        "allow_unsolicited": False,
        "max_issue_age": 90,
    },
    "gitlab": {
        "entity_id": "{url}/groups/{org}",
        "acs_url": "{url}/groups/{org}/-/saml/callback",
        "email_sources": ("email", "mail", names.CLAIM_EMAIL),
        "name_id_required": True,
    },
    "sentry": {
        "entity_id": "{url}/saml/metadata/{org}/",
        "acs_url": "{url}/saml/acs/{org}/",
        "email_sources": ("email",),
    },
    "datadog": {
        "metadata_ascii_only": True,
        "require_assertion_signed": True,
        "name_id_policy": names.NAMEID_EMAIL,
        "email_sources": ("eduPersonPrincipalName", "subject"),
        "allow_unsolicited": False,
        "pending_joins": False,
        "removed_members": "refuse",
        "single_logout": False,
    },
}


def profile_settings(profile: str, **changes: Any) -> Settings:
    """The settings of a profile with ``changes`` over them.

    :raises UnknownSetting: for an unknown profile or setting.
    """
    if profile not in PROFILES:
        raise UnknownSetting(f"there is no SP profile {profile!r}; profiles: {', '.join(PROFILES)}")
    return change(Settings(), **{**PROFILES[profile], **changes})
