"""Finding a browser, losing one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.drivers import AllowedHosts, Drivers, NoBrowser
from harness.drivers.browser.finder import find_browser
from harness.drivers.browser.session import launch_flags
from harness.drivers.errors import BrowserDied


def executable(path: Path) -> Path:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_browser_that_the_environment_names_comes_first(tmp_path: Path) -> None:
    named, own = executable(tmp_path / "named"), executable(tmp_path / "own")
    executable(tmp_path / "chromium")
    environment = {"OKTA_HARNESS_BROWSER": str(named), "PATH": str(tmp_path)}
    assert find_browser(str(own), environment) == named
    assert find_browser(str(own), {"PATH": str(tmp_path)}) == own
    assert find_browser("", {"PATH": str(tmp_path)}) == tmp_path / "chromium"
    assert find_browser(str(tmp_path / "absent"), {"PATH": str(tmp_path)}) == tmp_path / "chromium"


def test_without_a_browser_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoBrowser) as raised:
        find_browser("/nowhere/chrome", {"PATH": str(tmp_path)})
    text = str(raised.value)
    for part in (
        "/nowhere/chrome (not installed)",
        "chromium-browser",
        "apt-get install chromium",
        "--driver http",
    ):
        assert part in text


def test_a_wrong_name_in_the_environment_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    executable(tmp_path / "chromium")
    with pytest.raises(NoBrowser, match="OKTA_HARNESS_BROWSER names '/nowhere'"):
        find_browser("", {"OKTA_HARNESS_BROWSER": "/nowhere", "PATH": str(tmp_path)})


def test_a_program_that_is_no_browser_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_HARNESS_BROWSER", str(executable(tmp_path / "chrome")))
    with Drivers() as drivers, pytest.raises(NoBrowser, match="does not start"):
        drivers.prepare("browser")


def test_playwright_missing_is_a_clear_error() -> None:
    program = (
        "import sys\n"
        "sys.modules['playwright'] = None\n"
        "from harness.drivers import Drivers, NoBrowser\n"
        "try:\n    Drivers().prepare('browser')\n"
        "except NoBrowser as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'okta-harness[browser]'" in done.stdout


def test_only_root_goes_without_the_sandbox() -> None:
    assert "--no-sandbox" in launch_flags(AllowedHosts(), as_root=True)
    assert "--no-sandbox" not in launch_flags(AllowedHosts(), as_root=False)


def test_a_browser_that_dies_is_a_clear_error_and_the_next_window_has_a_new_one(url: str) -> None:
    with Drivers() as drivers:
        ada = drivers.window("browser", "Ada")
        ada.open(f"{url}/table")
        for process in browsers_below(os.getpid()):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(BrowserDied, match="the browser ended while"):
            for _ in range(50):
                ada.open(f"{url}/form")
        ada.close()
        with pytest.raises(BrowserDied):
            drivers.window("browser", "Ada")
        again = drivers.window("browser", "Ada")
        again.open(f"{url}/table")
        assert again.heading == "Keys"


def browsers_below(ancestor: int) -> list[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text().rpartition(")")[2].split()
        parents[int(stat.parent.name)] = int(fields[1])
    below = {ancestor}
    for _ in range(10):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return [pid for pid in below if b"--host-resolver-rules" in Path(f"/proc/{pid}/cmdline").read_bytes()]
