"""One message, good or faulty, the same on every machine."""

from __future__ import annotations

from random import Random
from typing import Any

from fake_idp.faults import CatalogueFault
from fake_idp.saml.claims import Attribute, ResponseClaims
from fake_idp.saml.pipeline import IssuedResponse, SigningOptions, issue_response
from tests.saml import examples

SHAPES: dict[str, dict[str, Any]] = {
    "both": {},
    "assertion": {"response_signed": False},
    "response": {"assertion_signed": False},
    "encrypted": {"encryption": examples.encryption()},
    "encrypted, response signed": {"encryption": examples.encryption(), "assertion_signed": False},
}
"""Every way in which the app may protect its messages."""
PIPELINE = ("claims", "tree", "assertion", "signed", "wire")
LISTENER = "http://127.0.0.1:5555/abc"


def claims() -> ResponseClaims:
    """An answer to a request, with two attributes."""
    made = examples.claims()
    made.attributes = [
        Attribute("email", values=["ada@acme.test"]),
        Attribute("groups", values=["Everyone", "R&D"]),
    ]
    return made


def signing(shape: str) -> SigningOptions:
    """The protection of this name."""
    return examples.signing(**SHAPES[shape])


def shapes_of(fault: CatalogueFault) -> list[str]:
    """The shapes that the fault applies to."""
    return [shape for shape in SHAPES if fault.applies(claims(), signing(shape)) is None]


def issue(shape: str, *faults: CatalogueFault, data: dict[str, Any] | None = None) -> IssuedResponse:
    """The message with these faults; ``data`` is what the faults share, and what they leave behind."""
    shared = {"listener": LISTENER} if data is None else data
    shared.setdefault("sp_certificate", examples.sp_key().certificate_pem)
    return issue_response(claims(), signing(shape), faults=faults, rng=Random(7), data=shared)
