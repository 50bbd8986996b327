"""Metadata by URL: fetched on request, fetched again when due, and never at the cost of what works."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fake_idp.org.clock import Clock
from harness.reference_sp.refused import SettingRefused
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import SmallIdp
from tests.reference_sp.small_idp import pair as key_pair


class Published:
    """What a web server answers; ``body`` may be changed."""

    def __init__(self, server: HTTPServer) -> None:
        self.body, self.status = b"", 200
        self.headers: dict[str, str] = {}
        self.asked = 0
        server.expect_request("/metadata").respond_with_handler(self.answer)
        self.url = server.url_for("/metadata")

    def answer(self, request: Request) -> Response:
        self.asked += 1
        return Response(self.body, self.status, self.headers)


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0) as server:
        yield server


@pytest.fixture
def published(web: HTTPServer) -> Published:
    return Published(web)


def fetched(make: Maker, published: Published, **settings: object) -> Pair:
    pair = make(configured=False, clock=Clock("2026-03-02T09:00:00Z"), **settings)
    pair.idp.signer = key_pair("first")
    published.body = pair.idp.metadata()
    pair.sp.fetch_metadata(published.url)
    pair.sp.save()
    return pair


def refusal(pair: Pair, url: str) -> str:
    with pytest.raises(SettingRefused) as raised:
        pair.sp.fetch_metadata(url)
    return raised.value.difference.code


def problem(pair: Pair) -> str:
    return pair.sp.organization().metadata_problem


def two_entities(pair: Pair) -> bytes:
    other = SmallIdp(entity_id="http://www.okta.com/exkOTHER")
    both = b"".join(each.metadata().partition(b"?>")[2] for each in (other, pair.idp))
    return (
        b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
        + both
        + b"</md:EntitiesDescriptor>"
    )


def test_an_admin_gives_the_address_on_the_settings_page(make: Maker, published: Published) -> None:
    pair = make(configured=False)
    published.body = pair.idp.metadata()
    browser = log_in(pair)
    page = browser.upload(pair.sp.settings_url, {"action": "fetch", "metadata_url": published.url})
    assert pair.idp.entity_id in page.text
    assert not pair.sp.organization().sso_on
    browser.upload(pair.sp.settings_url, {"action": "save", "metadata_url": published.url, "jit": "on"})
    assert pair.sp.organization().saved.metadata_url == published.url
    assert pair.code(pair.idp.response()) == ""


def test_an_address_that_was_typed_and_saved_is_fetched_as_well(make: Maker, published: Published) -> None:
    pair = make(configured=False)
    published.body = pair.idp.metadata()
    log_in(pair).upload(pair.sp.settings_url, {"action": "save", "metadata_url": published.url, "jit": "on"})
    assert pair.sp.organization().saved_metadata == published.body
    published.body = b""
    log_in(pair).upload(pair.sp.settings_url, {"action": "save", "metadata_url": f"{published.url}?2"})
    assert pair.sp.organization().saved.metadata_url == published.url


def test_what_is_not_metadata_is_refused_as_a_file_would_be(make: Maker, published: Published) -> None:
    pair = make(configured=False)
    published.body = b"<html><body>Sign in</body></html>"
    assert refusal(pair, published.url) == "md_html"
    assert pair.sp.organization().draft is None


@pytest.mark.parametrize("status", [301, 404, 500])
def test_anything_but_200_is_no_metadata(make: Maker, published: Published, status: int) -> None:
    pair = make(configured=False)
    published.body, published.status = pair.idp.metadata(), status
    published.headers = {"Location": published.url} if status == 301 else {}
    assert refusal(pair, published.url) == "md_url_fetch"
    assert published.asked == 1


def test_more_than_metadata_may_have_is_not_read(make: Maker, published: Published) -> None:
    pair = make(configured=False, metadata_max_bytes=2000)
    published.body = pair.idp.metadata() + b" " * 50_000
    assert refusal(pair, published.url) == "md_too_large"


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """The address of a server that answers with ``head`` at once, and with a byte now and then from there on."""
    done = threading.Event()

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(head)
            while not done.wait(0.1):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/metadata"
        finally:
            done.set()
            thread.join(10)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n"]
)
def test_a_server_that_drips_does_not_hold_anybody_up(make: Maker, head: bytes) -> None:
    pair = make(configured=False, metadata_timeout=1)
    with dripping(head) as url:
        started = time.monotonic()
        with pytest.raises(SettingRefused, match="md_url_fetch") as raised:
            pair.sp.fetch_metadata(url)
        assert time.monotonic() - started < 5
    assert raised.value.difference.received == "TimeoutError"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/metadata",
        "ftp://127.0.0.1/metadata",
        "http://127.0.0.1@192.0.2.1/",
        "http://user@127.0.0.1/metadata",
        "http://[::1/metadata",
        "http://127.0.0.1:99999/",
        "//127.0.0.1/metadata",
        "http://127.0.0.1/a b",
        "",
    ],
)
def test_other_addresses_are_not_asked(make: Maker, url: str) -> None:
    assert refusal(make(configured=False), url) == "md_url_refused"


def test_the_hosts_are_a_setting(make: Maker, published: Published) -> None:
    pair = make(configured=False, metadata_hosts=["idp.example.test"])
    published.body = pair.idp.metadata()
    assert refusal(pair, published.url) == "md_url_refused"
    assert published.asked == 0


def test_a_new_key_is_known_once_the_metadata_is_due(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    pair.idp.signer = key_pair("second")
    published.body = pair.idp.metadata()
    pair.sp.move_clock(timedelta(seconds=59))
    assert pair.code(pair.idp.response()) == "sig_untrusted_key"
    pair.sp.move_clock(timedelta(seconds=1))
    assert pair.code(pair.idp.response()) == ""
    assert [entry.error for entry in pair.sp.audit(action="refresh metadata")] == [""]


def test_it_is_asked_for_once_in_an_interval_even_when_that_fails(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    published.status = 500
    pair.sp.move_clock(timedelta(seconds=60))
    for _ in range(3):
        assert pair.code(pair.idp.response()) == ""
    assert published.asked == 2


def test_an_operator_fetches_it_again_before_it_is_due_and_the_next_time_is_an_interval_later(
    make: Maker, published: Published
) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    pair.idp.signer = key_pair("second")
    published.body = pair.idp.metadata()
    pair.sp.move_clock(timedelta(seconds=59))
    pair.sp.refresh_metadata()
    assert pair.code(pair.idp.response()) == ""
    pair.sp.move_clock(timedelta(seconds=1))
    pair.sp.run_jobs()
    assert published.asked == 2


def test_where_nothing_came_from_an_address_nothing_is_fetched_again(pair: Pair) -> None:
    pair.sp.refresh_metadata()
    assert pair.sp.audit(action="refresh metadata") == []


def test_unchanged_metadata_leaves_no_trace(make: Maker, published: Published) -> None:
    pair = fetched(make, published)
    pair.sp.move_clock(timedelta(days=1))
    pair.sp.run_jobs()
    assert published.asked == 2
    assert pair.sp.audit(action="refresh metadata") == []


def test_a_failed_refresh_keeps_the_last_good_metadata_and_says_why(
    make: Maker, published: Published
) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    good, published.body = published.body, b"<html>"
    pair.sp.move_clock(timedelta(seconds=60))
    pair.sp.run_jobs()
    assert problem(pair).startswith("md_html: ")
    assert pair.code(pair.idp.response()) == ""
    assert [entry.error for entry in pair.sp.audit(action="refresh metadata")] == ["md_html"]
    assert "md_html" in log_in(pair).get(pair.sp.settings_url).text

    published.body = good
    pair.sp.move_clock(timedelta(seconds=60))
    pair.sp.run_jobs()
    assert problem(pair) == ""


def test_another_idp_does_not_slip_in(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    published.body = SmallIdp(entity_id="http://www.okta.com/exkOTHER", signer=key_pair("other")).metadata()
    pair.sp.move_clock(timedelta(seconds=60))
    assert pair.code(pair.idp.response()) == ""
    assert problem(pair).startswith("md_other_idp: ")


def test_of_several_entities_the_one_from_before_is_taken(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    pair.idp.signer = key_pair("second")
    published.body = two_entities(pair)
    pair.sp.move_clock(timedelta(seconds=60))
    assert pair.code(pair.idp.response()) == ""


def test_the_first_time_an_admin_says_which_of_several_entities_is_meant(
    make: Maker, published: Published
) -> None:
    pair = make(configured=False)
    published.body = two_entities(pair)
    assert refusal(pair, published.url) == "md_many_entities"
    fields = {"metadata_url": published.url, "entity_id": pair.idp.entity_id, "jit": "on"}
    page = log_in(pair).upload(pair.sp.settings_url, {"action": "fetch", **fields})
    assert pair.idp.entity_id in page.text
    pair.sp.save()
    assert pair.code(pair.idp.response()) == ""


def test_an_uploaded_file_ends_the_fetching(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    pair.sp.upload_metadata(pair.idp.metadata())
    pair.sp.save()
    pair.sp.move_clock(timedelta(days=1))
    pair.sp.run_jobs()
    assert published.asked == 1


def test_an_untouched_draft_follows_and_a_new_upload_in_it_stays(make: Maker, published: Published) -> None:
    pair = fetched(make, published, metadata_refresh=60)
    pair.sp.edit(jit_role="viewer")
    pair.idp.signer = key_pair("second")
    published.body = pair.idp.metadata()
    pair.sp.move_clock(timedelta(seconds=60))
    pair.sp.run_jobs()
    pair.sp.save()
    assert pair.sp.organization().saved_metadata == published.body

    mine = pair.idp.metadata(certificates=[key_pair("third")])
    pair.sp.upload_metadata(mine)
    published.body = pair.idp.metadata(certificates=[key_pair("fourth")])
    pair.sp.move_clock(timedelta(seconds=60))
    pair.sp.run_jobs()
    assert pair.sp.organization().draft_metadata == mine


def test_metadata_by_https_is_fetched_with_the_authority_that_both_servers_share() -> None:
    from fake_idp import FakeOkta
    from harness.reference_sp import ReferenceSP

    with FakeOkta(https=True) as okta, ReferenceSP(tls=okta.tls) as sp:
        app = okta.create_saml_app("App", sp.acs_url, sp.entity_id)
        assert app.metadata.url.startswith("https://")
        assert sp.fetch_metadata(app.metadata.url).idp.entity_id == app.entity_id
