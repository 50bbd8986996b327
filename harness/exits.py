"""Exit codes, and which of them an error means."""

from __future__ import annotations

PASSED = 0
FAILED = 1
USAGE = 2
"""Wrong usage or a bad file: the author of the command or the file can put it right."""
CANNOT_JUDGE = 3
"""The target, or a program that the run needs, could not be brought to a state where anything can be judged."""
INTERRUPTED = 130


def exit_code_of(error: BaseException) -> int | None:
    """The exit code that this error ends a command with, or ``None`` when it is a fault of okta-harness."""
    from fake_idp.faults import UnknownFault
    from fake_idp.org.errors import OrgError
    from fake_idp.server import NotLoopback, PortInUse
    from harness.drivers.agent import DriverUnavailable
    from harness.reference_sp.reference_sp import SettingRefused
    from harness.reference_sp.settings import UnknownSetting
    from harness.reference_sp.store import DataDirUnusable
    from harness.reference_sp.weaknesses import UnknownWeakness
    from harness.targets.errors import SetUpError
    from harness.yamlfile import YamlFileError

    if isinstance(error, (DriverUnavailable, SetUpError)):
        return CANNOT_JUDGE
    unknown_names = (UnknownFault, UnknownSetting, UnknownWeakness)
    bad_input = (YamlFileError, OrgError, PortInUse, NotLoopback, SettingRefused, DataDirUnusable, OSError)
    return USAGE if isinstance(error, (*bad_input, *unknown_names)) else None
