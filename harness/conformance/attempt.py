"""One case in one signing shape, as a procedure sees it: people, messages, moves, and the evidence they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from fake_idp.saml.pipeline import Fault
from harness.conformance.bench import Bench, Login, Started
from harness.conformance.cases import Case
from harness.conformance.identity import Identity, forge_texts
from harness.conformance.idp import Sent, Variation
from harness.conformance.listener import Contact
from harness.conformance.sight import Sight
from harness.conformance.visitor import Page, Visitor

AS_SENT = "\0as the SP sent it"
"""RelayState goes back unchanged; it is no text that a test could want to send."""


@dataclass(slots=True)
class Attempt:
    """What a procedure works with."""

    bench: Bench
    case: Case
    variation: Variation
    faults: tuple[Fault, ...]
    token: str
    """Unique to this attempt: part of its listener address and its markers."""
    logins: list[Login] = field(default_factory=list)
    """Every message sent, in order: evidence."""
    notes: list[str] = field(default_factory=list)
    """Remarks for the report, one sentence each."""

    @property
    def marker(self) -> str:
        """A text that stands in forged parts and nowhere else."""
        return f"marker-{self.token}"

    @property
    def canary(self) -> str:
        """A text that an answer must not give back."""
        return f"canary-{self.token}"

    def data(self, genuine: Identity, victim: Identity | None = None, **more: Any) -> dict[str, Any]:
        """What faults may use: who is forged, where the listener is, whom to encrypt for."""
        bench = self.bench
        certificate = bench.idp.encryption_certificate
        shared: dict[str, Any] = {
            "marker": self.marker,
            "canary": self.canary,
            "listener": bench.listener.url(self.token),
            **more,
        }
        if victim is not None:
            named = bench.name_id_of(victim, self.variation)
            shared["forge"] = forge_texts(bench.name_id_of(genuine, self.variation), named)
        if certificate is not None:
            shared["sp_certificate"] = certificate.public_bytes(Encoding.PEM).decode("ascii")
        if bench.other is not None:
            shared["other_idp"] = {"key": bench.other.idp.key, "entity_id": bench.other.idp.entity_id}
        return shared

    def visitor(self) -> Visitor:
        """A clean browser."""
        return self.bench.visitor()

    def start(self, visitor: Visitor, url: str = "") -> Started:
        """Start a login at the SP."""
        return self.bench.start(visitor, url)

    def issue(
        self,
        person: Identity,
        started: Started | None,
        *,
        faults: Sequence[Fault] | None = None,
        data: Mapping[str, Any] | None = None,
        relay_state: str | None = AS_SENT,
        variation: Variation | None = None,
    ) -> Sent:
        """Okta's message for this person, with the case's faults unless others are given."""
        sent = self.bench.message(
            person,
            variation or self.variation,
            started,
            faults=self.faults if faults is None else faults,
            data=data or self.data(person),
        )
        return sent if relay_state == AS_SENT else replace(sent, relay_state=relay_state)

    def post(
        self, visitor: Visitor, sent: Sent, *, victim: Identity | None = None, started: Started | None = None
    ) -> Login:
        """Post a message to the ACS and look who is signed in then."""
        landed = self.bench.deliver(visitor, sent)
        return self.saw(visitor, sent, landed, victim=victim, started=started)

    def saw(
        self,
        visitor: Visitor,
        sent: Sent,
        landed: Page,
        *,
        victim: Identity | None = None,
        started: Started | None = None,
    ) -> Login:
        """Look who is signed in, and keep it as evidence."""
        named = self.bench.name_id_of(victim, self.variation) if victim else None
        sight = self.bench.look(visitor, sent.person, victim=named, marker=self.marker, landed=landed)
        login = Login(visitor, sent, landed, sight, started)
        self.logins.append(login)
        return login

    def look(self, visitor: Visitor, person: Identity) -> Sight:
        """Who is signed in in this browser now."""
        return self.bench.look(visitor, person)

    def login(
        self,
        person: Identity | None = None,
        *,
        visitor: Visitor | None = None,
        faults: Sequence[Fault] | None = None,
        victim: Identity | None = None,
        data: Mapping[str, Any] | None = None,
        relay_state: str | None = AS_SENT,
        flow: str = "",
        url: str = "",
    ) -> Login:
        """A whole login with the case's faults, in a clean browser unless one is given."""
        visitor = visitor or self.visitor()
        person = person or self.bench.people.somebody()
        started = self.start(visitor, url) if (flow or self.case.flow) == "sp" else None
        sent = self.issue(
            person, started, faults=faults, data=data or self.data(person, victim), relay_state=relay_state
        )
        return self.post(visitor, sent, victim=victim, started=started)

    def good_login(
        self, person: Identity | None = None, *, visitor: Visitor | None = None, flow: str = ""
    ) -> Login:
        """A login without any fault, for procedures that need one first."""
        return self.login(person, visitor=visitor, faults=(), flow=flow)

    def contacts(self) -> list[Contact]:
        """Who called the listener on the word of this attempt's messages."""
        return self.bench.listener.contacts(self.token)
