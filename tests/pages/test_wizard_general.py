"""Create App Integration: the dialog, General Settings and Feedback."""

from __future__ import annotations

import pytest

from fake_idp import FakeOkta
from tests.pages.conftest import ACS, AUDIENCE
from tests.pages.visitor import Page, Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"0" * 20
GIF = b"GIF89a" + b"0" * 20
URLS = {"Single sign-on URL": ACS, "Audience URI (SP Entity ID)": AUDIENCE}


def start(admin: Visitor) -> Page:
    page = admin.get("/admin/apps/active").follow("Create App Integration")
    return page.submit("Next", {"SAML 2.0": True})


def to_configure(admin: Visitor, label: str = "Amplitude") -> Page:
    return start(admin).submit("Next", {"App name": label})


def test_the_dialog_offers_okta_s_four_methods(admin: Visitor) -> None:
    page = admin.get("/admin/apps/active").follow("Create App Integration")
    assert page.heading == "Create a new app integration"
    labels = [" ".join(e.text_content().split()) for e in page.document.xpath("//fieldset//label")]
    assert labels == ["OIDC - OpenID Connect", "SAML 2.0", "SWA - Secure Web Authentication", "API Services"]


def test_a_method_has_to_be_chosen(admin: Visitor) -> None:
    page = admin.get("/admin/apps/new").press("Next")
    assert page.alerts == ["Choose a sign-in method."]
    assert page.submit("Next", {"SAML 2.0": True}).heading == "Create SAML Integration"


@pytest.mark.parametrize(
    "method", ["OIDC - OpenID Connect", "SWA - Secure Web Authentication", "API Services"]
)
def test_other_methods_say_that_this_okta_speaks_saml(admin: Visitor, method: str) -> None:
    page = admin.get("/admin/apps/new").submit("Next", {method: True})
    assert page.alerts == [
        f"{method} is not part of this fake Okta, which speaks SAML 2.0. Choose SAML 2.0 to go on."
    ]


def test_cancel_goes_back_to_the_list(admin: Visitor) -> None:
    assert admin.get("/admin/apps/new").press("Cancel").heading == "Applications"
    assert start(admin).press("Cancel").heading == "Applications"
    assert to_configure(admin).press("Cancel").heading == "Applications"


def test_three_steps_make_an_app_and_end_on_its_sign_on_tab(admin: Visitor, okta: FakeOkta) -> None:
    page = start(admin)
    assert page.document.xpath("string(//li[@aria-current='step'])") == "General Settings"
    page = page.submit("Next", {"App name": "Amplitude"})
    assert page.document.xpath("string(//li[@aria-current='step'])") == "Configure SAML"
    page = page.submit("Next", {**URLS, "Application username": "Email"})
    assert page.document.xpath("string(//li[@aria-current='step'])") == "Feedback"
    page = page.submit("Finish", {"I'm an Okta customer adding an internal app": True})
    app = okta.org.apps()[0]
    assert page.path == f"/admin/app/{app.name}/instance/{app.id}/sign-on"
    assert (app.label, app.name, app.application_username) == ("Amplitude", "acme_amplitude_1", "Email")
    assert (app.settings.sso_acs_url, app.settings.audience) == (ACS, AUDIENCE)
    assert page.notices == ["Application 'Amplitude' created."]
    assert admin.get(page.url).notices == []
    assert admin.get("/admin/apps/active").follow("Amplitude").heading == "Amplitude"


def test_the_app_name_is_required(admin: Visitor) -> None:
    page = start(admin).submit("Next", {"App name": " "})
    assert page.error_of("App name") == "This field cannot be left blank"
    assert page.submit("Next", {"App name": "A"}).document.xpath(
        "//li[@aria-current='step'][.='Configure SAML']"
    )


def test_the_app_name_has_at_most_100_characters(admin: Visitor) -> None:
    page = start(admin).submit("Next", {"App name": "a" * 101})
    assert page.error_of("App name") == "Expected at most 100 characters, received 101."
    assert page.submit("Next", {"App name": "a" * 100}).alerts == []


