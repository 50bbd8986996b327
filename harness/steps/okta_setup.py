"""The Okta admin sets the app up: steps 1 to 7 of the article, one step each, and the short form of the first six."""

from __future__ import annotations

import mimetypes

from harness.drivers.agent import Agent, Download
from harness.steps.app_fields import GENERAL_SETTINGS, configure_saml_fields
from harness.steps.certificate_rows import ACTIVE, CERTIFICATE, row_of
from harness.steps.definition import Values, step, step_definitions
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import Field, FileName, choice, flag, text
from harness.steps.wizard import fill_configure_saml
from harness.steps.world import World

_CONFIGURE = configure_saml_fields()
_METHODS = ("OIDC - OpenID Connect", "SAML 2.0", "SWA - Secure Web Authentication", "API Services")
_APP_VARIABLES = (
    "okta.app.id",
    "okta.app.entity_id",
    "okta.app.sso_url",
    "okta.app.metadata_url",
    "okta.app.embed_link",
)
_OUTCOME = choice("outcome", "whether Okta takes it", "accepted", "refused", default="accepted")


def at(window: Agent, heading: str, reached_by: str) -> None:
    """Fail unless the page has this heading; ``reached_by`` is the step that leads to it."""
    if window.heading != heading:
        raise not_there(window, f"the page {heading!r}", reached_by)


def not_there(window: Agent, wanted: str, reached_by: str) -> Exception:
    """The failure of a step that does not find itself where the step before should have led."""
    return fail(
        "wrong_page",
        f"this is not {wanted}, where {with_article_step(reached_by)} leads.",
        expected=wanted,
        received=f"the page {window.heading or window.title!r} ({window.status} {window.url})",
        evidence=(page_evidence(window),),
    )


def with_article_step(name: str) -> str:
    """``okta.choose_saml (article step 3)``."""
    definition = step_definitions().get(name)
    number = definition.article_step if definition else 0
    return f"{name} (article step {number})" if number else name


@step("okta.open_applications", article_step=1)
def open_applications(world: World, given: Values) -> None:  # noqa: ARG001
    """Go to the admin dashboard and click *Applications*."""
    window = world.okta_admin()
    window.open(world.okta.admin_url)
    window.follow("Applications")
    at(window, "Applications", "okta.open_applications")


@step("okta.start_app_integration", article_step=2)
def start_app_integration(world: World, given: Values) -> None:  # noqa: ARG001
    """On the page *Applications*, click *Create App Integration*."""
    window = world.okta_admin()
    at(window, "Applications", "okta.open_applications")
    window.follow("Create App Integration")
    at(window, "Create a new app integration", "okta.start_app_integration")


@step(
    "okta.choose_saml",
    choice("Sign-in method", "radio button of the dialog", *_METHODS, default="SAML 2.0"),
    article_step=3,
)
def choose_saml(world: World, given: Values) -> None:
    """In the dialog, pick *SAML 2.0* and press *Next*."""
    window = world.okta_admin()
    at(window, "Create a new app integration", "okta.start_app_integration")
    window.pick(given.text("Sign-in method", "SAML 2.0"))
    window.press("Next")
    at(window, "Create SAML Integration", "okta.choose_saml")


@step("okta.general_settings", *GENERAL_SETTINGS, _OUTCOME, article_step=4)
def general_settings(world: World, given: Values) -> None:
    """Name the app, choose a logo if wanted, press *Next*."""
    window = world.okta_admin()
    at(window, "Create SAML Integration", "okta.choose_saml")
    window.fill("App name", given.text("App name"))
    if "App logo (optional)" in given:
        name = given.text("App logo (optional)")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        window.attach("App logo (optional)", name, world.file(name), kind)
    if "Do not display application icon to users" in given:
        hidden = given.flag("Do not display application icon to users")
        window.tick("Do not display application icon to users", hidden)
    window.press("Next")
    _judge(window, given, "Single sign-on URL", "General Settings")


@step("okta.configure_saml", *_CONFIGURE, _OUTCOME, article_step=5)
def configure_saml(world: World, given: Values) -> None:
    """Enter the SP's ACS URL and Entity ID, choose *Application username*, press *Next*."""
    window = world.okta_admin()
    at(window, "Create SAML Integration", "okta.general_settings")
    if not window.has("field", "Single sign-on URL"):
        raise not_there(window, "the wizard's page 'Configure SAML'", "okta.general_settings")
    fill_configure_saml(world, window, given)
    window.press("Next")
    _judge(window, given, "I'm an Okta customer adding an internal app", "Configure SAML")


def _judge(window: Agent, given: Values, sign_of_next_page: str, page: str) -> None:
    """Whether *Next* led on, as the scenario says it should."""
    kind = "field" if sign_of_next_page == "Single sign-on URL" else "radio"
    went_on = window.has(kind, sign_of_next_page)
    wanted = given.text("outcome", "accepted")
    if went_on == (wanted == "accepted"):
        return
    said = window.alerts()
    raise fail(
        "wizard_refused" if not went_on else "wizard_accepted",
        f"Okta {'does not take' if not went_on else 'takes'} what was entered in {page!r}.",
        expected=f"{wanted}",
        received="; ".join(said) or "the next page",
        evidence=(page_evidence(window),),
    )


