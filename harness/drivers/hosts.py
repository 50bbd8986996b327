"""Where a run may go: loopback, and the hosts that its target file names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.drivers.errors import HostRefused
from harness.drivers.site import host_of, is_loopback


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts beyond loopback, in small letters."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> AllowedHosts:
        """From host names or URLs."""
        return cls(frozenset(host_of(name) if "://" in name else name.lower() for name in names))

    def allows(self, url: str) -> bool:
        """Whether the run may go there."""
        scheme = urlsplit(url).scheme
        host = host_of(url)
        return scheme in ("http", "https") and (is_loopback(host) or host in self.names)

    def check(self, url: str) -> None:
        """Raise `HostRefused` unless the run may go there."""
        if not self.allows(url):
            known = ", ".join(sorted(self.names)) or "none"
            raise HostRefused(
                f"{url} is not one of this run's hosts, so nothing was sent there.",
                expected=f"loopback, or a host of the target file ({known})",
                received=host_of(url) or url,
            )
