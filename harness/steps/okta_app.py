"""The Okta admin looks after an app: assignments, settings, certificates, its life."""

from __future__ import annotations

from harness.drivers.agent import Agent
from harness.steps.app_fields import configure_saml_fields
from harness.steps.certificate_rows import inactive_row_of_its_own
from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import text, texts
from harness.steps.okta_setup import open_app, open_sign_on
from harness.steps.wizard import fill_configure_saml
from harness.steps.world import World

_APP = text("app", "label of the app", default="the app made last")


@step(
    "okta.assign",
    texts("people", "logins of the people who get it"),
    texts("groups", "names of the groups that get it"),
    text("User Name", "application username of these people, when it is to differ from the app's rule"),
    _APP,
)
def assign(world: World, given: Values) -> None:
    """Assign the app to people or groups, on its tab *Assignments*."""
    for kind, names in (("People", given.texts("people")), ("Groups", given.texts("groups"))):
        for name in names:
            window = open_app(world, given.text("app"), "Assignments")
            window.follow(f"Assign to {kind}")
            window.fill("Search", name)
            window.press("Find")
            window.press("Assign", within=name)
            if kind == "People" and "User Name" in given:
                window.fill("User Name", given.text("User Name"))
            window.press("Save and Go Back")
            if window.alerts():
                raise _refused(window, f"assign the app to {name}")
            window.follow("Done")


@step(
    "okta.unassign",
    texts("people", "logins of the people who lose it"),
    texts("groups", "names of the groups that lose it"),
    _APP,
)
def unassign(world: World, given: Values) -> None:
    """Take the app back from people or groups."""
    for login in given.texts("people"):
        window = open_app(world, given.text("app"), "Assignments")
        window.follow("People")
        window.press("Remove", within=world.okta.person(login).info.display_name)
    for name in given.texts("groups"):
        window = open_app(world, given.text("app"), "Assignments")
        window.follow("Groups", within="Assignment filters")
        window.press("Remove", within=name)


@step("okta.edit_app", *configure_saml_fields(required=False), _APP)
def edit_app(world: World, given: Values) -> None:
    """Change the app's SAML settings: *General*, *SAML Settings*, *Edit*, through the wizard to *Finish*."""
    window = open_app(world, given.text("app"), "General")
    window.follow("Edit", within="SAML Settings")
    window.press("Next")
    fill_configure_saml(world, window, given)
    window.press("Next")
    if not window.has("button", "Finish"):
        raise _refused(window, "change the SAML settings")
    window.press("Finish")


@step("okta.deactivate_app", _APP)
def deactivate_app(world: World, given: Values) -> None:
    """Deactivate the app: nobody signs in to it any more."""
    open_app(world, given.text("app"), "General").press("Deactivate")


@step("okta.activate_app", _APP)
def activate_app(world: World, given: Values) -> None:
    """Activate the app again."""
    open_app(world, given.text("app"), "General").press("Activate")


@step("okta.delete_app", _APP)
def delete_app(world: World, given: Values) -> None:
    """Deactivate the app and delete it."""
    window = open_app(world, given.text("app"), "General")
    if window.has("button", "Deactivate"):
        window.press("Deactivate")
    window.press("Delete")


@step("okta.generate_certificate", _APP)
def generate_certificate(world: World, given: Values) -> None:
    """Generate a new signing certificate. It stays inactive until someone activates it."""
    window = open_sign_on(world, given.text("app"))
    window.press("Generate new certificate")
    _check(window, "generate a certificate")


@step("okta.activate_certificate", _APP)
def activate_certificate(world: World, given: Values) -> None:
    """Activate the inactive certificate that was generated last: from now on the app signs with it."""
    app = world.app(given.text("app"))
    window = open_sign_on(world, app.label)
    window.press("Activate", within=inactive_row_of_its_own(app))
    _check(window, "activate the certificate")


@step("okta.delete_certificate", _APP)
def delete_certificate(world: World, given: Values) -> None:
    """Delete the app's inactive certificate: the one that was active before."""
    app = world.app(given.text("app"))
    window = open_sign_on(world, app.label)
    window.press("Delete", within=inactive_row_of_its_own(app))
    _check(window, "delete the certificate")


def _check(window: Agent, doing: str) -> None:
    if window.alerts():
        raise _refused(window, doing)


def _refused(window: Agent, doing: str) -> Exception:
    return fail(
        "okta_refused",
        f"Okta does not {doing}.",
        expected="no complaint",
        received="; ".join(window.alerts()) or window.heading,
        evidence=(page_evidence(window),),
    )
