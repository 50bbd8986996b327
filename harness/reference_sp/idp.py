"""The identity provider as the SP knows it: what its metadata says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go; answers go to ``response_location`` when it is given (SAML Metadata 2.2.2)."""

    location: str
    response_location: str = ""

    @property
    def answers(self) -> str:
        """Where an answer to a request from there is sent."""
        return self.response_location or self.location


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One IdP. ``sso`` and ``slo`` map a binding to its endpoint, in the order of the metadata."""

    entity_id: str
    sso: Mapping[str, Endpoint]
    certificates: tuple[x509.Certificate, ...]
    slo: Mapping[str, Endpoint] = field(default_factory=dict)
    name_id_formats: tuple[str, ...] = ()
    wants_signed_requests: bool = False
    valid_until: datetime | None = None
    signed: bool = False
    """Whether the metadata carried a signature."""