@pytest.mark.parametrize(("name", "data"), [("logo.png", PNG), ("logo.jpg", JPG), ("logo.gif", GIF)])
def test_png_jpg_and_gif_are_logos(admin: Visitor, okta: FakeOkta, name: str, data: bytes) -> None:
    page = start(admin).submit("Next", {"App name": "Amplitude", "App logo (optional)": (name, data)})
    page.submit("Next", URLS).press("Finish")
    app = okta.org.apps()[0]
    assert app.has_logo
    shown = admin.get("/admin/apps/active").document.xpath("//table//img/@src")[0]
    logo = admin.get(shown)
    assert logo.body == data
    assert logo.headers["Content-Type"].startswith("image/")


BAD_LOGOS = {
    "an SVG named png": (
        ("logo.png", b"<svg/>"),
        "Expected a PNG, JPG or GIF image, received another kind of file.",
    ),
    "an empty file": (("logo.png", b""), "Expected a PNG, JPG or GIF image, received an empty file."),
    "1 MB": (
        ("logo.png", PNG + b"0" * (1024 * 1024 - len(PNG))),
        "Expected a file under 1 MB, received 1.0 MB.",
    ),
}


@pytest.mark.parametrize(("file", "message"), BAD_LOGOS.values(), ids=BAD_LOGOS.keys())
def test_other_files_are_no_logos_whatever_their_name(
    admin: Visitor, file: tuple[str, bytes], message: str
) -> None:
    page = start(admin).submit("Next", {"App name": "Amplitude", "App logo (optional)": file})
    assert page.error_of("App logo (optional)") == message
    assert page.value("App name") == "Amplitude"
    small = PNG + b"0" * (1024 * 1024 - len(PNG) - 1)
    assert page.submit("Next", {"App logo (optional)": ("x.bin", small)}).alerts == []


def test_a_chosen_logo_is_remembered_between_the_steps_and_can_be_removed(
    admin: Visitor, okta: FakeOkta
) -> None:
    page = start(admin).submit("Next", {"App name": "Amplitude", "App logo (optional)": ("l.png", PNG)})
    page = page.press("Previous")
    assert "A logo is chosen." in page.text
    page = page.submit("Next", {"Remove the logo": True}).submit("Next", URLS)
    page.press("Finish")
    assert not okta.org.apps()[0].has_logo


def test_the_icon_can_be_hidden_from_users(admin: Visitor, okta: FakeOkta) -> None:
    page = start(admin).submit("Next", {"App name": "A", "Do not display application icon to users": True})
    assert page.press("Previous").value("Do not display application icon to users") == "checked"
    page.submit("Next", URLS).press("Finish")
    assert okta.org.apps()[0].hidden


def test_previous_keeps_what_was_typed_valid_or_not(admin: Visitor) -> None:
    typed = {**URLS, "Single sign-on URL": "no url", "Application username": "Email prefix"}
    page = to_configure(admin).submit("Previous", typed)
    assert page.value("App name") == "Amplitude"
    page = page.press("Next")
    assert {label: page.value(label) for label in typed} == typed
    page = page.submit("Next", {"Single sign-on URL": ACS}).press("Previous")
    assert page.value("Single sign-on URL") == ACS


def test_steps_cannot_be_skipped(admin: Visitor) -> None:
    page = start(admin)
    configure = page.path.replace("/general", "/configure")
    assert admin.get(configure).path == page.path
    assert admin.get(page.path.replace("/general", "/feedback")).path == page.path


def test_a_wizard_that_is_over_or_somebody_else_s_says_so(admin: Visitor, okta: FakeOkta) -> None:
    page = start(admin)
    assert admin.get(page.path).heading == "Create SAML Integration"
    okta.add_person("second@acme.test", password="pw", admin=True)
    other = Visitor(okta.url)
    other.sign_in("second@acme.test", "pw")
    assert other.get(page.path).notices == [
        "This wizard has ended, or the fake Okta was restarted. Start again."
    ]
    page.press("Cancel")
    assert admin.get(page.path).heading == "Create a new app integration"
