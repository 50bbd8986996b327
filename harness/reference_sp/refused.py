"""What the Python face of the SP raises where its pages show a problem."""

from __future__ import annotations

from harness.difference import Difference


class SettingRefused(ValueError):
    """A step of the admin was refused; ``difference`` says why."""

    def __init__(self, found: Difference) -> None:
        super().__init__("\n".join(found.lines()))
        self.difference = found
