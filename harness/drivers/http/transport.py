"""One HTTP request and its answer: no redirects, no cookies, a limit on size and time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, TimeoutError

from harness.drivers.errors import PageTimeout, PageUnreachable
from harness.drivers.http.document import MAX_PAGE_BYTES

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (a name may come several times) and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        """Every header of this name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class _AsWritten:
    """Sends the request target as the URL has it, as browsers do. urllib3 alone would tidy its percent escapes,
    and a signature over the query string would no longer fit.
    """

    _wanted = threading.local()

    def _make_request(self, connection: Any, method: str, url: str, **more: Any) -> Any:
        target = getattr(self._wanted, "target", "") or url
        return super()._make_request(connection, method, target, **more)  # type: ignore[misc] # of the pool beside it


class _Pool(_AsWritten, urllib3.HTTPConnectionPool):  # type: ignore[misc] # passes on whatever comes
    """Connections without TLS."""


class _TlsPool(_AsWritten, urllib3.HTTPSConnectionPool):  # type: ignore[misc] # the same
    """Connections with TLS."""


class Transport:
    """Connections of one browser; kept open between requests as browsers do."""

    def __init__(self, ca_file: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=2, ca_certs=ca_file or None)
        self._pool.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request. Raises `PageUnreachable` or `PageTimeout`."""
        _AsWritten._wanted.target = _target(url)
        try:
            response = self._pool.urlopen(
                method,
                url,
                body=body if method == "POST" else None,
                headers=dict(headers),
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(self._timeout),
                preload_content=False,
            )
            content = response.read(MAX_PAGE_BYTES + 1)
            if len(content) > MAX_PAGE_BYTES:
                response.close()
                raise PageUnreachable(f"{url} answers with more than {MAX_PAGE_BYTES} bytes.")
            response.release_conn()
        except (NewConnectionError, MaxRetryError) as error:
            raise PageUnreachable(f"nobody answers at {url}: {_reason(error)}.") from error
        except TimeoutError as error:
            raise PageTimeout(f"{url} did not answer within {self._timeout:g} s.") from error
        except HTTPError as error:
            raise PageUnreachable(f"{url} broke off the connection: {_reason(error)}.") from error
        return Answer(response.status, tuple(response.headers.items()), content)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def _target(url: str) -> str:
    """Path and query as they stand; empty when they hold what HTTP cannot carry, which urllib3 then escapes."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return target if target.isascii() and target.isprintable() and " " not in target else ""


def _reason(error: Exception) -> str:
    text = str(error)
    if "refused" in text:
        return "connection refused"
    if (
        "Name or service not known" in text
        or "getaddrinfo" in text
        or "NameResolution" in type(error).__name__
    ):
        return "no such host"
    return text.rpartition(": ")[2] or type(error).__name__
