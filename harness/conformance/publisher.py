"""The address at which the SP finds its IdP's metadata. What stands there, good or bad, is the suite's to say."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

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


class Publisher:
    """A small HTTP server on loopback with one document, and room for others beside it."""

    def __init__(self) -> None:
        self.asked = 0
        """How often the document was asked for; who got one that was replaced meanwhile does not count."""
        self._answers: dict[str, Answer] = {}
        self._let_go = threading.Event()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher._serve(self)

            do_HEAD = do_GET  # noqa: N815 - the names that http.server calls

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
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where the metadata is."""
        return self.url_of(PATH)

    def url_of(self, path: str) -> str:
        """Another address of the same server."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def publish(self, answer: Answer | bytes, path: str = PATH) -> None:
        """From now on the address answers this; bytes are a document as it should be."""
        self._answers[path] = Answer(answer) if isinstance(answer, bytes) else answer
        waiting, self._let_go = self._let_go, threading.Event()
        waiting.set()

    def wait(self, asked: int, seconds: float) -> bool:
        """Wait until the document was asked for again since ``asked`` was read; whether it was."""
        deadline = time.monotonic() + seconds
        while self.asked <= asked and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.asked > asked

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
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
        self.asked += request.command == "GET" and path == PATH and self._answers.get(path) is answer
