"""The AuthnRequests of a run, read once, and the words in which a check speaks of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from lxml import etree

from fake_idp.saml.messages import AuthnRequest
from fake_idp.saml.names import NS_DS, NS_SAML2, NS_SAML2P
from fake_idp.saml.xml import parse
from harness.conformance.cases import Case
from harness.conformance.lenient import lenient_post, lenient_redirect
from harness.conformance.observed import RequestSeen
from harness.conformance.verdicts import Outcome, not_met, passed
from harness.result import Verdict

PROTOCOL, ASSERTION, DSIG = f"{{{NS_SAML2P}}}", f"{{{NS_SAML2}}}", f"{{{NS_DS}}}"


class ReadRequest:
    """One request, its XML parsed."""

    def __init__(self, seen: RequestSeen) -> None:
        self.seen = seen

    @cached_property
    def root(self) -> etree._Element:
        """The document."""
        return parse(self.seen.xml)

    @cached_property
    def message(self) -> AuthnRequest:
        """The request as Okta would read it."""
        seen = self.seen
        if seen.raw_query:
            return lenient_redirect(seen.raw_query)
        return lenient_post(dict(seen.form)["SAMLRequest"], seen.relay_state)

    @cached_property
    def certificates(self) -> list[x509.Certificate]:
        """The SP's signing certificates."""
        return [x509.load_der_x509_certificate(der) for der in self.seen.certificates]

    def attribute(self, name: str, default: str = "") -> str:
        """An attribute of the root element."""
        return str(self.root.get(name, default))

    def child(self, path: str) -> etree._Element | None:
        """The first element at a path below the root."""
        return self.root.find(path)


@dataclass(frozen=True, slots=True)
class Requests:
    """All requests of a run, what they are compared with, and the case that asks."""

    case: Case
    requests: Sequence[ReadRequest]
    signatures_promised: bool = False
    """Whether the SP's metadata says AuthnRequestsSigned."""

    def only(self, condition: Callable[[ReadRequest], bool]) -> Requests:
        """Some of them."""
        chosen = [request for request in self.requests if condition(request)]
        return Requests(self.case, chosen, self.signatures_promised)

    def all(self, problem: Callable[[ReadRequest], str], expected: str, fine: str) -> Outcome:
        """Passed when no request has the problem; else the first one is told."""
        for request in self.requests:
            if found := problem(request):
                return self.not_met(expected, found)
        return passed(f"{fine} ({len(self.requests)} requests).")

    def not_met(
        self, expected: str, received: str, *, hint: str = "", verdict: Verdict | None = None
    ) -> Outcome:
        """The requirement is not met."""
        return not_met(self.case, "request", expected, received, hint=hint, verdict=verdict)


Check = Callable[[Requests], Outcome]
