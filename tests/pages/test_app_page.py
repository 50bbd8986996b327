"""An app's page: tabs, settings, life cycle, metadata, certificates, setup instructions."""

from __future__ import annotations

import pytest
from cryptography import x509

from tests.pages.conftest import World
from tests.pages.test_wizard_general import PNG
from tests.pages.visitor import Page, Visitor, squeeze


def tab(world: World, admin: Visitor, name: str) -> Page:
    return admin.get(f"/admin/app/{world.app.info.name}/instance/{world.app.id}/{name}")


def facts(page: Page) -> dict[str, str]:
    names, values = page.document.xpath("//dl/dt"), page.document.xpath("//dl/dd")
    return {
        squeeze(name.text_content()): (
            value.xpath("string(.//input/@value)") or squeeze(value.text_content())
        )
        for name, value in zip(names, values, strict=True)
    }


def certificates(page: Page) -> list[list[str]]:
    rows = page.document.xpath("//section[.//h2[.='SAML Signing Certificates']]//tbody/tr")
    return [[squeeze(cell.text_content()) for cell in row.xpath("th|td")] for row in rows]


def test_the_tabs_are_okta_s(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "general")
    links = page.document.xpath("//nav[@aria-label='Application']//a")
    assert [squeeze(link.text_content()) for link in links] == ["General", "Sign On", "Import", "Assignments"]
    for name in ("Sign On", "Import", "Assignments", "General"):
        page = page.follow(name)
        assert page.document.xpath("string(//nav[@aria-label='Application']//a[@aria-current])") == name
    assert tab(world, admin, "provisioning").status == 404


