"""What must hold of the records that both sides keep: members, audit, stored metadata, System Log, app settings."""

from __future__ import annotations

from fake_idp.org import fields as wizard
from harness.reference_sp.settings import ROLES
from harness.steps.app_fields import configure_saml_fields
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, FileName, ListOf, Text, Whole, choice, flag, text, texts
from harness.steps.known_names import AUDIT_ACTION, CODE
from harness.steps.sp import open_settings
from harness.steps.world import World


@step(
    "expect.member",
    text("email", "address of the account", required=True),
    choice("role", "role", *ROLES),
    choice(
        "status",
        "`absent` when there is no such account",
        "joined",
        "pending",
        "removed",
        "absent",
        default="joined",
    ),
    text("joined_by", "how they came: `jit`, `invite`, ..."),
)
def member(world: World, given: Values) -> None:
    """An account at the SP."""
    email = given.text("email")
    found = world.reference.member(email)
    status = found.status if found else "absent"
    wanted = given.text("status", "joined")
    members = ", ".join(f"{each.email} ({each.role}, {each.status})" for each in world.reference.members())
    if status != wanted:
        raise fail(
            "member_status",
            f"the account {email}.",
            expected=wanted,
            received=f"{status}; members: {members}",
        )
    if found is None:
        return
    for name, wanted_value, received in (
        ("role", given.text("role"), found.role),
        ("joined_by", given.text("joined_by"), found.joined_by),
    ):
        if wanted_value and wanted_value != received:
            raise fail(f"member_{name}", f"the {name} of {email}.", expected=wanted_value, received=received)


@step("expect.members", texts("emails", "all joined and invited members, in any order", required=True))
def members(world: World, given: Values) -> None:
    """Exactly these accounts exist at the SP."""
    found = sorted(each.email for each in world.reference.members())
    if found != sorted(given.texts("emails")):
        raise fail(
            "members",
            "other members.",
            expected=", ".join(sorted(given.texts("emails"))),
            received=", ".join(found),
        )


@step(
    "expect.audit",
    Field(
        "action",
        "what was done, such as `change settings`, `require sso on`, `login`",
        AUDIT_ACTION,
        required=True,
    ),
    text("user", "email of who did it"),
    text("target", "to whom or what"),
    choice("risk", "risk class", "low", "medium"),
    Field("error", "code of the refusal, for what was refused", CODE),
    flag("there", "whether there is such an entry", default="true"),
)
def audit(world: World, given: Values) -> None:
    """An entry of the SP's audit log."""
    entries = world.reference.audit(action=given.text("action"))
    fields = {"user": "user_email", "target": "target", "risk": "risk", "error": "error"}
    matching = [
        entry
        for entry in entries
        if all(getattr(entry, fields[name]) == given.text(name) for name in fields if name in given)
    ]
    if bool(matching) == given.flag("there", True):
        return
    shown = entries or world.reference.audit()
    raise fail(
        "audit",
        "the audit log has no such entry."
        if given.flag("there", True)
        else "the audit log has such an entry.",
        expected=", ".join(f"{name} {value}" for name, value in given.items()),
        received="; ".join(
            f"{each.action} by {each.user_email} on {each.target or '-'}, {each.risk}, {each.error or 'no error'}"
            for each in shown[-8:]
        ),
    )


