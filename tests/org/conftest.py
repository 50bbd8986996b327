"""What the tests of the org share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_idp.org.clock import Clock
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings

NOON = "2026-03-01T12:00:00Z"


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(seed="test", clock=Clock(NOON)) as org:
        yield org


@pytest.fixture
def settings() -> SamlSettings:
    return SamlSettings(sso_acs_url="http://localhost:9000/acs", audience="sp")


@pytest.fixture
def app(org: Org, settings: SamlSettings) -> App:
    return org.create_saml_app("Amplitude", settings)


@pytest.fixture
def ada(org: Org) -> Person:
    return org.add_person("ada@acme.test", first_name="Ada", last_name="Lovelace")
