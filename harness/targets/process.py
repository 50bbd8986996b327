"""An SP as a child process: started with its IdP metadata in the environment, stopped with SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from harness.drivers.errors import DriverError
from harness.drivers.http.transport import Transport
from harness.targets.errors import SetUpError

STOP_SECONDS = 5.0
"""How long the SP may take to end after SIGTERM before it is killed."""
REFRESH_SECONDS = 30.0
"""How long a command may take that makes the SP read its IdP's metadata again."""
KEPT_OUTPUT = 20_000


class TargetProcess:
    """A running command and what it writes."""

    def __init__(
        self, command: tuple[str, ...], cwd: Path | None, environment: Mapping[str, str], log: Path
    ) -> None:
        self.command = command
        self._log = log
        with log.open("ab") as output:
            try:
                # The command is the user's own, from the target file that they pointed the check at.
                self._process = subprocess.Popen(  # noqa: S603
                    command,
                    cwd=cwd,
                    env={**os.environ, "PATH": _path(), **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise SetUpError(
                    "target_command",
                    f"the command of the target cannot be started: {' '.join(command)}",
                    received=error.strerror or str(error),
                    advice="correct configure.command (and configure.cwd) in the target file",
                ) from error

    @property
    def output(self) -> str:
        """The end of what the SP wrote to its standard output and error."""
        data = self._log.read_bytes() if self._log.is_file() else b""
        return data[-KEPT_OUTPUT:].decode("utf-8", "replace")

    @property
    def ended(self) -> int | None:
        """The exit status, once it has ended."""
        return self._process.poll()

    def status_in(self, seconds: float) -> int | None:
        """The exit status, if it ends within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def stop(self) -> None:
        """End the process and its children: SIGTERM, then SIGKILL."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
        # Children that outlived their parent are still in its session.
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def wait_until_it_answers(self, url: str, seconds: float) -> None:
        """Wait for any HTTP answer at the login URL.

        :raises SetUpError: when the process ends first, or does not answer in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.ended is not None:
                raise SetUpError(
                    "target_ended",
                    f"the target ended by itself (status {self.ended}) before it answered at {url}",
                    received=last_lines(self.output),
                    advice="run the command by hand with IDP_METADATA, IDP_METADATA_URL and SP_PORT set",
                )
            if _answers(url):
                return
            time.sleep(0.02)
        raise SetUpError(
            "target_not_ready",
            f"the target did not answer at {url} within {seconds:g} s",
            received=last_lines(self.output),
            advice="check that it listens on the port in SP_PORT, and raise configure.ready_seconds if it is slow",
        )


def run_to_its_end(command: tuple[str, ...], cwd: Path | None, environment: Mapping[str, str]) -> None:
    """Run a command that makes the SP read its IdP's metadata again.

    :raises SetUpError: when it cannot be started, takes too long, or ends with another status than 0.
    """
    try:
        # The command is the user's own, from the target file that they pointed the check at.
        done = subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env={**os.environ, "PATH": _path(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=REFRESH_SECONDS,
            check=False,
        )
    except OSError as error:
        problem, received = "it cannot be started", error.strerror or str(error)
    except subprocess.TimeoutExpired as error:
        problem, received = f"it did not end within {REFRESH_SECONDS:g} s", _text(error.stdout)
    else:
        if done.returncode == 0:
            return
        problem, received = f"it ended with status {done.returncode}", _text(done.stdout)
    raise SetUpError(
        "refresh_command",
        f"the command that makes the SP read its IdP metadata again failed: {problem}: {' '.join(command)}",
        expected="status 0",
        received=received,
        advice="correct configure.refresh (and configure.cwd) in the target file",
    )


def _text(output: bytes | None) -> str:
    return last_lines((output or b"").decode("utf-8", "replace"))


def _path() -> str:
    """The search path with this interpreter's own folder first, so that ``python`` means the one with our packages."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _answers(url: str) -> bool:
    transport = Transport(timeout=2.0)
    try:
        transport.send("GET", url, {"User-Agent": "okta-harness (waiting)"})
    except DriverError:
        return False
    finally:
        transport.close()
    return True


def last_lines(output: str, count: int = 12) -> str:
    """The end of an output, for messages."""
    lines = [line for line in output.splitlines() if line.strip()]
    return "\n    ".join(lines[-count:]) or "(no output)"


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
