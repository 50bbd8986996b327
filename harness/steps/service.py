"""The SP of a scenario, as steps see it: the reference SP, or the one of a target file."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.difference import Difference
from harness.drivers.agent import Agent

if TYPE_CHECKING:
    from harness.reference_sp.reference_sp import ReferenceSP


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """Who a browser is at the SP. Empty email: nobody."""

    email: str
    role: str = ""
    page: str = ""
    """What the SP showed, for evidence."""


class Service(ABC):
    """A service provider under test."""

    reference: ReferenceSP | None = None
    """The reference SP, when it is the one; steps that look inside need it."""
    name = ""

    @property
    @abstractmethod
    def url(self) -> str:
        """Its base URL."""

    @property
    @abstractmethod
    def entity_id(self) -> str:
        """Its Entity ID."""

    @property
    @abstractmethod
    def acs_url(self) -> str:
        """Its Assertion Consumer Service URL."""

    @property
    @abstractmethod
    def login_url(self) -> str:
        """Where a login starts."""

    @property
    @abstractmethod
    def home_url(self) -> str:
        """The page that shows who is signed in."""

    @property
    @abstractmethod
    def metadata_url(self) -> str:
        """Its own metadata; empty when it has none."""

    @abstractmethod
    def trust(self, metadata: bytes) -> Difference | None:
        """Make it trust this IdP metadata at once, without its pages. A difference when it refuses."""

    @abstractmethod
    def start_login(self, agent: Agent) -> None:
        """Do what a person does to begin a login here."""

    @abstractmethod
    def who(self, agent: Agent, email: str) -> SignedInAs:
        """Who this browser is signed in as. ``email`` is whom the scenario expects, to look for."""


class ReferenceService(Service):
    """The SP that ships here."""

    name = "reference"

    def __init__(self, sp: ReferenceSP) -> None:
        self.reference: ReferenceSP = sp

    @property
    def url(self) -> str:
        """Its base URL."""
        return self.reference.url

    @property
    def entity_id(self) -> str:
        """Its Entity ID."""
        return self.reference.entity_id

    @property
    def acs_url(self) -> str:
        """Its Assertion Consumer Service URL."""
        return self.reference.acs_url

    @property
    def login_url(self) -> str:
        """Its login page."""
        return self.reference.login_url

    @property
    def home_url(self) -> str:
        """The page that shows who is signed in."""
        return self.reference.me_url

    @property
    def metadata_url(self) -> str:
        """Its metadata."""
        return self.reference.metadata_url

    def trust(self, metadata: bytes) -> Difference | None:
        """Upload and save without pages."""
        from harness.reference_sp.reference_sp import SettingRefused

        try:
            self.reference.upload_metadata(metadata)
            self.reference.save()
        except SettingRefused as refused:
            return refused.difference
        return None

    def start_login(self, agent: Agent) -> None:
        """The login page's second form."""
        agent.open(self.login_url)
        agent.press("Sign in with SSO")

    def who(self, agent: Agent, email: str) -> SignedInAs:  # noqa: ARG002 - it says who it is
        """What ``/me`` says."""
        answer = agent.fetch(f"{self.home_url}.json")
        if answer.status != 200:
            return SignedInAs("")
        told = json.loads(answer.content)
        return SignedInAs(str(told.get("email", "")), str(told.get("role", "")), answer.content.decode())
