"""Does a message or a metadata document follow the SAML schemas? The answer is the first thing that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_MD, NS_SAML2, NS_SAML2P, NS_XENC
from harness.steps.structure_tables import MIXED, OPEN, SHAPES, Shape

VALID = "valid"
_PREFIXES = {NS_SAML2P: "samlp", NS_SAML2: "saml", NS_MD: "md", NS_DS: "ds", NS_XENC: "xenc"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_CHECKED = ("samlp:", "saml:", "md:")
_DURATION = r"-?P(?=[\dT])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_TYPES = {
    "string": r".*",
    "anyURI": r"\S*",
    "anyURIs": r".*",
    "entityID": r"\S{0,1024}",
    "language": r"([a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*)?",
    "boolean": r"\s*(true|false|0|1)\s*",
    "ID": r"[^\W\d][\w.-]*",
    "NCName": r"[^\W\d][\w.-]*",
    "nonNegativeInteger": r"\+?\d+",
    "unsignedShort": r"0*([0-5]?\d{1,4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])",
    "dateTime": r"-?\d{4,}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(Z|[+-](0\d|1[0-4]):[0-5]\d)?",
    "duration": _DURATION,
}


def structure_of(root: etree._Element) -> str:
    """`VALID`, or one sentence on the first violation in document order: where, expected, received."""
    seen: set[str] = set()
    for element in _checked(root):
        found = _attributes(element, seen) or _content(element)
        if found:
            return f"{_name(element)}: {found}"
    return VALID


def _checked(root: etree._Element) -> Iterator[etree._Element]:
    """The elements that the table speaks of; not those inside content that the schema leaves open."""
    yield root
    shape = SHAPES.get(_name(root))
    if shape is not None and shape.content not in (OPEN, MIXED):
        for child in root.iterchildren(etree.Element):
            if _name(child).startswith(_CHECKED):
                yield from _checked(child)


def _name(element: etree._Element) -> str:
    qualified = etree.QName(element)
    prefix = _PREFIXES.get(qualified.namespace or "")
    return f"{prefix}:{qualified.localname}" if prefix else str(element.tag)


def _attributes(element: etree._Element, seen: set[str]) -> str:
    shape = SHAPES.get(_name(element))
    if shape is None:
        return "no element of the SAML schemas"
    known = _attribute_types(shape)
    for name, (type_, required) in known.items():
        value = element.get(name)
        if value is None and required:
            return f"the attribute {name} is missing"
        if value is not None and not re.fullmatch(_TYPES.get(type_, type_), value, re.DOTALL):
            return f"{name} is {value[:80]!r}, expected {type_}"
        if value is not None and type_ == "ID":
            if value in seen:
                return f"the ID {value!r} stands twice"
            seen.add(value)
    for name in map(str, element.attrib):
        other = name.startswith("{")
        welcome = shape.foreign or name.startswith("{http://www.w3.org/2001/XMLSchema-instance}")
        if name not in known and not (other and welcome):
            return f"the attribute {name[:120]} is not allowed here"
    return ""


@cache
def _attribute_types(shape: Shape) -> dict[str, tuple[str, bool]]:
    words = shape.attributes.split()
    return {
        name.rstrip(":").rstrip("!").replace("xml:", _XML): (type_, "!" in name)
        for name, type_ in zip(words[::2], words[1::2], strict=True)
    }


def _content(element: etree._Element) -> str:
    content = SHAPES[_name(element)].content
    children = [_name(child) for child in element.iterchildren(etree.Element)]
    text = "".join(str(part) for part in element.itertext(with_tail=False)) if not children else ""
    if content == MIXED:
        return ""
    if content.startswith("["):
        type_ = content.strip("[]")
        if children:
            return f"holds {children[0]}, expected text"
        return (
            ""
            if re.fullmatch(_TYPES[type_], text.strip(), re.DOTALL)
            else f"is {text[:80]!r}, expected {type_}"
        )
    if any((part or "").strip() for part in (element.text, *(child.tail for child in element))):
        return "has text, expected elements alone"
    if content == OPEN:
        return ""
    if _model(content).fullmatch("".join(f"{child} " for child in children)):
        return ""
    return f"holds {', '.join(children) or 'nothing'}; expected {content or 'nothing'}"


@cache
def _model(content: str) -> re.Pattern[str]:
    """A content model as a regular expression over child names that each end in a blank."""
    return re.compile(
        re.sub(r"\w+:\w+", lambda name: f"(?:{name[0]}_)", content).replace(" ", "").replace("_", " ")
    )
