"""Records what the browser's pages send and get, as the http driver records its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from harness.drivers.exchange import Exchange

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request, Response


class Recorder:
    """Keeps the exchanges of documents (pages, redirects, posted forms); images and styles are left out."""

    def __init__(self, actor: str, history: list[Exchange], context: BrowserContext) -> None:
        self._actor = actor
        self._history = history
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)

    def _on_response(self, response: Response) -> None:
        request = response.request
        if request.resource_type == "document":
            headers = response.headers
            self._history.append(
                self._exchange(
                    request, response.status, headers.get("location", ""), headers.get("content-type", "")
                )
            )

    def _on_failure(self, request: Request) -> None:
        if request.resource_type == "document":
            self._history.append(self._exchange(request, 0, "", ""))

    def _exchange(self, request: Request, status: int, location: str, content_type: str) -> Exchange:
        form: tuple[tuple[str, str], ...] = ()
        sent_as = request.headers.get("content-type", "")
        if request.method == "POST" and "urlencoded" in sent_as:
            body = request.post_data_buffer or b""
            form = tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return Exchange(
            actor=self._actor,
            method=request.method,
            url=request.url,
            status=status,
            form=form,
            location=location,
            content_type=content_type,
            at=time.time(),
        )
