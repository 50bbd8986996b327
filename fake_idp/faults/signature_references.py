"""Faults of the Reference: what a signature says that it covers."""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.faults.edit import FOREIGN_NS
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import (
    Recipe,
    any_signature,
    assertion_signature,
    drop_outer_signature,
    exclusive,
    make_signature,
    own_signature,
    put_signature,
    response_signature,
    sign_all_anew,
    sign_anew,
    signed_elements,
)
from fake_idp.saml.names import NS_DS, NS_SAML2P
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature

CORE = "SAML Core 5.4.2, lines 2933-2935"
RESEARCH = "PortSwigger, SAML signature bypass research of December 2025"


def listener(context: FaultContext, fault_id: str) -> str:
    """A URL of the suite's own listener; without one, a port where nothing can answer.

    ``data["listener_named"]`` tells the suite that the message leads there.
    """
    context.data["listener_named"] = True
    return f"{context.data.get('listener', 'http://127.0.0.1:9')}/{fault_id}"


def _decoy(response: Element, context: FaultContext) -> Element:
    """A harmless element with an ID, in Extensions."""
    decoy = Element("x:Note", {"ID": context.new_id(), "xmlns:x": FOREIGN_NS}, ["signed, but no assertion"])
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [decoy])
    response.insert_before(response.one("saml2p:Status"), extensions)
    return decoy


@on("signed", "sig-reference-other-element", source=CORE, applies=any_signature)
def reference_other_element(response: Element, context: FaultContext) -> None:
    """The signature is valid, but what it covers is an element in Extensions; the assertion is forged."""
    target = drop_outer_signature(response)
    decoy = _decoy(response, context)
    remove_signature(target)
    put_signature(target, make_signature(decoy, response, context, Recipe()))
    forgery_of(response, context).rewrite(target)


@on("signed", "sig-reference-count", source=CORE, applies=any_signature)
def reference_two(response: Element, context: FaultContext) -> None:
    """SignedInfo has two References: one to its own element, one to another; both digests are right."""
    target = signed_elements(response)[0]
    decoy = _decoy(response, context)
    other = make_signature(decoy, response, context, Recipe()).one("ds:Reference")
    sign_anew(target, response, context, Recipe(edit=lambda info: info.append(other)))
    if target is not response and own_signature(response):
        context.resign(response)


@on("signed", "sig-reference-count", source=CORE, applies=any_signature)
def reference_none(response: Element, context: FaultContext) -> None:
    """SignedInfo is signed but has no Reference."""
    sign_all_anew(response, context, Recipe(edit=lambda info: info.remove(info.one("ds:Reference"))))


@on("signed", "sig-reference-empty-uri", source=CORE, applies=assertion_signature)
def reference_empty_uri_assertion(response: Element, context: FaultContext) -> None:
    """The assertion's signature has an empty URI: it covers the whole document. The Response is not signed."""
    assertion = drop_outer_signature(response)
    sign_anew(
        assertion,
        response,
        context,
        Recipe(reference="", content=lambda _element, root: exclusive(root, root)),
    )


@on("signed", "sig-reference-empty-uri", source=CORE, applies=response_signature)
def reference_empty_uri_response(response: Element, context: FaultContext) -> None:
    """The Response's signature has an empty URI: it covers the whole document."""
    sign_anew(response, response, context, Recipe(reference=""))


def _outside(fault_id: str, title: str, uri: Callable[[FaultContext], str]) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        sign_all_anew(response, context, Recipe(reference=uri(context)))

    register(
        fault_id,
        title,
        "signed",
        apply,
        "sig-reference-external",
        source=f"{CORE}; XML Signature Best Practices",
        applies=any_signature,
    )


_outside(
    "reference-external-http",
    "The Reference is an http URL.",
    lambda context: listener(context, "reference-external-http"),
)
_outside(
    "reference-external-file",
    "The Reference is a file on the SP's machine.",
    lambda context: f"file://{context.data.get('file', '/etc/hostname')}",
)


