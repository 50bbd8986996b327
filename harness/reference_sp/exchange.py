"""One sign-on answer on its way through the checks: what came in, what the SP remembers, what was found so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from harness.difference import Difference
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.need import need
from harness.reference_sp.settings import Settings
from harness.reference_sp.tools import Tools
from harness.reference_sp.xml import Element


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A login that this SP started: what the answer must fit, and where the person wanted to go."""

    id: str
    org_id: str
    idp: str
    browser: str
    """Hash of the cookie of the browser that started it."""
    relay_state: str
    next_page: str
    created: datetime
    answered: bool = False
    test: bool = False
    force_authn: bool = False
    authn_context: str = ""


class Memory(Protocol):
    """What the SP remembers of earlier messages."""

    def find_request(self, request_id: str) -> LoginRequest | None:
        """The login with that request ID, whoever started it."""
        ...

    def was_used(self, issuer: str, assertion_id: str) -> bool:
        """Whether a login was made with that assertion."""
        ...

    def was_ended(self, issuer: str, name_id: str, session_index: str) -> bool:
        """Whether the IdP has ended that session already."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """The HTTP request at the assertion consumer service."""

    method: str = "POST"
    form: Sequence[tuple[str, str]] = ()
    query: Sequence[tuple[str, str]] = ()
    browser: str = ""
    """Hash of the cookie that marks the browser; empty when it sent none."""
    idp_initiated: bool = False
    """Whether it came to the address for answers that nobody asked for."""

    def values(self, name: str) -> list[str]:
        """Every value of a parameter, wherever it stands."""
        return [value for key, value in (*self.form, *self.query) if key == name]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the verified assertion speaks of, and what it says."""

    email: str
    email_source: str
    name_id: str
    name_id_format: str
    name_qualifier: str
    sp_name_qualifier: str
    attributes: Mapping[str, list[str]]
    issuer: str
    assertion_id: str
    usable_until: datetime
    authn_instant: datetime | None
    authn_context: str
    session_index: str
    session_not_on_or_after: datetime | None


Rule = Callable[["Exchange", Element], Difference | None]
"""One condition on a subject confirmation."""


@dataclass(slots=True)
class Exchange:
    """Everything a check may look at. The fields of the second half are filled by the checks that find them."""

    settings: Settings
    now: datetime
    org_id: str
    entity_id: str
    acs_url: str
    idps: Mapping[str, IdentityProvider]
    message: Message
    memory: Memory
    tools: Tools = field(default_factory=Tools)
    confirmation_rules: tuple[Rule, ...] = ()
    decryption_keys: Callable[[], Sequence[RSAPrivateKey]] = tuple
    foreign_certificates: Callable[[], Sequence[x509.Certificate]] = tuple
    """Keys of other organizations' IdPs: used by one weakness, never else."""

    xml: bytes = b""
    document: Element | None = None
    """The root as it came. Checks of values read ``response`` and ``assertion`` instead."""
    response: Element | None = None
    assertion: Element | None = None
    idp: IdentityProvider | None = None
    response_verified: bool = False
    assertion_verified: bool = False
    encrypted: bool = False
    decrypting: bool = False
    """Between decryption and the proof that the IdP made the content: failures are told apart only in the log."""
    request: LoginRequest | None = None
    warnings: list[Difference] = field(default_factory=list)

    # Found by the checks of names and attributes
    name_id: str = ""
    name_id_format: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)
    unread_attributes: list[str] = field(default_factory=list)
    """Names and formats of those whose NameFormat the SP does not read."""
    email: str = ""
    email_source: str = ""
    session_not_on_or_after: datetime | None = None
    usable_until: datetime | None = None

    @property
    def the_response(self) -> Element:
        """The response element: the signed content when it is signed."""
        return need(self.response, "the XML was read")

    @property
    def the_assertion(self) -> Element:
        """The assertion element: the signed content once its signature was checked."""
        return need(self.assertion, "the assertion was taken out")
