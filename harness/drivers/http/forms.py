"""Forms without JavaScript: what is filled in, what a browser would refuse, what it sends (HTML, section 4.10)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement

from harness.drivers.http.document import Document, is_disabled
from harness.drivers.http.names import kind_of, name_of

_EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file that someone chose in a file field."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What the browser sends."""

    method: str
    url: str
    body: bytes = b""
    content_type: str = ""
    form: tuple[tuple[str, str], ...] = ()


@dataclass
class Forms:
    """The forms of one page, with what was typed and chosen. Texts and ticks live in the document itself."""

    document: Document
    files: dict[HtmlElement, ChosenFile] = field(default_factory=dict)

    def form_of(self, control: HtmlElement) -> HtmlElement | None:
        """The form that a control belongs to."""
        if (identity := control.get("form")) is not None:
            found = self.document.root.xpath("//form[@id=$id]", id=identity)
            return found[0] if found else None
        return next(control.iterancestors("form"), None)

    def controls(self, form: HtmlElement) -> Iterator[HtmlElement]:
        """A form's controls in the order of the page."""
        for element in self.document.root.iter("input", "select", "textarea", "button"):
            if self.form_of(element) is form and not is_disabled(element):
                yield element

    def complaints(self, form: HtmlElement, button: HtmlElement | None) -> list[str]:
        """Why a browser would not send the form: one sentence per field."""
        if form.get("novalidate") is not None or (
            button is not None and button.get("formnovalidate") is not None
        ):
            return []
        controls = list(self.controls(form))
        picked = {each.get("name") for each in controls if _is(each, "radio") and _ticked(each)}
        return [text for each in controls if (text := self._complaint(each, picked))]

    def _complaint(self, control: HtmlElement, picked: set[str | None]) -> str:
        kind = kind_of(control)
        if kind in ("", "button") or control.get("readonly") is not None:
            return ""
        name = name_of(control) or control.get("name") or "?"
        required = control.get("required") is not None
        if kind == "radio":
            return (
                f"{name!r}: one of these options must be picked"
                if required and control.get("name") not in picked
                else ""
            )
        if kind == "checkbox":
            return f"{name!r} must be ticked" if required and not _ticked(control) else ""
        if kind == "file":
            return f"{name!r}: a file must be chosen" if required and control not in self.files else ""
        value = value_of(control)
        if not value:
            return f"{name!r} must be filled in" if required else ""
        return _malformed(control, name, value)

    def submission(self, form: HtmlElement, button: HtmlElement | None) -> Submission:
        """What pressing ``button`` sends."""
        entries = list(self._entries(form, button))
        chosen = button if button is not None else form
        method = (chosen.get("formmethod") or form.get("method") or "get").upper()
        action = chosen.get("formaction") if button is not None else None
        url = urljoin(base_url(self.document), action or form.get("action") or self.document.url)
        shown = tuple((name, value if isinstance(value, str) else value.filename) for name, value in entries)
        if method != "POST":
            query = urlencode(shown)
            return Submission("GET", urlsplit(url)._replace(query=query, fragment="").geturl())
        encoding = (chosen.get("formenctype") or form.get("enctype") or "").lower()
        if encoding == "multipart/form-data":
            body, content_type = _multipart(entries)
        else:
            body, content_type = _urlencoded(shown), "application/x-www-form-urlencoded"
        return Submission("POST", url, body, content_type, shown)

    def _entries(
        self, form: HtmlElement, button: HtmlElement | None
    ) -> Iterator[tuple[str, str | ChosenFile]]:
        for control in self.controls(form):
            name, kind = control.get("name"), kind_of(control)
            if not name or any(each.tag == "datalist" for each in control.iterancestors()):
                continue
            if kind == "button":
                if control is button:
                    yield name, control.get("value") or ""
            elif kind in ("checkbox", "radio"):
                if _ticked(control):
                    yield name, control.get("value") or "on"
            elif kind == "file":
                yield name, self.files.get(control, ChosenFile("", b"", "application/octet-stream"))
            elif kind == "select":
                for option in chosen_options(control):
                    yield name, option_value(option)
            else:
                yield name, _crlf(value_of(control))


def base_url(document: Document) -> str:
    """What relative addresses of the page are relative to."""
    base = document.root.find(".//base[@href]")
    return urljoin(document.url, base.get("href") or "") if base is not None else document.url


def value_of(control: HtmlElement) -> str:
    """What a text field or list holds."""
    if control.tag == "textarea":
        text = str(control.text_content())
        return text.removeprefix("\n") if control.get("data-typed") is None else text
    if control.tag == "select":
        return "".join(option_value(option) for option in chosen_options(control)[:1])
    return control.get("value") or ""


def type_into(control: HtmlElement, value: str) -> None:
    """Replace what a text field holds."""
    if control.tag == "textarea":
        for child in list(control):
            control.remove(child)
        control.text = value
        control.set("data-typed", "")
    else:
        control.set("value", value.replace("\r", "").replace("\n", ""))


def options_of(select: HtmlElement) -> list[HtmlElement]:
    """The options that can be chosen."""
    return [each for each in select.iter("option") if each.get("disabled") is None]


def chosen_options(select: HtmlElement) -> list[HtmlElement]:
    """The chosen options; without a choice the first one, as browsers show it."""
    options = options_of(select)
    chosen = [each for each in options if each.get("selected") is not None]
    if select.get("multiple") is not None:
        return chosen
    return chosen[-1:] or options[:1]


def option_value(option: HtmlElement) -> str:
    """What an option sends."""
    value = option.get("value")
    return value if value is not None else " ".join(str(option.text_content()).split())


def _is(control: HtmlElement, kind: str) -> bool:
    return kind_of(control) == kind


def _ticked(control: HtmlElement) -> bool:
    return control.get("checked") is not None


def _malformed(control: HtmlElement, name: str, value: str) -> str:
    type_ = (control.get("type") or "text").lower() if control.tag == "input" else ""
    if type_ == "email" and not _EMAIL.fullmatch(value):
        return f"{name!r} must hold an email address, not {value!r}"
    if type_ == "url" and not urlsplit(value).scheme:
        return f"{name!r} must hold a URL, not {value!r}"
    if type_ == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"{name!r} must hold a number, not {value!r}"
    pattern = control.get("pattern")
    if pattern and type_ and not re.fullmatch(pattern, value):
        return f"{name!r} does not have the form that the page asks for: {control.get('title') or pattern}"
    return ""


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _urlencoded(fields: tuple[tuple[str, str], ...]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()


def _multipart(entries: list[tuple[str, str | ChosenFile]]) -> tuple[bytes, str]:
    boundary = f"----okta-harness-{secrets.token_hex(12)}"
    chunks: list[bytes] = []
    for name, value in entries:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, ChosenFile):
            head += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.content_type}'
            content = value.content
        else:
            content = value.encode()
        chunks += [head.encode(), b"\r\n\r\n", content, b"\r\n"]
    chunks.append(f"--{boundary}--\r\n".encode())
    return b"".join(chunks), f"multipart/form-data; boundary={boundary}"


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
