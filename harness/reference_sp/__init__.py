"""The reference service provider: modelled on Amplitude, correct by default, breakable one weakness at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.reference_sp.reference_sp import ReferenceSP, SettingRefused

__all__ = ["ReferenceSP", "SettingRefused"]


def __getattr__(name: str) -> Any:
    # Imported when used: everyone who needs a name from this package should not pay for a web framework.
    if name in __all__:
        from harness.reference_sp import reference_sp

        return getattr(reference_sp, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
