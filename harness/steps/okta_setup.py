"""The Okta admin sets the app up: steps 1 to 7 of the article, one step each, and the short form of the first six."""

from __future__ import annotations

import mimetypes

from harness.drivers.agent import Agent
from harness.steps.app_fields import GENERAL_SETTINGS, configure_saml_fields
from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import Field, FileName, choice, text
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
    """Fail unless the page has this heading; ``reached_by`` names the step that leads to it."""
    if window.heading != heading:
        raise fail(
            "wrong_page",
            f"this is not the page {heading!r}; the step {reached_by} leads there.",
            expected=f"the page {heading!r}",
            received=f"the page {window.heading or window.title!r} ({window.status} {window.url})",
            evidence=(page_evidence(window),),
        )


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
    at(window, "Create SAML Integration", "okta.choose_saml, with the sign-in method SAML 2.0,")


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
        raise fail(
            "wrong_page",
            "this is not the wizard's step 'Configure SAML'; the step okta.general_settings leads there.",
            expected="the wizard's step 'Configure SAML'",
            received=f"its step with the fields {', '.join(window.controls('field'))}",
            evidence=(page_evidence(window),),
        )
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
        raise fail(
            "wrong_page",
            "this is not the wizard's step 'Feedback'; the step okta.configure_saml leads there.",
            expected="the wizard's step 'Feedback', with a button 'Finish'",
            received=f"the page {window.heading!r} with the buttons {', '.join(window.controls('button'))}",
            evidence=(page_evidence(window),),
        )
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


@step(
    "okta.view_metadata",
    text("app", "label of the app", default="the app made last"),
    choice("certificate", "row of *SAML Signing Certificates*", "Active", "Inactive", default="Active"),
    article_step=6,
)
def view_metadata(world: World, given: Values) -> None:
    """On the app's tab *Sign On*, look at the identity provider metadata of a signing certificate."""
    window = open_sign_on(world, given.text("app"))
    row = given.text("certificate", "Active")
    document = window.download("View IdP metadata", within=row)
    if document.status != 200 or b"EntityDescriptor" not in document.content:
        raise fail(
            "no_metadata",
            "'View IdP metadata' does not lead to metadata.",
            expected="an EntityDescriptor",
            received=f"{document.status} {document.content_type}: {document.content[:80]!r}",
        )


SAVED_AS = Field("as", "name of the file, for later steps", FileName(new=True), required=True, saves="file")


@step(
    "okta.save_metadata",
    SAVED_AS,
    text("app", "label of the app", default="the app made last"),
    choice("certificate", "row of *SAML Signing Certificates*", "Active", "Inactive", default="Active"),
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
    """Click *View IdP metadata* on the tab *Sign On* and save the page as a file."""
    window = open_sign_on(world, given.text("app"))
    row = given.text("certificate", "Active")
    how = given.text("how", "XML")
    if how == "certificate":
        saved = window.download("Download certificate", within=row)
    elif how == "sign-in page":
        address = f"{world.okta.admin_url}/dashboard"
        saved = world.window("somebody without rights").fetch(address)
    else:
        saved = window.download("View IdP metadata", within=row)
    if saved.status != 200:
        raise fail(
            "not_saved",
            "there is nothing to save.",
            expected="a file",
            received=f"{saved.status} {saved.url}",
        )
    viewed = {"web page": _as_web_page, "copied text": _as_copied}.get(how, lambda content: content)
    world.files[given.text("as")] = viewed(saved.content)


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
    at(window, app.label, f"the tab {tab}")
    return window
