"""What can go wrong between a person and a page, in words that say what the page did have."""

from __future__ import annotations

from collections.abc import Iterable

from harness.yamlfile import did_you_mean

KINDS = {
    "field": "field",
    "checkbox": "checkbox",
    "radio": "radio button",
    "select": "list",
    "file": "file field",
    "button": "button",
    "link": "link",
    "summary": "folded section",
    "option": "option",
}
"""Kinds of controls, as messages name them."""


class DriverError(Exception):
    """A person could not do what the step asks for. ``code`` is stable; ``expected`` and ``received`` are short."""

    code = "driver"

    def __init__(self, message: str, *, expected: str = "", received: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.expected = expected
        self.received = received
        self.hint = hint


class ControlNotFound(DriverError):
    """The page has no control of this kind and name."""

    code = "page_control_missing"

    def __init__(
        self, kind: str, name: str, available: Iterable[str], *, url: str, title: str, within: str = ""
    ) -> None:
        self.kind = kind
        self.name = name
        self.available = tuple(available)
        where = f"the page {title!r} ({url})" + (f", part {within!r}," if within else "")
        noun = KINDS.get(kind, kind)
        super().__init__(
            f"{where} has no {noun} {name!r}.{did_you_mean(name, self.available)}",
            expected=f"a {noun} {name!r}",
            received=f"{noun}s of the page: {', '.join(self.available) or 'none'}",
        )


class PartNotFound(DriverError):
    """The page has no row or section with this text."""

    code = "page_part_missing"

    def __init__(self, text: str, *, url: str, title: str, rows: Iterable[str] = ()) -> None:
        super().__init__(
            f"the page {title!r} ({url}) has no row or section with the text {text!r}.",
            expected=f"a row or section with {text!r}",
            received=f"rows: {' | '.join(rows) or 'none'}",
        )


class ControlBlocked(DriverError):
    """The control is there, and a person could not use it: disabled, read-only or folded away."""

    code = "page_control_blocked"


class AmbiguousControl(DriverError):
    """Several controls have this name, so a person would have to guess."""

    code = "page_control_ambiguous"


class FormIncomplete(DriverError):
    """The browser refuses to send the form: a required field is empty, or holds what it may not."""

    code = "page_form_incomplete"


class PageUnreachable(DriverError):
    """Nobody answers at this address."""

    code = "page_unreachable"


class PageTimeout(DriverError):
    """The page did not come, or did not go on, in time."""

    code = "page_timeout"


class TooManyRedirects(DriverError):
    """The pages send the browser in a circle."""

    code = "page_redirect_loop"


class HostRefused(DriverError):
    """The step would leave the hosts that belong to this run."""

    code = "host_refused"


class DriverUnavailable(DriverError):
    """The driver itself is missing or broken: nothing can be said about any page."""

    code = "driver_unavailable"


class NoBrowser(DriverUnavailable):
    """There is no browser to drive; the message says how to get one."""

    code = "no_browser"


class BrowserDied(DriverUnavailable):
    """The browser ended in the middle of the run."""

    code = "browser_died"
