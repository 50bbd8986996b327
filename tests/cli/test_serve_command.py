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

from harness.commands.serve import stop_signals
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


def test_a_signal_that_comes_before_anybody_waits_for_it_is_not_missed() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with stop_signals() as stopping:
        signal.raise_signal(signal.SIGTERM)
        stopping.settimeout(10)
        assert stopping.recv(1) == bytes([signal.SIGTERM])
    assert signal.getsignal(signal.SIGTERM) is handler


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


def printed(*flags: str, ports: tuple[int, int] = (0, 0)) -> str:
    """What a person reads when the servers are ready; they are stopped then."""
    chosen = ("--okta-port", str(ports[0]), "--sp-port", str(ports[1]))
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "harness", "serve", *chosen, *flags], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    return "".join(lines)


def test_a_person_reads_urls_credentials_and_what_to_do_next() -> None:
    text = printed()

    for part in (
        "Okta admin console  http://127.0.0.1:",
        "admin@",
        "http://localhost:",
        "Create App Integration",
        "Directory, People, Add person",
        "--set-up does all of it",
    ):
        assert part in text


def test_what_is_kept_is_told_instead_of_the_list_of_what_to_do(serve: Serve, tmp_path: Path) -> None:
    folder = str(tmp_path)
    first = serve("--data", folder, "--set-up")
    first.stop()
    okta_port, sp_port = (urlsplit(first.ready[name]).port or 0 for name in ("okta_url", "sp_url"))

    again = printed("--data", folder, ports=(okta_port, sp_port))
    assert "Single sign-on is set up, with the app 'Amplitude'. Next: open http://localhost:" in again
    assert "Create App Integration" not in again
    assert f"Seed                {first.ready['seed']}\n" in again

    elsewhere = printed("--data", folder)
    assert f"The app 'Amplitude': it sends answers to http://localhost:{sp_port}/" in elsewhere
    assert "or start with the former ports" in elsewhere
    assert "is set up" not in elsewhere


def test_people_and_apps_of_an_org_file_are_told_and_do_not_hinder_the_set_up(tmp_path: Path) -> None:
    org = tmp_path / "org.yaml"
    org.write_text(
        "users: [{login: ada@acme.test}]\n"
        "apps: [{label: Wiki, audience: wiki, Single sign-on URL: 'http://wiki.test/acs'}]\n"
    )

    text = printed("--org", str(org))
    assert "The app 'Wiki': it sends answers to http://wiki.test/acs" in text
    assert "Create App Integration" in text
    assert "Add person" not in text
    assert "Single sign-on is set up, with the app 'Amplitude'." in printed("--org", str(org), "--set-up")


@pytest.mark.parametrize("plan", ["starter", "plus"])
def test_a_plan_without_single_sign_on_cannot_be_set_up(okta_harness: Run, plan: str) -> None:
    done = okta_harness("serve", "--set-up", "--plan", plan)

    assert done.code == 2
    assert f"--plan: the plan {plan.title()} has no single sign-on" in done.err
    assert "Scholarship, Growth and Enterprise have it" in done.err


def test_a_kept_organization_without_single_sign_on_is_told_of(okta_harness: Run, tmp_path: Path) -> None:
    text = printed("--data", str(tmp_path), "--plan", "starter")
    done = okta_harness("serve", "--data", tmp_path, "--set-up", "--okta-port", "0", "--sp-port", "0")

    assert "The plan Starter has no single sign-on" in text
    assert "Create App Integration" not in text
    assert done.code == 2
    assert "--data: in this folder the plan Starter has no single sign-on" in done.err


def test_an_org_file_that_cannot_be_used_is_wrong_usage(okta_harness: Run, tmp_path: Path) -> None:
    latin, empty = tmp_path / "latin.yaml", tmp_path / "empty.yaml"
    latin.write_bytes(b"users:\n  - {login: ada@acme.test, firstName: Zo\xeb}\n")
    empty.touch()
    for path, message in (
        (latin, f"error: {latin}:2:41: byte 0xeb is not UTF-8 text; save the file as UTF-8"),
        (empty, f"error: {empty}:1:1: the file is empty"),
        (tmp_path, f"--org: '{tmp_path}' is a folder; give one org file"),
    ):
        done = okta_harness("serve", "--org", path, "--okta-port", "0", "--sp-port", "0")
        assert done.code == 2
        assert message in done.err


def test_a_data_folder_that_cannot_be_written_names_the_option_and_the_cure(
    okta_harness: Run, tmp_path: Path
) -> None:
    (tmp_path / "okta").write_text("a file where a folder is expected")
    done = okta_harness("serve", "--data", tmp_path)

    assert done.code == 2
    assert f"--data: '{tmp_path}' cannot be written to ('{tmp_path / 'okta'}': File exists)" in done.err
    assert "give a folder that you may write to" in done.err


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
