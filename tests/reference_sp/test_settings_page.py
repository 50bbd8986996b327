"""Access & SSO Settings: who may open it, what a draft is, what Save changes, what stays in the audit log."""

from __future__ import annotations

import pytest
from lxml import html

from harness.reference_sp import SettingRefused
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import SETTINGS, log_in, press, upload
from tests.reference_sp.small_idp import SmallIdp
from tests.reference_sp.small_idp import pair as key_pair


def controls(text: str) -> dict[str, str]:
    """The labelled controls of a page: label to value."""
    tree = html.fromstring(text)
    found = {}
    for label in tree.iter("label"):
        control = tree.get_element_by_id(label.get("for", ""))
        found[label.text_content().strip()] = control.get("value", "")
    return found


def test_the_sps_values_are_there_before_anything_is_uploaded(make: Maker) -> None:
    pair = make(configured=False)
    page = log_in(pair).get(SETTINGS)
    found = controls(page.text)
    assert found["Entity ID"] == pair.sp.entity_id == f"{pair.sp.url}/saml/2/metadata/10001"
    assert found["Assertion Consumer Service URL"] == pair.sp.acs_url == f"{pair.sp.url}/saml/2/acs/10001"
    for label in (
        "Identity Provider",
        "Upload Metadata XML",
        "Require SSO",
        "Enable JIT Provisioning",
        "User Role",
    ):
        assert label in found
    buttons = [b.text_content().strip() for b in html.fromstring(page.text).iter("button")]
    assert {"Upload Metadata File", "Cancel", "Save", "Copy"} <= set(buttons)
    assert "Show uploaded metadata" not in page.text


def test_an_upload_is_a_draft_until_save(make: Maker) -> None:
    pair = make(configured=False)
    browser = log_in(pair)
    page = upload(browser, pair.idp.metadata())
    assert page.status == 200
    assert "You have unsaved changes" in page.text
    assert pair.idp.entity_id in page.text
    assert pair.code(pair.idp.response()) == "cfg_unsaved"
    saved = press(browser, "save")
    assert saved.location == f"{SETTINGS}?done=saved"
    assert "Single sign-on is on" in browser.get(saved.location).text
    assert pair.code(pair.idp.response()) == ""


def test_cancel_forgets_the_draft(make: Maker) -> None:
    pair = make(configured=False)
    browser = log_in(pair)
    upload(browser, pair.idp.metadata())
    press(browser, "cancel")
    assert "unsaved changes" not in browser.get(SETTINGS).text
    press(browser, "save")
    assert pair.code(pair.idp.response()) == "sso_off"


def test_a_file_that_is_chosen_but_not_uploaded_counts_when_save_is_pressed(make: Maker) -> None:
    pair = make(configured=False)
    browser = log_in(pair)
    browser.upload(
        SETTINGS, {"vendor": "Okta", "metadata": ("idp.xml", pair.idp.metadata()), "action": "save"}
    )
    assert pair.code(pair.idp.response()) == "user_unknown", "on, and JIT was not ticked"


def test_a_refused_file_changes_nothing_and_says_what_to_do(pair: Pair) -> None:
    browser = log_in(pair)
    page = upload(browser, b"<!DOCTYPE html><html></html>")
    assert page.status == 422
    assert page.code == "md_html"
    assert 'role="alert"' in page.text
    assert "View IdP metadata" in page.text
    assert pair.code(pair.idp.response()) == ""


def test_show_uploaded_metadata_gives_the_file_back(pair: Pair) -> None:
    browser = log_in(pair)
    assert "Show uploaded metadata" in browser.get(SETTINGS).text
    page = browser.get(f"{SETTINGS}/metadata")
    assert "EntityDescriptor" in page.text
    assert browser.get(f"{SETTINGS}/metadata.xml").body == pair.idp.metadata()


def test_the_same_file_again_is_said_to_be_nothing_new(pair: Pair) -> None:
    browser = log_in(pair)
    assert "nothing new" in upload(browser, pair.idp.metadata()).text
    other = SmallIdp(signer=key_pair("second"))
    assert "nothing new" not in upload(browser, other.metadata()).text


