"""The attacker's part: copies of genuine elements that name somebody else.

``context.data`` says who: ``forge`` maps texts of the genuine assertion to those of the forged one (by default the
NameID to ``admin@`` its own domain), ``marker`` is the value of an extra attribute. What was forged is written
back to ``context.data["forged"]``, so that a suite can look for it at the SP.
"""

from __future__ import annotations

from dataclasses import dataclass

from fake_idp.faults.edit import ASSERTION, attribute_element
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature

MARKER_NAME = "marker"
MARKER = "okta-harness-forged"


@dataclass(frozen=True, slots=True)
class Forgery:
    """Who the forged part names, and the text that must appear nowhere at the SP."""

    texts: dict[str, str]
    identity: str
    marker: str

    def rewrite(self, element: Element) -> None:
        """Replace the genuine person's texts in NameID and AttributeValue elements."""
        for part in element.walk():
            if part.local_name in ("NameID", "AttributeValue") and part.text in self.texts:
                part.text = self.texts[part.text]


def forgery_of(message: Element, context: FaultContext) -> Forgery:
    """Who is forged in this message; the same answer for every fault of one message."""
    known = context.data.get("forged")
    if isinstance(known, Forgery):
        return known
    genuine = _genuine_name(message, context)
    texts = {str(old): str(new) for old, new in context.data.get("forge", {}).items()}
    if not texts:
        texts = {genuine: f"admin@{genuine.rpartition('@')[2] or 'example.test'}"}
    identity = texts.get(genuine) or next(iter(texts.values()))
    forgery = Forgery(texts, identity, str(context.data.get("marker", MARKER)))
    context.data["forged"] = forgery
    return forgery


def _genuine_name(message: Element, context: FaultContext) -> str:
    name_id = message.find("saml2:NameID")
    if name_id is not None:
        return name_id.text
    return context.claims.name_id if context.claims else ""


def forged_assertion(genuine: Element, context: FaultContext) -> Element:
    """An unsigned copy of an assertion with a new ID, the forged identity and the marker attribute."""
    forgery = forgery_of(genuine, context)
    forged = genuine.copy()
    remove_signature(forged)
    forged.set("ID", context.new_id())
    forgery.rewrite(forged)
    statement = forged.find("saml2:AttributeStatement")
    if statement is None:
        statement = Element("saml2:AttributeStatement")
        forged.append(statement)
    statement.append(attribute_element(MARKER_NAME, forgery.marker))
    return forged


def forged_response(genuine: Element, context: FaultContext) -> Element:
    """An unsigned copy of a Response with a new ID, around a forged assertion."""
    forged = genuine.copy()
    remove_signature(forged)
    forged.set("ID", context.new_id())
    for assertion in [e for e in forged.elements if e.name == ASSERTION]:
        forged.replace(assertion, forged_assertion(assertion, context))
    return forged
