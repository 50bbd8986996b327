"""The SP's admin at work on *Access & SSO Settings*: steps 5, 8 and 9 of the article, and what else the page offers."""

from __future__ import annotations

from harness.drivers.agent import Agent
from harness.reference_sp.settings import PLANS, ROLES, VENDORS
from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import Field, FileName, ListOf, choice, flag, text
from harness.steps.known_names import CODE
from harness.steps.pages import code_on, codes_and_sentences
from harness.steps.world import World

HEADING = "Access & SSO Settings"
_AS = text("as", "email of the member who does it", default="the SP's admin")
_OUTCOME = choice("outcome", "whether the SP takes it", "accepted", "refused", default="accepted")


def open_settings(world: World, email: str = "") -> Agent:
    """The settings page. Unlike `settings_page` it is opened anew, so it says what is stored."""
    window = world.sp_admin(email)
    window.open(world.reference.settings_url)
    return window


def settings_page(world: World, email: str = "") -> Agent:
    """The settings page as it is, opened if another page is there. Fails when the member may not see it."""
    window = world.sp_admin(email)
    if window.heading != HEADING:
        window.open(world.reference.settings_url)
    if window.heading != HEADING:
        raise fail(
            "wrong_page",
            f"the SP does not show {HEADING!r} to {email or 'its admin'}.",
            expected=f"the page {HEADING!r}",
            received=codes_and_sentences(window) or f"the page {window.heading!r}",
            evidence=(page_evidence(window),),
        )
    return window


@step("sp.open_sso_settings", _AS)
def open_sso_settings(world: World, given: Values) -> None:
    """Open *Settings > Organization settings > Access & SSO Settings*, whatever the SP answers."""
    open_settings(world, given.text("as"))


@step("sp.read_sso_settings", _AS, article_step=5)
def read_sso_settings(world: World, given: Values) -> None:
    """Find the Entity ID and the Assertion Consumer Service URL, to give them to Okta."""
    if world.sp.reference is None:
        return
    open_settings(world, given.text("as"))
    window = settings_page(world, given.text("as"))
    for label, value in (
        ("Entity ID", world.sp.entity_id),
        ("Assertion Consumer Service URL", world.sp.acs_url),
    ):
        shown = window.value(label)
        if shown != value:
            raise fail(
                "sp_details", f"the SP shows another {label} than it has.", expected=value, received=shown
            )


@step(
    "sp.upload_metadata",
    Field("file", "a file that a step saved, or one next to the scenario", FileName(), required=True),
    _OUTCOME,
    _AS,
    article_step=8,
)
def upload_metadata(world: World, given: Values) -> None:
    """Choose the metadata file and press *Upload Metadata File*. It is a draft until someone saves."""
    content = world.file(given.text("file"))
    if world.sp.reference is None:
        world.pending_metadata = content
        return
    window = settings_page(world, given.text("as"))
    window.attach("Upload Metadata XML", given.text("file"), content, "application/xml")
    window.press("Upload Metadata File")
    wanted = given.text("outcome", "accepted")
    refused = code_on(window)
    if bool(refused) == (wanted == "refused"):
        return
    raise fail(
        refused or "upload_accepted",
        f"the SP {'refuses' if refused else 'takes'} the file {given.text('file')!r}.",
        expected=wanted,
        received=codes_and_sentences(window) or "accepted",
        evidence=(page_evidence(window),),
    )


@step("sp.save", _OUTCOME, _AS, article_step=9)
def save(world: World, given: Values) -> None:
    """Press *Save*: only now the changes count."""
    if world.sp.reference is None:
        if world.pending_metadata:
            _judge_save(
                given,
                world.sp.trust(world.pending_metadata) is None,
                "the SP does not trust the metadata",
                None,
            )
        return
    window = settings_page(world, given.text("as"))
    window.press("Save")
    _judge_save(given, window.says("Saved."), codes_and_sentences(window), window)


def _judge_save(given: Values, saved: bool, said: str, window: Agent | None) -> None:
    wanted = given.text("outcome", "accepted")
    if saved != (wanted == "accepted"):
        raise fail(
            "not_saved" if not saved else "saved",
            f"the SP {'does not save' if not saved else 'saves'} the settings.",
            expected=wanted,
            received=said or ("accepted" if saved else "no word about it"),
            evidence=(page_evidence(window),) if window else (),
        )


@step("sp.cancel", _AS)
def cancel(world: World, given: Values) -> None:
    """Press *Cancel*: the changes are forgotten."""
    settings_page(world, given.text("as")).press("Cancel")


@step("sp.leave_settings", _AS)
def leave_settings(world: World, given: Values) -> None:
    """Go to another page without saving or cancelling."""
    world.sp_admin(given.text("as")).open(world.sp.home_url)