def _odd(fault_id: str, title: str, uri: Callable[[Element], str]) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        for element in signed_elements(response):
            sign_anew(element, response, context, Recipe(reference=uri(element)))

    register(
        fault_id,
        title,
        "signed",
        apply,
        "sig-reference-odd-forms",
        source=f"{CORE}; XML Signature Best Practices",
        applies=any_signature,
    )


_odd("reference-xpointer-root", "The Reference is #xpointer(/).", lambda _: "#xpointer(/)")
_odd(
    "reference-xpointer-id",
    "The Reference is an XPointer to the right ID.",
    lambda element: f"#xpointer(id('{element.get('ID')}'))",
)
_odd("reference-relative", "The Reference is the right ID without the #.", lambda element: element.get("ID"))
_odd("reference-unresolved", "The Reference names an ID that is not in the document.", lambda _: "#nobody")
_odd(
    "reference-metacharacters",
    "The Reference is made to match everything where it is pasted into an XPath.",
    lambda _: "#x' or '1'='1",
)


@on("signed", "sig-void-canonicalisation", source=f"{RESEARCH}; CVE-2025-66578", applies=any_signature)
def canonicalisation_void(response: Element, context: FaultContext) -> None:
    """The digest is that of nothing, and a relative namespace makes canonicalizers fail; the assertion is forged."""
    target = drop_outer_signature(response)
    sign_anew(target, response, context, Recipe(content=lambda _element, _root: b""))
    forgery_of(response, context).rewrite(target)
    response.one("saml2:NameID").set("xmlns:ns", "1")


@on("signed", "sig-manifest", source=f"XML Signature 1.1, section 8.1; {CORE}", applies=any_signature)
def signature_manifest(response: Element, context: FaultContext) -> None:
    """The Reference covers a Manifest, whose own reference to the (forged) assertion nobody has to check."""
    target = drop_outer_signature(response)
    remove_signature(target)
    covered = make_signature(target, response, context, Recipe()).one("ds:Reference")
    manifest = Element("ds:Manifest", {"Id": context.new_id(), "xmlns:ds": NS_DS}, [covered])

    def point_to_manifest(info: Element) -> None:
        reference = info.one("ds:Reference")
        reference.set("Type", f"{NS_DS}Manifest")
        transforms = reference.one("ds:Transforms")
        transforms.remove(transforms.elements[0])

    recipe = Recipe(
        reference=f"#{manifest.get('Id')}",
        content=lambda _element, _root: exclusive(manifest, manifest),
        edit=point_to_manifest,
    )
    signature = make_signature(target, response, context, recipe)
    signature.append(Element("ds:Object", {}, [manifest]))
    put_signature(target, signature)
    forgery_of(response, context).rewrite(target)


@on("signed", "sig-retrieval-method", source="XML Signature Best Practices", applies=any_signature)
def retrieval_method_external(response: Element, context: FaultContext) -> None:
    """KeyInfo says that the key is to be fetched from a URL."""
    method = Element(
        "ds:RetrievalMethod",
        {"Type": f"{NS_DS}X509Data", "URI": listener(context, "retrieval-method-external")},
    )
    _hint(response, context, method)


@on("signed", "sig-retrieval-method", source="XML Signature 1.1, section 4.5.10", applies=any_signature)
def keyinfo_x509_url(response: Element, context: FaultContext) -> None:
    """KeyInfo refers to another KeyInfo at a URL."""
    reference = Element(
        "dsig11:KeyInfoReference",
        {"URI": listener(context, "keyinfo-x509-url"), "xmlns:dsig11": "http://www.w3.org/2009/xmldsig11#"},
    )
    _hint(response, context, reference)


def _hint(response: Element, context: FaultContext, hint: Element) -> None:
    for element in signed_elements(response):
        signature = sign_anew(element, response, context, Recipe())
        signature.one("ds:KeyInfo").children = [hint.copy()]
