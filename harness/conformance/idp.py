"""The Okta of a check: one app, and as many messages as the suite wants, good ones and bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from cryptography import x509

from fake_idp.handles import SamlApp
from fake_idp.okta import FakeOkta
from fake_idp.org.model import App, Person
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.messages import AuthnRequest
from fake_idp.saml.metadata import MetadataClaims, build_metadata, name_id_formats_for
from fake_idp.saml.pipeline import (
    EncryptionOptions,
    Fault,
    IssuedResponse,
    SigningOptions,
    issue_response,
    why_not,
)
from fake_idp.sso import claims_for
from harness.conformance.cases import Shape
from harness.conformance.identity import Identity


@dataclass(frozen=True, slots=True)
class Variation:
    """How a message is protected: what a positive control is valid for."""

    shape: Shape
    encrypted: bool = False
    settings: tuple[tuple[str, Any], ...] = ()
    """Changes to the app's settings, by their Python names."""

    def describe(self) -> str:
        """``signed on both elements, encrypted``: for reports."""
        signed = {
            "both": "signed on Response and assertion",
            "assertion": "signed on the assertion only",
            "response": "signed on the Response only",
        }[self.shape]
        extra = "".join(f", {name}={value}" for name, value in self.settings)
        return f"{signed}{', encrypted' if self.encrypted else ''}{extra}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, ready to be posted, and whom it is about."""

    issued: IssuedResponse
    person: Identity
    variation: Variation
    relay_state: str | None
    faults: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    twin: Callable[[], IssuedResponse] | None = None
    """Makes the same message without its faults, the IDs included; None where there are none."""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form that Okta's page posts: SAMLResponse, RelayState, and what a fault adds."""
        named = {"SAMLResponse": self.issued.saml_response} | (
            {} if self.relay_state is None else {"RelayState": self.relay_state}
        )
        return list((named | self.issued.fields).items())


class SuiteIdp:
    """One app of a fake Okta, seen from the suite."""

    def __init__(self, okta: FakeOkta, app: SamlApp, rng: Random) -> None:
        self.okta = okta
        self._rng = rng
        self._handle = app
        self._somebody: Person | None = None
        self._unused: list[SigningKey] = []
        self.encryption_certificate: x509.Certificate | None = None
        """The SP's, from its metadata."""

    @property
    def app(self) -> App:
        """The app as the org has it now."""
        return self.okta.org.app(self._handle.id)

    @property
    def entity_id(self) -> str:
        """The IdP's entity ID."""
        return self.okta.org.entity_id(self.app)

    @property
    def key(self) -> SigningKey:
        """The app's active signing key."""
        return self.okta.org.signing_key(self.app)

    @property
    def sso_url(self) -> str:
        """Where the SP sends its requests."""
        return self.okta.org.sso_url(self.app)

    @property
    def slo_url(self) -> str:
        """Where the SP sends its logout messages."""
        return self.okta.org.slo_url(self.app)

    @property
    def rng(self) -> Random:
        """Where ids come from."""
        return self._rng

    def spare_key(self) -> SigningKey:
        """A key of the app that is not its active one. Made once: RSA keys are slow to make."""
        if self._unused:
            return self._unused.pop()
        return self._handle.generate_key().key

    def give_back(self, *keys: SigningKey) -> None:
        """Put spare keys back for the next case."""
        self._unused.extend(keys)

    def metadata(self, keys: Sequence[SigningKey] | None = None) -> bytes:
        """The app's metadata; with ``keys``, as it would look with these signing keys."""
        if keys is None:
            return self._handle.metadata.bytes
        return build_metadata(self.metadata_claims(keys))

    def metadata_claims(self, keys: Sequence[SigningKey] | None = None) -> MetadataClaims:
        """What the metadata says, to be changed."""
        org, app = self.okta.org, self.app
        return MetadataClaims(
            entity_id=self.entity_id,
            keys=keys or [self.key],
            name_id_formats=name_id_formats_for(app.settings.subject_name_id_format),
            sso_url=self.sso_url,
            slo_url=org.slo_url(app) if app.settings.slo_enabled else None,
        )

    def claims(self, person: Identity, request: AuthnRequest | None, variation: Variation) -> ResponseClaims:
        """What Okta would say of this person."""
        app = self.app
        if variation.settings:
            app = replace(app, settings=replace(app.settings, **dict(variation.settings)))
        return claims_for(self.okta.org, app, self._as_person(person), request=request)

    def signing(self, variation: Variation, key: SigningKey | None = None) -> SigningOptions:
        """How a message of this variation is signed and encrypted."""
        changes = dict(variation.settings)
        settings = replace(self.app.settings, **changes)
        encryption = None
        if variation.encrypted and self.encryption_certificate is not None:
            encryption = EncryptionOptions(
                self.encryption_certificate, settings.encryption_algorithm, settings.key_transport_algorithm
            )
        return SigningOptions(
            key=key or self.key,
            response_signed=variation.shape != "assertion",
            assertion_signed=variation.shape != "response",
            signature_algorithm=settings.signature_algorithm,
            digest_algorithm=settings.digest_algorithm,
            encryption=encryption,
        )

    def message(
        self,
        person: Identity,
        variation: Variation,
        *,
        request: AuthnRequest | None = None,
        relay_state: str | None = "",
        faults: Sequence[Fault] = (),
        data: Mapping[str, Any] | None = None,
        claims: ResponseClaims | None = None,
        key: SigningKey | None = None,
    ) -> Sent:
        """A response about this person; ``request`` makes it the answer to one."""
        said = claims or self.claims(person, request, variation)
        shared: dict[str, Any] = dict(data or {})
        signing = self.signing(variation, key)
        twin = _twin(said, signing, self._rng) if faults else None
        issued = issue_response(said, signing, faults=faults, rng=self._rng, data=shared)
        named = person.named(said.name_id)
        return Sent(issued, named, variation, relay_state, tuple(fault.id for fault in faults), shared, twin)

    def why_not(
        self, faults: Sequence[Fault], person: Identity, variation: Variation, *, solicited: bool = True
    ) -> str:
        """Why these faults cannot be told from a good message in this variation; empty when they can."""
        claims = self.claims(person, None, variation)
        if solicited:
            claims.in_response_to = claims.subject_in_response_to = "_pending"
        return next(iter(why_not(faults, claims, self.signing(variation)).values()), "")

    def _as_person(self, identity: Identity) -> Person:
        """A person of the org with this identity. Nothing is stored: the suite needs thousands."""
        if self._somebody is None:
            self._somebody = self.okta.org.admin
        return replace(
            self._somebody,
            login=identity.login,
            email=identity.email,
            first_name=identity.first_name,
            last_name=identity.last_name,
            profile=identity.profile,
        )


def _twin(claims: ResponseClaims, signing: SigningOptions, rng: Random) -> Callable[[], IssuedResponse]:
    state = rng.getstate()

    def made() -> IssuedResponse:
        again = Random()  # noqa: S311 - IDs of test messages
        again.setstate(state)
        return issue_response(claims, signing, rng=again)

    return made
