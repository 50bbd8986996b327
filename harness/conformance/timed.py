"""Requests to the target, with the time that it takes to answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock

from harness.drivers.http.transport import TIMEOUT_SECONDS, Answer, Transport


class TimedTransport(Transport):
    """Adds up the time in which at least one request waits for its answer: requests of a race count once."""

    def __init__(self, ca_file: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(ca_file, timeout)
        self.seconds = 0.0
        self._lock = Lock()
        self._waiting = 0
        self._since = 0.0

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """As `Transport.send`."""
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting += 1
        try:
            return super().send(method, url, headers, body)
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self.seconds += time.monotonic() - self._since
