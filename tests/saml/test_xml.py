"""The tree, its wire form, the hardened parser and canonicalization, by example."""

from __future__ import annotations

import pytest

from fake_idp.saml.xml import (
    Comment,
    Element,
    NoSuchElement,
    ProcessingInstruction,
    Raw,
    Text,
    UnwritableText,
    XmlRefused,
    canonical,
    indented,
    parse,
    read_tree,
    wire,
)


def order() -> Element:
    return Element(
        "a:order",
        {"xmlns:a": "urn:a", "ID": "o1"},
        [
            Element("a:line", {"n": "1"}, [Element("a:name", {}, ["tea"])]),
            Element("a:line", {"n": "2"}, [Element("a:name", {}, ["milk"])]),
            Element("b:note", {"xmlns:b": "urn:b", "Id": "n1"}, ["soon"]),
        ],
    )


def test_wire_sorts_attributes_with_declarations_among_them_and_closes_empty_elements_in_place() -> None:
    element = Element(
        "p:R", {"xmlns:p": "urn:p", "Version": "2.0", "xmlns:a": "urn:a", "ID": "x", "a:b": "1"}
    )
    expected = b'<p:R ID="x" Version="2.0" a:b="1" xmlns:a="urn:a" xmlns:p="urn:p"/>'
    assert wire(element, declaration=False) == expected
    assert wire(element) == b'<?xml version="1.0" encoding="UTF-8"?>' + expected
    assert wire(element, declaration=False, order="given").startswith(b'<p:R xmlns:p="urn:p" Version="2.0"')


def test_an_empty_text_keeps_the_element_open() -> None:
    assert wire(Element("a", {}, [""]), declaration=False) == b"<a></a>"
    assert wire(Element("a"), declaration=False) == b"<a/>"


def test_text_and_attributes_are_escaped_each_in_its_way() -> None:
    element = Element("a", {"q": "<&>\"'\t\n\r"}, ["<&>\"'\t\n\r"])
    assert wire(element, declaration=False) == (
        b'<a q="&lt;&amp;>&quot;\'&#x9;&#xa;&#xd;">&lt;&amp;&gt;"\'\t\n&#xd;</a>'
    )


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1f", "\ufffe", "\ud800"])
def test_a_character_that_xml_cannot_hold_is_named(character: str) -> None:
    with pytest.raises(UnwritableText, match=f"U\\+{ord(character):04X} cannot be written"):
        wire(Element("a", {}, [f"x{character}"]))
    with pytest.raises(UnwritableText):
        wire(Element("a", {"b": character}))


def test_comments_instructions_and_raw_markup_are_written_as_they_are() -> None:
    element = Element(
        "a", {}, [Comment(" c "), ProcessingInstruction("p", "q"), Raw(b"<![CDATA[<]]>"), Raw("&#65;")]
    )
    assert wire(element, declaration=False) == b"<a><!-- c --><?p q?><![CDATA[<]]>&#65;</a>"
    assert canonical(element) == b"<a><?p q?>&lt;A</a>"
    assert canonical(element, comments=True) == b"<a><!-- c --><?p q?>&lt;A</a>"
    assert wire(element.copy()) == wire(element)


def test_lookup_by_name_goes_down_and_by_path_along_children() -> None:
    tree = order()
    assert tree.one("a:name").text == "tea"
    assert [e.text for e in tree.find_all("a:name")] == ["tea", "milk"]
    assert tree.one("a:line/a:name").text == "tea"
    assert tree.find("a:name/a:line") is None
    assert tree.find("a:order") is None
    assert tree.child("note") is tree.elements[2]
    assert tree.with_id("n1") is tree.elements[2]
    assert tree.with_id("o1") is tree
    assert tree.with_id("nothing") is None
    assert tree.text == "teamilksoon"


def test_a_failed_lookup_says_what_is_there() -> None:
    with pytest.raises(
        NoSuchElement, match="no a:price below a:order; what is there: a:order, a:line, a:name, b:note"
    ):
        order().one("a:price")


def test_nodes_can_be_moved_replaced_and_taken_out_anywhere_below() -> None:
    tree = order()
    first, second, note = tree.elements
    tree.remove(first.elements[0])
    tree.replace(second.elements[0], Text("none"))
    tree.insert_before(note, Element("x"))
    tree.insert_after(note, Element("y"))
    tree.insert(0, Comment("top"))
    assert wire(tree, declaration=False) == (
        b'<a:order ID="o1" xmlns:a="urn:a"><!--top--><a:line n="1"/><a:line n="2">none</a:line><x/>'
        b'<b:note Id="n1" xmlns:b="urn:b">soon</b:note><y/></a:order>'
    )
    with pytest.raises(NoSuchElement, match="is not below a:order"):
        tree.remove(first.copy())
    with pytest.raises(NoSuchElement, match="is not a child of a:line"):
        first.index(note)


