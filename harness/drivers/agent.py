"""What one person can do with a web browser: the one interface at which the drivers meet.

Controls are named as people and screen readers know them: by label, by the text of a button or link. ``within``
narrows a name to one part of the page: the table row, list item, section or form that has this text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from harness.drivers.errors import DriverError, DriverUnavailable
from harness.drivers.exchange import Exchange
from harness.drivers.http.document import Document

__all__ = ["Agent", "Cookie", "Download", "DriverError", "DriverUnavailable"]


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a link led to."""

    url: str
    status: int
    content: bytes
    content_type: str
    filename: str = ""
    """From Content-Disposition."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that the person's browser holds."""

    name: str
    value: str
    domain: str
    path: str
    secure: bool
    http_only: bool
    same_site: str
    """``Strict``, ``Lax``, ``None``, or empty when the server did not say."""


class Agent(ABC):
    """One person with a browser of their own: own cookies, own history, one page at a time."""

    driver = ""

    def __init__(self, actor: str) -> None:
        self.actor = actor
        self.history: list[Exchange] = []

    # Going places

    @abstractmethod
    def open(self, url: str) -> None:
        """Type an address, or use a bookmark. Redirects and self-submitting pages are followed."""

    @abstractmethod
    def follow(self, link: str, *, within: str = "") -> None:
        """Click a link."""

    @abstractmethod
    def press(self, button: str, *, within: str = "") -> None:
        """Press a button. Raises `FormIncomplete` when a browser would not send the form."""

    @abstractmethod
    def post(self, url: str, fields: Sequence[tuple[str, str]], *, from_url: str = "") -> None:
        """Submit a form that stands on a page of ``from_url``'s site (the present page's when empty)."""

    @abstractmethod
    def back(self) -> None:
        """The browser's back button: the page before, asked for again."""

    # Filling in

    @abstractmethod
    def fill(self, label: str, value: str, *, within: str = "") -> None:
        """Type a text into a field, over what it held."""

    @abstractmethod
    def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose an option of a list, by its text."""

    @abstractmethod
    def pick(self, label: str, *, within: str = "") -> None:
        """Pick a radio button."""

    @abstractmethod
    def tick(self, label: str, on: bool = True, *, within: str = "") -> None:
        """Tick a checkbox, or take the tick away."""

    @abstractmethod
    def attach(self, label: str, filename: str, content: bytes, content_type: str) -> None:
        """Choose a file in a file field."""

    @abstractmethod
    def unfold(self, summary: str) -> None:
        """Open a folded section, if it is closed."""

    # Reading

    @abstractmethod
    def value(self, label: str, *, within: str = "") -> str:
        """What a field holds; for a list the text of the chosen option, for a checkbox ``on`` or ``off``."""

    @abstractmethod
    def options(self, label: str) -> list[str]:
        """The texts of a list's options."""

    @abstractmethod
    def controls(self, kind: str, *, within: str = "") -> list[str]:
        """The names of the page's controls of a kind: ``field``, ``button``, ``link``, ..."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Address of the page."""

    @property
    @abstractmethod
    def status(self) -> int:
        """HTTP status of the page."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Title of the page."""

    @property
    @abstractmethod
    def heading(self) -> str:
        """The page's first main heading."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What a person reads on the page, one line per block."""

    @property
    @abstractmethod
    def html(self) -> str:
        """The page's source, or the document's as the browser holds it."""

    # Files, cookies, evidence

    @abstractmethod
    def download(self, link: str, *, within: str = "") -> Download:
        """Save what a link leads to, without leaving the page."""

    @abstractmethod
    def fetch(self, url: str) -> Download:
        """Get an address with this person's cookies, without leaving the page."""

    @abstractmethod
    def cookies(self) -> list[Cookie]:
        """The cookies that this browser holds."""

    @abstractmethod
    def forget_cookies(self, *, name: str = "") -> None:
        """Throw away all cookies, or those of one name."""

    @abstractmethod
    def screenshot(self) -> bytes | None:
        """The page as a PNG; None from a driver that shows nothing."""

    @abstractmethod
    def close(self) -> None:
        """Close the browser window."""

    # The same for every driver

    def has(self, kind: str, name: str, *, within: str = "") -> bool:
        """Whether the page has a control."""
        return name in self.controls(kind, within=within)

    def rows(self) -> list[dict[str, str]]:
        """The rows of the page's tables, each cell under its column's heading."""
        return self._parsed().rows()

    def alerts(self) -> list[str]:
        """What the page raises its voice for: the texts with the role alert."""
        return self._parsed().alerts()

    def _parsed(self) -> Document:
        return Document(self.html.encode(), "text/html; charset=utf-8", self.url)

    def says(self, text: str) -> bool:
        """Whether a person reads this text on the page; blanks and line ends do not count."""
        return " ".join(text.split()) in " ".join(self.text.split())
