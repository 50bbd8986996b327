"""A server in a process of its own, so that its CPU and memory can be told from the client's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_OKTA = """
import json, sys
from fake_idp import FakeOkta
with FakeOkta(seed=1, data_dir=sys.argv[1]) as okta:
    app = (okta.apps() or [okta.create_saml_app("Bench", acs_url="http://localhost/acs", audience="http://localhost",
           application_username="Email")])[0]
    person = okta.add_person("ada@acme.test", password="correct horse") if not okta.org.people("ada@") else None
    if person: app.assign(person)
    print(json.dumps({"sso": app.sso_url, "metadata": app.metadata.url, "url": okta.url}), flush=True)
    sys.stdin.read()
"""

# What no login can do without: the server reads a request and writes an answer, and two elements are signed.
_FLOOR = """
import json, sys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fake_idp.server import Server
key, data = rsa.generate_private_key(65537, 2048), b"x" * 4000
def empty(environ, start_response):
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/sign":
        key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "2")])
    return [b"ok"]
with Server(empty) as server:
    print(json.dumps({"url": server.url}), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Usage:
    """What the process has used: CPU seconds so far, resident memory in MB now."""

    cpu: float
    megabytes: float


class ServerProcess:
    """Started and ready inside the ``with`` block; ``ready`` holds its URLs."""

    def __init__(self, program: str, *arguments: str) -> None:
        self._command = [sys.executable, "-c", program, *arguments]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"the server ended with exit code {self._process.wait()}; see its message above"
            )
        self.ready: dict[str, str] = json.loads(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate("", timeout=30)

    def usage(self) -> Usage:
        """Read from /proc (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return Usage(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def okta_process(data_dir: Path) -> ServerProcess:
    """A fake Okta on disk, with an app and a person who may use it."""
    return ServerProcess(_OKTA, str(data_dir))


def floor_process() -> ServerProcess:
    """The same server around an application that does nothing, but for two RSA-2048 signatures under ``/sign``."""
    return ServerProcess(_FLOOR)
