from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from fake_idp import FakeOkta
from fake_idp.handles import PersonHandle, SamlApp
from harness.drivers.browser.session import BrowserSession
from tests.pages.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page as PlaywrightPage

Result = TypeVar("Result")

ACS = "http://localhost:9/saml/acs"
AUDIENCE = "http://localhost:9/saml/metadata"


@pytest.fixture
def okta() -> Iterator[FakeOkta]:
    with FakeOkta(seed="pages") as running:
        yield running


@pytest.fixture
def visitor(okta: FakeOkta) -> Visitor:
    """Somebody with an empty browser."""
    return Visitor(okta.url)


@pytest.fixture
def admin(okta: FakeOkta) -> Visitor:
    """A browser in which the admin is signed in, by a session made for it."""
    return signed_in(okta, okta.admin_username)


@dataclass
class World:
    """One app that Ada has and Grace has not."""

    okta: FakeOkta
    app: SamlApp
    ada: PersonHandle
    grace: PersonHandle


@pytest.fixture
def world(okta: FakeOkta) -> World:
    return make_world(okta)


def make_world(okta: FakeOkta) -> World:
    app = okta.create_saml_app("Notes", acs_url=ACS, audience=AUDIENCE, application_username="Email")
    ada = okta.add_person("ada@acme.test", first_name="Ada", last_name="Lovelace", password="pw-ada")
    grace = okta.add_person("grace@acme.test", first_name="Grace", last_name="Hopper", password="pw-grace")
    app.assign(ada)
    return World(okta, app, ada, grace)


def signed_in(okta: FakeOkta, login: str) -> Visitor:
    """A browser with a session of this person, without the two sign-in pages."""
    visitor = Visitor(okta.url)
    visitor.cookies["sid"] = okta.org.start_session(login).id
    return visitor


class Browser:
    """A real browser, driven from a thread of its own: Playwright allows one driver a thread, and others drive too."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._session = BrowserSession()

    def run(
        self, walk: Callable[[PlaywrightPage], Result], *, sid: str = "", url: str = "", scripts: bool = True
    ) -> Result:
        """What ``walk`` returns for a fresh window; with ``sid`` it is signed in at ``url``."""
        return self._thread.submit(self._run, walk, sid, url, scripts).result(timeout=100)

    def _run(self, walk: Callable[[PlaywrightPage], Result], sid: str, url: str, scripts: bool) -> Result:
        if scripts:
            context = self._session.new_context()
        else:
            self._session.start()
            browser = self._session._browser
            assert browser is not None
            context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        if sid:
            # Not as the pages set it: the driver refuses Secure over http, which the browser takes on loopback.
            context.add_cookies([{"name": "sid", "value": sid, "url": url, "sameSite": "Lax"}])
        try:
            return walk(context.new_page())
        finally:
            context.close()

    def close(self) -> None:
        self._thread.submit(self._session.close).result(timeout=30)
        self._thread.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    started = Browser()
    yield started
    started.close()


@pytest.fixture
def as_admin(okta: FakeOkta, browser: Browser) -> Callable[..., Any]:
    """Runs a walk in a browser in which the admin is signed in."""

    def run(walk: Callable[[PlaywrightPage], Any], *, scripts: bool = True) -> Any:
        sid = okta.org.start_session(okta.admin_username).id
        return browser.run(walk, sid=sid, url=okta.url, scripts=scripts)

    return run
