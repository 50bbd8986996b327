"""``okta-harness serve``: ready, usable by hand and by programs, stopped by a signal, kept on disk."""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from tests.cli.conftest import Run

Serve = Callable[..., "Served"]
KEYS = {
    "okta_url",
    "admin_url",
    "admin_username",
    "admin_password",
    "api_token",
    "sp_url",
    "inspector_url",
    "data_dir",
}


class Served:
    """A running ``serve --json``."""

    def __init__(self, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness", "serve", "--json", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, error = self.process.communicate(timeout=30)
            raise AssertionError(error)
        self.ready: dict[str, Any] = json.loads(line)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers; all are stopped at the end."""
    running: list[Served] = []

    def start(*flags: str) -> Served:
        served = Served("--okta-port", "0", "--sp-port", "0", *flags)
        running.append(served)
        return served

    yield start
    for served in running:
        if served.process.poll() is None:
            served.stop(signal.SIGKILL)


def get(url: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url, timeout=10)


def test_serve_prints_one_object_when_it_is_ready_and_stops_on_a_signal(serve: Serve) -> None:
    served = serve()

    assert served.ready.keys() >= KEYS
    assert get(served.ready["okta_url"]).status == 200
    assert get(served.ready["sp_url"] + "/login").status == 200
    assert served.stop(signal.SIGTERM) == 0


def test_what_was_set_up_survives_a_kill(serve: Serve, tmp_path: Path) -> None:
    first = serve("--data", str(tmp_path / "data"), "--set-up")
    first.stop(signal.SIGKILL)
    second = serve("--data", str(tmp_path / "data"))

    assert second.ready["admin_password"] == first.ready["admin_password"]
    assert (
        [row["login"] for row in second.ready["people"]]
        == [row["login"] for row in first.ready["people"]]
        != []
    )


@pytest.mark.parametrize("name", ["okta/org.sqlite3", "sp/reference-sp.sqlite", "okta/ca.pem"])
def test_a_damaged_data_folder_is_a_usage_error_that_names_the_file(
    serve: Serve, okta_harness: Run, tmp_path: Path, name: str
) -> None:
    serve("--data", str(tmp_path), "--https").stop()
    (tmp_path / name).write_bytes(b"not what it was" * 100)
    done = okta_harness("serve", "--data", str(tmp_path), "--https", "--okta-port", "0", "--sp-port", "0")
    assert done.code == 2, done
    assert done.err.startswith("error: ") and Path(name).name in done.err and "restore" in done.err


def test_the_data_folder_is_for_its_owner_alone(serve: Serve, tmp_path: Path) -> None:
    serve("--data", str(tmp_path / "data"), "--set-up")

    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files
    assert {oct(path.stat().st_mode & 0o077) for path in files} == {"0o0"}


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(
            [sys.executable, "-m", "harness", "serve", "--okta-port", str(port), "--sp-port", "0"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_person_reads_urls_credentials_and_what_to_do_next() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "harness", "serve", "--okta-port", "0", "--sp-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    text = "".join(lines)

    assert process.returncode == 0
    for part in (
        "Okta admin console  http://127.0.0.1:",
        "admin@",
        "http://localhost:",
        "Create App Integration",
    ):
        assert part in text


def test_the_clock_can_be_set_and_frozen(serve: Serve) -> None:
    served = serve("--clock", "2030-01-02T03:04:05Z", "--freeze", "--set-up")

    page = get(served.ready["sp_url"] + "/sso/login/10001?next=/me")  # through to Okta's sign-in page
    assert page.status == 200
    with urllib3.PoolManager() as http:
        start = http.request("GET", served.ready["sp_url"] + "/sso/login/10001", redirect=False)
    query = parse_qs(urlsplit(start.headers["Location"]).query)
    request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15)
    assert b'IssueInstant="2030-01-02T03:04:05' in request


def test_a_time_that_is_none_is_a_clear_error(okta_harness: Run) -> None:
    ran = okta_harness("serve", "--clock", "soon", "--okta-port", "0", "--sp-port", "0")

    assert ran.code == 2
    assert "--clock" in ran.err
    assert "'soon' is no time" in ran.err