@step(
    "expect.logged",
    text("event", "event type of Okta's System Log, such as `user.authentication.sso`", required=True),
    text("actor", "login of the person who did it"),
    choice("result", "outcome", "SUCCESS", "FAILURE", "DENY", "SKIPPED", "ALLOW", "CHALLENGE", "UNKNOWN"),
    text("reason", "reason of the outcome"),
    text("target", "name of one of the targets"),
    Field("times", "how often", Whole(minimum=0), default="at least once"),
)
def logged(world: World, given: Values) -> None:
    """An event of Okta's System Log."""
    events = world.okta.log(given.text("event"))
    matching = [
        event
        for event in events
        if given.text("actor") in ("", str(event.actor.get("alternateId")))
        and given.text("result") in ("", event.result)
        and given.text("reason") in ("", event.reason)
        and (
            "target" not in given
            or any(each.get("displayName") == given.text("target") for each in event.target)
        )
    ]
    if len(matching) == given.whole("times") if "times" in given else matching:
        return
    raise fail(
        "system_log",
        "the System Log has no such event."
        if not matching
        else "the System Log has it another number of times.",
        expected=", ".join(f"{name} {value}" for name, value in given.items()),
        received="; ".join(
            f"{each.event_type} {each.result} by {each.actor.get('alternateId')} {each.reason or ''}".strip()
            for each in (events or world.okta.log())[-8:]
        ),
    )


@step(
    "expect.stored_metadata",
    Field("file", "the file that was uploaded", FileName(), required=True),
)
def stored_metadata(world: World, given: Values) -> None:
    """*Show uploaded metadata* at the SP has exactly the bytes of this file, and names its entity ID."""
    window = open_settings(world)
    window.follow("Show uploaded metadata")
    kept = window.download("Download the file").content
    if kept != world.file(given.text("file")):
        raise fail(
            "metadata_differs",
            "the SP keeps other metadata than was uploaded.",
            expected=f"{len(world.file(given.text('file')))} bytes of {given.text('file')}",
            received=f"{len(kept)} bytes",
        )


@step(
    "expect.sso",
    flag("enabled", "whether people can sign in by single sign-on"),
    flag("required", "whether *Require SSO* is saved"),
    flag("unsaved_changes", "whether there is a draft that nobody saved"),
)
def sso(world: World, given: Values) -> None:
    """The SP's saved SSO settings."""
    org = world.reference.organization()
    for name, received in (
        ("enabled", org.sso_on),
        ("required", org.saved.require_sso),
        ("unsaved_changes", org.draft is not None),
    ):
        if name in given and given.flag(name) != received:
            raise fail(
                f"sso_{name}",
                f"the SP's SSO settings: {name.replace('_', ' ')}.",
                expected=str(given.flag(name)).lower(),
                received=str(received).lower(),
            )


@step(
    "expect.app_settings",
    *configure_saml_fields(required=False),
    text("app", "label of the app", default="the app made last"),
)
def app_settings(world: World, given: Values) -> None:
    """What Okta keeps for the app, by the wizard's labels."""
    app = world.app(given.text("app")).info
    for field in wizard.FIELDS:
        if field.label not in given:
            continue
        value = getattr(app if field.on_app else app.settings, field.attribute)
        if field.attribute in ("recipient", "destination"):
            value = value or app.settings.sso_acs_url
        shown = str(value).lower() if field.kind == "checkbox" else field.choice_label(value)
        wanted = str(given.flag(field.label)).lower() if field.kind == "checkbox" else given.text(field.label)
        if field.kind in ("attribute_rows", "group_rows", "acs_rows"):
            raise fail(
                "not_compared", f"{field.label} cannot be compared here; look at the response instead."
            )
        if shown != wanted:
            raise fail(
                f"app_{field.attribute}",
                f"Okta keeps another {field.label}.",
                expected=wanted,
                received=shown,
            )


@step(
    "expect.certificates",
    Field(
        "rows",
        "type and status of each row of *SAML Signing Certificates*, such as `SHA-2 Active`",
        ListOf(Text()),
        required=True,
    ),
    text("app", "label of the app", default="the app made last"),
)
def certificates(world: World, given: Values) -> None:
    """The table on the tab *Sign On*, in its order."""
    from harness.steps.okta_setup import open_sign_on

    rows = [f"{row.get('Type')} {row.get('Status')}" for row in open_sign_on(world, given.text("app")).rows()]
    if rows != given.texts("rows"):
        raise fail(
            "certificates",
            "the table has other rows.",
            expected=", ".join(given.texts("rows")),
            received=", ".join(rows),
        )
