"""A target as data: what a target file says about a service provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

PORT_PLACEHOLDER = "${SP_PORT}"
"""Stands in URLs for the port that the harness chose and that the command gets in its environment."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How to see who is signed in: fetch ``url`` with the user's cookies."""

    url: str
    contains: str = "{name_id}"
    """Signed in = status 200 and this text in the body; {name_id}, {email} and {login} are filled in."""


@dataclass(frozen=True, slots=True)
class IdpMetadata:
    """What the SP is to trust: a document, the address where the suite serves it, and the entity that is meant."""

    xml: bytes
    url: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """How an SP that reads its IdP's metadata from a URL comes to read it again."""

    command: tuple[str, ...] = ()
    """Makes it do so now."""
    seconds: float = 0.0
    """Within this time it does so by itself; with a command, the time that it may take."""


@dataclass(frozen=True, slots=True)
class Configure:
    """How the SP learns the IdP's metadata."""

    kind: Literal["command", "file", "manual"]
    command: tuple[str, ...] = ()
    cwd: Path | None = None
    file: Path | None = None
    ready_seconds: float = 30.0
    """How long the SP may take to answer at its login URL."""
    by_url: bool = False
    """The SP reads the metadata from a URL, not from a file."""
    refresh: Refresh | None = None
    """Nobody knows how it comes to read it again when there is none."""
    rereads: bool = False
    """Before it answers, the SP reads its file again if that has changed; it trusts nothing else."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that the SP will accept."""

    login: str
    email: str
    first_name: str = "Ada"
    last_name: str = "Lovelace"
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the SP claims. ``None`` = not stated: found out where that is possible."""

    idp_initiated: bool | None = None
    """Accepts unsolicited responses (tiles on the dashboard)."""
    encryption: bool | None = None
    slo: bool | None = None
    new_users: bool | None = None
    """Signs in people that it has not seen before."""
    echo_attributes: bool | None = None
    """The page of ``signed_in.url`` also shows the attributes received."""
    accounts_by_name_id: bool | None = None
    """Accounts belong to the NameID; one that is new gets no session with an e-mail address that an account has."""


CAPABILITY_NAMES = tuple(row.name for row in fields(Capabilities))


@dataclass(frozen=True, slots=True)
class TargetFile:
    """One target file, checked. URLs may still hold the port placeholder; see `with_port`."""

    name: str
    path: Path | None = None
    metadata: str = ""
    """URL or file of the SP's metadata; empty when ``entity_id`` and ``acs_url`` are given by hand."""
    entity_id: str = ""
    acs_url: str = ""
    slo_url: str = ""
    login_url: str = ""
    """Where a login starts at the SP."""
    logout_url: str = ""
    """Where a logout starts at the SP."""
    deep_link: str = ""
    """A protected page that is shown after a login which was started for it."""
    deep_link_start: str = ""
    """Where that login starts; empty when the page itself leads to it."""
    domains: tuple[str, ...] = ()
    """E-mail domains that the IdP may speak for at this SP; empty when any."""
    signed_in: SignedIn = field(default_factory=lambda: SignedIn(""))
    configure: Configure | None = None
    app: Mapping[str, Any] = field(default_factory=dict)
    """Okta-side settings that this SP needs, by API name or wizard label."""
    user: Account | None = None
    other_user: Account | None = None
    refused_user: Account | None = None
    """An account that is there and may not be used: disabled, or without access."""
    capabilities: Capabilities = field(default_factory=Capabilities)
    known_deviations: Path | None = None
    reference: Mapping[str, Any] | None = None
    """Set for the SP that ships here: profile, weaknesses, settings."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Every URL that the file names."""
        named = (
            self.metadata,
            self.acs_url,
            self.slo_url,
            self.login_url,
            self.logout_url,
            self.deep_link,
            self.deep_link_start,
            self.signed_in.url,
        )
        return tuple(url for url in named if url.startswith(("http://", "https://")))

    @property
    def hosts(self) -> frozenset[str]:
        """``host:port`` of every URL named: traffic goes nowhere else."""
        return frozenset(host_of(url) for url in self.urls)

    @property
    def wants_port(self) -> bool:
        """Whether some URL holds the port placeholder."""
        return any(PORT_PLACEHOLDER in text for text in (*self.urls, self.entity_id))


def host_of(url: str) -> str:
    """``host:port`` of a URL, the default port filled in."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
