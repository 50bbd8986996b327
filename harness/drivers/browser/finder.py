"""Finds a Chromium to drive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from harness.drivers.errors import NoBrowser

VARIABLE = "OKTA_HARNESS_BROWSER"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ADVICE = (
    "Install one (`apt-get install chromium`, or `python -m playwright install chromium`), "
    f"or name one: {VARIABLE}=/path/to/chrome. Or run without a browser: --driver http."
)


def find_browser(playwrights_own: str = "", environment: Mapping[str, str] | None = None) -> Path:
    """The browser's executable: the one that the environment names, Playwright's own, or one on the PATH.

    Raises `NoBrowser`, which says where it looked and how to get one.
    """
    values = os.environ if environment is None else environment
    if named := values.get(VARIABLE, ""):
        path = Path(named)
        if not path.is_file() or not os.access(path, os.X_OK):
            raise NoBrowser(f"{VARIABLE} names {named!r}, and there is no program. {_ADVICE}")
        return path
    if playwrights_own and Path(playwrights_own).is_file():
        return Path(playwrights_own)
    for name in ON_PATH:
        if found := shutil.which(name, path=values.get("PATH", "")):
            return Path(found)
    own = f"{playwrights_own} (not installed)" if playwrights_own else "none"
    raise NoBrowser(
        f"there is no browser to drive. Looked for {VARIABLE} (not set), Playwright's own ({own}), "
        f"and {', '.join(ON_PATH)} on the PATH. {_ADVICE}"
    )
