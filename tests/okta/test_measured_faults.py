"""Faults that shift a time take their measure from whoever arms them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fake_idp import FakeOkta
from fake_idp.saml.claims import parse_instant
from fake_idp.saml.names import NAMESPACES
from fake_idp.saml.xml import parse


def _not_before_ahead(okta: FakeOkta) -> timedelta:
    app, person = okta.apps()[0], okta.person("ada@acme.test")
    root = parse(app.sign_in(person).xml)
    conditions = root.find(".//saml2:Conditions", NAMESPACES)
    assert conditions is not None
    return parse_instant(conditions.get("NotBefore", "")) - parse_instant(root.get("IssueInstant", ""))


@pytest.fixture
def okta() -> Iterator[FakeOkta]:
    okta = FakeOkta(base_url="http://127.0.0.1:9", clock="2026-03-02T09:00:00Z")
    app = okta.create_saml_app("App", "http://localhost:9/acs", "app")
    app.assign(okta.add_person("ada@acme.test"))
    yield okta
    okta.stop()


@pytest.mark.parametrize("seconds", [181, -7])
def test_a_time_fault_shifts_by_the_seconds_it_was_armed_with(okta: FakeOkta, seconds: int) -> None:
    okta.misbehave("conditions-not-before-shift", times=1, data={"seconds": seconds})
    assert _not_before_ahead(okta) == timedelta(seconds=seconds)


def test_without_a_measure_it_shifts_by_its_own_default(okta: FakeOkta) -> None:
    okta.misbehave("conditions-not-before-shift", times=1)
    assert _not_before_ahead(okta) == timedelta(seconds=120)


def test_the_measure_of_one_order_is_not_that_of_the_next(okta: FakeOkta) -> None:
    okta.misbehave("conditions-not-before-shift", times=1, data={"seconds": 5})
    assert _not_before_ahead(okta) == timedelta(seconds=5)
    okta.misbehave("conditions-not-before-shift", times=1)
    assert _not_before_ahead(okta) == timedelta(seconds=120)
