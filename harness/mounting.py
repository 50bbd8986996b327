"""A WSGI app on pytest-httpserver, so that a user's test can add handlers of its own and read the request log."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class MountedServer(HTTPServer):
    """An ``HTTPServer`` that hands every request for which the test has set no handler to an application.

    So a test can put its own answer in front of one path (``server.expect_request("/app/...")``) and still
    finds every request, the application's included, in ``server.log``.
    """

    def __init__(self, host: str) -> None:
        super().__init__(host=host, port=0, threaded=True)
        self._mounted: WSGIApplication | None = None

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self.url_for("/").rstrip("/")

    def mount(self, application: WSGIApplication) -> None:
        """Serve this application from now on."""
        self._mounted = application

    def reset(self) -> None:
        """Forget application, handlers and log."""
        self._mounted = None
        self.clear()

    def respond_nohandler(self, request: Request, extra_message: str = "") -> Response:
        """Answer what no handler of the test matches."""
        if self._mounted is None or self.ordered_handlers:
            return super().respond_nohandler(request, extra_message)
        environ = request.environ
        environ["wsgi.input"] = io.BytesIO(
            request.get_data()
        )  # the server has already read the body for its log
        return Response.from_app(self._mounted, environ)