def test_the_vendor_is_only_a_label(pair: Pair) -> None:
    browser = log_in(pair)
    press(browser, "save", vendor="Other")
    assert pair.sp.organization().saved.vendor == "Other"
    assert pair.code(pair.idp.response()) == ""


def test_members_see_no_settings_and_the_attempt_is_noted(pair: Pair) -> None:
    for role in ("viewer", "member", "manager"):
        pair.sp.add_member(f"{role}@acme.test", role, password="pw-for-this-test")
        browser = log_in(pair, f"{role}@acme.test", "pw-for-this-test")
        for path in (SETTINGS, "/settings/organization/members", "/settings/organization/sso-log"):
            page = browser.get(path)
            assert (page.status, page.code) == (403, "cfg_not_admin")
        assert press(browser, "save", require_sso="on").status == 403
        assert "SSO Settings" not in browser.get("/me").text
    assert not pair.sp.organization().saved.require_sso
    assert pair.sp.audit(action="view")[0].error == "cfg_not_admin"


@pytest.mark.parametrize("plan", ["Starter", "Plus"])
def test_plans_without_sso_show_which_have_it(make: Maker, plan: str) -> None:
    pair = make(configured=False, plan=plan)
    page = log_in(pair).get(SETTINGS)
    assert (page.status, page.code) == (403, "cfg_plan")
    assert "Scholarship, Growth" in page.text
    assert pair.browser().get("/sso/login/10001").code == "cfg_plan"


@pytest.mark.parametrize("plan", ["Scholarship", "Growth", "Enterprise"])
def test_plans_with_sso(make: Maker, plan: str) -> None:
    pair = make(plan=plan)
    assert log_in(pair).get(SETTINGS).status == 200
    assert pair.code(pair.idp.response()) == ""


def test_a_downgrade_keeps_the_settings_but_switches_sso_off(pair: Pair) -> None:
    pair.sp.change_plan("plus")
    assert pair.code(pair.idp.response()) == "cfg_plan"
    pair.sp.change_plan("growth")
    assert pair.code(pair.idp.response()) == ""


def test_require_sso_shuts_the_password_out_for_everybody(pair: Pair) -> None:
    browser = log_in(pair)
    press(browser, "save", require_sso="on")
    fields = {"email": pair.sp.admin_email, "password": pair.sp.admin_password}
    page = pair.browser().post("/login", fields)
    assert (page.status, page.code) == (403, "sso_required")
    assert "Sign in with SSO" in page.text
    assert pair.code(pair.idp.response(pair.sp.admin_email)) == "", "the admin comes through the IdP"
    pair.sp.support_switch_off_sso_requirement()
    assert pair.browser().post("/login", fields).status == 303


def test_with_optional_sso_both_ways_lead_to_one_account(pair: Pair) -> None:
    assert log_in(pair).signed_in() == pair.sp.admin_email
    browser = pair.browser()
    pair.deliver(pair.idp.response(pair.sp.admin_email), browser)
    assert browser.signed_in() == pair.sp.admin_email
    assert len(pair.sp.members()) == 1


def test_sso_cannot_be_required_before_there_is_an_idp(make: Maker) -> None:
    pair = make(configured=False)
    page = press(log_in(pair), "save", require_sso="on")
    assert (page.status, page.code) == (422, "cfg_incomplete")


def test_the_lock_out_guard_wants_a_login_by_sso_first(make: Maker) -> None:
    pair = make(lockout_guard=True)
    assert press(log_in(pair), "save", require_sso="on").code == "cfg_lockout_guard"
    browser = pair.browser()
    pair.deliver(pair.idp.response(pair.sp.admin_email), browser)
    assert press(browser, "save", require_sso="on").status == 303


