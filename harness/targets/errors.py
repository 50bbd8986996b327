"""The target cannot be judged: something about its set-up, never a failed test."""

from __future__ import annotations


class SetUpError(Exception):
    """The target could not be brought to a state where anything can be judged (exit code 3).

    ``str()`` is the text for the person who runs the check: what was tried, what was expected, what came back,
    and what to change. ``code`` is stable, for reports and tests.
    """

    def __init__(
        self, code: str, message: str, *, expected: str = "", received: str = "", advice: str = ""
    ) -> None:
        self.code = code
        self.message = message
        self.expected = expected
        self.received = received
        self.advice = advice
        rows = [f"error: {message} ({code})"]
        rows += [f"  expected: {expected}"] if expected else []
        rows += [f"  received: {received}"] if received else []
        rows += [f"  to fix: {advice}"] if advice else []
        super().__init__("\n".join(rows))
