from __future__ import annotations

from dataclasses import replace

import pytest

from fake_idp.org.errors import InvalidSetting, InvalidValue, NotAllowed, NotFound
from fake_idp.org.model import App
from fake_idp.org.org import Org
from fake_idp.org.settings import AttributeStatement, GroupAttributeStatement, SamlSettings

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def test_a_new_app_is_active_and_has_oktas_ids(org: Org, app: App) -> None:
    assert app.is_active
    assert app.name == "acme_amplitude_1"
    for value, prefix in ((app.id, "0oa"), (app.external_key, "exk"), (app.link_id, "aln")):
        assert value.startswith(prefix) and value.endswith(org.cell) and len(value) == 20
    assert org.app(app.id) == org.app("Amplitude") == org.app_by_external_key(app.external_key) == app


@pytest.mark.parametrize(
    ("label", "slug"),
    [("SAML APP", "samlapp"), ("testAcc_17-federated_claim", "testacc17federatedclaim"), ("日本", "app")],
)
def test_the_name_in_urls_is_the_label_without_all_but_letters_and_digits(
    org: Org, settings: SamlSettings, label: str, slug: str
) -> None:
    assert org.create_saml_app(label, settings).name == f"acme_{slug}_1"


def test_numbers_in_names_go_on_after_deletion(org: Org, settings: SamlSettings) -> None:
    first = org.create_saml_app("My App", settings)
    org.deactivate_app(first)
    org.delete_app(first)
    assert org.create_saml_app("my app!", settings).name == "acme_myapp_2"


def test_urls_have_oktas_paths(org: Org, app: App) -> None:
    org.base_url = "http://127.0.0.1:1"
    assert org.sso_url(app) == f"http://127.0.0.1:1/app/acme_amplitude_1/{app.external_key}/sso/saml"
    assert org.slo_url(app) == f"http://127.0.0.1:1/app/acme_amplitude_1/{app.external_key}/slo/saml"
    assert org.metadata_url(app) == f"http://127.0.0.1:1/app/{app.external_key}/sso/saml/metadata"
    assert org.embed_link(app) == f"http://127.0.0.1:1/home/acme_amplitude_1/{app.id}/{app.link_id}"
    assert org.entity_id(app) == f"http://www.okta.com/{app.external_key}"


def test_an_own_issuer_replaces_the_entity_id(org: Org, app: App) -> None:
    assert org.entity_id(org.update_app(app, idp_issuer="urn:my:idp")) == "urn:my:idp"


def test_bad_settings_make_no_app(org: Org, settings: SamlSettings) -> None:
    with pytest.raises(InvalidSetting):
        org.create_saml_app("X", replace(settings, audience=""))
    with pytest.raises(InvalidSetting, match="one of Okta username, Okta username prefix"):
        org.create_saml_app("X", settings, application_username="Shoe size")
    with pytest.raises(InvalidSetting, match="Create and update, Create only"):
        org.create_saml_app("X", settings, username_update="Never")
    with pytest.raises(InvalidValue, match="1 to 100 characters"):
        org.create_saml_app(" ", settings)
    assert org.apps() == []
    assert org.log("application.*") == []


def test_settings_change_as_a_whole_and_one_by_one(org: Org, app: App) -> None:
    org.update_app(app, settings=replace(app.settings, audience="other"))
    changed = org.update_app(app, label="Renamed", default_relay_state="/home", hidden=True)
    assert (changed.label, changed.settings.audience, changed.settings.default_relay_state) == (
        "Renamed",
        "other",
        "/home",
    )
    assert changed.name == app.name
    assert changed.hidden
    with pytest.raises(InvalidValue, match="an app has no such value"):
        org.update_app(app, shape="round")


def test_a_change_that_okta_refuses_changes_nothing(org: Org, app: App) -> None:
    with pytest.raises(InvalidSetting):
        org.update_app(app, response_signed=False, assertion_signed=False)
    assert org.app(app.id) == app


def test_settings_with_rows_come_back_from_the_store_as_they_were(org: Org, settings: SamlSettings) -> None:
    rich = replace(
        settings,
        attribute_statements=(AttributeStatement("a", ("user.email", "user.login")),),
        group_attribute_statements=(GroupAttributeStatement("g", "REGEX", ".*"),),
    )
    assert org.app(org.create_saml_app("Rich", rich).id).settings == rich


def test_only_an_inactive_app_can_be_deleted(org: Org, app: App) -> None:
    with pytest.raises(NotAllowed, match="deactivate it"):
        org.delete_app(app)
    assert org.deactivate_app(app).status == "INACTIVE"
    assert org.activate_app(app).status == "ACTIVE"
    org.deactivate_app(app)
    org.delete_app(app)
    with pytest.raises(NotFound):
        org.app(app.id)
    assert org.app_by_external_key(app.external_key) is None


def test_a_label_names_an_app_only_while_it_is_the_only_one(
    org: Org, app: App, settings: SamlSettings
) -> None:
    assert org.app("Amplitude") == app
    org.create_saml_app("Amplitude", settings)
    with pytest.raises(NotFound):
        org.app("Amplitude")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0abc", "image/jpeg"), (b"GIF89a", "image/gif")],
)
def test_a_png_jpg_or_gif_is_a_logo(org: Org, settings: SamlSettings, data: bytes, content_type: str) -> None:
    app = org.create_saml_app("Logo", settings, logo=data)
    logo = org.logo(app)
    assert logo is not None
    assert (logo.content_type, logo.data) == (content_type, data)
    assert org.app(app.id).has_logo


@pytest.mark.parametrize("data", [b"<svg/>", PNG + b"\0" * 1024 * 1024])
def test_any_other_or_larger_file_is_no_logo(org: Org, settings: SamlSettings, app: App, data: bytes) -> None:
    with pytest.raises(InvalidValue, match="App logo"):
        org.create_saml_app("Logo", settings, logo=data)
    with pytest.raises(InvalidValue, match="App logo"):
        org.update_app(app, logo=data)
    assert org.logo(app) is None


def test_apps_are_found_by_part_of_their_label(org: Org, app: App, settings: SamlSettings) -> None:
    other = org.create_saml_app("Other", settings, active=False)
    assert org.apps("amp") == [app]
    assert org.apps(status="INACTIVE") == [other]
    assert org.apps() == [app, other]