def test_setting_text_replaces_all_children_and_setting_an_attribute_to_none_drops_it() -> None:
    tree = order()
    tree.text = "gone"
    tree.set("ID", None)
    tree.set("missing", None)
    assert wire(tree, declaration=False) == b'<a:order xmlns:a="urn:a">gone</a:order>'
    assert (tree.get("ID"), tree.get("ID", "none")) == ("", "none")


def test_equal_looking_nodes_are_told_apart() -> None:
    twin = Element("t")
    tree = Element("r", {}, [Element("t"), twin])
    tree.remove(twin)
    assert tree.elements[0] is not twin
    assert tree.path_to(twin) == []


DTD = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<a>" + b"x" * (1 << 20) + b"</a>", "too_large"),
        (DTD, "dtd"),
        (DTD.decode().encode("utf-16"), "dtd"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-+ACE-DOCTYPE a+AD4-<a/>', "dtd"),
        (b"<a>" * 300 + b"</a>" * 300, "too_deep"),
        (b"<a><b></a>", "not_well_formed"),
        (b"<a:b/>", "not_well_formed"),
        (b"<a>&undefined;</a>", "not_well_formed"),
        (b"\xff", "not_well_formed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_parser_refuses_with_a_code(xml: bytes, code: str) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(xml)
    assert refused.value.code == code
    assert str(refused.value) == refused.value.reason


def test_no_entity_and_no_outside_file_is_ever_read() -> None:
    for declared in (
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        "",
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;',
    ):
        with pytest.raises(XmlRefused, match="DTDs are never read"):
            parse(f"<!DOCTYPE a [{declared}]><a>&x;</a>")
        with pytest.raises(XmlRefused, match="DTDs are never read"):
            read_tree(f"<!DOCTYPE a [{declared}]><a>&x;</a>".encode())


def test_taking_apart_refuses_an_encoding_that_it_does_not_have() -> None:
    xml = '<?xml version="1.0" encoding="EUC-JP"?><a>漢</a>'.encode("euc-jp")
    assert parse(xml).text == "漢"
    with pytest.raises(XmlRefused, match="cannot be taken apart"):
        read_tree(xml)


def test_parser_keeps_comments_and_takes_text_or_bytes() -> None:
    assert len(parse("<a><!--c--></a>")) == 1
    assert parse("<a>ü</a>").text == parse("<a>ü</a>".encode()).text == "ü"


def test_inclusive_prefixes_declared_further_out_reach_the_canonical_form_by_the_root() -> None:
    inner = Element("b", {}, [Element("c", {"t": "xs:string"})])
    root = Element(
        "a", {"xmlns:xs": "urn:xs", "xmlns:p": "urn:p"}, [Element("m", {"xmlns:p": "urn:p2"}, [inner])]
    )
    assert canonical(inner, ("xs",)) == b'<b><c t="xs:string"></c></b>'
    assert canonical(inner, ("xs", "p"), root=root) == (
        b'<b xmlns:p="urn:p2" xmlns:xs="urn:xs"><c t="xs:string"></c></b>'
    )
    assert canonical(inner, root=root) == b'<b><c t="xs:string"></c></b>'


def test_a_prefix_declared_further_out_can_be_used_inside() -> None:
    inner = Element("p:b")
    root = Element("a", {"xmlns:p": "urn:p"}, [inner])
    with pytest.raises(XmlRefused, match="p on b is not defined"):
        canonical(inner)
    assert canonical(inner, root=root) == b'<p:b xmlns:p="urn:p"></p:b>'


def test_laid_out_one_child_a_line_with_text_beside_its_element() -> None:
    assert indented(order()) == (
        '<a:order ID="o1" xmlns:a="urn:a">\n'
        '    <a:line n="1">\n'
        "        <a:name>tea</a:name>\n"
        "    </a:line>\n"
        '    <a:line n="2">\n'
        "        <a:name>milk</a:name>\n"
        "    </a:line>\n"
        '    <b:note Id="n1" xmlns:b="urn:b">soon</b:note>\n'
        "</a:order>"
    )
