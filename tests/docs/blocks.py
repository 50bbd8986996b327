"""How the blocks of README.md and docs/*.md are executed.

* ``python``: run, the blocks of a page sharing one namespace.
* ``sh``: run by bash with ``-eu`` in the page's own folder, with ``okta-harness`` and ``pytest`` on the PATH. A
  command that is meant to fail is written with its exit code: ``okta-harness run bad.yaml  # exit code 2``.
* ``text``: what the commands of the ``sh`` block before it print, word for word, somewhere in their output.
* ``yaml`` and ``python-test`` with a first line ``# file: name``: written to the page's folder for later blocks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from sybil import Example

ROOT = Path(__file__).parents[2]
SECONDS = 300
_EXIT_CODE = re.compile(r"^(?P<command>.*\S)\s+# exit code (?P<code>\d)$")
_FILE = re.compile(r"^# file: (?P<name>[\w./-]+)\n")


def write_named_file(example: Example) -> None:
    """Write a block whose first line names a file; ignore fragments."""
    match = _FILE.match(example.parsed)
    if match:
        path = example.namespace["doc_folder"] / match["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(example.parsed[match.end() :], encoding="utf-8")


def evaluate_shell(example: Example) -> str | None:
    """Run a block; return what went wrong, which Sybil reports at the block's line."""
    folder: Path = example.namespace["doc_folder"]
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script(example.parsed)],
        cwd=ROOT if "make " in example.parsed else folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    example.namespace["printed"] = done.stdout + done.stderr
    if done.returncode == 0:
        return None
    return f"exit code {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def compare_with_output(example: Example) -> str | None:
    """Check a ``text`` block against what the commands before it printed."""
    printed = example.namespace["printed"]
    return None if example.parsed.rstrip() in printed else f"the commands before this block print:\n{printed}"


def script(block: str) -> str:
    """The block as a script that stops at the first line whose exit code is not the one written behind it."""
    lines = []
    for line in block.splitlines():
        match = _EXIT_CODE.match(line)
        if match:
            lines.append(f'code=0; {match["command"]} || code=$?; [ "$code" = {match["code"]} ]')
        else:
            lines.append(line)
    return "\n".join(lines)


def _environment(folder: Path) -> dict[str, str]:
    keep = {
        name: os.environ[name]
        for name in ("HOME", "LANG", "TMPDIR", "OKTA_HARNESS_BROWSER")
        if name in os.environ
    }
    return {
        **keep,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PWD": str(folder),
    }
