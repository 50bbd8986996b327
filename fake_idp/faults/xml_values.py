"""Faults inside values: comments, instructions, CDATA and references that cut a text in two for some readers.

``context.data["split"]`` is ``{"head": ..., "tail": ...}``: the genuine value is head and tail together, and a
reader that stops at the first text node takes the head for it. Without it, values are split in the middle.
"""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.faults.edit import ASSERTION, attribute_element, attribute_statement
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import any_signature, readable
from fake_idp.saml.nodes import Comment, Element, Node, ProcessingInstruction, Raw, Text
from fake_idp.saml.pipeline import FaultContext

CVE = "CVE-2017-11427 and its family; SAML Core 5.4.3"
SECOND_NAME = ".evil.example.test"


def halves(value: str, context: FaultContext) -> tuple[str, str]:
    """Where to cut a value."""
    split = context.data.get("split") or {}
    head, tail = str(split.get("head", "")), str(split.get("tail", ""))
    if head and head + tail == value:
        return head, tail
    middle = len(value) // 2
    return value[:middle], value[middle:]


def _attribute_value(response: Element, context: FaultContext) -> Element:
    """The value to cut: the one that is head and tail, else the first; one is added where there is none."""
    split = context.data.get("split") or {}
    whole = f"{split.get('head', '')}{split.get('tail', '')}"
    values = response.find_all("saml2:AttributeValue")
    if not values:
        attribute_statement(response).append(attribute_element("okta-harness-split", whole or "head.tail"))
        values = response.find_all("saml2:AttributeValue")
    return next((v for v in values if v.text == whole), values[0])


def _cut(between: Callable[[], Node]) -> Callable[[Element, FaultContext], None]:
    def cut(element: Element, context: FaultContext) -> None:
        head, tail = halves(element.text, context)
        element.children = [Text(head), between(), Text(tail)]

    return cut


_in_comment = _cut(lambda: Comment(""))
_in_instruction = _cut(lambda: ProcessingInstruction("cut", "here"))


@on("tree", "xml-comment-in-value", source=CVE, applies=readable)
def comment_in_name_id(response: Element, context: FaultContext) -> None:
    """A comment stands in the middle of the NameID; signatures do not see it."""
    _in_comment(response.one("saml2:NameID"), context)


@on("tree", "xml-comment-in-value", source=CVE, applies=readable)
def comment_in_attribute(response: Element, context: FaultContext) -> None:
    """A comment stands in the middle of an attribute value; signatures do not see it."""
    _in_comment(_attribute_value(response, context), context)


@on("tree", "xml-comment-in-value", source=CVE, applies=readable)
def comment_in_audience(response: Element) -> None:
    """The Audience is another SP whose name begins like this one's; a comment stands after that beginning."""
    audience = response.one("saml2:Audience")
    audience.children = [Text(audience.text), Comment(""), Text(SECOND_NAME)]


@on("tree", "xml-comment-in-value", source=CVE, applies=readable)
def comment_in_issuer(response: Element) -> None:
    """Both Issuers are another IdP whose name begins like the right one; a comment stands after that beginning."""
    for issuer in (response.one("saml2:Issuer"), response.one(f"{ASSERTION}/saml2:Issuer")):
        issuer.children = [Text(issuer.text), Comment(""), Text(SECOND_NAME)]


@on("tree", "xml-pi-in-value", source="SAML Core 5.4.3; XML Signature 1.1, section 8.1", applies=readable)
def pi_in_name_id(response: Element, context: FaultContext) -> None:
    """A processing instruction stands in the middle of the NameID."""
    _in_instruction(response.one("saml2:NameID"), context)


@on("tree", "xml-pi-in-value", source="SAML Core 5.4.3; XML Signature 1.1, section 8.1", applies=readable)
def pi_in_attribute(response: Element, context: FaultContext) -> None:
    """A processing instruction stands in the middle of an attribute value."""
    _in_instruction(_attribute_value(response, context), context)


@on("tree", "xml-pi-in-value", source="SAML Core 5.4.3; XML Signature 1.1, section 8.1", applies=readable)
def pi_in_audience(response: Element) -> None:
    """The Audience is another SP whose name begins like this one's; an instruction stands after that beginning."""
    audience = response.one("saml2:Audience")
    audience.children = [Text(audience.text), ProcessingInstruction("cut", "here"), Text(SECOND_NAME)]


@on("tree", "xml-cdata-in-value", source="SAML Core 1.3.1, lines 291-296", applies=readable)
def cdata_in_name_id(response: Element, context: FaultContext) -> None:
    """The first part of the NameID is a CDATA section."""
    name_id = response.one("saml2:NameID")
    head, tail = halves(name_id.text, context)
    name_id.children = [Raw(f"<![CDATA[{head}]]>"), Text(tail)]


@on("tree", "xml-cdata-in-value", source="SAML Core 1.3.1, lines 291-296", applies=readable)
def charref_in_name_id(response: Element) -> None:
    """Every character of the NameID is a character reference."""
    name_id = response.one("saml2:NameID")
    name_id.children = [Raw("".join(f"&#x{ord(character):x};" for character in name_id.text))]


@on("tree", "xml-entity-in-value", source="XML 1.0, section 4.6", applies=readable)
def standard_entities_in_value(response: Element) -> None:
    """An added attribute has a value with the five entities that need no declaration."""
    attribute = attribute_element("okta-harness-entities", "x")
    attribute.elements[0].children = [Raw("&lt;&gt;&amp;&quot;&apos;")]
    attribute_statement(response).append(attribute)


@on("signed", "xml-entity-in-value", source="Kantara IIP-G03; CVE-2025-23369", applies=any_signature)
def entity_undeclared_in_name_id(response: Element) -> None:
    """The NameID ends in a reference to an entity that nobody declared; it was added after signing."""
    response.one("saml2:NameID").append(Raw("&foo;"))


def _odd_text(fault_id: str, title: str, change: Callable[[str], str]) -> None:
    def apply(response: Element) -> None:
        name_id = response.one("saml2:NameID")
        name_id.text = change(name_id.text)

    register(
        fault_id,
        title,
        "tree",
        apply,
        "nameid-lookalike-accounts",
        source="SAML Core 1.3.1, lines 280-289; Kantara IIP-IDP21",
    )


_odd_text("name-id-other-case", "The NameID is written in other case.", str.swapcase)
_odd_text("name-id-zero-width-space", "The NameID ends in a zero-width space.", lambda text: f"{text}\u200b")
_odd_text("name-id-surrounding-blanks", "The NameID has blanks around it.", lambda text: f"  {text}\n")
_odd_text(
    "name-id-homoglyph",
    "A letter a of the NameID is the Cyrillic one.",
    lambda text: text.replace("a", "\u0430", 1),
)
