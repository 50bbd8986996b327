"""The parts of one SP, put together."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.reference_sp.attempts import Attempts
from harness.reference_sp.audit import Audit
from harness.reference_sp.clock import Clock
from harness.reference_sp.keys import SpKeys
from harness.reference_sp.mail import Outbox
from harness.reference_sp.members import Members
from harness.reference_sp.memory import MessageMemory
from harness.reference_sp.organizations import Organizations
from harness.reference_sp.sessions import Sessions
from harness.reference_sp.settings import Settings, change
from harness.reference_sp.store import Store
from harness.reference_sp.weaknesses import effects_of


class Core:
    """Settings, clock and store of one SP, and everything that works on them."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        weaknesses: frozenset[str],
        base_url: Callable[[], str],
        data_dir: Path | None = None,
    ) -> None:
        self._plain_settings = settings
        self.clock = clock
        self.use_weaknesses(weaknesses)
        self._base_url = base_url
        self._numbers = itertools.count(1)
        self.ca_file = ""
        """Certificate authorities for fetching metadata by https, beside the machine's own."""
        self.store = Store(data_dir)
        self.keys = SpKeys(data_dir)
        if settings.former_encryption_key:
            self.keys.change_has_begun("encryption")
        self.memory = MessageMemory(self.store, self.now)
        if self.weak("forgets-assertions-at-restart"):
            self.memory.forget_used()
        self.members = Members(self.store, self.now, settings.fold_email_case)
        self.sessions = Sessions(self.store, self.now, lambda: self.settings.session_idle)
        self.audit = Audit(self.store, self.now)
        self.attempts = Attempts(self.store, self.now)
        self.outbox = Outbox(self.store, self.now)
        self.organizations = Organizations(
            self.store, self.now, lambda: self.settings, lambda: self.effects, self._own_entity_ids
        )

    @property
    def settings(self) -> Settings:
        """All settings, as the weaknesses have them."""
        return self._settings

    def change_settings(self, **changes: Any) -> None:
        """Change settings; they count from the next request on."""
        self._plain_settings = change(self._plain_settings, **changes)
        self._settings = self.effects.apply(self._plain_settings)

    def use_weaknesses(self, names: frozenset[str]) -> None:
        """Switch these weaknesses on, all others off."""
        self.weaknesses = names
        self.effects = effects_of(names)
        self.checks = self.effects.checks()
        self._settings = self.effects.apply(self._plain_settings)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self.clock.now()

    @property
    def base_url(self) -> str:
        """Where the SP is, without a trailing slash. Never taken from a request."""
        return self._base_url()

    def entity_id(self, org_id: str) -> str:
        """The SP's entity ID for an organization."""
        return self._filled(self.settings.entity_id, org_id)

    def acs_url(self, org_id: str) -> str:
        """The SP's assertion consumer service for an organization."""
        return self._filled(self.settings.acs_url, org_id)

    def idp_initiated_acs_url(self, org_id: str) -> str:
        """The second assertion consumer service, for answers that nobody asked for; empty when there is one for all."""
        return self._filled(self.settings.idp_initiated_acs_url, org_id)

    def slo_url(self, org_id: str) -> str:
        """The SP's single logout service for an organization."""
        return self._filled(self.settings.slo_url, org_id)

    def metadata_url(self, org_id: str) -> str:
        """Where the SP's metadata is: the entity ID, when that is an address of the SP."""
        entity_id = self.entity_id(org_id)
        inside = entity_id.startswith(f"{self.base_url}/")
        return entity_id if inside else f"{self.base_url}/saml/2/metadata/{org_id}"

    def count(self) -> int:
        """The next of a row of numbers."""
        return next(self._numbers)

    def weak(self, *names: str) -> bool:
        """Whether one of these weaknesses is switched on."""
        return not self.weaknesses.isdisjoint(names)

    def _own_entity_ids(self, org_id: str) -> tuple[str, ...]:
        return (self.entity_id(org_id), *self.settings.extra_audiences)

    def _filled(self, template: str, org_id: str) -> str:
        return template.replace("{url}", self.base_url).replace("{org}", org_id)
