"""The test bench: one running target, the Okta that signs for it, and the moves of a login."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from cryptography import x509

from fake_idp.saml.messages import AuthnRequest, RequestRefused
from fake_idp.saml.names import BINDING_POST
from fake_idp.saml.pipeline import Fault
from harness.conformance.cases import Shape
from harness.conformance.identity import Identity, People
from harness.conformance.idp import Sent, SuiteIdp, Variation
from harness.conformance.lenient import lenient_post, lenient_redirect
from harness.conformance.listener import Listener
from harness.conformance.publisher import Publisher
from harness.conformance.sight import Probe, Sight
from harness.conformance.timed import TimedTransport
from harness.conformance.visitor import Page, Visitor
from harness.targets.errors import SetUpError
from harness.targets.model import IdpMetadata, TargetFile, host_of
from harness.targets.running import RunningTarget
from harness.targets.sp_metadata import SpMetadata

KEPT_REQUESTS = 5_000
COUNTING_SECONDS = 1.0
"""How long it may take until a request for metadata is counted, whose answer the SP has already."""
SETTLING_SECONDS = 0.2
"""How long an SP may take to put metadata to use that it has just fetched in the background."""


class NoRequest(Exception):
    """The login URL did not lead to the IdP with an AuthnRequest. ``page`` is where it ended."""

    def __init__(self, message: str, page: Page) -> None:
        self.page = page
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Started:
    """A login that the SP started: its request, as it would have reached Okta."""

    request: AuthnRequest
    endpoint: str
    """Where it was going, without the query string."""
    page: Page
    """The answer that carried it."""
    raw_query: str = ""
    form: tuple[tuple[str, str], ...] = ()
    received: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def relay_state(self) -> str | None:
        """RelayState as the SP sent it."""
        return self.request.relay_state


@dataclass(frozen=True, slots=True)
class Login:
    """One whole login: what was sent, where it ended, who is signed in."""

    visitor: Visitor
    sent: Sent
    landed: Page
    sight: Sight
    started: Started | None = None


@dataclass(slots=True)
class Bench:
    """Everything that procedures need."""

    target: TargetFile
    running: RunningTarget
    sp: SpMetadata
    idp: SuiteIdp
    people: People
    probe: Probe
    listener: Listener
    transport: TimedTransport
    rng: Random
    publisher: Publisher
    """Where the IdP's metadata is served."""
    idp_initiated: bool | None = None
    """Whether unsolicited responses are accepted; None until it is known."""
    requests: deque[Started] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    """Every AuthnRequest received: the passive checks read them."""
    shapes: list[Shape] = field(default_factory=list)
    """The signing shapes in which a good login works."""
    asks_for_context: bool = False
    """Whether the SP's requests ask for a class of authentication."""
    forces_authn: bool = False
    """Whether the SP's requests say ForceAuthn."""
    cross_site: bool = True
    """Whether messages come from Okta's site, as in life."""
    slow: bool = False
    """Whether cases may wait for minutes."""
    marks_all: bool = False
    """Whether the messages of passed cases are marked, too, for a report that shows them."""
    moved_clock: float = 0.0
    """Seconds by which the SP's clock was moved in the present attempt."""
    former_certificates: set[x509.Certificate] = field(default_factory=set)
    """Signing certificates that the SP published before it was started anew: earlier requests were signed with them."""
    other: Bench | None = None
    """A second tenant of the same SP, with an IdP of its own."""

    @property
    def hosts(self) -> frozenset[str]:
        """``host:port`` that the suite may talk to: those that the target file names, and no others."""
        return self.target.hosts

    def trust(self, idp_metadata: bytes) -> None:
        """Give the SP this IdP metadata, and read its own again: some SPs make new keys when they start.

        :raises SetUpError: when the SP does not come up with it.
        """
        hand_over(idp_metadata, self.idp, self.running, self.publisher)
        self.read_sp()

    def refresh(self) -> None:
        """Have the SP read the publisher's document again.

        :raises SetUpError: when it does not.
        """
        asked, seconds = self.publisher.asked, self.running.refresh_seconds or 0.0
        self.running.refresh()
        if not self.publisher.wait(asked, max(seconds, COUNTING_SECONDS)):
            self.start(self.visitor())  # some SPs look whether it is time when a login begins
        if seconds:
            time.sleep(SETTLING_SECONDS)
        if not self.publisher.wait(asked, COUNTING_SECONDS):
            raise SetUpError(
                "metadata_not_fetched",
                "the SP did not read its IdP metadata again",
                expected=f"a GET for {self.publisher.url}",
                received="none",
                advice="correct configure.refresh in the target file: a command, or the seconds after which it does",
            )

    def restart(self) -> None:
        """Stop the SP and start it again, with all that it keeps; only where `RunningTarget.can_restart`.

        :raises SetUpError: when it does not come up again.
        """
        self.running.restart()
        self.read_sp()

    def read_sp(self) -> None:
        """What the SP says about itself now."""
        before = self.sp.signing_certificates
        self.sp = self.running.sp_metadata(self.transport)
        certificates = self.sp.encryption_certificates
        self.former_certificates.update(before)
        wanted = self.target.capabilities.encryption is not False
        self.idp.encryption_certificate = certificates[0] if certificates and wanted else None

    @property
    def further_acs_urls(self) -> tuple[str, ...]:
        """Where the SP takes responses besides the ACS that counts when a request names none."""
        taken = [endpoint.location for endpoint in self.sp.acs if endpoint.binding == BINDING_POST]
        return tuple(
            url for url in dict.fromkeys(taken) if url != self.sp.acs_url and host_of(url) in self.hosts
        )

    @property
    def sp_of_the_run(self) -> SpMetadata:
        """The SP's metadata with every signing certificate of the run."""
        every = dict.fromkeys((*self.sp.signing_certificates, *self.former_certificates))
        return replace(self.sp, signing_certificates=tuple(every))

    def visitor(self) -> Visitor:
        """A browser with a clean cookie jar."""
        return Visitor(self.transport, self.hosts)

    # The moves of a login

    def start(self, visitor: Visitor, url: str = "", headers: Mapping[str, str] | None = None) -> Started:
        """Start a login at the SP and take its request out of the user's hands.

        :raises NoRequest: when the SP does not send the user to the IdP.
        """
        page = visitor.get(url or self.target.login_url, headers=headers)
        started = read_started(page)
        self.requests.append(started)
        xml = started.request.xml.decode("utf-8", "replace")
        visitor.note("user", "Okta", "POST" if started.form else "GET", started.endpoint, "AuthnRequest", xml)
        return started

    def message(
        self,
        person: Identity,
        variation: Variation,
        started: Started | None,
        *,
        faults: Sequence[Fault] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Sent:
        """Okta's answer to a request, or an unsolicited response where there is none."""
        request = started.request if started else None
        relay_state = started.relay_state if started else ""
        return self.idp.message(
            person, variation, request=request, relay_state=relay_state, faults=faults, data=data
        )

    @property
    def from_url(self) -> str:
        """The page that posts Okta's messages: Okta's own, on another site than the SP.

        Where no login survives the journey between two sites, which a case of its own judges, it is one of the SP.
        """
        return self.idp.sso_url if self.cross_site else self.sp.acs_url

    def deliver(self, visitor: Visitor, sent: Sent, *, url: str = "") -> Page:
        """Post a message to the ACS as Okta's page does: from another site."""
        visitor.note(
            "Okta", "user", "", "", "Response", "", answer=", ".join(sent.faults) or "as Okta sends it"
        )
        return visitor.post(
            url or self.sp.acs_url, sent.fields, from_url=self.from_url, message=("Response", "")
        )

    def login(
        self,
        variation: Variation,
        *,
        person: Identity | None = None,
        faults: Sequence[Fault] = (),
        data: Mapping[str, Any] | None = None,
        flow: str = "sp",
        victim: Identity | None = None,
        marker: str = "",
        visitor: Visitor | None = None,
        login_url: str = "",
    ) -> Login:
        """A login from beginning to end, in a clean browser unless one is given."""
        visitor = visitor or self.visitor()
        started = self.start(visitor, login_url) if flow == "sp" else None
        sent = self.message(person or self.people.somebody(), variation, started, faults=faults, data=data)
        landed = self.deliver(visitor, sent)
        sight = self.look(visitor, sent.person, victim=victim, marker=marker, landed=landed)
        return Login(visitor, sent, landed, sight, started)

    def look(
        self,
        visitor: Visitor,
        person: Identity | None,
        *,
        victim: Identity | None = None,
        marker: str = "",
        landed: Page | None = None,
    ) -> Sight:
        """Who is signed in, in this browser."""
        return self.probe.look(visitor, person, forged=victim, marker=marker, landed=landed)

    def name_id_of(self, person: Identity, variation: Variation) -> Identity:
        """The person with the NameID that Okta would send for them."""
        return person.named(self.idp.claims(person, None, variation).name_id)

    def tenant(self, target: TargetFile, sp: SpMetadata, idp: SuiteIdp) -> Bench:
        """The bench of another tenant of the same SP."""
        return replace(
            self, target=target, sp=sp, idp=idp, probe=Probe(target.signed_in), requests=deque(), other=None
        )


def hand_over(metadata: bytes, idp: SuiteIdp, running: RunningTarget, publisher: Publisher) -> None:
    """Serve this metadata, and give it to the SP.

    :raises SetUpError: when the SP does not come up with it.
    """
    publisher.publish(metadata)
    running.trust(IdpMetadata(metadata, publisher.url, idp.entity_id))


def read_started(page: Page) -> Started:
    """The AuthnRequest that a page carries: in a redirect's query string, or in a self-submitting form.

    :raises NoRequest: when there is none, or none that can be read.
    """
    if page.leads_to:
        query = urlsplit(page.leads_to).query
        if "SAMLRequest=" in query:
            request = _read(lambda: lenient_redirect(query), page)
            return Started(request, page.leads_to.partition("?")[0], page, raw_query=query)
        raise NoRequest(f"the login leads to {page.leads_to}, which carries no AuthnRequest", page)
    form = _saml_form(page)
    if form is None:
        raise NoRequest(f"the login ends at {page.url} (HTTP {page.status}) without an AuthnRequest", page)
    action, fields = form
    values = dict(fields)
    relay_state = values.get("RelayState")
    request = _read(lambda: lenient_post(values["SAMLRequest"], relay_state), page)
    return Started(request, action, page, form=tuple(fields))


def _read(read: Any, page: Page) -> AuthnRequest:
    try:
        request: AuthnRequest = read()
    except RequestRefused as refusal:
        raise NoRequest(f"the AuthnRequest cannot be read: {refusal}", page) from refusal
    return request


def _saml_form(page: Page) -> tuple[str, list[tuple[str, str]]] | None:
    if not re.search(r"SAMLRequest", page.text):
        return None
    root = lxml.html.fromstring(page.answer.body or b"<html></html>")
    for form in root.iter("form"):
        fields = [
            (node.get("name", ""), node.get("value", "")) for node in form.iter("input") if node.get("name")
        ]
        if any(name == "SAMLRequest" for name, _ in fields):
            return form.get("action", ""), fields
    return None
