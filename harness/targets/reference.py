"""The SP that ships here, as a target like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from harness.reference_sp.clock import SystemClock
from harness.reference_sp.reference_sp import ReferenceSP, SettingRefused
from harness.targets.errors import SetUpError
from harness.targets.model import Account, Capabilities, IdpMetadata, SignedIn, TargetFile
from harness.targets.running import RunningTarget

SECOND_ORG = "10002"
PAGE = "charts/example?period=30d"
LOOPBACK = "127.0.0.1"
"""Where the suite serves metadata."""
FETCH_SECONDS = 2
"""How long the SP waits for an answer there. A case gives none."""


USER = Account("ada@acme.test", "ada@acme.test")
OTHER_USER = Account("bob@acme.test", "bob@acme.test", "Bob", "Babbage")
REFUSED_USER = Account("eve@acme.test", "eve@acme.test", "Eve", "Moneypenny")
PEOPLE: Mapping[str, Any] = {"user": USER, "other_user": OTHER_USER, "refused_user": REFUSED_USER}


class ReferenceTarget(RunningTarget):
    """A reference SP on a socket of its own, and the target file that would describe it."""

    def __init__(self, target: TargetFile, seed: str = "") -> None:
        options: dict[str, Any] = {"metadata_timeout": FETCH_SECONDS, **(target.reference or {})}
        self._options = options
        del seed
        try:
            self.sp = ReferenceSP(clock=SystemClock(), **options).start()
        except (TypeError, ValueError, LookupError) as error:
            raise SetUpError(
                "reference_options",
                f"the reference SP cannot be made as asked: {error}",
                received=", ".join(f"{name}={value!r}" for name, value in options.items()),
                advice="correct `reference` in the target file: profile, weaknesses, or a setting of the SP",
            ) from error
        super().__init__(self._described(target))
        if not self.sp.settings.jit:
            self._invite()

    def _described(self, target: TargetFile) -> TargetFile:
        sp = self.sp
        return replace(
            target,
            metadata=sp.metadata_url,
            login_url=sp.sso_login_url,
            logout_url=f"{sp.url}/logout/everywhere" if sp.settings.single_logout else "",
            deep_link=f"{sp.url}/{sp.org_id}/{PAGE}",
            deep_link_start=f"{sp.sso_login_url}?next=/{sp.org_id}/{PAGE}",
            domains=tuple(sp.settings.allowed_domains),
            signed_in=SignedIn(sp.me_url, "Signed in as {email}"),
            **({} if sp.settings.jit else PEOPLE),
            app={"Application username": "Email", **_attributes(sp), **target.app},
            capabilities=Capabilities(
                idp_initiated=sp.settings.allow_unsolicited,
                encryption=sp.settings.encryption != "off",
                slo=sp.settings.single_logout,
                new_users=sp.settings.jit,
                echo_attributes=True,
                accounts_by_name_id=sp.settings.identity == "name id",
            ),
        )

    def _invite(self, org_id: str = "") -> None:
        """Without JIT provisioning nobody gets an account by coming: three people have one, one of them no more."""
        known = {member.email for member in self.sp.members(org_id=org_id)}
        for account in (USER, OTHER_USER, REFUSED_USER):
            if account.email not in known:
                self.sp.add_member(account.email, org_id=org_id)
        self.sp.remove_member(REFUSED_USER.email, org_id=org_id)

    def trust(self, idp: IdpMetadata) -> None:
        """Fetch or upload, and save."""
        try:
            self._take(idp)
            self.sp.save()
        except SettingRefused as refused:
            raise _set_up_error(refused) from refused

    def _take(self, idp: IdpMetadata, entity_id: str = "") -> None:
        """As an admin does it: who is told that there are several entities says which one is meant."""
        try:
            if self.by_url:
                self.sp.fetch_metadata(idp.url, entity_id=entity_id)
            else:
                self.sp.upload_metadata(idp.xml, entity_id=entity_id)
        except SettingRefused as refused:
            if entity_id or refused.difference.code != "md_many_entities":
                raise
            self._take(idp, idp.entity_id)

    @property
    def by_url(self) -> bool:
        """Unless its setting ``metadata_hosts`` leaves this machine out."""
        return LOOPBACK in self.sp.settings.metadata_hosts

    @property
    def refresh_seconds(self) -> float | None:
        """No time at all."""
        return 0.0 if self.by_url else None

    def refresh(self) -> None:
        """Fetch it again now."""
        self.sp.refresh_metadata()

    @property
    def tenants_enter_url(self) -> bool:
        """Every organization's admin may."""
        return self.by_url

    def enter_metadata_url(self, url: str) -> None:
        """*Fetch Metadata*, and *Save*."""
        try:
            self.sp.fetch_metadata(url)
            self.sp.save()
        except SettingRefused as refused:
            raise _set_up_error(refused) from refused

    @property
    def can_reconfigure(self) -> bool:
        """Always."""
        return True

    @property
    def can_restart(self) -> bool:
        """With a data directory: without one it keeps nothing."""
        return "data_dir" in self._options

    def restart(self) -> None:
        """Stop it, and start another one at the same address, with the same data."""
        now = {"port": urlsplit(self.sp.url).port, "weaknesses": self.sp.weaknesses}
        self.sp.stop()
        self.sp = ReferenceSP(clock=self.sp.clock, **{**self._options, **now}).start()

    def second_tenant(self, idp_metadata: bytes) -> TargetFile | None:
        """A second organization with an IdP of its own."""
        sp = self.sp
        if self.target.reference is None or "{org}" not in sp.settings.acs_url:
            return None
        if SECOND_ORG not in self._organizations:
            sp.add_organization(SECOND_ORG, "Second")
            self._organizations.append(SECOND_ORG)
            if not sp.settings.jit:
                self._invite(SECOND_ORG)
        try:
            sp.upload_metadata(idp_metadata, org_id=SECOND_ORG)
            sp.save(org_id=SECOND_ORG)
        except SettingRefused as refused:
            raise _set_up_error(refused) from refused
        return replace(
            self.target,
            name=f"{self.target.name}, second tenant",
            metadata=sp.metadata_url.replace(sp.org_id, SECOND_ORG),
            login_url=sp.sso_login_url.replace(sp.org_id, SECOND_ORG),
            deep_link=f"{sp.url}/{SECOND_ORG}/{PAGE}",
            deep_link_start=f"{sp.sso_login_url.replace(sp.org_id, SECOND_ORG)}?next=/{SECOND_ORG}/{PAGE}",
        )

    @property
    def _organizations(self) -> list[str]:
        if not hasattr(self, "_added"):
            self._added: list[str] = []
        return self._added

    def move_clock(self, seconds: float) -> bool:
        """Move the SP's clock."""
        self.sp.move_clock(timedelta(seconds=seconds))
        return True

    def stop(self) -> None:
        """Close it."""
        self.sp.stop()


def _set_up_error(refused: SettingRefused) -> SetUpError:
    found = refused.difference
    return SetUpError(
        found.code,
        f"the reference SP refuses the metadata: {found.message}",
        expected=found.expected,
        received=found.received,
    )


def _attributes(sp: ReferenceSP) -> dict[str, Any]:
    """An attribute statement, and the one that the profile finds the e-mail in."""
    names = [source for source in sp.settings.email_sources if source != "subject"]
    wanted = ["firstName", "lastName"] + (names[:1] if "subject" not in sp.settings.email_sources else [])
    values = {"firstName": "user.firstName", "lastName": "user.lastName"}
    return {
        "attributeStatements": [{"name": name, "values": [values.get(name, "user.email")]} for name in wanted]
    }
