"""The fake Okta's pages as one WSGI application, and a small loopback server that puts one on a socket."""

from __future__ import annotations

import copy
import errno
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import Flask

if TYPE_CHECKING:
    from fake_idp.org.org import Org

WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

_LOG = logging.getLogger(__name__)
_WORKERS = 8
_BACKLOG = 128  # connections that the kernel holds; beyond them clients wait for seconds
_START_SECONDS = 10.0
_POLL_SECONDS = 0.05  # how long the accept loop may sleep; stopping waits for one such pause

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Larger request bodies get 413: a logo of 1 MB plus a form fits, and nobody can fill the memory."""


class PortInUse(OSError):
    """Another program listens on the wanted port."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(
            errno.EADDRINUSE,
            f"port {port} on {host} is in use by another program. "
            "Stop that program, choose another port, or use port 0 for any free one",
        )

    def __str__(self) -> str:
        return str(self.strerror)


class NotLoopback(ValueError):
    """The wanted host is not this machine's loopback, where a test tool with known passwords belongs."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"host {host!r} is not a loopback address. "
            "Expected 127.0.0.1, ::1, localhost or a name that ends in .localhost: "
            "this is a test tool and listens on this machine only"
        )


class Certificate(Protocol):
    """PEM files of a certificate chain and its private key, as :func:`fake_idp.tls.local_tls` makes them."""

    @property
    def certificate(self) -> Path:
        """The server's certificate, followed by those that lead to its authority."""

    @property
    def key(self) -> Path:
        """The private key; it may be the same file."""


class Server:
    """A WSGI application on a loopback socket, served by daemon threads.

    ``port=0`` takes any free port; ``url`` tells which. ``start`` returns when the socket accepts connections and
    raises ``PortInUse`` or ``NotLoopback``; ``stop`` returns when the port is free again, in about 0.1 s.
    """

    def __init__(
        self,
        application: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        ssl: Certificate | None = None,
    ) -> None:
        self._host = host
        self._address = _loopback_address(host)
        self._server = _QuietServer(
            (self._address, port), application, numthreads=_WORKERS, server_name="okta-harness"
        )
        self._server.expiration_interval = _POLL_SECONDS
        self._server.request_queue_size = _BACKLOG
        self._server.shutdown_timeout = _POLL_SECONDS
        if ssl is not None:
            self._server.ssl_adapter = BuiltinSSLAdapter(str(ssl.certificate), str(ssl.key))
        self._scheme = "https" if ssl else "http"
        self._wanted_port = port
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._listening = threading.Event()

    @property
    def port(self) -> int:
        """The port in use; before ``start`` the wanted one."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """Where the server is, without a trailing slash."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self.port}"

    def start(self) -> Self:
        """Listen and serve until ``stop``."""
        # Bound and served from one daemon thread, so that the worker threads it starts are daemons too and a
        # program that forgets to stop the server still ends.
        self._thread = threading.Thread(target=self._run, name=f"fake-idp:{self._wanted_port}", daemon=True)
        self._thread.start()
        if not self._listening.wait(_START_SECONDS):
            raise TimeoutError(f"the server on {self.url} did not start within {_START_SECONDS:.0f} s")
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Close the socket and wait for the threads. Stopping twice is fine."""
        if self._thread is None:
            return
        self._server.stop()
        self._thread.join(_START_SECONDS)
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._server.prepare()
        except Exception as error:  # whatever it is, start() raises it where the caller is looking
            in_use = self._server.bind_errno == errno.EADDRINUSE
            self._failure = PortInUse(self._host, self._wanted_port) if in_use else error
            self._listening.set()
            return
        self._listening.set()
        self._server.serve()


class _QuietServer(wsgi.Server):
    """Cheroot without its writes to stderr, and with a bind that tells why it failed and leaves no
    socket open.
    """

    bind_errno: int | None = None

    def process_conn(self, conn: Any) -> None:
        # Browsers open connections ahead of need. A new one waits for its first byte in the selector, where it costs
        # nothing, rather than in a worker thread, of which there are few.
        if vars(conn).setdefault("first_byte_awaited", False):
            super().process_conn(conn)
        else:
            conn.first_byte_awaited = True
            self.put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        _LOG.log(level, "%s", msg, exc_info=traceback)

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:
        try:
            return super().bind(family, type, proto)  # type: ignore[no-any-return]
        except OSError as error:
            self.bind_errno = error.errno
            raise

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        # After the bind, so that port 0 never gives one port to two servers, and before connections inherit it: the
        # next server on this port need not wait until the kernel has forgotten the last connections.
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return socket_


def _loopback_address(host: str) -> str:
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise NotLoopback(host)


def create_web_app(org: Org) -> Flask:
    """All pages of the org: sign-in, dashboard, SSO and SLO endpoints, admin console."""
    from fake_idp import web

    # Routes and templates are the same for every org and take 50 ms to compile, more than all the rest of an org. So
    # they are compiled once a process, and each org gets a shallow copy that differs in what it is attached to.
    app = copy.copy(_pages())
    web.attach(app, org)
    return app


class _Pages(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view here is a coroutine, and Flask would ask each of them anew in every request."""
        return func


@cache
def _pages() -> Flask:
    from fake_idp import console, portal, web

    app = _Pages("fake_idp", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    web.install(app)
    app.register_blueprint(portal.blueprint)
    app.register_blueprint(console.blueprint)
    return app
