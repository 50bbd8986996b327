"""An organization of the SP and its single sign-on settings: what is saved, and the draft that is not yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from harness.difference import Difference
from harness.reference_sp.codes import difference
from harness.reference_sp.effects import Effects
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.metadata import Imported, Upload, import_metadata
from harness.reference_sp.metadata.read import stored_idp
from harness.reference_sp.settings import SSO_PLANS, Settings
from harness.reference_sp.store import Store, organizations


@dataclass(frozen=True, slots=True)
class SsoSettings:
    """What an org admin sets on *Access & SSO Settings*."""

    vendor: str = "Okta"
    require_sso: bool = False
    jit: bool = True
    jit_role: str = "member"
    idp_entity_id: str = ""
    metadata_url: str = ""
    """Where the metadata came from and is fetched again; empty for an uploaded file."""


@dataclass(frozen=True, slots=True)
class Organization:
    """One organization. Only what is saved changes how people sign in."""

    id: str
    name: str
    plan: str
    saved: SsoSettings
    saved_metadata: bytes
    draft: SsoSettings | None
    draft_metadata: bytes
    tested_metadata: bytes
    metadata_checked: datetime | None = None
    """When metadata by URL was last fetched, with or without success."""
    metadata_problem: str = ""
    """Why that gave nothing to use."""

    @property
    def plan_has_sso(self) -> bool:
        """Whether the plan includes single sign-on."""
        return self.plan in SSO_PLANS

    @property
    def shown(self) -> SsoSettings:
        """What the settings page shows: the draft when there is one."""
        return self.draft or self.saved

    @property
    def shown_metadata(self) -> bytes:
        """The metadata that belongs to what the settings page shows."""
        return self.draft_metadata if self.draft is not None else self.saved_metadata

    @property
    def sso_on(self) -> bool:
        """Whether people can sign in by single sign-on."""
        return self.plan_has_sso and bool(self.saved_metadata)


class UnknownOrganization(LookupError):
    """There is no such organization."""


class Organizations:
    """The organizations of one SP and their settings."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        settings: Callable[[], Settings],
        effects: Callable[[], Effects],
        own_entity_ids: Callable[[str], tuple[str, ...]],
    ) -> None:
        self._store = store
        self._now = now
        self._settings = settings
        self._effects = effects
        self._own_entity_ids = own_entity_ids
        self._known: dict[str, Organization] | None = None
        """What the store holds, read at every request and seldom written."""
        self._former: dict[str, IdentityProvider] = {}
        """What was saved before: for weaknesses that go on trusting it."""

    def add(self, org_id: str, name: str, plan: str) -> Organization:
        """A new organization with the SSO settings that the SP's settings start with."""
        settings = self._settings()
        saved = SsoSettings(require_sso=settings.require_sso, jit=settings.jit, jit_role=settings.jit_role)
        with self._store.work() as work:
            work.execute(insert(organizations).values(id=org_id, name=name, plan=plan, saved=asdict(saved)))
            self._known = None
        return self.get(org_id)

    def all(self) -> list[Organization]:
        """Every organization."""
        if self._known is None:
            with self._store.work() as work:
                rows = work.execute(select(organizations).order_by(organizations.c.id)).mappings()
                self._known = {row["id"]: _organization(dict(row)) for row in rows}
        return list(self._known.values())

    def find(self, org_id: str) -> Organization | None:
        """The organization with that id."""
        self.all()
        return self._known.get(org_id) if self._known is not None else None

    def get(self, org_id: str) -> Organization:
        """The organization with that id.

        :raises UnknownOrganization: when there is none.
        """
        found = self.find(org_id)
        if found is None:
            raise UnknownOrganization(f"there is no organization {org_id!r}")
        return found

    def change_plan(self, org_id: str, plan: str) -> None:
        """Move the organization to another plan; its SSO settings are kept, on or off."""
        self._write(org_id, plan=plan)

    def checked(self, org_id: str, data: bytes, entity_id: str = "") -> Imported | Difference:
        """What metadata says, or why it cannot be used; nothing is stored."""
        return import_metadata(
            Upload(
                data=data,
                settings=self._settings(),
                now=self._now(),
                own_entity_ids=self._own_entity_ids(org_id),
                entity_id=entity_id,
                tools=self._effects().metadata_tools,
            ),
            self._effects().left_out,
        )

    def upload(self, org_id: str, data: bytes, entity_id: str = "", url: str = "") -> Imported | Difference:
        """Check metadata and put it into the draft; a refused file changes nothing. ``url`` is where it came from."""
        organization = self.get(org_id)
        imported = self.checked(org_id, data, entity_id)
        if isinstance(imported, Imported):
            draft = replace(organization.shown, idp_entity_id=imported.idp.entity_id, metadata_url=url)
            self._write(org_id, draft=asdict(draft), draft_metadata=data)
        return imported

    def edit(self, org_id: str, **changes: Any) -> None:
        """Change the draft."""
        organization = self.get(org_id)
        draft = replace(organization.shown, **changes)
        self._write(org_id, draft=asdict(draft), draft_metadata=organization.shown_metadata)

    def cancel(self, org_id: str) -> None:
        """Forget the draft."""
        self._write(org_id, draft=None, draft_metadata=b"")

    def save(self, org_id: str, *, signed_in_by_sso: bool = True) -> Difference | None:
        """Make the draft count, unless a guard speaks against it."""
        organization = self.get(org_id)
        if organization.draft is None:
            return None
        settings, draft = self._settings(), organization.draft
        metadata = organization.draft_metadata
        if draft.require_sso and not metadata:
            return difference("cfg_incomplete", expected="uploaded metadata", received="(none)")
        new_idp = metadata != organization.saved_metadata
        if settings.test_required and new_idp and metadata != organization.tested_metadata:
            return difference("cfg_test_required", expected="a successful test login", received="(none yet)")
        requires = draft.require_sso and not organization.saved.require_sso
        if settings.lockout_guard and requires and not signed_in_by_sso:
            return difference(
                "cfg_lockout_guard", expected="signed in by SSO", received="signed in by password"
            )
        self._remember_keys(organization)
        fetched = {"metadata_checked": self._now(), "metadata_problem": ""} if new_idp else {}
        self._write(
            org_id, saved=asdict(draft), saved_metadata=metadata, draft=None, draft_metadata=b"", **fetched
        )
        return None

    def claim_refresh(self, org_id: str, seconds: int) -> bool:
        """Whether metadata by URL is due again after ``seconds``. One caller gets a yes, and fetches."""
        now, limit = self._now(), self._now() - timedelta(seconds=seconds)
        known = self.get(org_id).metadata_checked
        if known is not None and known > limit:
            return False  # as nearly always: nothing is written
        due = (organizations.c.metadata_checked.is_(None)) | (organizations.c.metadata_checked <= limit)
        with self._store.work() as work:
            claim = update(organizations).where(organizations.c.id == org_id, due)
            claimed: bool = work.execute(claim.values(metadata_checked=now)).rowcount == 1
            self._known = None
        return claimed

    def replace_metadata(self, org_id: str, data: bytes, entity_id: str) -> None:
        """Put checked metadata of the IdP in the place of what is saved, and of a draft that is the same."""
        organization = self.get(org_id)
        self._remember_keys(organization)
        saved = asdict(replace(organization.saved, idp_entity_id=entity_id))
        same = organization.draft is not None and organization.draft_metadata == organization.saved_metadata
        self._write(org_id, saved=saved, saved_metadata=data, **({"draft_metadata": data} if same else {}))

    def note_refresh(self, org_id: str, problem: str) -> None:
        """Remember why metadata by URL could not be used; empty after a success."""
        self._write(org_id, metadata_problem=problem)

    def _remember_keys(self, organization: Organization) -> None:
        former = self.idp(organization)
        if former is not None:
            self._former[organization.id] = former

    def remove_configuration(self, org_id: str) -> Difference | None:
        """Forget the identity provider; not while everybody depends on it."""
        organization = self.get(org_id)
        if organization.saved.require_sso:
            return difference("cfg_remove_while_on", expected="Require SSO off", received="Require SSO on")
        saved = replace(organization.saved, idp_entity_id="", metadata_url="")
        self._write(org_id, saved=asdict(saved), saved_metadata=b"", draft=None, draft_metadata=b"")
        return None

    def switch_off_requirement(self, org_id: str) -> None:
        """What the SP's support does for people who locked themselves out."""
        organization = self.get(org_id)
        self._write(org_id, saved=asdict(replace(organization.saved, require_sso=False)))

    def mark_tested(self, org_id: str) -> None:
        """Remember that a test login with the shown metadata succeeded."""
        self._write(org_id, tested_metadata=self.get(org_id).shown_metadata)

    def idp(self, organization: Organization, *, draft: bool = False) -> IdentityProvider | None:
        """The identity provider of the saved metadata (or of what the page shows, for a test login)."""
        settings = organization.shown if draft else organization.saved
        data = organization.shown_metadata if draft else organization.saved_metadata
        if not data:
            return None
        own = self._settings()
        idp = stored_idp(
            data,
            settings.idp_entity_id,
            own.metadata_encodings,
            own.signing_keys == "first",
            self._effects().metadata_tools,
        )
        former = self._former.get(organization.id) if self._effects().keeps_removed_keys else None
        return replace(idp, certificates=(*idp.certificates, *former.certificates)) if former else idp

    def former_idp(self, org_id: str) -> IdentityProvider | None:
        """The identity provider that was saved before the present one."""
        return self._former.get(org_id)

    def _write(self, org_id: str, **values: Any) -> None:
        with self._store.work() as work:
            work.execute(update(organizations).where(organizations.c.id == org_id).values(**values))
            self._known = None


def _organization(row: dict[str, Any]) -> Organization:
    row["saved"] = SsoSettings(**row["saved"])
    row["draft"] = None if row["draft"] is None else SsoSettings(**row["draft"])
    return Organization(**row)
