"""Playwright's errors in the words of the drivers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from harness.drivers.errors import (
    BrowserDied,
    DriverError,
    HostRefused,
    PageTimeout,
    PageUnreachable,
    TooManyRedirects,
)
from harness.drivers.exchange import Exchange
from harness.drivers.hosts import AllowedHosts

_DEAD = (
    "has been closed",
    "Target crashed",
    "Browser closed",
    "Connection closed",
    "Page crashed",
    "pipe closed",
)


@contextmanager
def translated(doing: str, allowed: AllowedHosts, history: Sequence[Exchange] = ()) -> Iterator[None]:
    """Run Playwright calls; ``doing`` says what the person was at, such as ``pressing 'Next'``."""
    try:
        yield
    except DriverError:
        raise
    except PlaywrightTimeout as error:
        raise PageTimeout(f"{doing}: the page did not go on in time. {_first_line(error)}") from error
    except Error as error:
        raise _explained(doing, str(error), allowed, history) from error
    except Exception as error:  # Playwright's own pipe breaks with plain exceptions when the browser is gone
        if any(sign in str(error) for sign in _DEAD) or "Event loop is closed" in str(error):
            raise _died(doing) from error
        raise


def _explained(doing: str, message: str, allowed: AllowedHosts, history: Sequence[Exchange]) -> DriverError:
    # Behind a redirect Chromium names the address that it started from; the record has the one that failed.
    url = next(iter(re.findall(r"at (https?://\S+)", message)), "")
    if history and history[-1].status == 0:
        url = history[-1].url
    if any(sign in message for sign in _DEAD):
        return _died(doing)
    if "ERR_NAME_NOT_RESOLVED" in message and url and not allowed.allows(url):
        return HostRefused(f"{doing}: {url} is not one of this run's hosts, so nothing was sent there.")
    if "ERR_TOO_MANY_REDIRECTS" in message:
        return TooManyRedirects(f"{doing}: the browser stopped after too many redirects at {url}.")
    if "ERR_CONNECTION_REFUSED" in message:
        return PageUnreachable(f"nobody answers at {url}: connection refused.")
    if "net::ERR_" in message:
        return PageUnreachable(f"{doing}: {_first_line(message)}")
    return DriverError(f"{doing}: {_first_line(message)}")


def _died(doing: str) -> BrowserDied:
    return BrowserDied(
        f"the browser ended while {doing}. It crashed or was killed; nothing can be said about the page. "
        "Run the scenario again; if it happens each time, try --driver http, or another browser "
        "(OKTA_HARNESS_BROWSER), and look at the machine's memory."
    )


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
