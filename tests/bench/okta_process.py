"""A fake Okta in a process of its own, so that its CPU and memory can be told from the client's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_PROGRAM = """
import json, sys, threading
from fake_idp import FakeOkta
with FakeOkta(seed=1, data_dir=sys.argv[1]) as okta:
    app = (okta.apps() or [okta.create_saml_app("Bench", acs_url="http://localhost/acs", audience="http://localhost",
           application_username="Email")])[0]
    person = okta.add_person("ada@acme.test", password="correct horse") if not okta.org.people("ada@") else None
    if person: app.assign(person)
    print(json.dumps({"sso": app.sso_url, "metadata": app.metadata.url, "url": okta.url}), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Usage:
    """What the process has used: CPU seconds so far, resident memory in MB now."""

    cpu: float
    megabytes: float


class OktaProcess:
    """Started and ready inside the ``with`` block; ``ready`` holds its URLs."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(self._data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.ready: dict[str, str] = json.loads(self._process.stdout.readline())
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
