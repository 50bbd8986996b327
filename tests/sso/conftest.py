"""An org with one app and one person who may use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_idp.org.clock import Clock
from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from tests.sso.material import ACS, NOON


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(seed="test", clock=Clock(NOON), base_url="http://127.0.0.1:8080") as org:
        yield org


@pytest.fixture
def ada(org: Org) -> Person:
    return org.add_person("ada@acme.test", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def app(org: Org, ada: Person) -> App:
    app = org.create_saml_app("Amplitude", SamlSettings(sso_acs_url=ACS, audience="sp"))
    org.assign_person(app, ada)
    return app


@pytest.fixture
def session(org: Org, ada: Person) -> Session:
    return org.start_session(ada)
