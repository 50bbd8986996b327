"""What a fault is, and what it gets to work with. The catalogue of faults is in :mod:`fake_idp.faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from random import Random, SystemRandom
from typing import Any, Literal

from cryptography import x509

from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.encryption import EncryptionOptions, encrypt_assertion
from fake_idp.saml.ids import message_id
from fake_idp.saml.keys import SigningKey, key_pool, new_signing_key
from fake_idp.saml.signature import make_signature, remove_signature, sign_element
from fake_idp.saml.xml import Element

Stage = Literal["claims", "tree", "assertion", "signed", "wire", "binding", "metadata", "logout"]
"""Where a fault plugs in, and what its function gets:

==========  ==========================================================================================
claims      :class:`~fake_idp.saml.claims.ResponseClaims`
tree        the Response element, nothing signed yet
assertion   the Response element, the Assertion signed (if it is to be), not yet encrypted
signed      the Response element, signatures and encryption in place
wire        :class:`~fake_idp.saml.pipeline.Wire`: the bytes, the base64 text, further form fields
binding     :class:`~fake_idp.saml.bindings.Delivery`: method, URL and fields of the browser's request
metadata    :class:`~fake_idp.saml.metadata.MetadataWire`: the tree, whom to sign with, the bytes
logout      the LogoutRequest or LogoutResponse element, signed
==========  ==========================================================================================
"""

PIPELINE_STAGES: tuple[Stage, ...] = ("claims", "tree", "assertion", "signed", "wire")


@dataclass(frozen=True, kw_only=True)
class SigningOptions:
    """How a message is protected. Algorithms by the names of Okta's API."""

    key: SigningKey
    response_signed: bool = True
    assertion_signed: bool = True
    signature_algorithm: str = "RSA_SHA256"
    digest_algorithm: str = "SHA256"
    encryption: EncryptionOptions | None = None

    @property
    def signed(self) -> Literal["both", "assertion", "response", "none"]:
        """Which elements are signed, as reports name it."""
        if self.response_signed:
            return "both" if self.assertion_signed else "response"
        return "assertion" if self.assertion_signed else "none"


class FaultContext:
    """What a fault may use besides the value of its stage.

    ``data`` lets the faults of one message share things. ``claims`` and ``signing`` are those of the message;
    ``signed_assertion`` is a copy of the Assertion as it was before encryption, from the stage *assertion* on.
    """

    def __init__(
        self,
        signing: SigningOptions,
        rng: Random,
        data: dict[str, Any] | None = None,
        claims: ResponseClaims | None = None,
    ) -> None:
        self.signing = signing
        self.rng = rng
        self.data: dict[str, Any] = {} if data is None else data
        self.claims = claims
        self.signed_assertion: Element | None = None

    @property
    def foreign_key(self) -> SigningKey:
        """A key that no SP trusts, with a certificate that looks like Okta's: the attacker's."""
        return foreign_key()

    @property
    def now(self) -> datetime:
        """The moment of the message (aware, UTC)."""
        return self.claims.issue_instant if self.claims else datetime.now(UTC)

    def new_id(self) -> str:
        """A message or assertion id that has not been used."""
        return message_id(self.rng, self.now)

    def sign(
        self, element: Element, *, root: Element | None = None, key: SigningKey | None = None
    ) -> Element:
        """Sign ``element`` with the message's algorithms; returns the new Signature."""
        s = self.signing
        return sign_element(element, key or s.key, s.signature_algorithm, s.digest_algorithm, root=root)

    def resign(
        self, element: Element, *, root: Element | None = None, key: SigningKey | None = None
    ) -> Element:
        """Replace the element's own Signature with a fresh one, so that only the change is wrong."""
        remove_signature(element)
        return self.sign(element, root=root, key=key)

    def signature_over(
        self, element: Element, *, root: Element | None = None, key: SigningKey | None = None
    ) -> Element:
        """A Signature over ``element``, not put anywhere."""
        s = self.signing
        return make_signature(element, key or s.key, s.signature_algorithm, s.digest_algorithm, root=root)

    def encrypt(
        self, assertion: Element, *, root: Element | None = None, certificate: x509.Certificate | None = None
    ) -> Element:
        """The EncryptedAssertion of ``assertion``; raises ``ValueError`` when the app does not encrypt."""
        options = self.signing.encryption
        if options is None and certificate is None:
            raise ValueError("this app does not encrypt: it has no encryption certificate")
        if certificate is not None:
            how = (options.data_algorithm, options.key_transport) if options else ("AES256_CBC", "RSA_OAEP")
            options = EncryptionOptions(certificate, *how)
        assert options is not None  # noqa: S101 - one of the two above
        return encrypt_assertion(assertion, options, self.rng, root=root)


@lru_cache(maxsize=1)
def foreign_key() -> SigningKey:
    """The attacker's key of this process; made once, never that of an org."""
    return new_signing_key("acme", datetime.now(UTC), private_key=key_pool.fresh(), rng=SystemRandom())


def always_applies(claims: ResponseClaims, signing: SigningOptions) -> str | None:  # noqa: ARG001
    """The default of :attr:`Fault.applies`."""
    return None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One named, deliberate deviation.

    ``apply(value, context)`` changes the value of its stage in place and returns ``None``, or returns a new
    one. ``applies(claims, signing)`` says why the fault cannot be told from a good message here ("there is no
    assertion signature to remove"), or ``None`` when it can. ``requirements`` are ids of the catalogue, ``source`` the
    sentence or report that the fault stands on.
    """

    id: str
    title: str
    stage: Stage
    apply: Callable[[Any, FaultContext], Any]
    requirements: tuple[str, ...] = ()
    source: str = ""
    applies: Callable[[ResponseClaims, SigningOptions], str | None] = field(default=always_applies)


def with_data(fault: Fault, data: Mapping[str, Any]) -> Fault:
    """The same fault, which finds ``data`` in its context: the measure of a time fault, for example."""

    def apply(value: Any, context: FaultContext) -> Any:
        context.data.update(data)
        return fault.apply(value, context)

    return replace(fault, apply=apply) if data else fault


def apply_faults(stage: Stage, value: Any, faults: Iterable[Fault], context: FaultContext) -> Any:
    """Give ``value`` to each fault of this stage in turn and return what comes out."""
    for fault in faults:
        if fault.stage == stage:
            changed = fault.apply(value, context)
            value = value if changed is None else changed
    return value


def why_not(faults: Sequence[Fault], claims: ResponseClaims, signing: SigningOptions) -> dict[str, str]:
    """The faults that do not apply to this message: id to reason."""
    return {f.id: reason for f in faults if (reason := f.applies(claims, signing))}
