"""Start one of the SP programs, talk to it as a browser would, stop it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import urllib3

ROOT = Path(__file__).parents[2]
PROGRAMS = ("sp_pysaml2", "sp_python3_saml", "sp_minisaml")


def free_port() -> int:
    """A TCP port on localhost that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSP:
    """An SP program as a child process; it runs between ``with`` and the end of the block.

    Its addresses are known before it runs, so that an app can be made for it; then ``configure`` it and enter.
    """

    def __init__(self, program: str, folder: Path, port: int | None = None) -> None:
        self.program = program
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.entity_id = f"{self.url}/saml/metadata"
        self.acs_url = f"{self.url}/saml/acs"
        self.slo_url = f"{self.url}/saml/slo"
        self.metadata_file = folder / f"{program}-{self.port}-idp.xml"
        self.log_file = folder / f"{program}-{self.port}.log"
        self.data = folder / f"{program}-{self.port}"
        self.data.mkdir(exist_ok=True)

    def configure(self, idp_metadata: bytes) -> Self:
        """Give it the IdP's metadata; a running program notices by itself."""
        self.metadata_file.write_bytes(idp_metadata)
        return self

    @property
    def log(self) -> str:
        """What the program wrote so far; the reasons for its refusals are in there."""
        return self.log_file.read_text()

    def __enter__(self) -> Self:
        own = {"IDP_METADATA": str(self.metadata_file), "SP_PORT": str(self.port), "SP_DATA": str(self.data)}
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"tests.interop.{self.program}"],
                cwd=ROOT,
                env=os.environ | own,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_it_answers(seconds=30)
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_until_it_answers(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("localhost", self.port), timeout=1).close()
            except OSError:
                pass
            else:
                return
            try:
                code = self.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"{self.program} ended with exit code {code} before it answered:\n{self.log}")
        raise RuntimeError(f"{self.program} did not answer on {self.url} in {seconds:g} s:\n{self.log}")

    def stop(self) -> int:
        """Ask it to end, and wait for that; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Visitor:
    """One browser at an SP: its cookies and nothing else. Redirects are not followed."""

    def __init__(self, sp: RunningSP) -> None:
        self.sp = sp
        self.cookies: dict[str, str] = {}
        self.http = urllib3.PoolManager(retries=False, timeout=30)

    def get(self, url: str) -> urllib3.BaseHTTPResponse:
        """GET a path or URL of the SP."""
        return self._request("GET", url, None)

    def post(self, url: str, fields: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """POST a form to a path or URL of the SP."""
        return self._request("POST", url, urlencode(fields))

    def start_login(self, page: str = "/me") -> str:
        """Start at the SP; the URL at the IdP that it redirects to."""
        answer = self.get(f"/login?{urlencode({'next': page})}")
        assert answer.status == 302, answer.data
        return answer.headers["Location"]

    def deliver(self, saml_response: str, relay_state: str | None = "") -> urllib3.BaseHTTPResponse:
        """Bring a response to the ACS, as Okta's form does."""
        fields = {"SAMLResponse": saml_response}
        if relay_state is not None:
            fields["RelayState"] = relay_state
        return self.post("/saml/acs", fields)

    def who(self) -> str:
        """The page that shows who is signed in; empty when nobody is."""
        answer = self.get("/me")
        return answer.data.decode() if answer.status == 200 else ""

    def _request(self, method: str, url: str, body: str | None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.http.request(
            method, urljoin(self.sp.url, url), body=body, headers=headers, redirect=False
        )
        for line in answer.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


def query_of(url: str) -> dict[str, str]:
    """The query parameters of a URL, first value each."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
