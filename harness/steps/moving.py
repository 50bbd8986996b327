"""Moving house: to another Okta org, or to another instance of the SP. What was there before goes on running."""

from __future__ import annotations

from dataclasses import fields

from harness.steps.definition import Values, step
from harness.steps.fields import Field, Record, Text, text
from harness.steps.world import OKTA_ADMIN, SP_ADMIN, World


@step(
    "okta.move_to_another_org",
    text("subdomain", "subdomain of the new org", default="another"),
    text("name", "its name", default="Another"),
    Field(
        "emails",
        "primary emails that differ from those in the old org, by login",
        Record((), others=Text(), noun="emails (login: email)"),
    ),
)
def move_to_another_org(world: World, given: Values) -> None:
    """The company gets another Okta org, with the same people, logins and passwords, and no app yet.

    From here on every `okta` step, sign-in and variable is about the new org. People keep their browsers.
    """
    from fake_idp import FakeOkta

    old = world.okta
    new = FakeOkta(
        seed=f"{old.seed} another",
        subdomain=given.text("subdomain", "another"),
        org_name=given.text("name", "Another"),
        clock=old.clock,
        https=old.tls is not None,
    )
    new.tls = old.tls
    world.at_end.append(new.start().stop)
    emails = given.record("emails")
    for person in old.org.people():
        if person.login == old.admin_username:
            continue
        password = world.okta_password(person.login)
        new.add_person(
            person.login,
            emails.text(person.login, person.email),
            person.first_name,
            person.last_name,
            password,
            person.is_admin,
        )
        world.passwords[person.login] = password
    world.okta, world.app_id = new, ""
    world.close_window(OKTA_ADMIN)


@step("sp.move_to_another_instance")
def move_to_another_instance(world: World, given: Values) -> None:  # noqa: ARG001
    """The SP runs somewhere else from here on: the same settings of its operators, and nothing that an admin set.

    Every `sp` step, login and variable is about the new instance.
    """
    from harness.reference_sp.reference_sp import ReferenceSP
    from harness.steps.service import ReferenceService

    old = world.reference
    settings = {each.name: getattr(old.settings, each.name) for each in fields(old.settings)}
    new = ReferenceSP(
        profile=old.profile,
        clock=old.clock,
        seed=old.seed,
        https=bool(world.ca_file),
        tls=world.okta.tls,
        **settings,
    ).start()
    world.at_end.append(new.stop)
    world.sp = ReferenceService(new)
    world.close_window(SP_ADMIN)
