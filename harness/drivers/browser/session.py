"""The one browser of a run. Launching takes a second or two, so people share it and have windows of their own."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.drivers.browser.finder import find_browser
from harness.drivers.errors import BrowserDied, NoBrowser
from harness.drivers.hosts import AllowedHosts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

_FLAGS = (
    # Nothing leaves the machine on the browser's own account.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-features=OptimizationHints,MediaRouter,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
)


def launch_flags(allowed: AllowedHosts, *, as_root: bool) -> list[str]:
    """Command line flags: no traffic but to the run's hosts, no sandbox for root alone."""
    hosts = ("localhost", "*.localhost", "127.0.0.1", "[::1]", *sorted(allowed.names))
    rules = ", ".join(("MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in hosts)))
    flags = [*_FLAGS, f"--host-resolver-rules={rules}"]
    # Chromium's sandbox does not start for root, as in most containers.
    return [*flags, "--no-sandbox"] if as_root else flags


class BrowserSession:
    """Starts a browser when the first window is wanted. One per run, used from one thread."""

    def __init__(self, allowed: AllowedHosts | None = None) -> None:
        self.allowed = allowed or AllowedHosts()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def start(self) -> None:
        """Launch the browser now. Raises `NoBrowser`."""
        if self._browser is not None:
            return
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError as error:
            raise NoBrowser(
                "the browser driver needs the package playwright: pip install 'okta-harness[browser]'. "
                "Or run without a browser: --driver http."
            ) from error
        playwright = self._playwright or sync_playwright().start()
        self._playwright = playwright
        path = find_browser(playwright.chromium.executable_path)
        try:
            self._browser = playwright.chromium.launch(
                executable_path=path, args=launch_flags(self.allowed, as_root=_is_root())
            )
        except Error as error:
            first = str(error).strip().partition("\n")[0]
            raise NoBrowser(
                f"the browser {path} does not start: {first}. Try it by hand, name another one "
                "(OKTA_HARNESS_BROWSER=/path/to/chrome), or run without a browser: --driver http."
            ) from error

    def new_context(self, *, any_certificate: bool = False) -> BrowserContext:
        """Windows of one person: own cookies, own history."""
        self.start()
        browser = self._browser
        assert browser is not None  # noqa: S101 - start() raises otherwise
        if not browser.is_connected():
            self._browser = None
            raise BrowserDied("the browser ended between two scenarios. It crashed or was killed; run again.")
        context = browser.new_context(
            locale="en",
            viewport={"width": 1280, "height": 900},
            service_workers="block",
            ignore_https_errors=any_certificate,
        )
        context.set_default_timeout(10_000)
        context.set_default_navigation_timeout(30_000)
        return context

    def close(self) -> None:
        """Close the browser. What has died already is not an error here."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        with suppress(Exception):
            if browser is not None:
                browser.close()
        with suppress(Exception):
            if playwright is not None:
                playwright.stop()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
