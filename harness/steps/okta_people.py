"""The Okta admin looks after people and groups."""

from __future__ import annotations

from harness.drivers.agent import Agent
from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import choice, flag, text, texts
from harness.steps.world import OKTA_ADMIN, World

_ACTIONS = ("Suspend", "Unsuspend", "Deactivate", "Activate", "Lock", "Unlock")


@step(
    "okta.add_person",
    text("First name", "first name", required=True),
    text("Last name", "last name", required=True),
    text("Username", "Okta username", required=True),
    text("Primary email", "email address", default="the username"),
    text("Password", "password", default="made up"),
    flag("Administrator of this org", "may use the admin console", default="false"),
)
def add_person(world: World, given: Values) -> None:
    """Add a person: *Directory*, *People*, *Add person*."""
    window = world.okta_admin()
    window.open(world.okta.admin_url)
    window.follow("People")
    window.follow("Add person")
    for label in ("First name", "Last name", "Username", "Primary email", "Password"):
        if label in given:
            window.fill(label, given.text(label))
    if given.flag("Administrator of this org"):
        window.tick("Administrator of this org")
    window.press("Save")
    if window.alerts():
        raise fail(
            "okta_refused",
            f"Okta does not add {given.text('Username')}.",
            received="; ".join(window.alerts()),
            evidence=(page_evidence(window),),
        )
    if "Password" in given:
        world.passwords[given.text("Username")] = given.text("Password")


@step(
    "okta.change_person",
    text("login", "who", required=True),
    text("First name", "new first name"),
    text("Last name", "new last name"),
    text("Username", "new username"),
    text("Primary email", "new email address"),
)
def change_person(world: World, given: Values) -> None:
    """Change a person's profile."""
    window = open_person(world, given.text("login"))
    window.follow("Edit")
    for label in ("First name", "Last name", "Username", "Primary email"):
        if label in given:
            window.fill(label, given.text(label))
    window.press("Save")
    if window.alerts():
        raise fail(
            "okta_refused",
            f"Okta does not change {given.text('login')}.",
            received="; ".join(window.alerts()),
            evidence=(page_evidence(window),),
        )


@step(
    "okta.change_status",
    text("login", "who", required=True),
    choice("action", "button on the person's page", *_ACTIONS, required=True),
)
def change_status(world: World, given: Values) -> None:
    """Suspend, deactivate, lock a person, or undo it."""
    open_person(world, given.text("login")).press(given.text("action"))


@step(
    "okta.add_group",
    text("Name", "name of the group", required=True),
    text("Description", "what it is for"),
    texts("people", "logins of its members"),
)
def add_group(world: World, given: Values) -> None:
    """Add a group: *Directory*, *Groups*, *Add group*; then its members."""
    window = world.okta_admin()
    window.open(world.okta.admin_url)
    window.follow("Groups")
    window.follow("Add group")
    window.fill("Name", given.text("Name"))
    if "Description" in given:
        window.fill("Description", given.text("Description"))
    window.press("Save")
    for login in given.texts("people"):
        _add_member(world, given.text("Name"), login)


@step(
    "okta.add_to_group",
    text("group", "name of the group", required=True),
    texts("people", "logins", required=True),
)
def add_to_group(world: World, given: Values) -> None:
    """Put people into a group."""
    for login in given.texts("people"):
        _add_member(world, given.text("group"), login)


@step(
    "okta.remove_from_group",
    text("group", "name of the group", required=True),
    texts("people", "logins", required=True),
)
def remove_from_group(world: World, given: Values) -> None:
    """Take people out of a group."""
    for login in given.texts("people"):
        _open_group(world, given.text("group"))
        world.window(OKTA_ADMIN).press("Remove", within=login)


def _open_group(world: World, name: str) -> None:
    window = world.okta_admin()
    if window.heading != name:
        window.open(world.okta.admin_url)
        window.follow("Groups")
        window.follow(name)


def _add_member(world: World, group: str, login: str) -> None:
    _open_group(world, group)
    window = world.window(OKTA_ADMIN)
    person = world.okta.person(login).info
    window.choose("Person", f"{person.display_name} ({person.login})")
    window.press("Assign person")


def open_person(world: World, login: str) -> Agent:
    """The person's page in the admin console."""
    window = world.okta_admin()
    window.open(world.okta.admin_url)
    window.follow("People")
    window.follow(world.okta.person(login).info.display_name, within=login)
    return window
