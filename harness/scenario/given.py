"""Builds what a scenario is given: an org, an SP, and, when it asks for it, SSO already set up between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from fake_idp import FakeOkta
from fake_idp.org.clock import Clock
from fake_idp.tls import LocalTls
from harness.drivers.pool import Drivers
from harness.reference_sp.reference_sp import ReferenceSP
from harness.scenario.convert import filled, values_of
from harness.scenario.model import Plain, Scenario
from harness.scenario.shape import GIVEN, OKTA, SP, SSO
from harness.steps.definition import Values
from harness.steps.failure import StepFailed
from harness.steps.fields import Record
from harness.steps.service import ReferenceService
from harness.steps.setting_fields import snake_case
from harness.steps.world import World

_OF_BOTH_SIDES = ("clock", "seed", "https")
_NOT_ORG_SETTINGS = ("name", "subdomain", "people", "groups")
_NOT_SETTINGS = ("profile", "plan", "members", "weaknesses")
_NOT_WIZARD = ("assign", "assign_groups", "App name")
ARTICLE_APP = "Amplitude"


@contextmanager
def built_world(
    scenario: Scenario,
    drivers: Drivers,
    driver: str,
    seed: int,
    later: Callable[[Callable[[], object]], object],
) -> Iterator[World]:
    """The world of a scenario. Its servers are stopped ``later``: nothing that they do any more counts."""
    given = scenario.given
    with ExitStack() as stack:
        own = {name: value for name, value in given.items() if name in _OF_BOTH_SIDES}
        top = values_of(GIVEN, {name: filled(value, _row(scenario)) for name, value in own.items()})
        seed = top.whole("seed", seed)
        okta = _okta(_part(OKTA, given, "okta", _row(scenario)), top, seed)
        stack.callback(later, okta.stop)
        okta.start()
        beside_okta = {"okta.url": okta.url} | _row(scenario)
        sp = _sp(_part(SP, given, "sp", beside_okta), top, seed, okta.tls)
        stack.callback(later, sp.stop)
        sp.start()
        ca_file = str(okta.tls.ca_certificate) if okta.tls else ""
        world = World(okta, ReferenceService(sp), drivers, driver, scenario.path.parent, ca_file)
        stack.callback(lambda: [later(stop) for stop in world.at_end])
        stack.callback(world.close)
        _people(world, _part(OKTA, given, "okta", _row(scenario)))
        _members(world, _part(SP, given, "sp", beside_okta))
        if "sso" in given:
            _set_up_sso(world, _part(SSO, given, "sso", world.variables() | _row(scenario)))
        yield world


def _row(scenario: Scenario) -> dict[str, str]:
    return {f"row.{name}": value for name, value in scenario.row.items()}


def _part(shape: Record, given: Mapping[str, Plain], name: str, variables: Mapping[str, str]) -> Values:
    part = given.get(name, {})
    assert isinstance(part, dict)  # noqa: S101 - its shape is a record
    whole = filled(part, variables)
    assert isinstance(whole, dict)  # noqa: S101 - the same shape, filled in
    return values_of(shape, whole)


def _clock(top: Values) -> Clock:
    clock = Clock()
    if "clock" in top:
        clock.set(top.moment("clock"))
    return clock


def _okta(given: Values, top: Values, seed: int) -> FakeOkta:
    settings = {snake_case(name): value for name, value in given.items() if name not in _NOT_ORG_SETTINGS}
    return FakeOkta(
        seed=seed,
        subdomain=given.text("subdomain") or None,
        org_name=given.text("name") or None,
        clock=_clock(top),
        https=top.flag("https"),
        **settings,
    )


def _sp(given: Values, top: Values, seed: int, tls: LocalTls | None) -> ReferenceSP:
    settings = {name: value for name, value in given.items() if name not in _NOT_SETTINGS}
    return ReferenceSP(
        profile=given.text("profile", "amplitude"),
        plan=given.text("plan", "growth"),
        clock=_clock(top),
        weaknesses=given.texts("weaknesses"),
        seed=seed,
        tls=tls,
        **settings,
    )


def _people(world: World, given: Values) -> None:
    for person in given.records("people"):
        values = dict(person)
        password = values.pop("password", None)
        world.okta.add_person(
            values.pop("login"),
            values.pop("email", None),
            values.pop("firstName", None),
            values.pop("lastName", None),
            password,
            values.pop("admin", False),
            **(values.pop("profile", {}) | values),
        )
        if password:
            world.passwords[person.text("login")] = password
    for group in given.records("groups"):
        world.okta.add_group(group.text("name"), group.text("description"), group.texts("members"))


def _members(world: World, given: Values) -> None:
    for member in given.records("members"):
        password = member.text("password") or None
        email = member.text("email")
        status: Any = member.text("status", "joined")
        world.reference.add_member(email, member.text("role", "viewer"), password, status)
        if password:
            world.sp_passwords[email] = password


def _set_up_sso(world: World, given: Values) -> None:
    """The article's nine steps without their pages, for scenarios that begin where it ends."""
    fields = {
        "Single sign-on URL": world.sp.acs_url,
        "Audience URI (SP Entity ID)": world.sp.entity_id,
        "Application username": "Email",
        **{name: value for name, value in given.items() if name not in _NOT_WIZARD},
    }
    app = world.okta.create_saml_app(given.text("App name", ARTICLE_APP), settings=fields)
    world.app_id = app.id
    admin = world.okta.admin_username
    everybody = [each.login for each in world.okta.org.people() if each.login != admin]
    logins = given.texts("assign") if "assign" in given or "assign_groups" in given else everybody
    for login in logins:
        app.assign(world.okta.person(login).info)
    for group in given.texts("assign_groups"):
        app.assign(world.okta.group(group))
    if (problem := world.sp.trust(app.metadata.bytes)) is not None:
        raise StepFailed(problem)
