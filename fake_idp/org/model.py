"""What an org is made of, as plain frozen values. The org hands these out and never changes one in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fake_idp.org.saml_settings import SamlSettings
from fake_idp.saml.keys import SigningKey

PERSON_STATUSES = (
    "STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED",
)  # fmt: skip
"""The statuses of Okta's user object. Only ACTIVE people can sign in."""

AppStatus = Literal["ACTIVE", "INACTIVE"]
Scope = Literal["USER", "GROUP"]


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the org. ``profile`` holds every attribute beyond the base ones, by Okta's names."""

    id: str
    login: str
    email: str
    first_name: str
    last_name: str
    status: str
    is_admin: bool
    created: datetime
    last_updated: datetime
    status_changed: datetime
    password_changed: datetime | None = None
    activated: datetime | None = None
    last_login: datetime | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def display_name(self) -> str:
        """The profile's ``displayName``, else first and last name."""
        shown = self.profile.get("displayName")
        return str(shown) if shown else f"{self.first_name} {self.last_name}".strip() or self.login

    @property
    def attributes(self) -> dict[str, Any]:
        """The whole profile by Okta's attribute names: ``login``, ``email``, ``firstName``, ``department``..."""
        base = {
            "login": self.login,
            "email": self.email,
            "firstName": self.first_name,
            "lastName": self.last_name,
        }
        return {**base, **self.profile}

    @property
    def can_sign_in(self) -> bool:
        """Whether Okta lets this person sign in."""
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class Group:
    """A group. Everyone is ``BUILT_IN`` and holds all people; the others are ``OKTA_GROUP``."""

    id: str
    name: str
    description: str
    type: Literal["OKTA_GROUP", "BUILT_IN"]
    created: datetime
    last_updated: datetime
    last_membership_updated: datetime


@dataclass(frozen=True, slots=True)
class App:
    """A SAML app integration.

    ``name`` is the one in URLs (``acme_amplitude_1``), ``external_key`` the ``exk`` id of its SAML identity,
    ``link_id`` the ``aln`` id of its embed link. ``application_username`` is the wizard's label, and
    ``username_expression`` counts when that is ``Custom``.
    """

    id: str
    name: str
    label: str
    status: AppStatus
    external_key: str
    link_id: str
    created: datetime
    last_updated: datetime
    settings: SamlSettings
    signing_kid: str
    hidden: bool = False
    has_logo: bool = False
    application_username: str = "Okta username"
    username_expression: str = ""
    username_update: str = "Create and update"
    access_error_url: str = ""
    notes: str = ""

    @property
    def is_active(self) -> bool:
        """Whether people can sign in to it."""
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """What makes an app that comes from elsewhere the same app here; what is empty is made anew."""

    id: str = ""
    name: str = ""
    external_key: str = ""
    link_id: str = ""
    signing_kid: str = ""


@dataclass(frozen=True, slots=True)
class AppKey:
    """One row of the table SAML Signing Certificates. ``type`` is the hash of the certificate's own signature."""

    key: SigningKey
    status: AppStatus
    type: Literal["SHA-1", "SHA-2"]
    org_wide: bool = False

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.key.kid

    @property
    def created(self) -> datetime:
        """When the key was made."""
        return self.key.created

    @property
    def expires(self) -> datetime:
        """When the certificate runs out."""
        return self.key.expires


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person or a group that an app is given to. ``user_name`` is the app user name typed by the admin, or empty."""

    app_id: str
    scope: Scope
    target_id: str
    target_name: str
    user_name: str
    created: datetime
    priority: int = 0


@dataclass(frozen=True, slots=True)
class AppUser:
    """What an app knows of a person: the ``0ua`` id of the System Log and the application username."""

    id: str
    app_id: str
    person_id: str
    user_name: str
    scope: Scope
    created: datetime
    last_updated: datetime
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """An Okta session. ``remember`` means the person ticked Keep me signed in.

    ``authentications`` counts how often the password was proved within it: once, and again for each ForceAuthn.
    """

    id: str
    person_id: str
    created: datetime
    authenticated_at: datetime
    expires_at: datetime
    remember: bool = False
    amr: tuple[str, ...] = ("pwd",)
    authentications: int = 1


@dataclass(frozen=True, slots=True)
class AppSession:
    """One app that was signed in to within a session: what single logout has to name."""

    session_id: str
    app_id: str
    session_index: str
    name_id: str
    name_id_format: str
    created: datetime


@dataclass(frozen=True, slots=True)
class InlineHook:
    """A SAML assertion inline hook: the URL that the org calls before it signs an assertion."""

    id: str
    name: str
    url: str
    header_name: str = ""
    header_value: str = field(default="", repr=False)
    status: AppStatus = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Logo:
    """An app's logo as it was uploaded."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of the System Log. ``data`` is the whole event in the shape of ``GET /api/v1/logs``."""

    uuid: str
    published: datetime
    event_type: str
    display_message: str
    severity: str
    result: str
    reason: str | None
    data: Mapping[str, Any]

    @property
    def actor(self) -> Mapping[str, Any]:
        """Who did it: ``id``, ``type``, ``alternateId``, ``displayName``."""
        return self.data["actor"]  # type: ignore[no-any-return]

    @property
    def target(self) -> list[Mapping[str, Any]]:
        """What it was done to."""
        return self.data["target"] or []

    @property
    def debug_data(self) -> Mapping[str, Any]:
        """The event's ``debugContext.debugData``."""
        return self.data["debugContext"]["debugData"]  # type: ignore[no-any-return]

    def as_json(self) -> dict[str, Any]:
        """The event as Okta's API gives it."""
        return dict(self.data)
