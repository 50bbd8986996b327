"""An address of the suite's own that nobody has a reason to call.

Entities, external references, stylesheets and key locations in hostile messages lead here. One contact means that the
target fetched something on an attacker's word, which is a failure even when the login was refused.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Contact:
    """One request that reached the listener."""

    method: str
    path: str
    user_agent: str


class Listener:
    """A small HTTP server on loopback that answers everything and remembers who asked for what."""

    def __init__(self) -> None:
        self._contacts: list[Contact] = []
        contacts = self._contacts

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                contacts.append(Contact(self.command, self.path, self.headers.get("User-Agent", "")))
                body = b"<!-- okta-harness listener -->"
                self.send_response(200)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_POST = do_PUT = do_OPTIONS = do_GET  # noqa: N815 - the names that http.server calls

            def log_message(self, *args: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, token: str) -> str:
        """The prefix that messages of one attempt carry."""
        return f"http://127.0.0.1:{self._server.server_port}/{token}"

    def contacts(self, token: str) -> list[Contact]:
        """What was asked for under this prefix so far."""
        return [contact for contact in list(self._contacts) if contact.path.startswith(f"/{token}")]
