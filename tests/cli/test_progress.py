"""On a terminal a bar shows how far a run is; elsewhere there are plain lines only."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path


def _run_on_a_terminal(*arguments: str) -> str:
    """The command's output as a terminal gets it."""
    master, slave = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "harness", *arguments], stdout=slave, stderr=slave)
    os.close(slave)
    written = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed: Linux says EIO
            break
        if not part:
            break
        written += part
    os.close(master)
    process.wait(timeout=60)
    return written.decode()


def test_a_terminal_gets_a_bar(good: Path) -> None:
    text = _run_on_a_terminal("run", str(good))

    assert "░" * 24 + " 0/1 first-sign-in" in text
    assert "PASS  first-sign-in" in text
    assert "\x1b[K" in text


def test_a_file_gets_plain_lines(good: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", str(good)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert "\x1b" not in done.stdout
    assert "░" not in done.stdout
    assert done.stdout.startswith("PASS  first-sign-in")
