"""The browser driver: one person with windows of their own in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from harness.drivers.agent import Agent, Cookie, Download
from harness.drivers.browser.controls import Controls
from harness.drivers.browser.failures import translated
from harness.drivers.browser.recorder import Recorder
from harness.drivers.browser.session import BrowserSession
from harness.drivers.errors import ControlBlocked, ControlNotFound, FormIncomplete

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response

_SELF_SUBMITTING = (
    "form:has(input[type=hidden][name=SAMLResponse], input[type=hidden][name=SAMLRequest])"
    ":not(:has(select, textarea, input:not([type=hidden])))"
)
_GOES_ON_BY_ITSELF = f"{_SELF_SUBMITTING}, form#appForm, meta[http-equiv=refresh i]"
_COMPLAINTS = """button => {
  const form = button.form;
  if (!form || form.noValidate || button.formNoValidate) return [];
  return [...form.elements].filter(each => each.willValidate && !each.validity.valid).map(each =>
    [each.labels && each.labels[0] ? each.labels[0].textContent.trim().replace(/\\s+/g, ' ') : each.name,
     each.validationMessage]);
}"""
_POST = """([url, fields]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  for (const [name, value] of fields) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


class BrowserAgent(Agent):
    """Clicks and types in Chromium."""

    driver = "browser"

    def __init__(self, actor: str, session: BrowserSession, *, any_certificate: bool = False) -> None:
        super().__init__(actor)
        self._allowed = session.allowed
        with translated("opening a window", self._allowed):
            self._context = session.new_context(any_certificate=any_certificate)
            self._page: Page = self._context.new_page()
        Recorder(actor, self.history, self._context)
        self._response: Response | None = None
        self._page.on("response", self._remember)

    def _remember(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._response = response

    @property
    def _controls(self) -> Controls:
        return Controls(self._page)

    # Going places

    def open(self, url: str) -> None:
        """Type an address."""
        self._allowed.check(url)
        with translated(f"opening {url}", self._allowed, self.history):
            self._page.goto(url, wait_until="load")
            self._settle()

    def follow(self, link: str, *, within: str = "") -> None:
        """Click a link."""
        with translated(f"clicking the link {link!r}", self._allowed, self.history):
            self._click_on(self._controls.find("link", link, within))

    def press(self, button: str, *, within: str = "") -> None:
        """Press a button."""
        with translated(f"pressing {button!r}", self._allowed, self.history):
            element = self._controls.find("button", button, within)
            complaints = element.evaluate(_COMPLAINTS)
            if complaints:
                shown = "; ".join(f"{name!r}: {why}" for name, why in complaints)
                raise FormIncomplete(
                    f"the browser does not send this form of the page {self.title!r} ({self.url}): {shown}"
                )
            sends = element.evaluate(
                "each => Boolean(each.form) && each.type !== 'button' && each.type !== 'reset'"
            )
            if sends:
                self._click_on(element)
            else:
                element.click()

    def _click_on(self, element: Locator) -> None:
        with self._page.expect_navigation(wait_until="load"):
            element.click(no_wait_after=True)
        self._settle()

    def _settle(self) -> None:
        """Wait until the page is one that waits for a person: not one that posts itself or goes on by itself."""
        self._page.wait_for_load_state("load")
        self._page.locator(_GOES_ON_BY_ITSELF).first.wait_for(state="detached", timeout=30_000)
        self._page.wait_for_load_state("load")

    def post(self, url: str, fields: Sequence[tuple[str, str]], *, from_url: str = "") -> None:
        """Submit a form from another page."""
        self._allowed.check(url)
        with translated(f"posting a form to {url}", self._allowed, self.history):
            if from_url and not self.url.startswith(from_url):
                self._page.goto(from_url, wait_until="load")
            with self._page.expect_navigation(wait_until="load"):
                self._page.evaluate(_POST, [url, [list(pair) for pair in fields]])
            self._settle()

    def back(self) -> None:
        """The back button."""
        with translated("going back", self._allowed, self.history):
            self._page.go_back(wait_until="load")
            self._settle()

    # Filling in

    def fill(self, label: str, value: str, *, within: str = "") -> None:
        """Type into a field."""
        with translated(f"filling in {label!r}", self._allowed, self.history):
            element = self._controls.find("field", label, within)
            if not element.is_editable():
                raise ControlBlocked(f"{label!r} on the page {self.title!r} ({self.url}) is read-only.")
            element.fill(value)

    def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose an option of a list."""
        with translated(f"choosing {option!r} in {label!r}", self._allowed, self.history):
            element = self._controls.find("select", label, within)
            names = self._controls.option_texts(element)
            if option not in names:
                raise ControlNotFound("option", option, names, url=self.url, title=self.title, within=label)
            element.select_option(label=option)

    def pick(self, label: str, *, within: str = "") -> None:
        """Pick a radio button."""
        with translated(f"picking {label!r}", self._allowed, self.history):
            self._controls.find("radio", label, within).check()

    def tick(self, label: str, on: bool = True, *, within: str = "") -> None:
        """Tick a checkbox, or take the tick away."""
        with translated(f"ticking {label!r}", self._allowed, self.history):
            self._controls.find("checkbox", label, within).set_checked(on)

    def attach(self, label: str, filename: str, content: bytes, content_type: str) -> None:
        """Choose a file."""
        with translated(f"choosing a file in {label!r}", self._allowed, self.history):
            self._controls.find("file", label).set_input_files(
                {"name": filename, "mimeType": content_type, "buffer": content}
            )

    def unfold(self, summary: str) -> None:
        """Open a folded section."""
        with translated(f"unfolding {summary!r}", self._allowed, self.history):
            element = self._controls.find("summary", summary)
            if not element.evaluate("each => each.parentElement.open"):
                element.click()

    # Reading

    def value(self, label: str, *, within: str = "") -> str:
        """What a field, list or checkbox holds."""
        with translated(f"reading {label!r}", self._allowed, self.history):
            return self._controls.value(label, within)

    def options(self, label: str) -> list[str]:
        """The texts of a list's options."""
        with translated(f"reading {label!r}", self._allowed, self.history):
            return self._controls.option_texts(self._controls.find("select", label))

    def controls(self, kind: str, *, within: str = "") -> list[str]:
        """Names of the controls of a kind."""
        with translated("reading the page", self._allowed, self.history):
            return self._controls.names(kind, within)

    @property
    def url(self) -> str:
        """Address of the page."""
        return self._page.url

    @property
    def status(self) -> int:
        """HTTP status of the page."""
        return self._response.status if self._response else 0

    @property
    def title(self) -> str:
        """Title of the page."""
        with translated("reading the title", self._allowed, self.history):
            return " ".join(self._page.title().split())

    @property
    def heading(self) -> str:
        """First main heading."""
        with translated("reading the heading", self._allowed, self.history):
            found = self._page.locator("h1").filter(visible=True)
            return " ".join(found.first.inner_text().split()) if found.count() else ""

    @property
    def text(self) -> str:
        """What a person reads."""
        with translated("reading the page", self._allowed, self.history):
            if self._response is not None and "html" not in self._response.headers.get(
                "content-type", "html"
            ):
                return self._response.text()
            lines = (" ".join(line.split()) for line in self._page.inner_text("body").split("\n"))
            return "\n".join(line for line in lines if line)

    @property
    def html(self) -> str:
        """The document as the browser holds it."""
        with translated("reading the page", self._allowed, self.history):
            return self._page.content()

    # Files, cookies, evidence

    def download(self, link: str, *, within: str = "") -> Download:
        """Save what a link leads to."""
        with translated(f"saving what the link {link!r} leads to", self._allowed, self.history):
            element = self._controls.find("link", link, within)
            return self._get(str(element.evaluate("each => each.href")), referer=self.url)

    def fetch(self, url: str) -> Download:
        """Get an address without leaving the page."""
        self._allowed.check(url)
        with translated(f"getting {url}", self._allowed, self.history):
            return self._get(url)

    def _get(self, url: str, referer: str | None = None) -> Download:
        tab = self._context.new_page()
        try:
            response = tab.goto(url, referer=referer, wait_until="commit")
            if response is None:
                return Download(url, 0, b"", "")
            kind = response.headers.get("content-type", "")
            return Download(response.url, response.status, response.body(), kind)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
        finally:
            tab.close()
        return self._download(url)

    def _download(self, url: str) -> Download:
        tab = self._context.new_page()
        try:
            with tab.expect_download() as started, suppress(Error):
                tab.goto(url)
            saved = started.value
            return Download(saved.url, 200, saved.path().read_bytes(), "", saved.suggested_filename)
        finally:
            tab.close()

    def cookies(self) -> list[Cookie]:
        """The cookies held."""
        with translated("looking at the cookies", self._allowed, self.history):
            return [
                Cookie(
                    each.get("name", ""),
                    each.get("value", ""),
                    each.get("domain", ""),
                    each.get("path", "/"),
                    each.get("secure", False),
                    each.get("httpOnly", False),
                    str(each.get("sameSite", "")),
                )
                for each in self._context.cookies()
            ]

    def forget_cookies(self, *, name: str = "") -> None:
        """Throw cookies away."""
        with translated("throwing cookies away", self._allowed, self.history):
            if name:
                self._context.clear_cookies(name=re.compile(f"^{re.escape(name)}$"))
            else:
                self._context.clear_cookies()

    def screenshot(self) -> bytes | None:
        """The page as a PNG."""
        with translated("taking a picture of the page", self._allowed, self.history):
            return self._page.screenshot(full_page=True)

    def close(self) -> None:
        """Close this person's windows; a browser that is gone already is no error."""
        with suppress(Exception):
            self._context.close()
