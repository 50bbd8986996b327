"""The reference SP's front door: a running service provider, and everything that a test wants to ask it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from flask import has_request_context, request

from fake_idp.tls import LocalTls, local_tls
from harness.difference import Difference
from harness.reference_sp import admin
from harness.reference_sp.attempts import Attempt
from harness.reference_sp.audit import AuditEntry
from harness.reference_sp.certificates import pem
from harness.reference_sp.clock import Clock, SystemClock
from harness.reference_sp.codes import difference
from harness.reference_sp.core import Core
from harness.reference_sp.login import Logins
from harness.reference_sp.logout.service import Logouts
from harness.reference_sp.maintenance import Maintenance
from harness.reference_sp.members import Member, Status
from harness.reference_sp.metadata import Imported
from harness.reference_sp.organizations import Organization
from harness.reference_sp.profiles import profile_settings
from harness.reference_sp.refused import SettingRefused
from harness.reference_sp.sessions import Session
from harness.reference_sp.settings import Settings, plan_name
from harness.reference_sp.sp_metadata import sp_metadata
from harness.reference_sp.weaknesses import check_weaknesses
from harness.reference_sp.web import create_web_app

if TYPE_CHECKING:
    from fake_idp.server import Server

__all__ = ["ADMIN_PASSWORD", "ReferenceSP", "SettingRefused"]

ADMIN_PASSWORD = "sp-admin-password"  # noqa: S105  # an account of a test tool on loopback, printed by it


class ReferenceSP(Maintenance):
    """A service provider modelled on Amplitude, on a loopback socket of its own.

    ::

        with ReferenceSP() as sp:
            sp.upload_metadata(okta_metadata)
            sp.save()
            print(sp.login_url)

    With ``base_url`` it starts no socket: mount ``wsgi`` yourself. ``weaknesses`` switches single checks off
    (``weaknesses.py``); every other keyword is a setting (``settings.py``) over the profile's.
    With ``data_dir`` everything survives a restart. ``https`` serves TLS with a certificate authority of its own,
    ``tls`` with one that is there already, such as the fake Okta's (:mod:`fake_idp.tls`).
    """

    def __init__(
        self,
        profile: str = "amplitude",
        plan: str | None = None,
        host: str = "localhost",
        port: int = 0,
        base_url: str | None = None,
        clock: Clock | None = None,
        weaknesses: Iterable[str] = (),
        data_dir: Path | str | None = None,
        seed: int | None = None,
        https: bool = False,
        tls: LocalTls | None = None,
        **settings: Any,
    ) -> None:
        if plan is not None:
            settings["plan"] = plan
        self.profile = profile
        self.seed = seed
        self.clock: Clock = clock if clock is not None else SystemClock()
        self._base_url = base_url.rstrip("/") if base_url else ""
        self._mounted = bool(base_url)
        self._address = (host, port)
        self._https = https or tls is not None
        self.tls = tls
        self._owns_tls = https and tls is None
        self._data_dir = Path(data_dir) if data_dir is not None else None
        self._server: Server | None = None
        self._core = Core(
            profile_settings(profile, **settings),
            self.clock,
            check_weaknesses(weaknesses),
            self._url_for_messages,
            self._data_dir,
        )
        self._logins = Logins(self._core)
        self.wsgi = create_web_app(self._core, self._logins, Logouts(self._core))
        self.admin_email = self._core.settings.admin_email
        self.admin_password = ADMIN_PASSWORD
        if self._core.organizations.find(self.org_id) is None:
            self.add_organization(self.org_id, self.settings.org_name, self.settings.plan, self.admin_email)

    # Running

    def start(self) -> Self:
        """Listen, unless it is mounted elsewhere."""
        if not self._mounted and self._server is None:
            from fake_idp.server import Server

            if self._owns_tls:
                self.tls = local_tls(self._data_dir and self._data_dir / "tls")
            self._core.ca_file = str(self.tls.ca_certificate) if self.tls is not None else ""
            self._server = Server(self.wsgi, *self._address, ssl=self.tls).start()
        return self

    def stop(self) -> None:
        """Close the socket and the store."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._owns_tls and self.tls is not None:
            self.tls.close()
        self._core.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Addresses

    @property
    def url(self) -> str:
        """Where the SP is, without a trailing slash."""
        if self._server is not None:
            return self._server.url
        if not self._base_url:
            host, port = self._address
            return f"{'https' if self._https else 'http'}://{host}:{port}"
        return self._base_url

    def _url_for_messages(self) -> str:
        if self._core.weak("trusts-host-header") and has_request_context():
            return f"http://{request.headers.get('X-Forwarded-Host') or request.host}"
        return self.url

    @property
    def settings(self) -> Settings:
        """All settings."""
        return self._core.settings

    @property
    def org_id(self) -> str:
        """The id of the organization that the SP starts with."""
        return self._core.settings.org_id

    @property
    def entity_id(self) -> str:
        """What Okta's *Audience URI (SP Entity ID)* must hold."""
        return self._core.entity_id(self.org_id)

    @property
    def acs_url(self) -> str:
        """What Okta's *Single sign-on URL* must hold."""
        return self._core.acs_url(self.org_id)

    @property
    def slo_url(self) -> str:
        """What Okta's *Single Logout URL* must hold."""
        return self._core.slo_url(self.org_id)

    @property
    def metadata_url(self) -> str:
        """Where the SP's metadata is."""
        return self._core.metadata_url(self.org_id)

    @property
    def login_url(self) -> str:
        """The login page."""
        return f"{self.url}/login"

    @property
    def sso_login_url(self) -> str:
        """Where an SP-initiated login starts at once; takes ``?next=/path``."""
        return f"{self.url}/sso/login/{self.org_id}"

    @property
    def me_url(self) -> str:
        """The page that says who is signed in; ``.json`` appended, for programs."""
        return f"{self.url}/me"

    @property
    def settings_url(self) -> str:
        """The page *Access & SSO Settings*."""
        return f"{self.url}/settings/organization/access-sso"

    # What an org admin does

    def upload_metadata(
        self, metadata: bytes | str | Path, *, entity_id: str = "", org_id: str = ""
    ) -> Imported:
        """Upload IdP metadata: the XML itself, or the path of a file. It is a draft until ``save``.

        :raises SettingRefused: when it is not accepted; nothing is changed then.
        """
        data = _content(metadata)
        result = admin.upload(self._core, org_id or self.org_id, data, self.admin_email, entity_id=entity_id)
        if isinstance(result, Difference):
            raise SettingRefused(result)
        return result

    def edit(self, *, org_id: str = "", **changes: Any) -> None:
        """Change the draft: ``vendor``, ``require_sso``, ``jit``, ``jit_role``."""
        self._core.organizations.edit(org_id or self.org_id, **changes)

    def save(self, *, org_id: str = "") -> None:
        """Make the draft count.

        :raises SettingRefused: when a guard speaks against it.
        """
        problem = admin.save(self._core, org_id or self.org_id, self.admin_email)
        if problem is not None:
            raise SettingRefused(problem)

    def cancel(self, *, org_id: str = "") -> None:
        """Forget the draft."""
        self._core.organizations.cancel(org_id or self.org_id)

    def remove_configuration(self, *, org_id: str = "") -> None:
        """Forget the identity provider.

        :raises SettingRefused: while SSO is required.
        """
        problem = admin.remove_configuration(self._core, org_id or self.org_id, self.admin_email)
        if problem is not None:
            raise SettingRefused(problem)

    def support_switch_off_sso_requirement(self, *, org_id: str = "") -> None:
        """What the SP's support does for an organization that locked itself out."""
        self._core.organizations.switch_off_requirement(org_id or self.org_id)

    def change_plan(self, plan: str, *, org_id: str = "") -> None:
        """Move the organization to another plan. Its SSO settings are kept."""
        self._core.organizations.change_plan(org_id or self.org_id, plan_name(plan))

    def add_organization(
        self, org_id: str, name: str = "Another", plan: str = "Growth", admin_email: str = ""
    ) -> Organization:
        """A further organization with its own admin, members and identity provider."""
        organization = self._core.organizations.add(org_id, name, plan_name(plan))
        if admin_email:
            self._core.members.add(org_id, admin_email, "admin", password=ADMIN_PASSWORD, joined_by="founder")
        return organization

    def organization(self, org_id: str = "") -> Organization:
        """An organization with its saved settings and its draft."""
        return self._core.organizations.get(org_id or self.org_id)

    # People

    def members(self, *, org_id: str = "") -> list[Member]:
        """The joined and invited members."""
        return self._core.members.all(org_id or self.org_id)

    def member(self, email: str, *, org_id: str = "") -> Member | None:
        """The member with that address."""
        return self._core.members.find(org_id or self.org_id, email)

    def add_member(
        self,
        email: str,
        role: str = "member",
        password: str | None = None,
        status: Status = "joined",
        *,
        org_id: str = "",
    ) -> Member:
        """A member, joined or only invited (``status="pending"``)."""
        return self._core.members.add(org_id or self.org_id, email, role, password=password, status=status)

    def change_member(self, email: str, *, org_id: str = "", **changes: Any) -> Member:
        """Change the ``role`` or ``status`` of a member."""
        return self._core.members.change(org_id or self.org_id, email, **changes)

    def remove_member(self, email: str, *, org_id: str = "") -> None:
        """Remove a member and end their sessions."""
        member = self._core.members.change(org_id or self.org_id, email, status="removed")
        self._core.sessions.end_all_of(member.org_id, member.email_key)

    # What happened

    def audit(self, *, org_id: str = "", action: str = "") -> list[AuditEntry]:
        """The audit log, the oldest entry first."""
        entries = self._core.audit.entries(org_id or self.org_id)
        return [entry for entry in entries if not action or entry.action == action]

    def attempts(self, *, org_id: str = "") -> list[Attempt]:
        """The sign-on log, the newest attempt first."""
        return self._core.attempts.all(org_id or self.org_id)

    def last_login(self) -> Attempt | None:
        """The newest attempt of any organization: outcome, differences, name and attributes."""
        return self._core.attempts.last()

    def sessions(self, *, org_id: str = "") -> list[Session]:
        """The live sessions, the oldest first."""
        return self._core.sessions.all(org_id or self.org_id)

    @property
    def metadata(self) -> str:
        """The SP's own metadata."""
        return sp_metadata(self._core, self.org_id).decode("utf-8")

    @property
    def signing_certificate(self) -> str:
        """What Okta's *Signature Certificate* must hold, PEM."""
        return pem(self._core.keys.signing.certificate)

    @property
    def encryption_certificate(self) -> str:
        """What Okta's *Encryption Certificate* must hold, PEM."""
        return pem(self._core.keys.encryption.certificate)

    # The harness

    def change_settings(self, **changes: Any) -> None:
        """Change settings while the SP runs; they count from the next request on."""
        self._core.change_settings(**changes)

    @property
    def weaknesses(self) -> frozenset[str]:
        """The weaknesses that are switched on."""
        return self._core.weaknesses

    def set_weaknesses(self, *names: str) -> None:
        """Switch these weaknesses on and all others off."""
        self._core.use_weaknesses(check_weaknesses(names))

    def move_clock(self, by: timedelta) -> None:
        """Move the SP's clock, if it is one that can be moved."""
        move = getattr(self.clock, "move", None)
        if move is None:
            raise TypeError(f"the clock {type(self.clock).__name__} cannot be moved")
        move(by)

    def now(self) -> datetime:
        """The SP's time."""
        return self._core.now()


def _content(metadata: bytes | str | Path) -> bytes:
    if isinstance(metadata, bytes):
        return metadata
    if isinstance(metadata, Path):
        return metadata.read_bytes()
    longest_name, longest_path = 255, 4000
    short = len(metadata) < longest_path and all(len(part) <= longest_name for part in Path(metadata).parts)
    if short and "<" not in metadata and "\n" not in metadata:
        if Path(metadata).is_file():
            return Path(metadata).read_bytes()
        if metadata.endswith(".xml"):
            raise SettingRefused(difference("md_empty", expected="a file", received=metadata))
    return metadata.encode("utf-8")
