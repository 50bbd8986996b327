"""Accessible names: what a screen reader calls a control (the parts of WAI-ARIA's accname that plain pages need)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

_CONTROLS = frozenset(("input", "select", "textarea", "button"))
_UNSEEN = frozenset(("script", "style", "template", "head", "title", "datalist"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
))  # fmt: skip


def kind_of(element: HtmlElement) -> str:
    """``field``, ``checkbox``, ``radio``, ``select``, ``file``, ``button``, ``link``, ``summary`` or nothing."""
    tag = element.tag
    if tag == "input":
        type_ = (element.get("type") or "text").lower()
        if type_ in ("checkbox", "radio", "file"):
            return type_
        if type_ in ("submit", "button", "reset", "image"):
            return "button"
        return "" if type_ == "hidden" else "field"
    if tag == "a":
        return "link" if element.get("href") is not None else ""
    return {"textarea": "field", "select": "select", "button": "button", "summary": "summary"}.get(
        str(tag), ""
    )


def name_of(element: HtmlElement) -> str:
    """The accessible name. A placeholder is none: it is gone as soon as someone types."""
    if references := element.get("aria-labelledby"):
        named = (element.getroottree().xpath("//*[@id=$id]", id=each) for each in references.split())
        return squeeze(" ".join(_text_of(found[0]) for found in named if found))
    if label := squeeze(element.get("aria-label") or ""):
        return label
    name = _own_name(element)
    return name or squeeze(element.get("title") or "")


def _own_name(element: HtmlElement) -> str:
    kind = kind_of(element)
    if kind == "button" and element.tag == "input":
        type_ = (element.get("type") or "").lower()
        fallback = {"submit": "Submit", "reset": "Reset"}.get(type_, "")
        return squeeze(element.get("value") or element.get("alt") or fallback)
    if kind in ("button", "link", "summary"):
        return squeeze(_text_of(element))
    return squeeze(" ".join(_text_of(label) for label in labels_of(element)))


def labels_of(element: HtmlElement) -> Iterator[HtmlElement]:
    """The ``label`` elements of a control."""
    if identity := element.get("id"):
        yield from element.getroottree().xpath("//label[@for=$id]", id=identity)
    for ancestor in element.iterancestors("label"):
        if ancestor.get("for") in (None, identity):
            yield ancestor


def _text_of(element: HtmlElement) -> str:
    """Text as part of a name: the alternative text of images counts, controls inside a label do not."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            pass
        elif child.tag == "img":
            parts.append(child.get("alt") or "")
        elif child.tag not in _CONTROLS and child.tag not in _UNSEEN and child.get("aria-hidden") != "true":
            inner = _text_of(child)
            parts.append(f" {inner} " if child.tag in _BLOCKS else inner)
        parts.append(child.tail or "")
    return "".join(parts)


def squeeze(text: str) -> str:
    """Blanks and line ends as one blank."""
    return " ".join(text.split())


def is_shown(element: HtmlElement) -> bool:
    """Whether a person sees it; folded sections are `folded_in`'s matter."""
    for each in (element, *element.iterancestors()):
        style = (each.get("style") or "").replace(" ", "").lower()
        if each.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style:
            return False
        if each.tag in _UNSEEN or each.get("aria-hidden") == "true":
            return False
        if each.tag == "dialog" and each.get("open") is None:
            return False
    return True


def folded_in(element: HtmlElement) -> HtmlElement | None:
    """The closed ``details`` that hides it, if one does."""
    inside: HtmlElement = element
    for ancestor in element.iterancestors():
        if ancestor.tag == "details" and ancestor.get("open") is None:
            is_summary = inside.tag == "summary" or any(
                each.tag == "summary" for each in inside.iterancestors()
            )
            first = ancestor.find("summary")
            if not (
                is_summary and first is not None and (inside is first or first in inside.iterancestors())
            ):
                return ancestor
        inside = ancestor if ancestor.tag == "summary" else inside
    return None


def page_text(element: HtmlElement) -> str:
    """What a person reads, one line per block."""
    parts: list[str] = []
    _collect(element, parts)
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _collect(element: HtmlElement, parts: list[str]) -> None:
    block = element.tag in _BLOCKS
    if block:
        parts.append("\n" if element.tag not in ("td", "th") else "\t")
    parts.append((element.text or "").replace("\n", " "))
    closed = element.tag == "details" and element.get("open") is None
    for child in element:
        if isinstance(child.tag, str) and _is_read(child) and not (closed and child.tag != "summary"):
            _collect(child, parts)
        parts.append((child.tail or "").replace("\n", " ") if not closed else "")
    if block:
        parts.append("\n" if element.tag not in ("td", "th") else "\t")


def _is_read(element: HtmlElement) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        element.tag not in _UNSEEN
        and element.tag not in ("select", "textarea")
        and element.get("hidden") is None
        and "display:none" not in style
        and not (element.tag == "dialog" and element.get("open") is None)
    )
