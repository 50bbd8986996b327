"""Whatever a tree holds, its wire form is XML that says exactly that."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from fake_idp.saml.xml import (
    Comment,
    Element,
    Node,
    ProcessingInstruction,
    Text,
    XmlRefused,
    canonical,
    indented,
    parse,
    read_tree,
    wire,
)
from tests.saml.trees import ATTRIBUTES, NAMES, TEXTS, documents

PROPERTY = settings(max_examples=50, deadline=None)


def flat(node: Node) -> list[object]:
    """The content of a tree in a form that can be compared: adjacent and empty texts make no difference."""
    if isinstance(node, Text):
        return [node.value]
    if isinstance(node, Comment):
        return [("comment", node.value)]
    if isinstance(node, ProcessingInstruction):
        return [("pi", node.target, node.value)]
    assert isinstance(node, Element)
    content: list[object] = []
    for item in (i for child in node.children for i in flat(child)):
        if isinstance(item, str) and content and isinstance(content[-1], str):
            content[-1] += item
        elif item != "":
            content.append(item)
    return [(node.name, tuple(sorted(node.attributes.items())), tuple(content))]


@PROPERTY
@given(documents())
def test_parsing_the_wire_form_gives_the_canonical_form_of_the_tree(tree: Element) -> None:
    assert canonical(parse(wire(tree))) == canonical(tree)
    assert canonical(wire(tree, order="given")) == canonical(tree)


@PROPERTY
@given(documents())
def test_reading_the_wire_form_gives_the_tree_back(tree: Element) -> None:
    assert flat(read_tree(wire(tree))) == flat(tree)
    assert canonical(read_tree(wire(tree)), comments=True) == canonical(tree, comments=True)


@PROPERTY
@given(NAMES, ATTRIBUTES, TEXTS)
def test_attribute_values_and_text_survive_escaping(name: str, attributes: dict[str, str], text: str) -> None:
    declared = {f"xmlns:{name.partition(':')[0]}": "urn:x"}
    root = parse(wire(Element(name, declared | attributes, [text])))
    assert (root.text or "") == text
    assert dict(root.attrib) == attributes


@PROPERTY
@given(documents(), TEXTS)
def test_a_copy_can_be_changed_without_touching_the_original(tree: Element, text: str) -> None:
    before = wire(tree)
    copied = tree.copy()
    assert wire(copied) == before
    for element in list(copied.walk()):
        element.set("changed", text)
        element.append(Text(text))
    assert wire(tree) == before


@PROPERTY
@given(documents())
def test_the_parts_of_a_tree_are_found_where_they_are(tree: Element) -> None:
    for element in tree.walk():
        path = tree.path_to(element)
        assert (path[0], path[-1]) == (tree, element)
        if element is not tree:
            assert tree.parent_of(element) is path[-2]
            assert element in tree.find_all(element.name)


@PROPERTY
@given(documents())
def test_laid_out_for_people_it_is_still_the_same_elements(tree: Element) -> None:
    laid_out = parse(indented(tree))
    assert [e.tag for e in laid_out.iter(etree.Element)] == [
        e.tag for e in parse(wire(tree)).iter(etree.Element)
    ]


@PROPERTY
@given(st.binary(max_size=200))
def test_read_tree_and_parse_refuse_in_one_way_only(data: bytes) -> None:
    for reader in (parse, read_tree):
        try:
            reader(data)
        except XmlRefused as refusal:
            assert refusal.reason
