"""One HTML page as a person without a screen has it: its controls by name, its text, its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import lxml.html
from lxml.etree import ParserError
from lxml.html import HtmlElement

from harness.drivers.errors import AmbiguousControl, ControlBlocked, ControlNotFound, PartNotFound
from harness.drivers.http.names import folded_in, is_shown, kind_of, name_of, page_text, squeeze
from harness.drivers.parts import part_xpaths

MAX_PAGE_BYTES = 10_000_000
_EMPTY = b"<html><head></head><body></body></html>"


class Document:
    """A parsed page. Other content types are a page without controls whose text is the body."""

    def __init__(self, body: bytes, content_type: str, url: str, referrer_policy: str = "") -> None:
        self.url = url
        self.referrer_policy = referrer_policy.rpartition(",")[2].strip().lower()
        self.body = body
        self.content_type = content_type
        charset = re.search(r"charset=\"?([\w.:-]+)", content_type, re.I)
        self.encoding = charset[1] if charset else "utf-8"
        self.is_html = "html" in content_type.lower()
        self.root = self._parse(body if self.is_html else _EMPTY)

    def _parse(self, body: bytes) -> HtmlElement:
        try:
            parser = lxml.html.HTMLParser(encoding=self.encoding, no_network=True, huge_tree=False)
        except LookupError:
            parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        try:
            root = lxml.html.document_fromstring(body or _EMPTY, parser=parser)
        except (ParserError, ValueError):
            root = lxml.html.document_fromstring(_EMPTY, parser=parser)
        return root

    # Reading

    @property
    def source(self) -> str:
        """The page as it came."""
        try:
            return self.body.decode(self.encoding, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    @property
    def title(self) -> str:
        """The text of the title element."""
        return squeeze(self.root.findtext(".//title") or "")

    @property
    def heading(self) -> str:
        """The first first-level heading that is shown."""
        shown = (each for each in self.root.iter("h1") if is_shown(each))
        return squeeze(next((str(each.text_content()) for each in shown), ""))

    @property
    def text(self) -> str:
        """What a person reads."""
        if not self.is_html:
            return self.source
        body = self.root.find("body")
        return page_text(body if body is not None else self.root)

    def rows(self) -> list[dict[str, str]]:
        """The rows of all tables, cells under their column's heading or number."""
        found = []
        for table in self.root.iter("table"):
            headings: list[str] = []
            for row in table.iter("tr"):
                cells = [each for each in row if each.tag in ("td", "th")]
                texts = [squeeze(page_text(cell)) for cell in cells]
                if cells and all(cell.tag == "th" for cell in cells):
                    headings = texts
                elif cells:
                    names = (*headings, *(str(number) for number in range(len(headings), len(texts))))
                    found.append(dict(zip(names, texts, strict=False)))
        return found

    def alerts(self) -> list[str]:
        """The texts with the role alert that are shown."""
        found = self.root.xpath("//*[@role='alert']")
        return [text for each in found if is_shown(each) and (text := squeeze(page_text(each)))]

    # Finding

    def part(self, text: str) -> HtmlElement:
        """The row or section with this text; the whole page when the text is empty."""
        if not text:
            return self.root
        for xpath in part_xpaths(squeeze(text)):
            found = [each for each in self.root.xpath(xpath) if is_shown(each)]
            if found:
                part: HtmlElement = found[0]
                return part
        rows = [squeeze(page_text(row)) for row in self.root.iter("tr")]
        raise PartNotFound(text, url=self.url, title=self.title, rows=rows)

    def elements(self, kind: str, within: str = "") -> Iterator[HtmlElement]:
        """The controls of a kind that a person sees, folded ones included."""
        for element in self.part(within).iter():
            if isinstance(element.tag, str) and kind_of(element) == kind and is_shown(element):
                yield element

    def names(self, kind: str, within: str = "") -> list[str]:
        """The names of the controls of a kind."""
        return [name for element in self.elements(kind, within) if (name := name_of(element))]

    def find(self, kind: str, name: str, within: str = "", *, usable: bool = True) -> HtmlElement:
        """The one control of this kind and name, which a person can use unless ``usable`` is False."""
        wanted = squeeze(name)
        found = [each for each in self.elements(kind, within) if name_of(each) == wanted]
        if kind == "link" and len({urljoin(self.url, each.get("href") or "") for each in found}) == 1:
            found = found[:1]
        if not found:
            available = dict.fromkeys(self.names(kind, within))
            raise ControlNotFound(kind, name, available, url=self.url, title=self.title, within=within)
        if len(found) > 1:
            raise AmbiguousControl(
                f"the page {self.title!r} ({self.url}) has {len(found)} controls named {name!r}; "
                "say which one by the row or section it stands in (within)."
            )
        if usable:
            self._refuse_blocked(found[0], name)
        return found[0]

    def _refuse_blocked(self, element: HtmlElement, name: str) -> None:
        where = f"{name!r} on the page {self.title!r} ({self.url})"
        if is_disabled(element):
            raise ControlBlocked(f"{where} is disabled.")
        if (details := folded_in(element)) is not None:
            summary = details.find("summary")
            label = name_of(summary) if summary is not None else "Details"
            raise ControlBlocked(f"{where} is folded away; unfold {label!r} first.")


def is_disabled(element: HtmlElement) -> bool:
    """Whether the control, or a fieldset around it, is disabled."""
    if element.get("disabled") is not None:
        return True
    return any(each.get("disabled") is not None for each in element.iterancestors("fieldset"))
