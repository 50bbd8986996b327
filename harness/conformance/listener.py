"""An address of the suite's own that nobody has a reason to call.

Entities, external references, stylesheets and key locations in hostile messages lead here. One contact means that the
target fetched something on an attacker's word, which is a failure even when the login was refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from harness.conformance.loopback import LoopbackServer

BODY = b"<!-- okta-harness listener -->"


@dataclass(frozen=True, slots=True)
class Contact:
    """One request that reached the listener."""

    method: str
    path: str
    user_agent: str


class Listener(LoopbackServer):
    """Answers everything and remembers who asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self._contacts: list[Contact] = []

    def url(self, token: str) -> str:
        """The prefix that messages of one attempt carry."""
        return self.url_of(f"/{token}")

    def contacts(self, token: str) -> list[Contact]:
        """What was asked for under this prefix so far."""
        return [contact for contact in list(self._contacts) if contact.path.startswith(f"/{token}")]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """An XML document without content."""
        self._contacts.append(Contact(request.command, request.path, request.headers.get("User-Agent", "")))
        request.send_response(200)
        request.send_header("Content-Type", "application/xml")
        request.send_header("Content-Length", str(len(BODY)))
        request.end_headers()
        request.wfile.write(BODY)
