"""The address at which the SP finds its IdP's metadata. What stands there, good or bad, is the suite's to say."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from types import TracebackType

from harness.conformance.loopback import LoopbackServer

PATH = "/idp-metadata.xml"
METADATA_TYPE = "application/samlmetadata+xml"
LONGEST_WAIT = 60.0
"""Seconds after which a request that is left waiting is closed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the address answers."""

    body: bytes = b""
    status: int = 200
    content_type: str = METADATA_TYPE
    location: str = ""
    cut: bool = False
    """The connection breaks off in the middle of the body."""
    waits: bool = False
    """No answer comes at all."""


class Publisher(LoopbackServer):
    """One document, and room for others beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        """How often the document was asked for; who got one that was replaced meanwhile does not count."""
        self._counted = threading.Condition()
        self._answers: dict[str, Answer] = {}
        self._let_go = threading.Event()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go.set()
        super().__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Where the metadata is."""
        return self.url_of(PATH)

    def publish(self, answer: Answer | bytes, path: str = PATH) -> None:
        """From now on the address answers this; bytes are a document as it should be."""
        self._answers[path] = Answer(answer) if isinstance(answer, bytes) else answer
        waiting, self._let_go = self._let_go, threading.Event()
        waiting.set()

    def wait(self, asked: int, seconds: float) -> bool:
        """Wait until the document was asked for again since ``asked`` was read; whether it was."""
        with self._counted:
            return self._counted.wait_for(lambda: self.asked > asked, seconds)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """What was published for this path; else 404."""
        path = request.path.partition("?")[0]
        answer = self._answers.get(path, Answer(b"There is nothing here.\n", 404, "text/plain"))
        with suppress(OSError):  # who has read enough may hang up
            if answer.waits:
                self._count(request, path, answer)
                self._let_go.wait(LONGEST_WAIT)
                return
            request.send_response(answer.status)
            request.send_header("Content-Type", answer.content_type)
            request.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                request.send_header("Location", answer.location)
            request.end_headers()
            if request.command == "GET":
                request.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
        self._count(request, path, answer)

    def _count(self, request: BaseHTTPRequestHandler, path: str, answer: Answer) -> None:
        with self._counted:
            self.asked += request.command == "GET" and path == PATH and self._answers.get(path) is answer
            self._counted.notify_all()
