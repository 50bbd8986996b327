"""The http driver's cookie jar, against RFC 6265bis and Chrome's choices."""

from __future__ import annotations

import pytest

from harness.drivers.http.cookies import LAX_POST_SECONDS, CookieJar, Journey
from harness.drivers.site import origin_of, site_of

OKTA = "http://127.0.0.1:8001"
SP = "http://localhost:8002"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jar(clock: Clock) -> CookieJar:
    return CookieJar(clock)


def sent(jar: CookieJar, url: str, method: str = "GET", from_site: str = "") -> str:
    return jar.for_request(Journey(url, method, from_site)).header


def test_ports_of_one_host_are_one_site_and_share_cookies(jar: CookieJar) -> None:
    assert site_of("http://127.0.0.1:1/a") == site_of("http://127.0.0.1:2/b")
    assert site_of(OKTA) != site_of(SP)
    jar.keep("a=1", "http://localhost:1/")
    assert sent(jar, "http://localhost:2/") == "a=1"


@pytest.mark.parametrize(
    ("url", "origin", "site"),
    [
        ("https://Login.Example.com:443/x", "https://login.example.com", "https://example.com"),
        ("http://sp.localhost:80/", "http://sp.localhost", "http://sp.localhost"),
        ("http://[::1]:8000/", "http://[::1]:8000", "http://::1"),
    ],
)
def test_origins_and_sites(url: str, origin: str, site: str) -> None:
    assert (origin_of(url), site_of(url)) == (origin, site)


def test_lax_by_default_travels_with_a_cross_site_post_for_two_minutes(jar: CookieJar, clock: Clock) -> None:
    jar.keep("young=1", f"{SP}/")
    jar.keep("lax=1; SameSite=Lax", f"{SP}/")
    assert sent(jar, f"{SP}/acs", "POST", site_of(OKTA)) == "young=1"
    clock.now += LAX_POST_SECONDS
    assert sent(jar, f"{SP}/acs", "POST", site_of(OKTA)) == ""
    assert sent(jar, f"{SP}/acs", "GET", site_of(OKTA)) == "young=1; lax=1"


def test_a_cookie_that_stays_at_home_says_why(jar: CookieJar) -> None:
    jar.keep("state=1; SameSite=Lax", f"{SP}/")
    ready = jar.for_request(Journey(f"{SP}/acs", "POST", site_of(OKTA)))
    assert ready.held_back == ["state is SameSite=Lax and the POST comes from http://127.0.0.1"]


@pytest.mark.parametrize(
    ("header", "url", "reason"),
    [
        ("a=1; Secure", "http://sp.example.com/", "Secure, but set over plain http"),
        ("a=1; SameSite=None", f"{SP}/", "SameSite=None needs Secure"),
        ("__Host-a=1; Secure; Path=/x", f"{SP}/", "__Host-"),
        ("__Secure-a=1", f"{SP}/", "__Secure-"),
        ("a=1; Domain=example.org", "https://sp.example.com/", "does not fit the host"),
        ("a=1; Domain=com", "https://sp.example.com/", "does not fit the host"),
        (f"a={'x' * 5000}", f"{SP}/", "longer than"),
        ("=", f"{SP}/", "without name and value"),
    ],
)
def test_cookies_that_a_browser_refuses(jar: CookieJar, header: str, url: str, reason: str) -> None:
    assert reason in jar.keep(header, url)
    assert sent(jar, url) == ""


def test_secure_cookies_travel_on_loopback_and_over_https_only(jar: CookieJar) -> None:
    assert jar.keep("sid=1; Secure; SameSite=None", f"{OKTA}/") == ""
    assert sent(jar, f"{OKTA}/") == "sid=1"
    jar.keep("sid=2; Secure; Domain=example.com", "https://sp.example.com/")
    assert sent(jar, "https://other.example.com/") == "sid=2"
    assert sent(jar, "http://other.example.com/") == ""


def test_paths_and_order(jar: CookieJar) -> None:
    jar.keep("a=1; Path=/", f"{SP}/")
    jar.keep("b=1; Path=/saml", f"{SP}/")
    jar.keep("c=1", f"{SP}/saml/acs")
    assert sent(jar, f"{SP}/saml/acs") == "b=1; c=1; a=1"
    assert sent(jar, f"{SP}/samlx") == "a=1"


def test_expiry(jar: CookieJar, clock: Clock) -> None:
    jar.keep("a=1; Max-Age=60", f"{SP}/")
    jar.keep("b=1; Expires=Thu, 01 Jan 1970 00:20:00 GMT", f"{SP}/")
    jar.keep("c=1; Expires=nonsense", f"{SP}/")
    assert sent(jar, f"{SP}/") == "a=1; c=1"
    clock.now += 61
    assert sent(jar, f"{SP}/") == "c=1"
    jar.keep("c=; Max-Age=0", f"{SP}/")
    assert sent(jar, f"{SP}/") == ""


def test_a_host_only_cookie_stays_with_its_host(jar: CookieJar) -> None:
    jar.keep("a=1", "https://example.com/")
    jar.keep("b=1; Domain=.example.com", "https://example.com/")
    assert sent(jar, "https://sp.example.com/") == "b=1"
