"""One running scenario: the two sides, the people with their browsers, the files and names that steps saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.drivers.agent import Agent, Download
from harness.drivers.exchange import Exchange, SamlMessage, saml_messages
from harness.steps.failure import StepSkipped, fail, page_evidence

if TYPE_CHECKING:
    from fake_idp.handles import SamlApp
    from fake_idp.okta import FakeOkta
    from fake_idp.org.clock import Clock
    from harness.drivers.pool import Drivers
    from harness.reference_sp.reference_sp import ReferenceSP
    from harness.steps.service import Service

OKTA_ADMIN = "Okta admin"
SP_ADMIN = "SP admin"


@dataclass(slots=True)
class World:
    """Everything that steps work with."""

    okta: FakeOkta
    sp: Service
    drivers: Drivers
    driver: str
    folder: Path
    """Where the scenario file lies; files that it brings along are found here."""
    ca_file: str = ""
    """With https: the authority of both servers' certificates."""
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Values that steps saved, as variables."""
    passwords: dict[str, str] = field(default_factory=dict)
    """Passwords at Okta, by login, of people who were given one."""
    sp_passwords: dict[str, str] = field(default_factory=dict)
    windows: dict[str, Agent] = field(default_factory=dict)
    closed_windows: list[Agent] = field(default_factory=list)
    shown: Agent | None = None
    """The window that was used last."""
    app_id: str = ""
    """The app made last."""
    open_metadata: Download | None = None
    """The metadata that the Okta admin looks at."""
    pending_metadata: bytes = b""
    """Uploaded but not saved, at an SP that has no upload page of ours."""
    at_end: list[Callable[[], object]] = field(default_factory=list)
    """What stops the servers that steps started."""

    # People and their browsers

    def window(self, actor: str) -> Agent:
        """The browser of a person; opened when it is first needed."""
        if actor not in self.windows:
            self.windows[actor] = self.drivers.window(self.driver, actor, ca_file=self.ca_file)
        self.shown = self.windows[actor]
        return self.shown

    def fresh_window(self, actor: str) -> Agent:
        """A second browser for the same person, without the first one's cookies."""
        self.close_window(actor)
        return self.window(actor)

    def close_window(self, actor: str) -> None:
        """Let this person begin anew, in another browser, when they next do something."""
        if actor in self.windows:
            self.closed_windows.append(self.windows.pop(actor))

    def okta_admin(self) -> Agent:
        """The Okta admin, signed in to the admin console."""
        new = OKTA_ADMIN not in self.windows
        window = self.window(OKTA_ADMIN)
        if new:
            from harness.steps.signing_in import sign_in_to_okta

            window.open(self.okta.admin_url)
            sign_in_to_okta(window, self.okta.admin_username, self.okta.admin_password)
        return window

    def sp_admin(self, email: str = "") -> Agent:
        """An admin (or another member) of the SP, signed in with a password."""
        reference = self.reference
        actor = email or SP_ADMIN
        new = actor not in self.windows
        window = self.window(actor)
        if new:
            from harness.steps.signing_in import sign_in_with_password

            login = email or reference.admin_email
            sign_in_with_password(self, window, login, self.sp_password(login))
            if window.has("button", "Log in") or not window.has("button", "Log out"):
                raise fail(
                    "sp_login",
                    f"{login} cannot log in at the SP with their password.",
                    expected="the SP's page for members",
                    received="; ".join(window.alerts()) or f"the page {window.title!r} ({window.status})",
                    evidence=(page_evidence(window),),
                )
        return window

    def okta_password(self, login: str) -> str:
        """A person's password at Okta."""
        if login in self.passwords:
            return self.passwords[login]
        return self.okta.person(login).password

    def sp_password(self, email: str) -> str:
        """A member's password at the SP."""
        reference = self.reference
        if email == reference.admin_email:
            return reference.admin_password
        if email not in self.sp_passwords:
            raise fail(
                "no_password",
                f"{email} has no password at the SP.",
                expected="a member with a password in given.sp.members",
                received=f"members with one: {', '.join(self.sp_passwords) or 'none'}",
            )
        return self.sp_passwords[email]

    # The two sides

    @property
    def reference(self) -> ReferenceSP:
        """The reference SP. Raises `StepSkipped` when the scenario runs against another SP."""
        if self.sp.reference is None:
            raise StepSkipped(f"this step looks inside the reference SP; {self.sp.name} is another SP.")
        return self.sp.reference

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """The clocks that can be set, by side."""
        clocks = {"okta": self.okta.clock}
        if self.sp.reference is not None:
            clocks["sp"] = self.sp.reference.clock  # type: ignore[assignment] # the runner gave it one of Okta's kind
        return clocks

    def app(self, label: str = "") -> SamlApp:
        """The app of this label, or the one made last."""
        apps = self.okta.apps()
        for app in apps:
            if app.label == label or (not label and app.id == self.app_id):
                return app
        made = ", ".join(app.label for app in apps) or "none"
        wanted = f"an app {label!r}" if label else "an app"
        raise fail(
            "no_app",
            f"there is no {wanted[3:]} in Okta.",
            expected=wanted,
            received=f"apps: {made}",
            hint="okta.finish (article step 6) and okta.create_saml_app make apps",
        )

    # Files

    def file(self, name: str) -> bytes:
        """A file that a step saved, or one next to the scenario."""
        if name in self.files:
            return self.files[name]
        path = self.folder / name
        if path.is_file():
            return path.read_bytes()
        saved = ", ".join(self.files) or "none"
        raise fail("no_file", f"there is no file {name!r}.", expected=name, received=f"saved so far: {saved}")

    # What went over the wire

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges of all people, in order."""
        agents = [*self.closed_windows, *self.windows.values()]
        return sorted((each for agent in agents for each in agent.history), key=lambda each: each.at)

    def messages(self, actor: str = "") -> list[SamlMessage]:
        """The SAML messages of one person, or of all, in order."""
        exchanges = [each for each in self.exchanges if not actor or each.actor == actor]
        return [message for each in exchanges for message in saml_messages(each)]

    def side_of(self, url: str) -> str:
        """Whose address this is: ``okta``, ``sp``, or the host itself."""
        for side, base in (("okta", self.okta.url), ("sp", self.sp.url)):
            if urlsplit(url).netloc == urlsplit(base).netloc:
                return side
        return urlsplit(url).netloc

    def variables(self) -> dict[str, str]:
        """Every variable that has a value now."""
        values = {
            "okta.url": self.okta.url,
            "okta.admin_url": self.okta.admin_url,
            "sp.url": self.sp.url,
            "sp.acs_url": self.sp.acs_url,
            "sp.entity_id": self.sp.entity_id,
            "sp.login_url": self.sp.login_url,
            "sp.home_url": self.sp.home_url,
            "sp.metadata_url": self.sp.metadata_url,
        }
        if self.app_id and any(app.id == self.app_id for app in self.okta.apps()):
            app = self.app()
            values |= {
                "okta.app.id": app.id,
                "okta.app.entity_id": app.entity_id,
                "okta.app.sso_url": app.sso_url,
                "okta.app.metadata_url": app.metadata.url,
                "okta.app.embed_link": app.embed_link,
            }
        return values | self.names

    def close(self) -> None:
        """Close all windows."""
        for agent in [*self.closed_windows, *self.windows.values()]:
            agent.close()
