"""What every part of an org stands on: its identity, store, clock, random source, and units of work."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from fake_idp.org.clock import Clock
from fake_idp.org.errors import InvalidValue, NotAllowed
from fake_idp.org.misbehaviour import ArmedFaults
from fake_idp.org.org_settings import OrgSettings
from fake_idp.org.store import Store
from fake_idp.saml.ids import okta_id

T = TypeVar("T")
DEFAULT_SUBDOMAIN = "acme"
_CELL_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class OrgBase:
    """Identity, store, clock and random source of one org. Thread-safe: one lock around each unit of work."""

    def __init__(
        self,
        seed: str | int | None = None,
        subdomain: str | None = None,
        name: str | None = None,
        clock: Clock | None = None,
        data_dir: str | Path | None = None,
        base_url: str = "",
        **settings: Any,
    ) -> None:
        self.store = Store(Path(data_dir) if data_dir is not None else None)
        try:
            self._identify(seed, subdomain, name, settings)
        except BaseException:
            self.store.close()
            raise
        self.data_dir = Path(data_dir) if data_dir is not None else None
        self.base_url = base_url.rstrip("/")
        self.clock = clock or Clock()
        self._keep_clock(given=clock is not None)
        self._cache: dict[tuple[object, ...], Any] = {}
        self.faults = ArmedFaults()
        self.force_authn_requests: dict[str, tuple[str, int]] = {}
        self.logout_requests_sent: dict[str, str] = {}

    def _identify(
        self, seed: str | int | None, subdomain: str | None, name: str | None, settings: dict[str, Any]
    ) -> None:
        known = self.store.meta()
        self.is_new = "seed" not in known
        if not self.is_new:
            _same(known, "subdomain", subdomain)
        self.seed = str(known.get("seed") or (seed if seed is not None else secrets.token_hex(4)))
        self.subdomain = str(known.get("subdomain") or subdomain or DEFAULT_SUBDOMAIN)
        if not all(c.isalnum() or c == "-" for c in self.subdomain) or not self.subdomain.isascii():
            raise InvalidValue("subdomain", f"{self.subdomain!r} may hold only letters, digits and hyphens")
        self.name = str(name or known.get("name") or self.subdomain.capitalize())
        # A reopened org must not draw the ids again that it drew before.
        opened = int(known.get("opened", 0)) + 1
        self.rng = Random(self.seed if opened == 1 else f"{self.seed}/{opened}")  # noqa: S311 - ids, not secrets
        self.settings = OrgSettings().with_values(**{**known.get("settings", {}), **settings})
        if self.is_new:
            self.cell = "".join(self.rng.choices(_CELL_LETTERS, k=2)) + "7"
            self.id = okta_id("00o", self.rng, self.cell)
        else:
            self.cell, self.id = str(known["cell"]), str(known["id"])
        with self.store.transaction():
            for key, value in (
                ("seed", self.seed), ("subdomain", self.subdomain), ("name", self.name), ("cell", self.cell),
                ("id", self.id), ("opened", opened), ("settings", self.settings.changed()),
            ):  # fmt: skip
                if known.get(key) != value:
                    self.store.set_meta(key, value)

    def _keep_clock(self, *, given: bool) -> None:
        """A clock that was moved stays moved after a restart; sessions and log would make no sense otherwise."""
        known = self.store.meta()
        if not given and "clock" in known:
            self.clock.restore(known["clock"])
        if self.store.path is not None:
            self.clock.on_change(lambda: self.store.set_meta("clock", self.clock.state()))

    def now(self) -> datetime:
        """The org's time, aware, UTC."""
        return self.clock.now()

    @property
    def url(self) -> str:
        """The org's base URL without a final slash. An org without a server is at ``https://{subdomain}.okta.test``."""
        return self.base_url or f"https://{self.subdomain}.okta.test"

    def new_id(self, prefix: str) -> str:
        """A new id of this org, such as ``00u`` and 17 more characters."""
        with self.store.lock:
            return okta_id(prefix, self.rng, self.cell)

    def derived(self, purpose: str, length: int = 16) -> str:
        """Text that follows from the seed and a purpose alone, in unmistakable letters and digits."""
        alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        digest = hashlib.shake_256(f"{self.seed}/{purpose}".encode()).digest(length)
        return "".join(alphabet[byte % len(alphabet)] for byte in digest)

    def change_settings(self, **values: Any) -> OrgSettings:
        """Change org settings by name.

        :raises InvalidValue: for an unknown name or a value of the wrong kind.
        """
        with self._unit():
            self.settings = self.settings.with_values(**values)
            self.store.set_meta("settings", self.settings.changed())
        return self.settings

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Several changes as one: all are kept, or none when the block raises."""
        with self._unit():
            yield

    @contextmanager
    def _unit(self) -> Iterator[None]:
        """One unit of work that changes the org: all of it is kept or none, and remembered reads are dropped."""
        with self.store.lock:
            try:
                with self.store.transaction():
                    yield
            finally:
                self._cache.clear()

    def _remembered(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        """The result of ``read``, kept until the org changes. Logins change nothing here, so they hardly read."""
        with self.store.lock:
            if key not in self._cache:
                if len(self._cache) > 10_000:
                    self._cache.clear()
                self._cache[key] = read()
            return self._cache[key]  # type: ignore[no-any-return]


def _same(known: Any, key: str, given: object) -> None:
    if given is not None and str(given) != str(known[key]):
        raise NotAllowed(
            f"this data directory belongs to an org with the {key} {known[key]!r}, not {given!r}; leave {key} out, "
            "or give an empty directory"
        )
