"""Reading XML that may come from an attacker: bounded, without DTD, without entities, without the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from lxml import etree

Element = etree._Element

Kind = Literal["encoding", "dtd", "not_xml", "too_deep"]

MAX_DEPTH = 100
"""Nesting of elements. A signed, encrypted response needs about 12."""
MAX_ELEMENTS = 20_000

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DECLARATION = re.compile(
    r'\A<\?xml\s+version\s*=\s*["\']([^"\']*)["\'](?:\s+encoding\s*=\s*["\']([^"\']*)["\'])?'
)
_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)


class XmlRefused(ValueError):
    """The bytes are no XML that this SP reads. ``kind`` says which rule; ``detail`` is for the admin."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(detail)
        self.kind: Kind = kind
        self.detail = detail


class ValueRefused(ValueError):
    """A single value (a time, a name) is not written as the schema demands."""


def parse(data: bytes, *, allow_dtd: bool = False, encodings: tuple[str, ...] = ("utf-8",)) -> Element:
    """The root element of ``data``.

    ``allow_dtd`` is the weakness that it says; ``encodings`` are the ones read besides a plain UTF-8.

    :raises XmlRefused: for a DTD, an entity, another encoding, XML 1.1, too deep nesting, or broken XML.
    """
    text = decode(data, encodings)
    declaration = _DECLARATION.match(text)
    if declaration and declaration[1] != "1.0":
        raise XmlRefused("not_xml", f"XML version {declaration[1][:10]!r}; only 1.0 is read")
    if not allow_dtd and ("<!DOCTYPE" in text or "<!ENTITY" in text):
        raise XmlRefused("dtd", f"a DTD stands at character {max(text.find('<!DOCTYPE'), 0)}")
    parser = etree.XMLParser(
        resolve_entities=allow_dtd,
        no_network=not allow_dtd,
        load_dtd=allow_dtd,
        huge_tree=False,
        encoding="utf-8",
    )
    body = text[declaration.end() :].partition("?>")[2] if declaration else text
    try:
        root = etree.fromstring(body.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        kind: Kind = "too_deep" if "Excessive depth" in str(error) else "not_xml"
        raise XmlRefused(kind, str(error.msg).partition(" (<string>")[0]) from None
    if not allow_dtd and root.getroottree().docinfo.doctype:
        raise XmlRefused("dtd", "the document has a DTD")
    _bound(root)
    return root


def decode(data: bytes, encodings: tuple[str, ...] = ("utf-8",)) -> str:
    """The text of an XML document, its byte order mark removed.

    :raises XmlRefused: when a byte order mark, the declaration or the bytes ask for an encoding not in ``encodings``.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    if encoding not in encodings:
        raise XmlRefused("encoding", f"the file is {encoding.upper()}; save it as UTF-8")
    try:
        text = data.decode("utf-16") if encoding == "utf-16" else data.removeprefix(mark).decode("utf-8")
    except UnicodeDecodeError as error:
        raise XmlRefused("encoding", f"byte {error.start} is not {encoding.upper()}") from None
    declaration = _DECLARATION.match(text)
    declared = (declaration[2] or encoding).lower() if declaration else encoding
    if declared not in (encoding, "utf-16", "us-ascii", "ascii") or (
        declared == "utf-16" and encoding != "utf-16"
    ):
        raise XmlRefused(
            "encoding", f"the declaration says {declared[:20]!r}, the bytes are {encoding.upper()}"
        )
    return text


def _bound(root: Element) -> None:
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise XmlRefused("too_deep", f"more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")


def serialize(element: Element) -> bytes:
    """The element alone, with the namespaces that it inherits, without what follows it."""
    return etree.tostring(element, with_tail=False)


def text_of(element: Element) -> str:
    """The whole text of a value. Comments are no part of it and never end it."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def first_text_node(element: Element) -> str:
    """The text up to the first comment: how a careless SP reads a value (see the weakness of that name)."""
    return element.text or ""


def children(element: Element, name: str) -> list[Element]:
    """The child elements with that Clark name; never descendants further down."""
    return element.findall(name)


def child(element: Element | None, name: str) -> Element | None:
    """The first child element with that Clark name."""
    return None if element is None else element.find(name)


def elements(root: Element) -> Iterator[Element]:
    """All elements, without comments and processing instructions."""
    return root.iter(etree.Element)


def read_time(value: str | None) -> datetime:
    """A SAML time (SAML Core 1.3.3) as an aware UTC time.

    An offset is honoured; a time without any zone is refused, so that it is never taken for local time.

    :raises ValueRefused: when it is missing or no ``xs:dateTime`` with a zone.
    """
    match = _DATE_TIME.fullmatch(value.strip()) if value else None
    if match is None:
        raise ValueRefused(
            "no time" if not value else f"{value[:40]!r} is no UTC time such as 2026-01-31T09:30:00Z"
        )
    fraction = (match[7] or "")[:6].ljust(6, "0")
    zone = "+00:00" if match[8] == "Z" else match[8]
    try:
        whole = datetime.fromisoformat(
            f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6]}{zone}"
        )
        return whole.replace(microsecond=int(fraction)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueRefused(f"{value!r} is no date that exists") from None


def write_time(moment: datetime) -> str:
    """An aware time as SAML writes it: UTC, milliseconds, Z."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
