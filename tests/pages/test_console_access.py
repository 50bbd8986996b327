"""Who gets into the admin console, and whose forms count there."""

from __future__ import annotations

import pytest

from fake_idp import FakeOkta
from tests.pages.conftest import World, signed_in
from tests.pages.visitor import Visitor

PAGES = [
    "/admin/dashboard", "/admin/apps/active", "/admin/apps/new", "/admin/users", "/admin/groups",
    "/admin/reports/system-log", "/admin/testing/clock", "/admin/testing/settings", "/admin/testing/faults",
]  # fmt: skip


def test_a_stranger_signs_in_and_lands_on_the_page_asked_for(okta: FakeOkta, visitor: Visitor) -> None:
    page = visitor.sign_in(okta.admin_username, okta.admin_password, "/admin/users?q=admin")
    assert (page.url.removeprefix(okta.url), page.heading) == ("/admin/users?q=admin", "People")


def test_admin_leads_to_the_dashboard(admin: Visitor) -> None:
    page = admin.get("/admin")
    assert (page.path, page.heading) == ("/admin/dashboard", "Dashboard")


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_for_admins_alone(world: World, path: str) -> None:
    answer = signed_in(world.okta, "ada@acme.test").get(path)
    assert (answer.status, answer.heading) == (403, "Access Forbidden")
    assert "ada@acme.test is not an administrator of this org" in answer.text
    assert signed_in(world.okta, world.okta.admin_username).get(path).status == 200
    assert Visitor(world.okta.url).get(path).heading == "Sign In"


def test_a_post_without_a_session_changes_nothing(world: World, visitor: Visitor) -> None:
    path = f"/admin/app/{world.app.info.name}/instance/{world.app.id}/lifecycle/deactivate"
    assert visitor.post(path, {}).heading == "Sign In"
    assert world.app.info.is_active


def test_navigation_has_okta_s_entries_and_a_section_for_testing(admin: Visitor) -> None:
    nav = admin.get("/admin/dashboard").document.xpath("//nav[@aria-label='Admin console']//a")
    assert [" ".join(link.text_content().split()) for link in nav] == [
        "Dashboard", "People", "Groups", "Applications", "System Log", "Org clock", "Org settings", "Faults",
    ]  # fmt: skip
    for link in nav:
        page = admin.get(link.get("href"))
        assert page.status == 200
        assert page.document.xpath(
            "string(//nav[@aria-label='Admin console']//a[@aria-current]/@href)"
        ) == link.get("href")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:9"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
def test_forms_sent_by_other_sites_are_refused(world: World, headers: dict[str, str]) -> None:
    admin = signed_in(world.okta, world.okta.admin_username)
    path = f"/admin/app/{world.app.info.name}/instance/{world.app.id}/lifecycle/deactivate"
    answer = admin.post(path, {}, headers=headers)
    assert (answer.status, answer.heading) == (403, "Access Forbidden")
    assert "This form was sent from another site" in answer.text
    assert world.app.info.is_active
    own = {"Origin": world.okta.url, "Sec-Fetch-Site": "same-origin"}
    assert admin.post(path, {}, headers=own).status == 200
    assert not world.app.info.is_active


def test_unknown_things_are_404_pages(admin: Visitor) -> None:
    for path in (
        "/admin/nothing",
        "/admin/users/00u",
        "/admin/groups/00g",
        "/admin/app/x/instance/0oa/general",
    ):
        page = admin.get(path)
        assert (page.status, page.heading) == (404, "Page Not Found")


def test_a_wrong_method_is_a_405_page_that_names_the_right_one(admin: Visitor) -> None:
    page = admin.post("/admin/dashboard", {})
    assert page.status == 405
    assert "GET" in page.headers["Allow"]


def test_a_body_larger_than_the_limit_is_a_413_page(admin: Visitor) -> None:
    page = admin.post("/admin/groups/new", {"name": "x" * (5 * 1024 * 1024)})
    assert (page.status, page.heading) == (413, "Request Too Large")


@pytest.mark.parametrize("path", ["/login/login.htm", "/app/UserHome", *PAGES])
def test_no_page_is_kept_by_a_cache_or_framed_by_another_site(admin: Visitor, path: str) -> None:
    headers = admin.get(path).headers
    assert headers["Cache-Control"] == "no-cache, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


def test_values_are_escaped_wherever_they_are_shown(world: World) -> None:
    evil = "<script>alert(1)</script>"
    org = world.okta.org
    org.update_app(world.app.id, label=evil)
    org.update_person("ada@acme.test", first_name=evil)
    admin, ada = signed_in(world.okta, world.okta.admin_username), signed_in(world.okta, "ada@acme.test")
    app = f"/admin/app/{world.app.info.name}/instance/{world.app.id}"
    pages = [admin.get(f"{app}/{tab}") for tab in ("general", "sign-on", "import", "assignments")]
    pages += [
        admin.get("/admin/apps/active"),
        admin.get("/admin/users"),
        admin.get("/admin/reports/system-log"),
    ]
    pages += [ada.get("/app/UserHome"), ada.get(world.app.embed_link)]
    for page in pages:
        assert page.status == 200
        assert evil not in page.text
