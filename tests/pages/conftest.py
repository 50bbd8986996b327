from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fake_idp import FakeOkta
from fake_idp.handles import PersonHandle, SamlApp
from tests.pages.visitor import Visitor

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