def test_the_test_gate_wants_a_successful_test_first(make: Maker) -> None:
    pair = make(configured=False, test_required=True)
    browser = log_in(pair)
    upload(browser, pair.idp.metadata())
    assert press(browser, "save").code == "cfg_test_required"
    from tests.reference_sp.browser import query_of

    request = query_of(browser.post("/sso/test").location)
    import base64
    import zlib

    from lxml import etree

    identifier = etree.fromstring(zlib.decompress(base64.b64decode(request["SAMLRequest"]), -15)).get("ID")
    before = len(pair.sp.sessions())
    page = pair.deliver(pair.idp.response(in_response_to=identifier), browser, request["RelayState"])
    assert "Everything is right" in browser.get(page.location).text
    assert len(pair.sp.sessions()) == before, "a test makes no session"
    assert press(browser, "save").status == 303
    assert pair.code(pair.idp.response()) == ""


def test_removing_the_configuration(pair: Pair) -> None:
    browser = log_in(pair)
    press(browser, "save", require_sso="on")
    assert press(browser, "remove").code == "cfg_remove_while_on"
    press(browser, "save")
    assert press(browser, "remove").status == 303
    assert pair.code(pair.idp.response()) == "sso_off"
    with pytest.raises(SettingRefused, match="cfg_incomplete"):
        pair.sp.edit(require_sso=True)
        pair.sp.save()


def test_changes_leave_audit_entries_without_secrets(pair: Pair) -> None:
    browser = log_in(pair)
    press(browser, "save", require_sso="on", jit_role="viewer")
    entries = {entry.action: entry for entry in pair.sp.audit()}
    change = entries["change settings"]
    assert change.risk == entries["require sso on"].risk == entries["upload metadata"].risk == "medium"
    assert change.user_email == pair.sp.admin_email
    assert change.ip == "127.0.0.1"
    assert change.properties["changes"]["jit_role"] == {"from": "member", "to": "viewer"}
    assert entries["login"].risk == "low"
    text = repr(pair.sp.audit())
    assert pair.sp.admin_password not in text
    assert "EntityDescriptor" not in text
    page = browser.get("/settings/organization/audit").text
    assert "require sso on" in page


def test_audit_entries_are_kept_for_90_days(pair: Pair) -> None:
    from datetime import timedelta

    assert pair.sp.audit()
    pair.sp.move_clock(timedelta(days=91))
    assert pair.sp.audit() == []


def test_an_admin_role_for_everybody_is_pointed_out(pair: Pair) -> None:
    browser = log_in(pair)
    press(browser, "save", jit_role="admin")
    assert "Everyone who signs in for the first time will be an admin" in browser.get(SETTINGS).text


def test_a_form_from_another_site_does_not_count(pair: Pair) -> None:
    browser = log_in(pair)
    fields = {"action": "remove"}
    page = browser.post(SETTINGS, fields, Origin="http://evil.test")
    assert page.status == 403
    assert browser.post(SETTINGS, fields, Origin=pair.sp.url).status == 303


def test_members_are_invited_changed_and_removed(pair: Pair) -> None:
    browser = log_in(pair)
    members = "/settings/organization/members"
    browser.post(members, {"email": "bob@acme.test", "role": "manager"})
    assert "Pending" in browser.get(members).text
    assert pair.code(pair.idp.response("bob@acme.test")) == ""
    bob = pair.sp.member("bob@acme.test")
    assert bob is not None
    assert (bob.role, bob.status) == ("manager", "joined")
    browser.post(f"{members}/role", {"email": "bob@acme.test", "role": "admin"})
    assert pair.sp.audit(action="change role")[0].risk == "medium"
    browser.post(f"{members}/remove", {"email": "bob@acme.test"})
    assert pair.sp.members()[-1].email == pair.sp.admin_email
    assert browser.post(members, {"email": "no email", "role": "viewer"}).status == 422


def test_the_only_admin_stays(pair: Pair) -> None:
    browser = log_in(pair)
    members = "/settings/organization/members"
    page = browser.post(f"{members}/role", {"email": pair.sp.admin_email, "role": "viewer"})
    assert "only admin" in page.text
    assert "only admin" in browser.post(f"{members}/remove", {"email": pair.sp.admin_email}).text
    pair.sp.add_member("second@acme.test", "admin")
    assert browser.post(f"{members}/role", {"email": pair.sp.admin_email, "role": "viewer"}).status == 303
