"""What a run has seen besides its verdicts: requests received, refusals and their pages, whether the target stayed up.

Workers hand it to the parent, which judges the cases that need the whole run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from harness.conformance.bench import Started
from harness.conformance.visitor import Page
from harness.targets.sp_metadata import SpMetadata

INTERNALS = (
    ("a Python traceback", re.compile(r"Traceback \(most recent call last\)")),
    ("a Java stack trace", re.compile(r"\bat [\w.$]+\([\w]+\.java:\d+\)")),
    ("a .NET stack trace", re.compile(r"\bat [\w.<>`]+\([^)]*\) in \S+:line \d+")),
    ("a Node.js stack trace", re.compile(r"\bat .+ \(?(?:/|node:)\S+\.js:\d+:\d+\)?")),
    ("a Ruby backtrace", re.compile(r"\S+\.rb:\d+:in [`']")),
    (
        "a PHP error",
        re.compile(r"(?:Fatal error|Warning|Notice)</b>?:.* on line <?b?>?\d+|Stack trace:\s*#0"),
    ),
    ("a Go panic", re.compile(r"goroutine \d+ \[running\]")),
    ("a private key", re.compile(r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----")),
    ("a file path", re.compile(r"(?<![\w:/.])/(?:usr|home|var|opt|srv|app|etc|root)/[\w./-]+\.\w+")),
    ("a page of a debugger", re.compile(r"Werkzeug Debugger|Whoops, looks like|DEBUG = True")),
    ("a decoded assertion", re.compile(r"(?:&lt;|<)(?:saml2?:)?Assertion[ >]")),
)


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """One AuthnRequest, with all that the passive checks read. Plain values, so that workers can hand it over."""

    xml: bytes
    binding: str
    endpoint: str
    raw_query: str
    form: tuple[tuple[str, str], ...]
    relay_state: str | None
    cache_control: str
    pragma: str
    status: int
    received: datetime
    entity_id: str
    """The SP's own name; each worker has an SP of its own."""
    acs_urls: tuple[str, ...]
    sso_url: str
    """Where the IdP's metadata wants requests."""
    certificates: tuple[bytes, ...]
    """The SP's signing certificates (DER), of the whole run."""

    @classmethod
    def of(cls, started: Started, sp: SpMetadata, sso_url: str) -> RequestSeen:
        """From a login that was started."""
        answer = started.page.answer
        return cls(
            started.request.xml,
            started.request.binding,
            started.endpoint,
            started.raw_query,
            started.form,
            started.relay_state,
            answer.header("Cache-Control"),
            answer.header("Pragma"),
            answer.status,
            started.received,
            sp.entity_id,
            sp.acs_urls,
            sso_url,
            tuple(certificate.public_bytes(Encoding.DER) for certificate in sp.signing_certificates),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the target refused one message."""

    case_id: str
    status: int
    length: int
    internals: tuple[str, ...] = ()
    leaked_marker: bool = False

    @classmethod
    def of(cls, case_id: str, page: Page, canary: str) -> Refusal:
        """From the page that a refused login ended at."""
        text = page.text
        found = tuple(name for name, pattern in INTERNALS if pattern.search(text))
        return cls(case_id, page.status, len(page.answer.body), found, canary in text)


@dataclass(slots=True)
class Observed:
    """All of it."""

    requests: list[RequestSeen] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    end: str = ""
    """How the target's process ended the last time, where that is known."""
    """Cases after which the target did not accept a good login any more."""
    controls: int = 0
    seconds: float = 0.0
    """Time that cases and controls took, added up over the workers."""
    target_seconds: float = 0.0
    """The part of it that was spent waiting for the target."""

    @property
    def share_in_target(self) -> float:
        """Between 0 and 1."""
        return self.target_seconds / self.seconds if self.seconds else 0.0

    def add(self, other: Observed) -> None:
        """What another worker has seen."""
        self.requests.extend(other.requests)
        self.refusals.extend(other.refusals)
        self.died.extend(other.died)
        self.end = other.end or self.end
        self.controls += other.controls
        self.seconds += other.seconds
        self.target_seconds += other.target_seconds
