"""A small user agent without JavaScript for tests of pages: one host, cookies, redirects, forms by their labels."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html
import urllib3
from lxml.html import HtmlElement

File = tuple[str, bytes]


class Page:
    """An answer, and what a person can do on it."""

    def __init__(self, visitor: Visitor, url: str, response: urllib3.BaseHTTPResponse) -> None:
        self.visitor = visitor
        self.url = url
        self.status = response.status
        self.headers = response.headers
        self.body = response.data
        self.text = response.data.decode("utf-8", "replace")

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def document(self) -> HtmlElement:
        return lxml.html.fromstring(self.text)

    @property
    def heading(self) -> str:
        return squeeze(self.document.xpath("string(//h1)"))

    @property
    def alerts(self) -> list[str]:
        return [squeeze(e.text_content()) for e in self.document.xpath("//*[@role='alert']")]

    @property
    def notices(self) -> list[str]:
        return [squeeze(e.text_content()) for e in self.document.xpath("//*[@role='status']")]

    def error_of(self, label: str) -> str:
        """The error that the control with this label is described by."""
        control = self.control(label)
        ids = (control.get("aria-describedby") or "").split()
        found = [e for i in ids for e in self.document.xpath("//*[@id=$i][@role='alert']", i=i)]
        assert bool(found) == (control.get("aria-invalid") == "true")
        return squeeze(found[0].text_content()) if found else ""

    def control(self, label: str, root: HtmlElement | None = None) -> HtmlElement:
        """The one control with this label."""
        scope = self.document if root is None else root
        found: list[HtmlElement] = [
            e for e in scope.xpath(".//input|.//select|.//textarea") if name_of(e) == label
        ]
        assert len(found) == 1, (
            f"{len(found)} controls are labelled {label!r}: {[name_of(e) for e in _named(scope)]}"
        )
        return found[0]

    def value(self, label: str) -> str:
        """What the control shows."""
        control = self.control(label)
        if control.tag == "select":
            return squeeze((control.xpath("option[@selected]") or control.xpath("option"))[0].text_content())
        if control.get("type") == "checkbox":
            return "checked" if control.get("checked") is not None else ""
        if control.tag == "textarea":
            return str(control.text or "").removeprefix("\n")
        return str(control.get("value") or "")

    def links(self) -> list[str]:
        return [squeeze(e.text_content()) for e in self.document.xpath("//a[@href]")]

    def follow(self, text: str, within: str = "") -> Page:
        """Click the link with this text; ``within`` is text of its table row or section."""
        found = [
            e for e in _scope(self.document, within).xpath(".//a[@href]") if squeeze(e.text_content()) == text
        ]
        assert found, f"no link {text!r} on {self.url}; there are {self.links()}"
        return self.visitor.get(urljoin(self.url, found[0].get("href")))

    def press(self, button: str, within: str = "") -> Page:
        """Press a button with nothing changed in its form."""
        return self.submit(button, None, within)

    def submit(self, button: str, fields: dict[str, Any] | None = None, within: str = "") -> Page:
        """Fill in a form by labels and press its button.

        Text goes into text fields, a choice's label into selects, True and False into checkboxes, True into radio
        buttons, a ``(name, bytes)`` pair into file fields.
        """
        document = self.document
        scope = _scope(document, within)
        pressed = [
            e for e in scope.xpath(".//button") if name_of(e) == button and e.get("aria-hidden") != "true"
        ]
        assert pressed, f"no button {button!r} on {self.url}: {self.text[:3000]}"
        form = next(pressed[0].iterancestors("form"))
        files: dict[str, File] = {}
        for label, value in (fields or {}).items():
            control = self.control(label, form)
            if control.get("type") == "file":
                files[control.get("name", "")] = value
            else:
                _set(control, value, form)
        data = _successful(form, files)
        if pressed[0].get("name"):
            data.append((pressed[0].get("name"), pressed[0].get("value") or ""))
        action = urljoin(self.url, pressed[0].get("formaction") or form.get("action") or "").partition("#")[0]
        if (form.get("method") or "get").lower() == "get":
            query = urlencode([(k, v) for k, v in data if isinstance(v, str)])
            return self.visitor.get(f"{action.partition('?')[0]}?{query}")
        return self.visitor.post(action, data, multipart=form.get("enctype") == "multipart/form-data")


class Visitor:
    """Keeps cookies of one host and follows redirects within it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.set_cookie_headers: list[str] = []
        self.pool = urllib3.PoolManager(retries=False)

    def get(self, url: str, *, follow: bool = True, headers: dict[str, str] | None = None) -> Page:
        return self._open("GET", url, None, False, follow, headers)

    def post(
        self,
        url: str,
        fields: list[tuple[str, Any]] | dict[str, Any],
        *,
        multipart: bool = False,
        follow: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Page:
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        return self._open("POST", url, pairs, multipart, follow, headers)

    def sign_in(self, login: str, password: str, start: str = "/app/UserHome") -> Page:
        """Sign in by the pages, from wherever ``start`` leads."""
        page = self.get(start).submit("Next", {"Username": login})
        return page.submit("Verify", {"Password": password})

    def _open(
        self,
        method: str,
        url: str,
        fields: list[tuple[str, Any]] | None,
        multipart: bool,
        follow: bool,
        headers: dict[str, str] | None,
    ) -> Page:
        for _ in range(10):
            url = urljoin(self.base, url)
            sent = dict(headers or {})
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            more: dict[str, Any] = {}
            if fields is not None:
                more = {"fields": fields, "encode_multipart": multipart}
            response = self.pool.request(method, url, headers=sent, redirect=False, **more)
            self._keep(response)
            location = response.headers.get("Location")
            if not (follow and location and response.status in (301, 302, 303, 307)):
                return Page(self, url, response)
            target = urljoin(url, location)
            if not target.startswith(self.base):
                return Page(self, url, response)
            url, method, fields = target, "GET", None
        raise AssertionError(f"redirects without end at {url}")

    def _keep(self, response: urllib3.BaseHTTPResponse) -> None:
        for header in response.headers.getlist("Set-Cookie"):
            self.set_cookie_headers.append(header)
            name, _, rest = header.partition("=")
            value = rest.partition(";")[0]
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def squeeze(text: str) -> str:
    return " ".join(text.split())


def name_of(element: HtmlElement) -> str:
    """The accessible name, as far as these pages need it."""
    if element.get("aria-label"):
        return str(element.get("aria-label"))
    if element.tag in ("button", "a", "summary"):
        return squeeze(element.text_content())
    identity = element.get("id")
    labels = element.getroottree().xpath("//label[@for=$i]", i=identity) if identity else []
    return squeeze(" ".join(label.text_content() for label in labels))


def _named(scope: HtmlElement) -> list[HtmlElement]:
    return list(scope.xpath(".//input[not(@type='hidden')]|.//select|.//textarea"))


def _scope(document: HtmlElement, within: str) -> HtmlElement:
    if not within:
        return document
    for path in ("//tr[contains(normalize-space(.), $w)]", "//section[.//h2[normalize-space(.)=$w]]"):
        found: list[HtmlElement] = document.xpath(path, w=within)
        if found:
            return found[0]
    raise AssertionError(f"nothing holds {within!r}")


def _set(control: HtmlElement, value: Any, form: HtmlElement) -> None:
    kind = control.get("type")
    if control.tag == "select":
        wanted = [
            o
            for o in control.xpath("option")
            if squeeze(o.text_content()) == value or o.get("value") == value
        ]
        assert wanted, f"no choice {value!r} in {name_of(control)!r}"
        for option in control.xpath("option"):
            option.attrib.pop("selected", None)
        wanted[0].set("selected", "selected")
    elif kind in ("checkbox", "radio"):
        if kind == "radio":
            for other in form.xpath(".//input[@type='radio'][@name=$n]", n=control.get("name", "")):
                other.attrib.pop("checked", None)
        control.attrib.pop("checked", None)
        if value:
            control.set("checked", "checked")
    elif control.tag == "textarea":
        control.text = value
    else:
        control.set("value", value)


def _successful(form: HtmlElement, files: dict[str, File]) -> list[tuple[str, Any]]:
    data: list[tuple[str, Any]] = []
    for e in form.xpath(".//input|.//select|.//textarea"):
        name, kind = e.get("name"), e.get("type") or "text"
        if not name or e.get("disabled") is not None:
            continue
        if e.tag == "select":
            chosen = e.xpath("option[@selected]") or e.xpath("option[1]")
            data.append((name, chosen[0].get("value")))
        elif e.tag == "textarea":
            data.append((name, e.text or ""))
        elif kind in ("checkbox", "radio"):
            if e.get("checked") is not None:
                data.append((name, e.get("value") or "on"))
        elif kind == "file":
            data.append((name, files.get(name, ("", b""))))
        elif kind not in ("submit", "button"):
            data.append((name, e.get("value") or ""))
    return data
