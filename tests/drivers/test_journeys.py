"""Redirects, cookies, self-submitting pages and files, through both drivers."""

from __future__ import annotations

import socket

import pytest

from harness.drivers import Agent, AllowedHosts, Drivers, saml_messages
from harness.drivers.errors import DriverError, HostRefused, PageUnreachable, TooManyRedirects
from tests.drivers.pages import Shop

Sites = tuple[Shop, Shop, str, str]


def test_redirects_are_followed_and_recorded(agent: Agent, url: str) -> None:
    agent.open(f"{url}/hop/3")
    assert agent.url == f"{url}/echo"
    assert [(each.method, each.status) for each in agent.history] == [("GET", 302)] * 4 + [("GET", 200)]


@pytest.mark.parametrize(
    ("code", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirected_post_becomes_a_get_unless_the_status_says_otherwise(
    agent: Agent, shop: Shop, url: str, code: int, method: str
) -> None:
    agent.open(f"{url}/form")
    agent.post(f"{url}/redirect/{code}", [("a", "1")])
    assert shop.seen[-1]["method"] == method
    assert shop.seen[-1]["form"] == ({"a": ["1"]} if method == "POST" else {})


def test_a_circle_of_redirects_ends_with_a_clear_error(agent: Agent, url: str) -> None:
    with pytest.raises(TooManyRedirects):
        agent.open(f"{url}/loop")


def test_an_address_without_a_server_ends_with_a_clear_error(agent: Agent) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(
        PageUnreachable, match=rf"nobody answers at http://127.0.0.1:{port}/: connection refused"
    ):
        agent.open(f"http://127.0.0.1:{port}/")


def test_hosts_that_are_not_of_this_run_are_refused(agent: Agent, url: str) -> None:
    with pytest.raises(HostRefused):
        agent.open("http://example.invalid/")
    with pytest.raises(HostRefused):
        agent.open(f"{url}/away")


def test_pages_with_an_error_status_are_pages(agent: Agent, url: str) -> None:
    agent.open(f"{url}/missing")
    assert (agent.status, agent.heading) == (404, "Not here")


def test_an_empty_page_has_nothing_and_breaks_nothing(agent: Agent, url: str) -> None:
    agent.open(f"{url}/empty")
    assert (agent.title, agent.heading, agent.text) == ("", "", "")
    with pytest.raises(DriverError):
        agent.press("Next")


def test_a_page_that_posts_itself_is_followed(agent: Agent, sites: Sites) -> None:
    _here, there, url, other = sites
    agent.open(f"{url}/autopost")
    assert agent.url == f"{other}/acs"
    seen = there.seen[-1]
    assert seen["method"] == "POST"
    assert seen["form"]["RelayState"] == ["a+b"]  # type: ignore[index]
    assert (seen["origin"], seen["referer"]) == (url, f"{url}/")
    messages = [message for each in agent.history for message in saml_messages(each)]
    assert [(each.binding, each.xml, each.relay_state) for each in messages] == [
        ("post", b"<Response/>", "a+b")
    ]


def test_a_page_that_goes_on_by_itself_is_followed(agent: Agent, url: str) -> None:
    agent.open(f"{url}/refresh")
    assert agent.url == f"{url}/echo"


def names(shop: Shop) -> set[str]:
    cookies = shop.seen[-1]["cookies"]
    assert isinstance(cookies, dict)
    return set(cookies)


def test_a_typed_address_takes_every_cookie_along(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/cookies")
    agent.open(f"{url}/echo")
    assert names(shop) == {"strict", "lax", "none", "unset"}


def test_a_link_from_another_site_leaves_strict_cookies_at_home(agent: Agent, sites: Sites) -> None:
    here, _there, url, other = sites
    agent.open(f"{url}/cookies")
    agent.open(f"{other}/leave")
    agent.follow("Visit the other")
    assert names(here) == {"lax", "none", "unset"}


def test_a_post_from_another_site_takes_only_none_and_young_unset_cookies(agent: Agent, sites: Sites) -> None:
    here, _there, url, other = sites
    agent.open(f"{url}/cookies")
    agent.open(f"{other}/leave")
    agent.press("Post to the other")
    assert names(here) == {"none", "unset"}


def test_the_page_that_started_a_redirect_decides_what_is_same_site(agent: Agent, sites: Sites) -> None:
    here, _there, url, other = sites
    agent.open(f"{url}/cookies")
    agent.open(f"{other}/autopost")
    assert names(here) == {"none", "unset"}


@pytest.mark.parametrize(
    ("policy", "here", "there"),
    [
        ("no-referrer", ("null", None), ("null", None)),
        ("same-origin", ("{url}", "{url}/policy/same-origin"), ("null", None)),
        ("origin", ("{url}", "{url}/"), ("{url}", "{url}/")),
        ("strict-origin-when-cross-origin", ("{url}", "{url}/policy/{policy}"), ("{url}", "{url}/")),
    ],
)
def test_the_referrer_policy_of_a_page_decides_on_origin_and_referer(
    agent: Agent, sites: Sites, policy: str, here: tuple[str, str | None], there: tuple[str, str | None]
) -> None:
    first, second, url, _other = sites
    for button, shop, wanted in (("Here", first, here), ("There", second, there)):
        agent.open(f"{url}/policy/{policy}")
        agent.press(button)
        seen = (shop.seen[-1]["origin"], shop.seen[-1]["referer"])
        assert seen == tuple(each and each.format(url=url, policy=policy) for each in wanted)


def test_frames_do_their_work_without_the_cookies_of_other_sites(agent: Agent, sites: Sites) -> None:
    _here, there, url, other = sites
    agent.open(f"{other}/cookies")
    agent.open(f"{url}/frames")
    assert agent.heading == "Ada's page"
    posted = [each for each in there.seen if each["method"] == "POST"]
    assert [each["form"] for each in posted] == [{"rule": ["any"]}], (
        "a page that refuses frames is not shown in one"
    )
    assert not posted[0]["cookies"]
    assert "framed" not in {each.name for each in agent.cookies()}


def test_two_people_share_no_cookies(agent: Agent, drivers: Drivers, shop: Shop, url: str) -> None:
    agent.open(f"{url}/cookies")
    bob = drivers.window(agent.driver, "Bob")
    bob.open(f"{url}/echo")
    bob.close()
    assert names(shop) == set()


def test_cookies_are_listed_and_forgotten(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/cookies")
    assert {(each.name, each.secure) for each in agent.cookies() if each.name == "none"} == {("none", True)}
    agent.forget_cookies(name="lax")
    agent.open(f"{url}/echo")
    assert names(shop) == {"strict", "none", "unset"}
    agent.forget_cookies()
    agent.open(f"{url}/echo")
    assert names(shop) == set()


def test_what_a_link_leads_to_is_saved_without_leaving_the_page(agent: Agent, url: str) -> None:
    agent.open(f"{url}/table")
    saved = agent.download("View", within="SHA-2")
    assert (saved.status, saved.content) == (200, b"<?xml version='1.0'?><key n='2' session=''/>")
    assert saved.content_type.startswith("application/xml")
    assert agent.heading == "Keys"


def test_an_xml_page_reads_as_its_source(agent: Agent, url: str) -> None:
    agent.open(f"{url}/key/2")
    assert "<key n='2'" in agent.text


def test_percent_escapes_are_sent_as_they_are_written(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/echo?a=%2f%2F%c3%BC+b&c")
    assert shop.seen[-1]["raw"] == "a=%2f%2F%c3%BC+b&c"


def test_an_address_is_fetched_with_the_persons_cookies(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/cookies")
    assert agent.fetch(f"{url}/echo").status == 200
    assert "lax" in names(shop)
    assert agent.heading == "Set"


def test_a_host_of_the_target_file_may_be_visited() -> None:
    allowed = AllowedHosts.of(["https://sp.example.com/acs"])
    assert allowed.allows("https://sp.example.com/login")
    assert not allowed.allows("https://example.com/")
    assert not allowed.allows("file:///etc/passwd")
