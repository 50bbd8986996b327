"""From trees to bytes and back: Okta's wire form, the hardened parser, exclusive canonicalization.

Okta writes attributes in the order of their names, ``xmlns`` declarations among them, and repeats declarations
that are already in scope. lxml does neither, and faults need freedoms that no schema-aware tree gives. So a
message is a tree of :class:`Element` whose names are the literal prefixed names and whose ``xmlns``
declarations are ordinary attributes. lxml parses (:func:`parse`, hardened) and canonicalizes
(:func:`canonical`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal
from xml.parsers import expat

from lxml import etree

from fake_idp.saml.nodes import (
    Comment,
    Element,
    Node,
    NoSuchElement,
    ProcessingInstruction,
    Raw,
    Text,
)

__all__ = [
    "DECLARATION",
    "MAX_XML_BYTES",
    "AttributeOrder",
    "Comment",
    "Element",
    "NoSuchElement",
    "Node",
    "ProcessingInstruction",
    "Raw",
    "Text",
    "UnwritableText",
    "XmlRefused",
    "canonical",
    "indented",
    "parse",
    "read_tree",
    "wire",
]

AttributeOrder = Literal["okta", "given"]
"""``okta``: sorted by name, declarations included. ``given``: as they stand in the tree."""

MAX_XML_BYTES = 1 << 20
"""No message that Okta or an SP sends comes near this size."""


class XmlRefused(ValueError):
    """A document that the hardened parser does not take. ``code`` is stable, ``reason`` is for people."""

    def __init__(
        self, code: Literal["empty", "too_large", "dtd", "too_deep", "not_well_formed"], reason: str
    ):
        super().__init__(reason)
        self.code = code
        self.reason = reason


class UnwritableText(ValueError):
    """A character that XML 1.0 cannot carry, not even as a reference (XML 1.0, production 2)."""


DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

_UNWRITABLE = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_IN_TEXT = re.compile(f"[&<>\r{_UNWRITABLE}]")
_IN_ATTRIBUTE = re.compile(f'[&<"\t\n\r{_UNWRITABLE}]')
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#x9;",
    "\n": "&#xa;",
    "\r": "&#xd;",
}


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    try:
        return _ESCAPES[character]
    except KeyError:
        raise UnwritableText(
            f"U+{ord(character):04X} cannot be written in XML 1.0; take it out of the value"
        ) from None


@lru_cache(maxsize=1024)
def _attribute(name: str, value: str) -> str:
    """One attribute in its place in a start tag. Most are the same in every message: namespaces, URIs."""
    return f' {name}="{_IN_ATTRIBUTE.sub(_escape, value)}"'


def _write(node: Node, out: list[str], order: AttributeOrder) -> None:
    if isinstance(node, Element):
        out.append(f"<{node.name}")
        if attributes := node.attributes:
            for name in sorted(attributes) if order == "okta" else attributes:
                out.append(_attribute(name, attributes[name]))
        if not node.children:
            out.append("/>")
            return
        out.append(">")
        for child in node.children:
            if isinstance(child, Text):
                out.append(_IN_TEXT.sub(_escape, child.value))
            else:
                _write(child, out, order)
        out.append(f"</{node.name}>")
    elif isinstance(node, Text):
        out.append(_IN_TEXT.sub(_escape, node.value))
    elif isinstance(node, Comment):
        out.append(f"<!--{node.value}-->")
    elif isinstance(node, Raw):
        out.append(node.markup)
    else:
        out.append(f"<?{node.target} {node.value}?>")


def wire(element: Element, *, declaration: bool = True, order: AttributeOrder = "okta") -> bytes:
    """The bytes that go over the wire: one line, empty elements closed in place, UTF-8.

    Raises :class:`UnwritableText` for a character that no XML document can hold.
    """
    out = [DECLARATION] if declaration else []
    _write(element, out, order)
    return "".join(out).encode("utf-8")


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def parse(xml: bytes | str, *, max_bytes: int = MAX_XML_BYTES) -> etree._Element:
    """Parse a document from outside: no DTD, no entities, no network, bounded in size and depth.

    Comments and processing instructions are kept. Raises :class:`XmlRefused`.
    """
    data = xml.encode("utf-8") if isinstance(xml, str) else xml
    if not data.strip():
        raise XmlRefused("empty", "the document is empty")
    if len(data) > max_bytes:
        raise XmlRefused("too_large", f"the document has {len(data)} bytes, at most {max_bytes} are read")
    # UTF-16 has a zero byte beside each of these characters. Other encodings are caught after parsing.
    if b"<!DOCTYPE" in data or b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise XmlRefused("dtd", "the document has a DOCTYPE; DTDs are never read")
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise XmlRefused("too_deep", f"the document nests too deeply: {error}") from error
        raise XmlRefused("not_well_formed", f"the document is not well-formed XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("dtd", "the document has a DOCTYPE; DTDs are never read")
    return root


def canonical(
    element: Element | etree._Element | bytes,
    inclusive_prefixes: Iterable[str] = (),
    *,
    root: Element | None = None,
    comments: bool = False,
) -> bytes:
    """Exclusive canonical form (W3C Exclusive XML Canonicalization 1.0) of an element.

    ``root`` is the document that a tree :class:`Element` stands in; needed only when the element uses prefixes
    or ``inclusive_prefixes`` that are declared above it. Raises :class:`XmlRefused` when it is not well-formed.
    """
    if isinstance(element, Element):
        element = wire(_with_scope(element, root) if root else element, declaration=False, order="given")
    node = parse(element, max_bytes=16 * MAX_XML_BYTES) if isinstance(element, bytes) else element
    prefixes = list(inclusive_prefixes)
    return etree.tostring(
        node, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes or None, with_comments=comments
    )


def _with_scope(element: Element, root: Element) -> Element:
    """``element`` with the declarations of its ancestors on its own start tag.

    An inherited declaration and an own one are the same namespace node to a canonicalizer (Exclusive XML
    Canonicalization, section 3), so the canonical form does not change.
    """
    scope: dict[str, str] = {}
    for ancestor in root.path_to(element)[:-1]:
        scope |= {n: v for n, v in ancestor.attributes.items() if n == "xmlns" or n.startswith("xmlns:")}
    shallow = Element(element.name, scope | element.attributes)
    shallow.children = element.children
    return shallow


def read_tree(xml: bytes) -> Element:
    """A document as a tree that keeps prefixes, declarations, comments and attribute order as they are written.

    For taking a finished message apart again; ``wire(read_tree(x), order="given")`` has the same canonical form as
    ``x``. Raises :class:`XmlRefused`.
    """
    parse(xml)  # the refusals, and the well-formedness of namespaces, which expat does not look at here
    top = Element("")
    stack = [top]

    def start(name: str, attributes: list[str]) -> None:
        element = Element(name, zip(attributes[::2], attributes[1::2], strict=True))
        stack[-1].children.append(element)
        stack.append(element)

    def text(value: str) -> None:
        if stack[-1] is not top:
            stack[-1].children.append(Text(value))

    reader = expat.ParserCreate()
    reader.ordered_attributes = True
    reader.buffer_text = True
    reader.StartElementHandler = start
    reader.EndElementHandler = lambda _name: stack.pop()
    reader.CharacterDataHandler = text
    reader.CommentHandler = lambda value: stack[-1].children.append(Comment(value))
    reader.ProcessingInstructionHandler = lambda target, value: stack[-1].children.append(
        ProcessingInstruction(target, value)
    )
    try:
        reader.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: encodings that expat lacks
        raise XmlRefused("not_well_formed", f"the document cannot be taken apart: {error}") from error
    return top.elements[0]


def indented(element: Element, indent: str = "    ") -> str:
    """The element laid out for people, one child a line; elements that hold text stay on theirs.

    For pages and traces only: a signature does not survive it.
    """
    lines: list[str] = []

    def lay_out(node: Node, depth: int) -> None:
        if not isinstance(node, Element) or not node.elements:
            lines.append(indent * depth + wire_node(node))
            return
        head = wire_node(Element(node.name, node.attributes, [""]))
        lines.append(indent * depth + head.removesuffix(f"</{node.name}>"))
        for child in node.children:
            if not isinstance(child, Text) or child.value.strip():
                lay_out(child, depth + 1)
        lines.append(f"{indent * depth}</{node.name}>")

    def wire_node(node: Node) -> str:
        out: list[str] = []
        _write(node, out, "okta")
        return "".join(out)

    lay_out(element, 0)
    return "\n".join(lines)