@step(
    "sp.change_settings",
    choice("Identity Provider", "label of the identity provider", *VENDORS),
    flag("Require SSO", "nobody may sign in with a password any more"),
    flag("Enable JIT Provisioning", "people who come through the IdP get an account without an invitation"),
    choice("User Role", "role of people who come that way", *(role.capitalize() for role in ROLES)),
    _AS,
)
def change_settings(world: World, given: Values) -> None:
    """Change fields of the settings page. Only `sp.save` makes them count."""
    window = settings_page(world, given.text("as"))
    for label in ("Identity Provider", "User Role"):
        if label in given:
            window.choose(label, given.text(label))
    for label in ("Require SSO", "Enable JIT Provisioning"):
        if label in given:
            window.tick(label, given.flag(label))


@step("sp.remove_configuration", _AS)
def remove_configuration(world: World, given: Values) -> None:
    """Press *Remove configuration*."""
    settings_page(world, given.text("as")).press("Remove configuration")


@step(
    "sp.invite",
    text("email", "whom", required=True),
    choice("role", "role that they will have", *ROLES, default="viewer"),
    _AS,
)
def invite(world: World, given: Values) -> None:
    """Invite somebody, on the page *Members*."""
    window = _members(world, given)
    window.fill("Email", given.text("email"))
    window.choose("Role", given.text("role", "viewer").capitalize())
    window.press("Invite")
    if window.alerts():
        raise fail(
            "not_invited", f"{given.text('email')} is not invited.", received="; ".join(window.alerts())
        )


@step("sp.remove_member", text("email", "whom", required=True), _AS)
def remove_member(world: World, given: Values) -> None:
    """Remove a member, or take an invitation back."""
    window = _members(world, given)
    window.press(f"Remove {given.text('email')}")
    if window.alerts():
        raise fail(
            "not_removed", f"{given.text('email')} is not removed.", received="; ".join(window.alerts())
        )


@step("sp.forget_identity", text("email", "whose", required=True), _AS)
def forget_identity(world: World, given: Values) -> None:
    """Press *Forget identity*: another identity of the IdP may take the member's account."""
    _members(world, given).press(f"Forget identity of {given.text('email')}")


@step(
    "sp.change_role",
    text("email", "whose", required=True),
    choice("role", "new role", *ROLES, required=True),
    _AS,
)
def change_role(world: World, given: Values) -> None:
    """Give a member another role."""
    window = _members(world, given)
    email = given.text("email")
    window.choose(f"Role of {email}", given.text("role").capitalize())
    window.press(f"Change role of {email}")
    if window.alerts():
        raise fail("role_not_changed", f"{email} keeps their role.", received="; ".join(window.alerts()))


def _members(world: World, given: Values) -> Agent:
    window = world.sp_admin(given.text("as"))
    window.open(f"{world.reference.url}/settings/organization/members")
    return window


@step(
    "sp.change_plan",
    choice("plan", "the new plan", *(plan.lower() for plan in PLANS), required=True),
)
def change_plan(world: World, given: Values) -> None:
    """The SP's billing moves the organization to another plan."""
    world.reference.change_plan(given.text("plan"))


@step("sp.support_switches_off_require_sso")
def support_switches_off(world: World, given: Values) -> None:  # noqa: ARG001
    """The SP's support helps an organization that locked itself out."""
    world.reference.support_switch_off_sso_requirement()


@step(
    "sp.test_sign_on",
    text("person", "login at Okta of the person who signs in during the test", required=True),
    Field("reports", "codes of all differences that the test must list", ListOf(CODE)),
    _AS,
)
def test_sign_on(world: World, given: Values) -> None:
    """Press *Test sign-on*: a login with the draft, which lists everything that is wrong and changes nothing."""
    from harness.steps.signing_in import pass_okta

    window = settings_page(world, given.text("as"))
    window.press("Test sign-on")
    pass_okta(world, window, given.text("person"))
    attempt = world.reference.last_login()
    found = [each.code for each in attempt.differences] if attempt else []
    wanted = given.texts("reports")
    if attempt is None or not attempt.outcome.startswith("test") or found != wanted:
        raise fail(
            "test_sign_on",
            "the test sign-on reports something else.",
            expected=", ".join(wanted) or "nothing wrong",
            received=", ".join(found) or (attempt.outcome if attempt else "no test took place"),
            evidence=(page_evidence(window),),
        )


@step("sp.open_sign_on_log", _AS)
def open_sign_on_log(world: World, given: Values) -> None:
    """Open the sign-on log, where admins read what was wrong with each refused login."""
    world.sp_admin(given.text("as")).open(f"{world.reference.url}/settings/organization/sso-log")
