"""The http driver: one person with a browser that has no JavaScript and no screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode, urljoin

from lxml.html import HtmlElement

from harness.drivers.agent import Agent, Cookie, Download
from harness.drivers.errors import ControlBlocked, ControlNotFound, FormIncomplete
from harness.drivers.hosts import AllowedHosts
from harness.drivers.http import forms
from harness.drivers.http.cookies import CookieJar
from harness.drivers.http.document import Document
from harness.drivers.http.forms import ChosenFile, Submission
from harness.drivers.http.names import folded_in, kind_of, name_of
from harness.drivers.http.transport import Transport
from harness.drivers.http.window import Browser, Window

_VALUED = ("field", "select", "checkbox")


class HttpAgent(Agent):
    """Fetches pages, fills their forms, follows their redirects, keeps their cookies."""

    driver = "http"

    def __init__(
        self,
        actor: str,
        *,
        allowed: AllowedHosts | None = None,
        clock: Callable[[], float] = time.time,
        ca_file: str = "",
        timeout: float = 30.0,
    ) -> None:
        super().__init__(actor)
        self.jar = CookieJar(clock)
        self._transport = Transport(ca_file, timeout)
        self._window = Window(
            Browser(actor, self.history, allowed or AllowedHosts(), self.jar, self._transport)
        )

    @property
    def _document(self) -> Document:
        return self._window.document

    # Going places

    def open(self, url: str) -> None:
        """Type an address."""
        self._window.visit(Submission("GET", url), from_url="")

    def follow(self, link: str, *, within: str = "") -> None:
        """Click a link."""
        element = self._document.find("link", link, within)
        self._window.visit(Submission("GET", self._target(element)), from_url=self.url)

    def press(self, button: str, *, within: str = "") -> None:
        """Press a button."""
        element = self._document.find("button", button, within)
        form = self._window.forms.form_of(element)
        type_ = (element.get("type") or "submit").lower()
        if form is None or type_ in ("button", "reset"):
            raise ControlNotFound(
                "button",
                button,
                [
                    name_of(each)
                    for each in self._document.elements("button")
                    if self._window.forms.form_of(each) is not None
                ],
                url=self.url,
                title=f"{self.title} without JavaScript",
            )
        self._submit(form, element)

    def post(self, url: str, fields: Sequence[tuple[str, str]], *, from_url: str = "") -> None:
        """Submit a form of another page."""
        body = urlencode(list(fields)).encode()
        submission = Submission("POST", url, body, "application/x-www-form-urlencoded", tuple(fields))
        self._window.visit(submission, from_url=from_url or self.url)

    def back(self) -> None:
        """Ask for the page before once more."""
        self._window.back()

    def _submit(self, form: HtmlElement, button: HtmlElement) -> None:
        if complaints := self._window.forms.complaints(form, button):
            raise FormIncomplete(
                f"a browser does not send this form of the page {self.title!r} ({self.url}): {'; '.join(complaints)}."
            )
        self._window.visit(self._window.forms.submission(form, button), from_url=self.url)

    def _target(self, link: HtmlElement) -> str:
        return urljoin(forms.base_url(self._document), (link.get("href") or "").strip())

    # Filling in

    def fill(self, label: str, value: str, *, within: str = "") -> None:
        """Type into a field."""
        element = self._document.find("field", label, within)
        if element.get("readonly") is not None:
            raise ControlBlocked(f"{label!r} on the page {self.title!r} ({self.url}) is read-only.")
        forms.type_into(element, value)

    def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose an option of a list."""
        select = self._document.find("select", label, within)
        options = forms.options_of(select)
        names = [_option_text(each) for each in options]
        if option not in names:
            raise ControlNotFound("option", option, names, url=self.url, title=self.title, within=label)
        for each in select.iter("option"):
            each.attrib.pop("selected", None)
        options[names.index(option)].set("selected", "")

    def pick(self, label: str, *, within: str = "") -> None:
        """Pick a radio button."""
        element = self._document.find("radio", label, within)
        form = self._window.forms.form_of(element)
        for other in self._document.root.iter("input"):
            same_group = kind_of(other) == "radio" and other.get("name") == element.get("name")
            if same_group and self._window.forms.form_of(other) is form:
                other.attrib.pop("checked", None)
        element.set("checked", "")

    def tick(self, label: str, on: bool = True, *, within: str = "") -> None:
        """Tick a checkbox, or take the tick away."""
        element = self._document.find("checkbox", label, within)
        if on:
            element.set("checked", "")
        else:
            element.attrib.pop("checked", None)

    def attach(self, label: str, filename: str, content: bytes, content_type: str) -> None:
        """Choose a file."""
        element = self._document.find("file", label)
        self._window.forms.files[element] = ChosenFile(filename, content, content_type)

    def unfold(self, summary: str) -> None:
        """Open a folded section."""
        element = self._document.find("summary", summary)
        details = next(element.iterancestors("details"), None)
        if details is not None:
            details.set("open", "")

    # Reading

    def value(self, label: str, *, within: str = "") -> str:
        """What a field, list or checkbox holds."""
        for kind in _VALUED:
            if label in self._document.names(kind, within):
                element = self._document.find(kind, label, within, usable=False)
                if kind == "checkbox":
                    return "off" if element.get("checked") is None else "on"
                if kind == "select":
                    return "".join(_option_text(each) for each in forms.chosen_options(element)[:1])
                return forms.value_of(element)
        known = [name for kind in _VALUED for name in self._document.names(kind, within)]
        raise ControlNotFound("field", label, known, url=self.url, title=self.title, within=within)

    def options(self, label: str) -> list[str]:
        """The texts of a list's options."""
        return [
            _option_text(each)
            for each in forms.options_of(self._document.find("select", label, usable=False))
        ]

    def controls(self, kind: str, *, within: str = "") -> list[str]:
        """Names of the controls of a kind that a person can reach now."""
        found = self._document.elements(kind, within)
        return [name for each in found if (name := name_of(each)) and folded_in(each) is None]

    @property
    def url(self) -> str:
        """Address of the page."""
        return self._document.url

    @property
    def status(self) -> int:
        """HTTP status of the page."""
        return self._window.status

    @property
    def title(self) -> str:
        """Title of the page."""
        return self._document.title

    @property
    def heading(self) -> str:
        """First main heading."""
        return self._document.heading

    @property
    def text(self) -> str:
        """What a person reads."""
        return self._document.text

    @property
    def html(self) -> str:
        """The page's source."""
        return self._document.source

    def _parsed(self) -> Document:
        return self._document

    # Files, cookies, evidence

    def download(self, link: str, *, within: str = "") -> Download:
        """Save what a link leads to."""
        element = self._document.find("link", link, within)
        return self._window.get(self._target(element), from_url=self.url)

    def fetch(self, url: str) -> Download:
        """Get an address without leaving the page."""
        return self._window.get(url, from_url="")

    def cookies(self) -> list[Cookie]:
        """The cookies held."""
        return self.jar.cookies()

    def forget_cookies(self, *, name: str = "") -> None:
        """Throw cookies away."""
        self.jar.forget(name)

    def screenshot(self) -> bytes | None:
        """Nothing is shown here."""
        return None

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def _option_text(option: HtmlElement) -> str:
    return option.get("label") or " ".join(str(option.text_content()).split())
