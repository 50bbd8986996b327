"""Signatures of any make: what a fault needs to sign a message anew in a way that no IdP should.

The IdP's key is at hand, so that only one thing is wrong with the message and every other check passes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from fake_idp.faults.edit import ASSERTION
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.names import MORE_DIGEST_ALGORITHMS, MORE_SIGNATURE_ALGORITHMS
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, SigningOptions
from fake_idp.saml.signature import remove_signature, seal, sign_bytes, signed_info
from fake_idp.saml.xml import canonical, wire

SIGNATURE = "ds:Signature"
Canonicalizer = Callable[[Element, Element], bytes]


def any_signature(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies to a plain, signed message."""
    if signing.signed == "none":
        return "Nothing is signed."
    return readable(_claims, signing)


def readable(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies to a message whose assertion is not encrypted."""
    return "The assertion is encrypted." if signing.encryption else None


def assertion_signature(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where the (plain) assertion is signed."""
    if not signing.assertion_signed:
        return "The assertion has no signature of its own."
    return readable(_claims, signing)


def response_signature(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where the Response is signed around a plain assertion."""
    return (
        readable(_claims, signing) if signing.response_signed else "The Response has no signature of its own."
    )


def both_signatures(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where Response and assertion are both signed."""
    return readable(_claims, signing) if signing.signed == "both" else "Only one element is signed."


def own_signature(element: Element) -> Element | None:
    """The Signature that is a child of this element."""
    return element.child("Signature")


def signed_elements(response: Element) -> list[Element]:
    """The elements that have a Signature of their own, the inner ones first."""
    assertions = [e for e in response.elements if e.name == ASSERTION]
    return [e for e in (*assertions, response) if own_signature(e)]


def inclusive_prefixes(element: Element) -> tuple[str, ...]:
    """The PrefixList that Okta gives a signature over this element."""
    return ("xs",) if "xmlns:xs" in element.attributes else ()


def exclusive(element: Element, root: Element) -> bytes:
    """The canonical form that Okta signs."""
    return canonical(element, inclusive_prefixes(element), root=root)


def inclusive(element: Element, root: Element) -> bytes:
    """Inclusive C14N (1.0 and 1.1 agree where no ``xml:`` attributes are inherited)."""
    scoped = Element(element.name, {}, element.children)
    for ancestor in root.path_to(element):
        scoped.attributes |= {n: v for n, v in ancestor.attributes.items() if n.startswith("xmlns")}
    scoped.attributes |= element.attributes
    return etree.tostring(
        etree.fromstring(wire(scoped, declaration=False, order="given")), method="c14n", with_comments=False
    )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a Signature is made; the defaults are Okta's way with the message's own key."""

    key: SigningKey | None = None
    signature_uri: str | None = None
    digest_uri: str | None = None
    reference: str | None = None
    content: Canonicalizer | None = None
    """What the digest is taken over."""
    digest: Callable[[bytes], bytes] | None = None
    info: Canonicalizer | None = None
    """The canonical form of SignedInfo."""
    sign: Callable[[bytes], bytes] | None = None
    edit: Callable[[Element], None] | None = None
    """Changes SignedInfo before it is signed."""
    named: Callable[[Element], None] | None = None
    """Changes the finished Signature: what it says of the key."""


def make_signature(element: Element, root: Element, context: FaultContext, recipe: Recipe) -> Element:
    """A Signature over ``element`` as it stands (its own must be out), by this recipe."""
    s = context.signing
    key = recipe.key or s.key
    content = (recipe.content or exclusive)(element, root)
    digest = recipe.digest or (
        lambda data: hashlib.new(s.digest_algorithm.lower(), data, usedforsecurity=False).digest()
    )
    info = signed_info(
        f"#{element.get('ID')}" if recipe.reference is None else recipe.reference,
        digest(content),
        MORE_SIGNATURE_ALGORITHMS[s.signature_algorithm]
        if recipe.signature_uri is None
        else recipe.signature_uri,
        MORE_DIGEST_ALGORITHMS[s.digest_algorithm] if recipe.digest_uri is None else recipe.digest_uri,
        inclusive_prefixes(element),
    )
    if recipe.edit:
        recipe.edit(info)
    signature = seal(info, key, s.signature_algorithm)
    if recipe.sign or recipe.info:
        sign = recipe.sign or (lambda data: sign_bytes(data, key, s.signature_algorithm))
        canonicalize = recipe.info or (lambda info, root: canonical(info, root=root))
        placed = _in_place(signature, element, root)
        value = sign(canonicalize(info, placed))
        signature.one("ds:SignatureValue").text = base64.b64encode(value).decode()
    if recipe.named:
        recipe.named(signature)
    return signature


def _in_place(signature: Element, element: Element, root: Element) -> Element:
    """The chain of start tags above a Signature that will stand in ``element``: the scope of its SignedInfo."""
    chain = signature
    for ancestor in reversed(root.path_to(element) or [element]):
        chain = Element(ancestor.name, ancestor.attributes, [chain])
    return chain


def put_signature(element: Element, signature: Element) -> None:
    """Make this the element's own Signature, right behind the Issuer (SAML Core 5.4.1)."""
    remove_signature(element)
    issuer = element.child("Issuer")
    element.insert(element.index(issuer) + 1 if issuer else 0, signature)


def sign_anew(element: Element, root: Element, context: FaultContext, recipe: Recipe) -> Element:
    """Replace the element's own Signature by one made by this recipe, and return it."""
    remove_signature(element)
    signature = make_signature(element, root, context, recipe)
    put_signature(element, signature)
    return signature


def sign_all_anew(response: Element, context: FaultContext, recipe: Recipe) -> None:
    """Replace every Signature by one made by this recipe; the outer one covers the inner."""
    for element in signed_elements(response):
        sign_anew(element, response, context, recipe)


def change_signatures(
    response: Element, context: FaultContext, change: Callable[[Element, Element], None]
) -> None:
    """Let ``change(element, its Signature)`` alter each finished Signature.

    The Response is signed again after its assertion has been altered, so that each Signature shows the one fault.
    """
    for element in signed_elements(response):
        if element is response and len(signed_elements(response)) > 1:
            context.resign(response)
        signature = own_signature(element)
        if signature:
            change(element, signature)


def drop_outer_signature(response: Element) -> Element:
    """What an attacker without a key does first: leave only the innermost signature; returns its element.

    A signed Response around a signed assertion can be thrown away: an unsigned one may carry the assertion.
    """
    target = signed_elements(response)[0]
    if target is not response:
        remove_signature(response)
    return target
