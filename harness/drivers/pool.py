"""The drivers of a run: windows for its people, one browser shared by all scenarios."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from harness.drivers.agent import Agent
from harness.drivers.browser.session import BrowserSession
from harness.drivers.errors import DriverError
from harness.drivers.hosts import AllowedHosts
from harness.drivers.http.agent import HttpAgent

DRIVERS = ("http", "browser")


class Drivers:
    """Opens windows. A context manager: at its end the browser, if one was needed, is closed."""

    def __init__(self, allowed: AllowedHosts | None = None) -> None:
        self._allowed = allowed or AllowedHosts()
        self._session = BrowserSession(self._allowed)

    def prepare(self, driver: str) -> None:
        """Start what the driver needs, so that its absence shows before the first scenario. Raises `NoBrowser`."""
        if driver == "browser":
            self._session.start()

    def window(self, driver: str, actor: str, *, ca_file: str = "") -> Agent:
        """A window of one person, who has no cookies yet.

        ``ca_file`` is the authority of https servers on this machine: the http driver trusts it, the browser then takes
        any certificate.
        """
        if driver == "http":
            return HttpAgent(actor, allowed=self._allowed, ca_file=ca_file)
        if driver == "browser":
            self._session.start()
            from harness.drivers.browser.agent import BrowserAgent

            return BrowserAgent(actor, self._session, any_certificate=bool(ca_file))
        raise DriverError(f"there is no driver {driver!r}; there are {', '.join(DRIVERS)}.")

    def close(self) -> None:
        """Close the browser."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
