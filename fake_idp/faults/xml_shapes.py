"""Faults of the XML's shape: prefixes, namespaces, attributes, order, roots and size."""

from __future__ import annotations

import re
from collections.abc import Callable

from fake_idp.faults.edit import CONDITIONS, FOREIGN_NS, OTHER_SP, SUBJECT, assertion_of
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import assertion_signature, readable
from fake_idp.saml.claims import format_instant
from fake_idp.saml.names import NS_SAML2, NS_SAML2P, NS_XSI, STATUS_SUCCESS
from fake_idp.saml.nodes import Element, Text
from fake_idp.saml.pipeline import FaultContext, Wire
from fake_idp.saml.response import build_status, issuer_element

NAMESPACES_REC = "Namespaces in XML 1.0"
SCHEMA = "SAML schemas; OWASP SAML cheat sheet"


# -- prefixes


def _rename(response: Element, prefixes: dict[str, str]) -> None:
    for element in response.walk():
        prefix, _, local = element.name.rpartition(":")
        element.name = f"{prefixes.get(prefix, prefix)}:{local}"
        element.attributes = {
            f"xmlns:{prefixes[n[6:]]}" if n.startswith("xmlns:") and n[6:] in prefixes else n: v
            for n, v in element.attributes.items()
        }


@on("tree", "xml-prefix-independence", source=NAMESPACES_REC)
def prefix_saml_samlp(response: Element) -> None:
    """The prefixes are saml and samlp."""
    _rename(response, {"saml2": "saml", "saml2p": "samlp"})


@on("tree", "xml-prefix-independence", source=NAMESPACES_REC)
def prefix_odd(response: Element) -> None:
    """The prefixes are _ and x-1.y."""
    _rename(response, {"saml2": "_", "saml2p": "x-1.y"})


@on("tree", "xml-prefix-independence", source=NAMESPACES_REC)
def prefix_default(response: Element) -> None:
    """No SAML element has a prefix: both namespaces are the default one where they are used."""
    _to_default(response, "")


def _to_default(element: Element, around: str) -> None:
    prefix, _, local = element.name.rpartition(":")
    own = {"saml2p": NS_SAML2P, "saml2": NS_SAML2}.get(prefix)
    element.set("xmlns:saml2", None)
    element.set("xmlns:saml2p", None)
    if own:
        element.name = local
        if own != around:
            element.set("xmlns", own)
    for child in element.elements:
        _to_default(child, own or around)


@on("tree", "xml-prefix-independence", source=NAMESPACES_REC)
def prefix_declared_at_root(response: Element) -> None:
    """Every namespace is declared on the Response and nowhere else."""
    declared: dict[str, str] = {}
    for element in response.walk():
        declared |= {n: v for n, v in element.attributes.items() if n.startswith("xmlns")}
        element.attributes = {n: v for n, v in element.attributes.items() if not n.startswith("xmlns")}
    response.attributes |= declared


# -- attributes and namespaces that XML forbids


def _start_tag(xml: bytes, name: str, addition: str) -> bytes:
    """Add to the start tag of the first element with this name."""
    return re.sub(
        rf"(<{name}\b)".encode(), lambda found: found.group(1) + f" {addition}".encode(), xml, count=1
    )


def _wire(fault_id: str, title: str, change: Callable[[bytes], bytes], requirement: str, source: str) -> None:
    def apply(message: Wire) -> None:
        message.xml = change(message.xml)

    register(fault_id, title, "wire", apply, requirement, source=source)


_wire(
    "xmlns-xml-rebound",
    "The Response binds the prefix xml to another namespace.",
    lambda xml: _start_tag(xml, "saml2p:Response", f'xmlns:xml="{FOREIGN_NS}"'),
    "xml-namespace-rebinding",
    NAMESPACES_REC,
)
_wire(
    "xmlns-xmlns-declared",
    "The Response declares the prefix xmlns.",
    lambda xml: _start_tag(xml, "saml2p:Response", f'xmlns:xmlns="{FOREIGN_NS}"'),
    "xml-namespace-rebinding",
    NAMESPACES_REC,
)
_wire(
    "xmlns-reserved-uri",
    "The Response binds a common prefix to the namespace of xmlns.",
    lambda xml: _start_tag(xml, "saml2p:Response", 'xmlns:x="http://www.w3.org/2000/xmlns/"'),
    "xml-namespace-rebinding",
    NAMESPACES_REC,
)


@on("wire", "xml-duplicate-attribute", source="XML 1.0, section 3.1")
def attribute_id_twice(message: Wire) -> None:
    """The assertion (in an encrypted message, the Response) has the attribute ID twice."""
    name = "saml2:Assertion" if b"<saml2:Assertion" in message.xml else "saml2p:Response"
    message.xml = _start_tag(message.xml, name, 'ID="second"')


@on("tree", "xml-duplicate-attribute", source=NAMESPACES_REC)
def attribute_prefixed_id(response: Element) -> None:
    """The Response has an ID of the protocol's namespace beside its ID."""
    response.set("saml2p:ID", "second")


@on("tree", "xml-duplicate-attribute", source=NAMESPACES_REC)
def attribute_prefixed_recipient(response: Element) -> None:
    """Recipient is another SP's; a Recipient of a foreign namespace is right."""
    data = response.one("saml2:SubjectConfirmationData")
    data.set("xmlns:x", FOREIGN_NS)
    data.set("x:Recipient", data.get("Recipient"))
    data.set("Recipient", f"{OTHER_SP}/saml/acs")