@step("okta.finish", article_step=6, sets=_APP_VARIABLES)
def finish(world: World, given: Values) -> None:  # noqa: ARG001
    """On the page *Feedback*, say that it is an internal app and press *Finish*: the app is created."""
    window = world.okta_admin()
    before = {app.id for app in world.okta.apps()}
    if not window.has("button", "Finish"):
        raise not_there(window, "the wizard's page 'Feedback'", "okta.configure_saml")
    window.pick("I'm an Okta customer adding an internal app")
    window.press("Finish")
    made = [app for app in world.okta.apps() if app.id not in before]
    if not made:
        raise fail(
            "app_not_created",
            "Finish did not create the app.",
            expected="a new app",
            evidence=(page_evidence(window),),
        )
    world.app_id = made[0].id
    at(window, made[0].label, "okta.finish")


@step("okta.create_saml_app", *GENERAL_SETTINGS, *_CONFIGURE, sets=_APP_VARIABLES)
def create_saml_app(world: World, given: Values) -> None:
    """Create a SAML app: the article's steps 1 to 6 in one, from *Applications* to *Finish*."""
    nothing = Values({})
    open_applications(world, nothing)
    start_app_integration(world, nothing)
    choose_saml(world, nothing)
    general_settings(world, given)
    configure_saml(world, given)
    finish(world, nothing)


_APP = text("app", "label of the app", default="the app made last")


@step("okta.view_metadata", _APP, CERTIFICATE, article_step=6)
def view_metadata(world: World, given: Values) -> None:
    """On the app's tab *Sign On*, click *View IdP metadata* of a signing certificate."""
    window = open_sign_on(world, given.text("app"))
    document = window.download("View IdP metadata", within=_row(world, given))
    if document.status != 200 or b"EntityDescriptor" not in document.content:
        raise fail(
            "no_metadata",
            "'View IdP metadata' does not lead to metadata.",
            expected="an EntityDescriptor",
            received=f"{document.status} {document.content_type}: {document.content[:80]!r}",
        )
    world.open_metadata = document


SAVED_AS = Field("as", "name of the file, for later steps", FileName(new=True), required=True, saves="file")


@step(
    "okta.save_metadata",
    SAVED_AS,
    flag(
        "opened",
        "save the page that `okta.view_metadata` opened, instead of opening it first",
        default="false",
    ),
    _APP,
    CERTIFICATE,
    choice(
        "how",
        "what the admin saves: the XML; the browser's web page of it; the sign-in page that a stranger gets; "
        "the certificate by *Download certificate*; the text copied out of the browser's XML view",
        "XML",
        "web page",
        "sign-in page",
        "certificate",
        "copied text",
        default="XML",
    ),
    article_step=7,
)
def save_metadata(world: World, given: Values) -> None:
    """Save the identity provider metadata of a signing certificate as a file."""
    how = given.text("how", "XML")
    saved = _to_save(world, given, how)
    if saved.status != 200:
        raise fail(
            "not_saved",
            "there is nothing to save.",
            expected="a file",
            received=f"{saved.status} {saved.url}",
        )
    viewed = {"web page": _as_web_page, "copied text": _as_copied}.get(how, lambda content: content)
    world.files[given.text("as")] = viewed(saved.content)


def _to_save(world: World, given: Values, how: str) -> Download:
    if how == "sign-in page":
        return world.window("somebody without rights").fetch(f"{world.okta.admin_url}/dashboard")
    if given.flag("opened"):
        if world.open_metadata is None:
            reached_by = with_article_step("okta.view_metadata")
            raise fail(
                "wrong_page", f"no metadata page is open; {reached_by} opens it.", expected="a page of XML"
            )
        return world.open_metadata
    link = "Download certificate" if how == "certificate" else "View IdP metadata"
    window = open_sign_on(world, given.text("app"))
    return window.download(link, within=_row(world, given))


def _row(world: World, given: Values) -> str:
    return row_of(world.app(given.text("app")), given.text("certificate", ACTIVE))


_VIEWER = (
    "This XML file does not appear to have any style information associated with it. "
    "The document tree is shown below."
)


def _as_web_page(xml: bytes) -> bytes:
    """What "Web page, complete" makes of a browser's XML view."""
    import html

    shown = html.escape(xml.decode())
    return f"<!DOCTYPE html>\n<html><body><div>{_VIEWER}</div><pre>{shown}</pre></body></html>\n".encode()


def _as_copied(xml: bytes) -> bytes:
    """What "select all, copy" takes out of a browser's XML view."""
    return f"{_VIEWER}\n".encode() + xml


def open_sign_on(world: World, label: str = "") -> Agent:
    """The tab *Sign On* of an app."""
    return open_app(world, label, "Sign On")


def open_app(world: World, label: str, tab: str) -> Agent:
    """A tab of an app, by way of *Applications* unless it is open already."""
    window = world.okta_admin()
    app = world.app(label)
    if window.heading != app.label or not window.has("link", tab):
        window.open(world.okta.admin_url)
        window.follow("Applications")
        window.follow(app.label)
    window.follow(tab)
    at(window, app.label, f"a click on the tab {tab!r}")
    return window
