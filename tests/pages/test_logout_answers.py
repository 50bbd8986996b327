"""Where apps' logout answers may come in, and how an admin ends a person's sessions."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.pages.conftest import World, signed_in
from tests.pages.test_single_logout import answer_to, asked_in_frame, take_part
from tests.pages.visitor import Visitor

CROSS_SITE = {"Origin": "http://localhost:9", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("address", ["/callback", ""])
def test_an_app_answers_at_the_callback_or_where_the_metadata_says(world: World, address: str) -> None:
    take_part(world, "POST")
    ada = signed_in(world.okta, "ada@acme.test")
    request: etree._Element = asked_in_frame(world, ada)
    page = ada.post(
        f"{world.app.slo_url}{address}", answer_to(request.get("ID", ""), "Success"), headers=CROSS_SITE
    )
    assert (page.status, page.heading) == (200, "Signed out of Notes")
    (event,) = world.okta.log("user.authentication.slo")
    assert event.result == "SUCCESS"


def test_an_answer_that_nobody_waits_for_is_refused_there_too(world: World, visitor: Visitor) -> None:
    page = visitor.post(world.app.slo_url, answer_to("_unknown", "Success"), headers=CROSS_SITE)
    assert page.status == 400
    assert world.okta.log("user.authentication.slo") == []


def test_an_admin_clears_all_sessions_of_one_person(world: World, admin: Visitor) -> None:
    browsers = [signed_in(world.okta, "ada@acme.test") for _ in range(2)]
    grace = signed_in(world.okta, "grace@acme.test")
    person = admin.get("/admin/users").follow("Ada Lovelace")
    page = person.press("Clear User Sessions")
    assert "2 sessions of Ada Lovelace cleared." in page.text
    assert [each.get("/app/UserHome").heading for each in browsers] == ["Sign In", "Sign In"]
    assert grace.get("/app/UserHome").heading == "My Apps"
    (event,) = world.okta.log("user.session.clear")
    assert event.target[0]["alternateId"] == "ada@acme.test"
    assert "0 sessions of Ada Lovelace cleared." in page.press("Clear User Sessions").text