def test_sign_on_shows_where_the_sp_finds_okta(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on")
    shown = facts(page)
    assert shown["Metadata URL"] == world.okta.org.metadata_url(world.app.info)
    assert shown["Sign on URL"] == world.app.sso_url
    assert shown["Issuer"] == world.app.entity_id
    assert shown["Application username format"] == "Email"
    assert shown["Certificate fingerprint"] == world.app.key.sha256_fingerprint
    assert "Sign out URL" not in shown
    assert page.follow("Metadata URL").body == world.app.metadata.bytes
    assert page.value("Metadata URL") == shown["Metadata URL"]


def test_the_certificates_table_has_an_inactive_sha_1_and_an_active_sha_2_row(
    world: World, admin: Visitor
) -> None:
    page = tab(world, admin, "sign-on")
    heads = [
        squeeze(e.text_content())
        for e in page.document.xpath("//section[.//h2[.='SAML Signing Certificates']]//th[@scope='col']")
    ]
    assert heads == ["Type", "Created", "Expires", "Status", "Actions"]
    rows = certificates(page)
    assert [(row[0], row[3]) for row in rows] == [("SHA-1", "Inactive"), ("SHA-2", "Active")]
    created = world.app.key.created
    assert rows[1][1] == f"{created:%b} {created.day}, {created.year}"
    assert rows[1][2] == f"{created:%b} {created.day}, {created.year + 10}"
    assert rows[0][4].startswith("View IdP metadata Download certificate Activate")
    assert rows[1][4] == "View IdP metadata Download certificate Deactivate"


def test_view_idp_metadata_opens_the_xml_of_that_row(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on")
    active = page.follow("View IdP metadata", within="SHA-2")
    assert active.body == world.app.metadata.bytes
    assert active.headers["Content-Type"] == "application/xml;charset=UTF-8"
    old = page.follow("View IdP metadata", within="SHA-1")
    assert old.status == 200
    assert old.body != active.body


def test_download_certificate_gives_the_pem_file_of_that_row(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on")
    file = page.follow("Download certificate", within="SHA-2")
    assert file.text == world.app.key.certificate_pem
    assert file.headers["Content-Disposition"] == 'attachment; filename="okta.cert"'
    old = x509.load_pem_x509_certificate(page.follow("Download certificate", within="SHA-1").body)
    assert old.signature_hash_algorithm is not None
    assert old.signature_hash_algorithm.name == "sha1"


def test_a_new_certificate_is_inactive_until_it_is_activated(world: World, admin: Visitor) -> None:
    before = world.app.key.kid
    page = tab(world, admin, "sign-on").submit("Generate new certificate", {"Valid for": "2 years"})
    assert [(row[0], row[3]) for row in certificates(page)] == [
        ("SHA-1", "Inactive"), ("SHA-2", "Active"), ("SHA-2", "Inactive"),
    ]  # fmt: skip
    assert world.app.key.kid == before
    (new,) = [key for key in world.okta.org.keys(world.app.id) if key.kid != before and key.type == "SHA-2"]
    assert new.expires.year == new.created.year + 2
    row = page.document.xpath("//tr[@data-kid=$k]", k=new.kid)[0]
    page = admin.post(row.xpath(".//form[.//button[.='Activate']]/@action")[0], {})
    assert world.app.key.kid == new.kid
    assert [(row[0], row[3]) for row in certificates(page)][1:] == [
        ("SHA-2", "Inactive"),
        ("SHA-2", "Active"),
    ]
    assert "Sign-in fails at the service provider until it has the new certificate." in page.notices[0]


def test_the_active_certificate_can_neither_be_deactivated_nor_deleted(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on").press("Deactivate", within="SHA-2")
    assert page.notices == [
        "This certificate is the active one; activate another one, and it becomes inactive."
    ]
    kid = world.app.key.kid
    base = f"/admin/app/{world.app.info.name}/instance/{world.app.id}/keys"
    page = admin.post(f"{base}/{kid}/delete", {})
    assert "active one" in page.notices[0]
    new = world.okta.org.generate_key(world.app.id)
    page = admin.post(f"{base}/{new.kid}/delete", {})
    assert page.notices == ["Certificate deleted."]
    assert len(certificates(page)) == 2
    assert admin.post(f"{base}/unknown/activate", {}).status == 404


def test_the_active_certificate_has_okta_s_own_address_for_admins_alone(world: World, admin: Visitor) -> None:
    path = f"/admin/org/security/{world.app.id}/cert"
    assert admin.get(path).text == world.app.key.certificate_pem
    assert Visitor(world.okta.url).get(path).heading == "Sign In"
    assert admin.get("/admin/org/security/0oa/cert").status == 404


def test_setup_instructions_hold_everything_that_the_sp_needs(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on").follow("View SAML setup instructions")
    assert page.heading == "How to Configure SAML 2.0 for Notes Application"
    assert page.value("Identity Provider Single Sign-On URL") == world.app.sso_url
    assert page.value("Identity Provider Issuer") == world.app.entity_id
    assert page.value("X.509 Certificate:") == world.app.key.certificate_pem
    assert page.value("Provide the following IDP metadata to your SP provider.") == world.app.metadata.text
    assert page.follow("Download certificate").text == world.app.key.certificate_pem
    assert "Single Logout" not in page.text


def test_the_sign_on_settings_can_be_edited(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "sign-on").follow("Edit", within="Settings")
    page = page.submit("Save", {"Default RelayState": "/x", "Application username": "Custom"})
    assert page.error_of("Custom username expression").startswith("This field cannot be left blank.")
    page = page.submit("Save", {"Custom username expression": "user.firstName"})
    assert page.notices == ["Sign-on settings saved."]
    assert facts(page)["Application username format"] == "Custom: user.firstName"
    assert world.app.settings.default_relay_state == "/x"
    assert world.app.settings.audience


def test_general_shows_the_settings_in_okta_s_words(world: World, admin: Visitor) -> None:
    shown = facts(tab(world, admin, "general"))
    assert shown["Application label"] == "Notes"
    assert shown["Single sign-on URL"] == world.app.settings.sso_acs_url
    assert shown["Name ID format"] == "Unspecified"
    assert shown["Response"] == shown["Assertion Signature"] == "Signed"
    assert shown["Honor Force Authentication"] == "Yes"
    assert "Encryption Algorithm" not in shown
    assert tab(world, admin, "general").value("Embed Link") == world.app.embed_link


def test_the_app_settings_can_be_edited(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "general").follow("Edit", within="App Settings")
    page = page.submit("Save", {"Application label": "", "App logo (optional)": ("x.png", b"nope")})
    assert page.error_of("Application label") == "This field cannot be left blank"
    assert page.error_of("App logo (optional)").startswith("Expected a PNG, JPG or GIF image")
    page = page.submit(
        "Save",
        {
            "Application label": "Notes 2",
            "App logo (optional)": ("x.png", PNG),
            "Do not display application icon to users": True,
            "Use a custom error page for this application": True,
            "Custom error page URL": "nope",
        },
    )
    assert page.error_of("Custom error page URL").startswith("Expected a full URL")
    page = page.submit(
        "Save", {"Custom error page URL": "http://sp.test/no", "App logo (optional)": ("x.png", PNG)}
    )
    assert page.notices == ["App settings saved."]
    info = world.app.info
    assert (info.label, info.hidden, info.has_logo, info.access_error_url) == (
        "Notes 2",
        True,
        True,
        "http://sp.test/no",
    )
    page.follow("Edit", within="App Settings").submit("Save", {"Remove the logo": True})
    assert not world.app.info.has_logo


def test_an_app_is_deactivated_before_it_is_deleted(world: World, admin: Visitor) -> None:
    page = tab(world, admin, "general")
    buttons = [squeeze(b.text_content()) for b in page.document.xpath("//main//header//button")]
    assert buttons == ["Deactivate"]
    path = f"/admin/app/{world.app.info.name}/instance/{world.app.id}/lifecycle/delete"
    refused = admin.post(path, {})
    assert refused.status == 400
    assert "The app &#39;Notes&#39; is active; deactivate it before you delete it." in refused.text
    page = page.press("Deactivate")
    assert not world.app.info.is_active
    assert page.press("Activate").document.xpath("//button[.='Deactivate']")
    page = tab(world, admin, "general").press("Deactivate").press("Delete")
    assert page.heading == "Applications"
    assert world.okta.org.apps() == []


def test_the_list_of_apps_can_be_searched_and_filtered(world: World, admin: Visitor) -> None:
    world.okta.create_saml_app("Zeta", acs_url="http://sp.test/", audience="z")
    world.okta.org.deactivate_app(world.app.id)

    def labels(page: Page) -> list[str]:
        return [squeeze(a.text_content()) for a in page.document.xpath("//table//a")]

    page = admin.get("/admin/apps/active")
    assert labels(page) == ["Zeta", "Notes"]
    assert labels(page.submit("Apply", {"Status": "Inactive"})) == ["Notes"]
    assert labels(page.submit("Apply", {"Search": "ZE"})) == ["Zeta"]
    assert "No applications match." in page.submit("Apply", {"Search": "none"}).text


@pytest.mark.parametrize("name", ["general", "sign-on", "import", "assignments"])
def test_an_app_is_found_only_by_both_its_names(world: World, admin: Visitor, name: str) -> None:
    assert tab(world, admin, name).status == 200
    assert admin.get(f"/admin/app/acme_other_1/instance/{world.app.id}/{name}").status == 404
