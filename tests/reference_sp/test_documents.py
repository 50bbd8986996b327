"""What arrives at the ACS before anybody asks who signed it: HTTP, base64, XML, structure, status."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from lxml import etree

from harness.difference import Difference
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import NS, SAML, SAMLP, SUCCESS, Element, encoded, find


def last_code(pair: Pair) -> str:
    attempt = pair.sp.last_login()
    return attempt.code if attempt else ""


def refused(pair: Pair, message: str) -> tuple[Difference, ...]:
    """What an admin reads of a message that is refused."""
    assert pair.code(message)
    attempt = pair.sp.last_login()
    assert attempt is not None
    return attempt.differences


def test_a_get_with_a_message_is_refused(pair: Pair) -> None:
    from urllib.parse import urlencode

    query = urlencode({"SAMLResponse": encoded(pair.idp.response())})
    browser = pair.browser()
    browser.get(f"/saml/2/acs/10001?{query}")
    assert last_code(pair) == "resp_wrong_method"
    assert browser.signed_in() == ""


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused_below_500(pair: Pair, method: str) -> None:
    assert pair.browser().send(method, "/saml/2/acs/10001").status < 500
    assert last_code(pair) == "resp_wrong_method"


def test_a_form_without_a_message(pair: Pair) -> None:
    pair.browser().post("/saml/2/acs/10001", {"RelayState": "x"}, cross_site=True)
    assert last_code(pair) == "resp_missing"


@pytest.mark.parametrize(
    "fields",
    [
        lambda good, bad: [("SAMLResponse", good), ("SAMLResponse", bad)],
        lambda good, bad: [("SAMLResponse", bad), ("SAMLResponse", good)],
        lambda good, bad: [("SAMLResponse", good), ("SAMLRequest", bad)],
        lambda good, bad: [("SAMLResponse", good), ("SAMLResponse[]", bad)],
    ],
)
def test_two_messages_at_once_are_refused(
    pair: Pair, fields: Callable[[str, str], list[tuple[str, str]]]
) -> None:
    good, bad = encoded(pair.idp.response()), encoded(pair.idp.response("eve@acme.test", signed="none"))
    browser = pair.browser()
    browser.post("/saml/2/acs/10001", fields(good, bad), cross_site=True)
    assert last_code(pair) == "resp_parameters"
    assert browser.signed_in() == ""


def test_a_message_in_the_query_beside_the_one_in_the_body_is_refused(pair: Pair) -> None:
    good = encoded(pair.idp.response())
    pair.browser().post("/saml/2/acs/10001?SAMLResponse=x", {"SAMLResponse": good}, cross_site=True)
    assert last_code(pair) == "resp_parameters"


def test_other_fields_are_ignored(pair: Pair) -> None:
    browser = pair.browser()
    fields = {"SAMLResponse": encoded(pair.idp.response()), "submit": "Continue", "x": "y"}
    browser.post("/saml/2/acs/10001", fields, cross_site=True)
    assert browser.signed_in() == "ada@acme.test"


def test_base64_may_be_wrapped_but_not_be_of_another_alphabet(pair: Pair) -> None:
    wrapped = base64.encodebytes(etree.tostring(pair.idp.response())).replace(b"\n", b"\r\n").decode()
    assert pair.code(wrapped) == ""
    good = encoded(pair.idp.response())
    assert pair.code("*" + good) == "resp_base64"
    assert pair.code(good.rstrip("=")[:-1] + "-_") == "resp_base64"
    assert pair.code("PHg+") == "resp_not_xml"


def url_safe(good: str) -> str:
    return good.replace("+", "-").replace("/", "_").rstrip("=")


def deflated(good: str, wbits: int) -> str:
    packer = zlib.compressobj(wbits=wbits)
    return base64.b64encode(packer.compress(base64.b64decode(good)) + packer.flush()).decode()


def rewritten(good: str, encoding: str) -> str:
    return base64.b64encode(base64.b64decode(good).decode().encode(encoding)).decode()


@pytest.mark.parametrize(
    ("spoil", "code", "received", "advice"),
    [
        (
            lambda good: base64.b64decode(good).decode(),
            "resp_base64",
            "XML, not encoded",
            "base64 of the XML",
        ),
        (lambda good: quote(base64.b64decode(good)), "resp_base64", "XML, not encoded", "base64 of the XML"),
        (lambda good: quote(good, safe=""), "resp_base64", "percent-encoded once more", "the plain base64"),
        (url_safe, "resp_base64", "URL-safe alphabet", "+ and /"),
        (lambda good: base64.b64encode(good.encode()).decode(), "resp_not_xml", "base64 of base64", "once"),
        (lambda good: deflated(good, -15), "resp_encoding", "deflated", "Bindings 3.5.4"),
        (lambda good: deflated(good, 15), "resp_encoding", "deflated", "Bindings 3.5.4"),
        (lambda good: rewritten(good, "utf-16"), "resp_encoding", "XML in UTF-16", "in UTF-8"),
        (lambda good: rewritten(good, "utf-16-le"), "resp_not_xml", "XML in UTF-16", "in UTF-8"),
    ],
    ids=["xml", "xml-in-percent", "percent", "url-safe", "twice", "deflated", "zlib", "utf-16", "no-mark"],
)
def test_known_damage_is_named_with_who_did_it_and_what_they_should_do(
    pair: Pair, spoil: Callable[[str], str], code: str, received: str, advice: str
) -> None:
    (found,) = refused(pair, spoil(encoded(pair.idp.response(attributes={"note": ["?>?>?>>>???"]}))))
    (fix,) = found.fixes
    assert found.code == code
    assert received in found.received
    assert found.hint.startswith("the sender ")
    assert (fix.side, fix.field) == ("harness", "SAMLResponse")
    assert advice in fix.advice


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_plus_that_became_a_blank_is_named_whatever_else_it_does_to_the_message(
    pair: Pair, lost: int
) -> None:
    """Blanks are no part of base64: by their number it is too short, or another text, or no text."""
    good = encoded(pair.idp.response())
    while good.count("+") < 4:
        good = encoded(pair.idp.response())
    (found,) = refused(pair, good.replace("+", " ", lost))
    assert found.code in ("resp_base64", "resp_encoding", "resp_not_xml")
    assert "a blank wherever a + was" in found.received
    assert "%2B" in found.fixes[0].advice


def test_damage_of_no_known_kind_is_told_by_character_and_place(pair: Pair) -> None:
    good = encoded(pair.idp.response())
    (found,) = refused(pair, good[:7] + "*" + good[8:])
    assert found.received == "the character '*' at position 8"
    assert [fix.side for fix in found.fixes] == ["user"]
    (found,) = refused(pair, good[:-5])
    assert (found.received, found.hint) == ("Incorrect padding", "")


def test_a_message_that_would_inflate_without_end_is_refused_quickly(pair: Pair) -> None:
    (found,) = refused(pair, deflated(base64.b64encode(b"<" + b" " * 50_000_000).decode(), -15))
    assert found.received == "a deflated message"


def test_an_admin_reads_what_damaged_the_message_and_nobody_else_does(pair: Pair) -> None:
    text = base64.b64decode(encoded(pair.idp.response())).decode()
    admin, anybody = log_in(pair), pair.browser()
    for browser in (admin, anybody):
        pair.deliver(text, browser)
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert "In what sent it" in " ".join(admin.get(f"/sso/error/{attempt.reference}").text.split())
    assert "not encoded" not in anybody.get(f"/sso/error/{attempt.reference}").text


def test_the_size_is_bounded(make: Maker) -> None:
    pair = make(message_max_bytes=20_000)
    assert pair.code(pair.idp.response(attributes={"note": ["x" * 15_000]})) == "resp_too_large"
    assert pair.code(pair.idp.response(attributes={"note": ["x" * 5_000]})) == ""


def test_a_huge_body_is_refused_without_being_read(pair: Pair) -> None:
    page = pair.browser().post("/saml/2/acs/10001", {"SAMLResponse": "A" * 2_000_000}, cross_site=True)
    assert page.status == 413
    assert pair.code(pair.idp.response()) == ""


def edited(pair: Pair, old: str, new: str) -> bytes:
    text = etree.tostring(pair.idp.response()).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<p:Response", "<!DOCTYPE x><p:Response", "resp_dtd"),
        ("<p:Response", '<!DOCTYPE x [<!ENTITY e "y">]><p:Response', "resp_dtd"),
        ("ada@acme.test</a:NameID>", "&e;</a:NameID>", "resp_not_xml"),
        ("</p:Response>", "</p:Response><x/>", "resp_not_xml"),
        ("</p:Response>", "</p:Response>x", "resp_not_xml"),
        ("</p:Response>", "", "resp_not_xml"),
        ("<p:Response", '<?xml version="1.1"?><p:Response', "resp_not_xml"),
        ("<p:Response", '<?xml version="1.0" encoding="UTF-7"?><p:Response', "resp_encoding"),
        ("<p:Response", '<?xml version="1.0" encoding="ISO-8859-1"?><p:Response', "resp_encoding"),
        ("<p:Response", '<p:Response xmlns:xml="urn:x"', "resp_not_xml"),
        ("<p:Response", '<p:Response xmlns:xmlns="urn:x"', "resp_not_xml"),
        ("<p:Response", '<p:Response ID="twice"', "resp_not_xml"),
        ("<p:Response", "<?x y?><p:Response", ""),
        ("<p:Response", "<!-- hello --><p:Response", ""),
        ("<p:Response", '<?xml version="1.0" encoding="utf-8"?>\n<p:Response', ""),
    ],
)
def test_one_change_in_the_bytes(pair: Pair, old: str, new: str, code: str) -> None:
    assert pair.code(edited(pair, old, new)) == code


def test_a_byte_order_mark_is_fine_and_utf_16_is_not(pair: Pair) -> None:
    assert pair.code(b"\xef\xbb\xbf" + etree.tostring(pair.idp.response())) == ""
    wide = etree.tostring(pair.idp.response(), encoding="utf-16")
    assert pair.code(wide) == "resp_encoding"
    assert pair.code(etree.tostring(pair.idp.response()).replace(b"ada@", b"ad\xe9@")) == "resp_encoding"


def test_deep_nesting_is_refused_quickly(pair: Pair) -> None:
    deep = b"<a>" * 10_000 + b"</a>" * 10_000
    assert pair.code(deep) == "resp_schema"
    assert pair.code(b"<a>" * 150 + b"</a>" * 150) == "resp_schema"


@pytest.mark.parametrize(
    "root",
    [
        lambda response: find(response, "a:Assertion"),
        lambda response: etree.fromstring(f'<p:LogoutResponse xmlns:p="{SAMLP}"/>'),
        lambda response: etree.fromstring(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>'
        ),
    ],
)
def test_another_root_element(pair: Pair, root: Callable[[Element], Element]) -> None:
    assert pair.code(root(pair.idp.response())) == "resp_schema"


Edit = Callable[[Element], None]


def attribute(path: str, name: str, value: str | None) -> Edit:
    def change(root: Element) -> None:
        element = root if path == "." else find(root, path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def added(path: str, xml: str, at: int = 99) -> Edit:
    return lambda root: (root if path == "." else find(root, path)).insert(at, etree.fromstring(xml))


def removed(path: str) -> Edit:
    def change(root: Element) -> None:
        element = find(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


CONDITIONS = f'<a:Conditions xmlns:a="{SAML}"/>'


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (attribute(".", "Version", "1.1"), "resp_version"),
        (attribute(".", "Version", None), "resp_version"),
        (attribute("a:Assertion", "Version", "3.0"), "resp_version"),
        (attribute(".", "ID", ""), "resp_schema"),
        (attribute("a:Assertion", "ID", "1starts-with-a-digit"), "resp_schema"),
        (attribute(".", "IssueInstant", None), "resp_schema"),
        (attribute("a:Assertion", "IssueInstant", "today"), "resp_schema"),
        (attribute(".", "id", "decoy"), "resp_schema"),
        (attribute(".", "{urn:x}note", "foreign"), ""),
        (attribute("a:Assertion/a:Subject", "{urn:x}note", "foreign"), ""),
        (attribute(".", "Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained"), ""),
        (added("a:Assertion", CONDITIONS), "resp_schema"),
        (added("a:Assertion", f'<a:Subject xmlns:a="{SAML}"/>'), "resp_schema"),
        (added("a:Assertion", '<x xmlns="urn:x"/>'), "resp_schema"),
        (added("a:Assertion/a:Conditions", f'<a:OneTimeUse xmlns:a="{SAML}"/>'), ""),
        (added(".", f'<p:Extensions xmlns:p="{SAMLP}"><x xmlns="urn:x"/></p:Extensions>', 1), ""),
        (added("a:Assertion", f'<a:Advice xmlns:a="{SAML}"><x xmlns="urn:x"/></a:Advice>', 3), ""),
        (added(".", f'<p:Extensions xmlns:p="{SAMLP}"><x xmlns="urn:x"/></p:Extensions>', 0), "resp_schema"),
        (removed("a:Assertion"), "resp_no_assertion"),
        (added(".", f'<a:Assertion xmlns:a="{SAML}" ID="b" Version="2.0" IssueInstant="2026-01-01T00:00:00Z"/>'),
         "resp_many_assertions"),
    ],
)  # fmt: skip
def test_one_change_in_the_structure(pair: Pair, edit: Edit, code: str) -> None:
    signed = "response" if code == "resp_no_assertion" else "both"
    assert pair.code(pair.idp.response(edit=edit, signed=signed)) == code


def test_two_one_time_uses_are_refused(pair: Pair) -> None:
    def twice(root: Element) -> None:
        for _ in range(2):
            added("a:Assertion/a:Conditions", f'<a:OneTimeUse xmlns:a="{SAML}"/>')(root)

    assert pair.code(pair.idp.response(edit=twice)) == "resp_schema"


def test_an_assertion_hidden_in_a_container_is_refused(pair: Pair) -> None:
    hidden = f'<a:Assertion xmlns:a="{SAML}" ID="b" Version="2.0" IssueInstant="2026-01-01T00:00:00Z"/>'
    extensions = f'<p:Extensions xmlns:p="{SAMLP}">{hidden}</p:Extensions>'
    assert pair.code(pair.idp.response(edit=added(".", extensions, 1))) == "resp_many_assertions"


def test_a_processing_instruction_inside_the_message_is_refused(pair: Pair) -> None:
    def split(root: Element) -> None:
        name = find(root, "a:Assertion/a:Subject/a:NameID")
        name.text = "ada@acme.test"
        instruction = etree.ProcessingInstruction("x", "y")
        instruction.tail = ".evil.test"
        name.append(instruction)

    assert pair.code(pair.idp.response(edit=split)) == "resp_schema"


def test_a_comment_in_a_value_does_not_cut_it_short(pair: Pair) -> None:
    browser = pair.browser()
    xml = "<a:NameID>ada@acme.test<!-- -->.evil.test</a:NameID>"
    pair.deliver(pair.idp.response(name_id_xml=xml), browser)
    assert browser.signed_in() == "ada@acme.test.evil.test"


def test_cdata_and_character_references_are_read_in_full(pair: Pair) -> None:
    browser = pair.browser()
    xml = "<a:NameID>ad&#97;@<![CDATA[acme]]>.test</a:NameID>"
    pair.deliver(pair.idp.response(name_id_xml=xml), browser)
    assert browser.signed_in() == "ada@acme.test"


def status(xml: str) -> Edit:
    def change(root: Element) -> None:
        old = find(root, "p:Status")
        root.replace(old, etree.fromstring(f'<p:Status xmlns:p="{SAMLP}">{xml}</p:Status>'))

    return change


RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"


@pytest.mark.parametrize(
    "xml",
    [
        f'<p:StatusCode Value="{RESPONDER}"/>',
        f'<p:StatusCode Value="{RESPONDER}"><p:StatusCode Value="{SUCCESS}"/></p:StatusCode>',
        f'<p:StatusCode Value="{RESPONDER}"/><p:StatusDetail><p:StatusCode Value="{SUCCESS}"/></p:StatusDetail>',
        '<p:StatusCode Value=""/>',
        '<p:StatusCode Value="urn:unknown"/>',
        "",
    ],
)
def test_only_a_topmost_success_is_success(pair: Pair, xml: str) -> None:
    assert pair.code(pair.idp.response(edit=status(xml))) == "resp_status"


def test_a_response_without_status_is_refused(pair: Pair) -> None:
    assert pair.code(pair.idp.response(edit=removed("p:Status"))) == "resp_status"


def test_an_error_answer_is_shown_in_words_and_its_message_only_to_admins(pair: Pair) -> None:
    evil = "<script>alert(1)</script>"
    xml = f'<p:StatusCode Value="{RESPONDER}"/><p:StatusMessage>{evil.replace("<", "&lt;")}</p:StatusMessage>'

    def error(root: Element) -> None:
        status(xml)(root)
        removed("a:Assertion")(root)

    browser = pair.browser()
    page = pair.deliver(pair.idp.response(edit=error, signed="none"), browser)
    shown = browser.get(page.location)
    assert shown.status == 403
    assert shown.code == "resp_status"
    assert "did not sign you in" in shown.text
    assert "alert(1)" not in shown.text
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert "Responder" in attempt.differences[0].received
    assert "alert(1)" in attempt.differences[0].received


def test_namespace_prefixes_do_not_matter(pair: Pair) -> None:
    text = etree.tostring(pair.idp.response(signed="none")).decode()
    other = text.replace("<p:", "<saml2p:").replace("</p:", "</saml2p:").replace("xmlns:p=", "xmlns:saml2p=")
    root = etree.fromstring(other.replace("<a:", "<").replace("</a:", "</").replace("xmlns:a=", "xmlns="))
    assert root.find("a:Assertion", NS) is not None
    assert pair.code(pair.idp.sign(root)) == ""


def test_lookalikes_in_other_namespaces_are_not_taken_for_saml(pair: Pair) -> None:
    foreign = added(".", '<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>')
    assert pair.code(pair.idp.response(edit=foreign)) == "resp_schema"
