"""The shape of System Log events, as ``GET /api/v1/logs`` gives them.

Event types, messages and legacy types follow Okta's event types catalogue (developer.okta.com, "Event types").
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_idp.org.model import App, AppKey, AppUser, Group, InlineHook, Person, Session

EVENT_TYPES: dict[str, tuple[str, str]] = {
    "user.authentication.sso": ("User single sign on to app", "app.auth.sso"),
    "user.authentication.slo": ("User single sign out from app", "app.auth.slo"),
    "user.authentication.verify": ("Verify user identity", ""),
    "user.authentication.auth_via_mfa": ("Authentication of user via MFA", "core.user.factor.attempt_success"),
    "user.session.start": ("User login to Okta", "core.user_auth.login_success"),
    "user.session.end": ("User logout from Okta", "core.user_auth.logout_success"),
    "user.session.clear": ("Clear user session", "core.user_auth.session_clear"),
    "app.generic.unauth_app_access_attempt": (
        "User attempted unauthorized access to app", "app.generic.unauth_app_access_attempt",
    ),
    "application.policy.sign_on.deny_access": ("Deny user access due to app sign on policy", "app.policy.deny_access"),
    "application.lifecycle.create": ("Create application", "app.generic.config.app_created"),
    "application.lifecycle.update": ("Update application", "app.generic.config.app_updated"),
    "application.lifecycle.activate": ("Activate application", "app.generic.config.app_activated"),
    "application.lifecycle.deactivate": ("Deactivate application", "app.generic.config.app_deactivated"),
    "application.lifecycle.delete": ("Delete application", "app.generic.config.app_deleted"),
    "application.user_membership.add": (
        "Add user to application membership",
        "app.generic.provision.assign_user_to_app",
    ),
    "application.user_membership.remove": (
        "Remove user's application membership", "app.generic.provision.deactivate_user_from_app",
    ),
    "application.user_membership.update": ("Update user's application membership", "app.user_membership.update"),
    "application.user_membership.change_username": (
        "Change user's application username", "app.user_management.app_username_changed",
    ),
    "group.application_assignment.add": ("Add assigned application to group", "group.application_assignment.add"),
    "group.application_assignment.remove": (
        "Remove assigned application from group", "group.application_assignment.remove",
    ),
    "app.keys.generate": ("Generate application credential", "app.keys.generate"),
    "app.keys.rotate": ("Rotate application credential", "app.keys.rotate"),
    "app.keys.clone": ("Clone application credential", "app.keys.clone"),
    "app.keys.delete": ("Delete application credential", "app.keys.delete"),
    "app.saml.sensitive.attribute.update": (
        "Update of sensitive SAML attributes",
        "app.saml.sensitive.attribute.update",
    ),
    "inline_hook.created": ("Inline hook created", ""),
    "inline_hook.deleted": ("Inline hook deleted", ""),
    "inline_hook.executed": ("Inline hook was executed", ""),
    "user.lifecycle.create": ("Create okta user", "core.user.config.user_creation.success"),
    "user.lifecycle.activate": ("Activate Okta user", "core.user.config.user_activated"),
    "user.lifecycle.deactivate": ("Deactivate Okta user", "core.user.config.user_deactivated"),
    "user.lifecycle.suspend": ("Suspend Okta user", "core.user.config.user_status.suspended"),
    "user.lifecycle.unsuspend": ("Unsuspend Okta user", "core.user.config.user_status.unsuspended"),
    "user.lifecycle.delete.initiated": ("Initiate delete of Okta user", ""),
    "user.account.lock": ("Max sign in attempts exceeded", "core.user_auth.account_locked"),
    "user.account.unlock": ("Unlock user account", "core.user_auth.account_unlocked"),
    "user.account.update_profile": ("Update user profile for Okta", "core.user.config.profile_updated"),
    "user.account.update_password": ("User update password for Okta", "core.user.config.password_update.success"),
    "group.lifecycle.create": ("Create Okta group", "core.user_group.created"),
    "group.lifecycle.delete": ("Delete Okta group", "core.user_group.deleted"),
    "group.profile.update": ("Update Okta group profile", "core.user_group.updated"),
    "group.user_membership.add": ("Add user to group membership", "core.user_group_member.user_add"),
    "group.user_membership.remove": ("Remove user from group membership", "core.user_group_member.user_remove"),
}  # fmt: skip
"""Event type to display message and legacy event type."""

SYSTEM_ACTOR = {
    "id": "sytemprincipal",  # Okta's own spelling
    "type": "SystemPrincipal",
    "alternateId": "system@okta.com",
    "displayName": "Okta System",
    "detailEntry": None,
}


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request came from: what the events written while it is served say of its sender."""

    ip_address: str = ""
    user_agent: str = ""
    request_uri: str = ""


@dataclass(frozen=True, slots=True)
class _Acting:
    actor: Person | None = None
    session: Session | None = None
    client: Client = Client()


_acting: ContextVar[_Acting | None] = ContextVar("fake_idp_acting", default=None)


