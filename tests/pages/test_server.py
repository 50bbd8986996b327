"""The loopback server on which the pages stand."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import pytest
import urllib3

from fake_idp.server import NotLoopback, PortInUse, Server
from fake_idp.tls import local_tls


def hello(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.url_scheme']} {environ['PATH_INFO']}".encode()]


def test_port_0_takes_a_free_port_and_url_tells_which() -> None:
    with Server(hello) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert server.port > 0
        assert urllib3.request("GET", f"{server.url}/here").data == b"http /here"


def test_a_name_under_localhost_is_served_on_loopback() -> None:
    with Server(hello, "localhost") as server:
        assert server.url == f"http://localhost:{server.port}"
        assert urllib3.request("GET", f"http://127.0.0.1:{server.port}/").status == 200


def test_a_port_in_use_is_an_error_that_names_the_port_and_the_way_out() -> None:
    with Server(hello) as first:
        with pytest.raises(PortInUse) as refusal:
            Server(hello, port=first.port).start()
        assert str(refusal.value) == (
            f"port {first.port} on 127.0.0.1 is in use by another program. "
            "Stop that program, choose another port, or use port 0 for any free one"
        )
    with Server(hello, port=first.port) as second:
        assert second.port == first.port


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "localhost.example.com"])
def test_hosts_that_are_not_this_machine_are_refused(host: str) -> None:
    with pytest.raises(NotLoopback) as refusal:
        Server(hello, host)
    assert str(refusal.value).startswith(f"host {host!r} is not a loopback address. Expected 127.0.0.1")


def test_stop_is_quick_frees_the_port_and_may_be_called_twice() -> None:
    server = Server(hello).start()
    with socket.create_connection(("127.0.0.1", server.port)):
        assert urllib3.request("GET", f"{server.url}/").status == 200
        before = time.monotonic()
        server.stop()
        assert time.monotonic() - before < 1
    server.stop()
    with Server(hello, port=server.port) as again:
        assert urllib3.request("GET", f"{again.url}/").status == 200


def test_connections_that_say_nothing_keep_nobody_waiting() -> None:
    with Server(hello) as server, contextlib.ExitStack() as silent:
        for _ in range(30):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        before = time.monotonic()
        assert urllib3.request("GET", f"{server.url}/").status == 200
        assert time.monotonic() - before < 2


def test_a_program_that_forgets_to_stop_still_ends() -> None:
    import subprocess
    import sys

    program = "from fake_idp.server import Server; Server(lambda e, s: []).start(); print('started')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "started\n"


def test_it_speaks_https_with_a_certificate() -> None:
    tls = local_tls()
    try:
        with Server(hello, "localhost", ssl=tls) as server:
            assert server.url.startswith("https://localhost:")
            context = ssl.create_default_context(cafile=str(tls.ca_certificate))
            with urllib3.PoolManager(ssl_context=context) as pool:
                assert pool.request("GET", f"{server.url}/x").data == b"https /x"
    finally:
        tls.close()
