"""The nine steps done by the library, for those who want to start where they end: fixtures, ``serve``, examples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.drivers.http.agent import HttpAgent

if TYPE_CHECKING:
    from fake_idp import FakeOkta
    from fake_idp.handles import PersonHandle, SamlApp
    from harness.reference_sp import ReferenceSP


class SignInFailed(AssertionError):
    """A login did not end with a signed-in person. The text says where it ended and what the SP found wrong."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who the SP says is signed in, after a login through both servers."""

    email: str
    role: str
    name_id: str
    attributes: dict[str, list[str]]
    agent: HttpAgent
    """The person's browser, still signed in: ``agent.open(...)``, ``agent.history``."""


@dataclass(frozen=True, slots=True)
class Sso:
    """An Okta org and a reference SP that trust each other, with one person who may sign in."""

    okta: FakeOkta
    sp: ReferenceSP
    app: SamlApp
    person: PersonHandle

    def sign_in(self, person: PersonHandle | None = None, *, start: str = "sp") -> SignedIn:
        """Sign a person in by plain HTTP as a browser would, from the SP's login (``sp``) or the Okta tile (``okta``).

        Raises ``SignInFailed`` when nobody is signed in at the end.
        """
        somebody = person or self.person
        agent = HttpAgent(somebody.login)
        agent.open(self.app.embed_link if start == "okta" else self.sp.sso_login_url)
        if agent.url.startswith(self.okta.url) and "Username" in agent.controls("field"):
            agent.fill("Username", somebody.login)
            agent.press("Next")
            agent.fill("Password", somebody.password)
            agent.press("Verify")
        return self._signed_in(agent)

    def _signed_in(self, agent: HttpAgent) -> SignedIn:
        ended_at, page = agent.url, agent.text
        agent.open(self.sp.me_url + ".json")
        seen: dict[str, Any] = json.loads(agent.html) if agent.status == 200 else {}
        if not seen.get("signed_in"):
            raise SignInFailed("\n".join(self._why(ended_at, page)))
        return SignedIn(seen["email"], seen["role"], seen["name_id"], seen["attributes"], agent)

    def _why(self, ended_at: str, page: str) -> list[str]:
        lines = [f"nobody is signed in; the login ended at {ended_at}", page[:600]]
        attempt = self.sp.last_login()
        if attempt is not None:
            lines += [line for difference in attempt.differences for line in difference.lines()]
        return lines


def set_up_sso(okta: FakeOkta, sp: ReferenceSP, *, label: str = "Amplitude", login: str = "") -> Sso:
    """Create the app, assign a person, upload the metadata and save.

    ``login`` defaults to Ada's in the org; a person who is there already, from an org file, is taken.
    """
    app = okta.create_saml_app(label, acs_url=sp.acs_url, audience=sp.entity_id, application_username="Email")
    person = _person(okta, login or f"ada@{okta.org.subdomain}.test")
    app.assign(person)
    sp.upload_metadata(app.metadata.bytes)
    sp.save()
    return Sso(okta, sp, app, person)


def _person(okta: FakeOkta, login: str) -> PersonHandle:
    known = login.lower() in (person.login.lower() for person in okta.org.people())
    return okta.person(login) if known else okta.add_person(login)


def trusting_app(okta: FakeOkta, sp: ReferenceSP) -> SamlApp | None:
    """The app of the org that this SP trusts and that sends its answers here; ``None`` unless both sides are set up."""
    return next((app for app in okta.apps() if sp.organization().sso_on and not amiss(app, sp)), None)


def amiss(app: SamlApp, sp: ReferenceSP) -> list[str]:
    """What keeps people from getting from the app to the SP and back, one sentence each.

    Addresses are among it: a kept set-up holds those of its first run, and a later one may have other ports.
    """
    saved = sp.organization().saved_metadata
    found = [] if app.info.is_active else ["it is inactive"]
    if app.settings.sso_acs_url != sp.acs_url or app.settings.audience != sp.entity_id:
        found.append(
            f"it sends answers to {app.settings.sso_acs_url}, and this SP takes them at {sp.acs_url}"
        )
    if app.entity_id.encode() not in saved:
        found.append("the SP has not saved its metadata")
    elif app.sso_url.encode() not in saved:
        found.append(f"the SP has saved another address of it than {app.sso_url}")
    return found