@contextmanager
def acting(
    actor: Person | None = None, session: Session | None = None, client: Client | None = None
) -> Iterator[None]:
    """Events written inside name this actor, session and client. Pages wrap each request in it; may be nested."""
    outer = _acting.get() or _Acting()
    token = _acting.set(_Acting(actor or outer.actor, session or outer.session, client or outer.client))
    try:
        yield
    finally:
        _acting.reset(token)


def acting_now() -> tuple[Person | None, Session | None, Client]:
    """Who acts, in which session, and from where, as :func:`acting` said."""
    who = _acting.get() or _Acting()
    return who.actor, who.session, who.client


def instant(moment: datetime) -> str:
    """A time as the log writes it: UTC with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def person_entry(person: Person, kind: str = "User") -> dict[str, Any]:
    """A person as an actor or target."""
    return _entry(person.id, kind, person.login, person.display_name)


def app_entry(app: App) -> dict[str, Any]:
    """An app as a target."""
    return {
        **_entry(app.id, "AppInstance", app.label, app.label),
        "detailEntry": {"signOnModeType": "SAML_2_0"},
    }


def app_user_entry(app_user: AppUser, person: Person) -> dict[str, Any]:
    """A person's record in an app as a target."""
    return _entry(app_user.id, "AppUser", app_user.user_name or "unknown", person.display_name)


def group_entry(group: Group) -> dict[str, Any]:
    """A group as a target."""
    return _entry(group.id, "UserGroup", "unknown", group.name)


def key_entry(key: AppKey) -> dict[str, Any]:
    """A signing credential as a target; the key id is public, the key is not here."""
    return _entry(key.kid, "AppCredential", "unknown", "unknown")


def hook_entry(hook: InlineHook) -> dict[str, Any]:
    """An inline hook as a target."""
    return _entry(hook.id, "InlineHook", hook.name, hook.name)


def _entry(entry_id: str, kind: str, alternate_id: str, display_name: str) -> dict[str, Any]:
    return {
        "id": entry_id,
        "type": kind,
        "alternateId": alternate_id,
        "displayName": display_name,
        "detailEntry": None,
    }


def external_session_id(session_id: str) -> str:
    """The session as the log names it: derived from the id, which is the cookie's secret and stays out of logs."""
    digest = hashlib.sha256(f"log/{session_id}".encode()).digest()
    return "trs" + base64.urlsafe_b64encode(digest)[:22].decode("ascii")


_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari", "curl", "python")
_SYSTEMS = ("Windows", "Android", "iPhone", "Mac OS X", "Linux")


def client_object(client: Client) -> dict[str, Any]:
    """The ``client`` of an event."""
    agent = client.user_agent
    browser = next((name for name in _BROWSERS if name.lower() in agent.lower()), "UNKNOWN")
    system = next((name for name in _SYSTEMS if name in agent), "Unknown")
    return {
        "userAgent": {
            "rawUserAgent": agent,
            "os": system,
            "browser": {"Edg": "EDGE", "curl": "UNKNOWN", "python": "UNKNOWN"}.get(browser, browser.upper()),
        } if agent else None,
        "zone": "null",
        "device": "Mobile" if system in ("Android", "iPhone") else "Computer" if agent else "Unknown",
        "id": None,
        "ipAddress": client.ip_address or None,
        "geographicalContext": None,
    }  # fmt: skip


def event_object(
    *,
    uuid: str,
    transaction_id: str,
    published: datetime,
    event_type: str,
    display_message: str,
    legacy_event_type: str | None,
    severity: str,
    result: str,
    reason: str | None,
    actor: Mapping[str, Any],
    target: Sequence[Mapping[str, Any]],
    debug_data: Mapping[str, Any],
    session: Session | None,
    client: Client,
) -> dict[str, Any]:
    """One whole event, its keys in Okta's order."""
    debug = dict(debug_data)
    if client.request_uri:
        debug.setdefault("requestUri", client.request_uri)
    ip_chain = [{"ip": client.ip_address, "geographicalContext": None, "version": "V4", "source": None}]
    return {
        "actor": dict(actor),
        "client": client_object(client),
        "device": None,
        "authenticationContext": {
            "authenticationProvider": None,
            "credentialProvider": None,
            "credentialType": None,
            "issuer": None,
            "interface": None,
            "authenticationStep": 0,
            "externalSessionId": external_session_id(session.id) if session else "unknown",
        },
        "displayMessage": display_message,
        "eventType": event_type,
        "outcome": {"result": result, "reason": reason},
        "published": instant(published),
        "securityContext": {"asNumber": None, "asOrg": None, "isp": None, "domain": None, "isProxy": None},
        "severity": severity,
        "debugContext": {"debugData": debug},
        "legacyEventType": legacy_event_type,
        "transaction": {"type": "WEB", "id": transaction_id, "detail": {}},
        "uuid": uuid,
        "version": "0",
        "request": {"ipChain": ip_chain if client.ip_address else []},
        "target": [dict(entry) for entry in target] or None,
    }