@on("tree", "xml-xsi-type", source="OWASP SAML cheat sheet: schema hardening", applies=readable)
def xsi_type_assertion(response: Element) -> None:
    """The Assertion says by xsi:type that it is of a type of a foreign schema."""
    assertion = assertion_of(response)
    assertion.set("xmlns:x", FOREIGN_NS)
    assertion.set("xmlns:xsi", NS_XSI)
    assertion.set("xsi:type", "x:AnythingType")


# -- order and repetition


@on("tree", "xml-schema-order", source=SCHEMA)
def subject_twice(response: Element, context: FaultContext) -> None:
    """A second Subject, with the forged identity, follows the first."""
    subject = response.one(SUBJECT)
    second = subject.copy()
    second.one("saml2:NameID").text = forgery_of(response, context).identity
    response.insert_after(subject, second)


def _conditions_twice(response: Element, context: FaultContext, *, good_first: bool) -> None:
    good = response.one(CONDITIONS)
    bad = good.copy()
    bad.set("NotOnOrAfter", format_instant(context.now.replace(year=context.now.year - 1)))
    bad.set("NotBefore", format_instant(context.now.replace(year=context.now.year - 1, day=1)))
    (response.insert_after if good_first else response.insert_before)(good, bad)


@on("tree", "xml-schema-order", source=SCHEMA)
def conditions_twice(response: Element, context: FaultContext) -> None:
    """Two Conditions: the first ended a year ago, the second holds."""
    _conditions_twice(response, context, good_first=False)


@on("tree", "xml-schema-order", source=SCHEMA)
def conditions_twice_swapped(response: Element, context: FaultContext) -> None:
    """Two Conditions: the first holds, the second ended a year ago."""
    _conditions_twice(response, context, good_first=True)


@on("tree", "xml-schema-order", source=SCHEMA)
def name_id_after_confirmation(response: Element) -> None:
    """The NameID follows the SubjectConfirmation."""
    subject = response.one(SUBJECT)
    subject.children.reverse()


@on("tree", "xml-schema-order", source=SCHEMA)
def status_before_issuer(response: Element) -> None:
    """The Status stands before the Issuer of the Response."""
    status = response.one("saml2p:Status")
    response.remove(status)
    response.insert(0, status)


# -- the wrong root


@on("signed", "xml-wrong-root", source="SAML Bindings 3.5.4, lines 795-798", applies=assertion_signature)
def root_assertion(response: Element) -> Element:
    """The message is the signed assertion alone."""
    return assertion_of(response)


def _message(response: Element, name: str, *content: Element) -> Element:
    kept = {n: v for n, v in response.attributes.items() if n not in ("InResponseTo", "xmlns:xs")}
    return Element(name, kept, [issuer_element(response.one("saml2:Issuer").text), *content])


@on("signed", "xml-wrong-root", source="SAML Bindings 3.5.4, lines 795-798")
def root_authn_request(response: Element, context: FaultContext) -> Element:
    """The message is a signed AuthnRequest."""
    request = _message(response, "saml2p:AuthnRequest")
    context.sign(request)
    return request


@on("signed", "xml-wrong-root", source="SAML Bindings 3.5.4, lines 795-798")
def root_logout_response(response: Element, context: FaultContext) -> Element:
    """The message is a signed LogoutResponse."""
    answer = _message(response, "saml2p:LogoutResponse", build_status(STATUS_SUCCESS))
    answer.set("InResponseTo", response.get("InResponseTo") or context.new_id())
    context.sign(answer)
    return answer


@on("signed", "xml-wrong-root", source="SAML Bindings 3.2 and 3.5.4")
def root_soap_envelope(response: Element) -> Element:
    """The Response stands in a SOAP envelope."""
    body = Element("soap:Body", {}, [response])
    return Element("soap:Envelope", {"xmlns:soap": "http://schemas.xmlsoap.org/soap/envelope/"}, [body])


# -- size and white space


@on("wire", "xml-depth", source="OWASP XML security cheat sheet")
def depth_10000(message: Wire) -> None:
    """Ten thousand elements stand in one another, in the KeyInfo of the first Signature."""
    deep = b"<x>" * 10_000 + b"</x>" * 10_000
    place = b"</ds:KeyInfo>" if b"</ds:KeyInfo>" in message.xml else b"</saml2p:Status>"
    message.xml = message.xml.replace(place, deep + place, 1)


def _size(megabytes: int, *, consent: bool) -> None:
    def apply(message: Wire) -> None:
        message.xml += b"<!--" + b"x" * (megabytes * 1_000_000) + b"-->"

    register(
        f"size-{megabytes}-mb",
        f"A comment of {megabytes} MB follows the Response; every signature is right.",
        "wire",
        apply,
        "xml-size",
        source="OWASP; CVE-2025-54572",
        consent=consent,
    )


_size(1, consent=True)
_size(10, consent=True)


def _indent(element: Element, depth: int) -> None:
    if not element.elements:
        return
    spaced: list[Element | Text] = []
    for child in element.elements:
        spaced += [Text("\n" + "  " * (depth + 1)), child]
        _indent(child, depth + 1)
    element.children = [*spaced, Text("\n" + "  " * depth)]


@on("tree", "xml-whitespace", source="SAML Core 1.3.1, lines 291-296")
def pretty_printed(response: Element) -> None:
    """The document is indented, and signed like that."""
    _indent(response, 0)
