"""From claims to bytes in four stages: claims, tree, signed, wire. Faults plug in after each.

A good message is the same pipeline with no fault in it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any

from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.encryption import EncryptionOptions, encrypt_assertion
from fake_idp.saml.faults import (
    Fault,
    FaultContext,
    SigningOptions,
    Stage,
    apply_faults,
    foreign_key,
    why_not,
)
from fake_idp.saml.response import build_response
from fake_idp.saml.signature import sign_element
from fake_idp.saml.xml import Element, wire

__all__ = [
    "EncryptionOptions",
    "Fault",
    "FaultContext",
    "IssuedResponse",
    "SigningOptions",
    "Stage",
    "Wire",
    "apply_faults",
    "foreign_key",
    "issue_response",
    "why_not",
]


@dataclass(slots=True)
class Wire:
    """The last stage. ``encoded`` is the base64 text, made from ``xml`` where a fault leaves it ``None``.

    ``fields`` are form fields to send besides SAMLResponse, or instead of it and of RelayState.
    """

    xml: bytes
    encoded: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IssuedResponse:
    """A finished response: ``saml_response`` is what the form field carries, base64 on one line."""

    claims: ResponseClaims
    signing: SigningOptions
    xml: bytes
    saml_response: str
    tree: Element
    fields: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def issue_response(
    claims: ResponseClaims,
    signing: SigningOptions,
    *,
    faults: Sequence[Fault] = (),
    rng: Random | None = None,
    data: dict[str, Any] | None = None,
) -> IssuedResponse:
    """Build, sign, encrypt and encode a Response; ``claims`` itself is not changed.

    The same claims, key and ``rng`` give the same bytes, unless the assertion is encrypted. Faults whose
    ``applies`` says no are the caller's to leave out.
    """
    context = FaultContext(signing, rng or SystemRandom(), data, claims)
    if any(f.stage == "claims" for f in faults):
        claims = apply_faults("claims", claims.copy(), faults, context)
        context.claims = claims
    tree = build_response(
        claims,
        assertion_signed=signing.assertion_signed,
        response_signed=signing.response_signed,
        encrypted=signing.encryption is not None,
    )
    tree = apply_faults("tree", tree, faults, context)
    tree = protect(tree, context, faults)
    tree = apply_faults("signed", tree, faults, context)
    sent: Wire = apply_faults("wire", Wire(wire(tree)), faults, context)
    encoded = base64.b64encode(sent.xml).decode() if sent.encoded is None else sent.encoded
    return IssuedResponse(
        claims, signing, sent.xml, encoded, tree, sent.fields, tuple(fault.id for fault in faults)
    )


def protect(response: Element, context: FaultContext, faults: Sequence[Fault] = ()) -> Element:
    """Okta's order: sign each assertion, then encrypt it, then sign the Response over the outcome."""
    signing = context.signing
    how = (signing.key, signing.signature_algorithm, signing.digest_algorithm)
    if signing.assertion_signed:
        for assertion in _assertions(response):
            sign_element(assertion, *how, root=response)
    if faults or signing.encryption:
        context.signed_assertion = next((a.copy() for a in _assertions(response)), None)
        response = apply_faults("assertion", response, faults, context)
    if signing.encryption:
        for assertion in _assertions(response):
            sealed = encrypt_assertion(assertion, signing.encryption, context.rng, root=response)
            response.replace(assertion, sealed)
    if signing.response_signed:
        sign_element(response, *how)
    return response


def _assertions(response: Element) -> list[Element]:
    return [e for e in response.elements if e.local_name == "Assertion"]
