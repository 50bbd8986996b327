"""A browser's cookie jar: RFC 6265bis, with SameSite and Secure as Chrome applies them.

Choices where browsers differ, all Chrome's: a cookie without SameSite counts as Lax, except that for its first two
minutes it travels with cross-site POSTs, too ("Lax+POST"); SameSite=None needs Secure; loopback counts as secure;
a site includes its scheme; a chain of redirects counts by the page that started it. In frames of other sites there are
no cookies at all, as in Safari, Firefox and Chrome's private windows (which the browser driver's are).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from harness.drivers.agent import Cookie
from harness.drivers.site import host_of, is_ip_address, is_trustworthy, site_of

LAX_POST_SECONDS = 120
MAX_COOKIE_BYTES = 4096
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Journey:
    """A request as far as cookies care."""

    url: str
    method: str = "GET"
    from_site: str = ""
    """Site of the page that started it; empty for an address that was typed."""
    top_site: str = ""
    """For a frame: site of the page in the window around it."""

    @property
    def same_site(self) -> bool:
        """Whether it started on the same site, or from outside the web."""
        return not self.from_site or self.from_site == site_of(self.url)

    @property
    def third_party(self) -> bool:
        """Whether it goes to another site than the one that the person sees."""
        return bool(self.top_site) and self.top_site != site_of(self.url)


@dataclass(slots=True)
class _Kept:
    cookie: Cookie
    host_only: bool
    created: float
    expires: float | None

    def says_why_not(self, journey: Journey, now: float) -> str:
        """Why the cookie stays at home; empty when it travels."""
        cookie = self.cookie
        if journey.third_party:
            return f"{cookie.name} stays at home: the frame stands in a page of {journey.top_site}"
        if cookie.secure and not is_trustworthy(journey.url):
            return f"{cookie.name} is Secure and the address is plain http"
        if journey.same_site or cookie.same_site == "None":
            return ""
        if cookie.same_site == "Strict":
            return f"{cookie.name} is SameSite=Strict and the request comes from {journey.from_site}"
        if journey.top_site:
            return f"{cookie.name} is not SameSite=None and the frame was led there by {journey.from_site}"
        if journey.method in _SAFE_METHODS:
            return ""
        if not cookie.same_site and now - self.created < LAX_POST_SECONDS:
            return ""
        why = "SameSite=Lax" if cookie.same_site else "SameSite=Lax by default"
        return f"{cookie.name} is {why} and the {journey.method} comes from {journey.from_site}"


@dataclass(slots=True)
class Ready:
    """What a request takes along."""

    header: str = ""
    names: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)


class CookieJar:
    """All cookies of one browser."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str, str], _Kept] = {}

    def cookies(self) -> list[Cookie]:
        """The cookies that have not expired."""
        now = self._clock()
        return [each.cookie for each in self._kept.values() if each.expires is None or each.expires > now]

    def forget(self, name: str = "") -> None:
        """Throw away the cookies of this name, or all."""
        self._kept = {key: kept for key, kept in self._kept.items() if name and kept.cookie.name != name}

    def for_request(self, journey: Journey) -> Ready:
        """The ``Cookie`` header, and which cookies stay at home and why."""
        now = self._clock()
        host = host_of(journey.url)
        path = urlsplit(journey.url).path or "/"
        ready = Ready()
        matching = [
            each
            for each in self._kept.values()
            if _domain_matches(host, each) and _path_matches(path, each.cookie.path)
        ]
        for each in sorted(matching, key=lambda kept: (-len(kept.cookie.path), kept.created)):
            if each.expires is not None and each.expires <= now:
                continue
            if reason := each.says_why_not(journey, now):
                ready.held_back.append(reason)
                continue
            name, value = each.cookie.name, each.cookie.value
            ready.header += ("; " if ready.header else "") + (f"{name}={value}" if name else value)
            ready.names.append(name)
        return ready

    def keep(self, set_cookie: str, journey: Journey | str) -> str:
        """Take a ``Set-Cookie`` header from the answer to a request, or from that of a typed address.

        Returns why it was refused, or an empty text.
        """
        if isinstance(journey, str):
            journey = Journey(journey)
        url = journey.url
        pair, *rest = set_cookie.split(";")
        name, equals, value = pair.partition("=")
        if not equals:
            name, value = "", name
        name, value = name.strip(), value.strip()
        attributes = {
            key.strip().lower(): text.strip() for key, _, text in (each.partition("=") for each in rest)
        }
        if problem := _refusal(name, value, attributes, url):
            return problem
        if journey.third_party:
            return f"{name}: set in a frame of {journey.top_site}"
        host = host_of(url)
        domain = attributes.get("domain", "").lstrip(".").lower()
        host_only = not domain or (domain == host and is_ip_address(host))
        if domain and not _may_set(host, domain):
            return f"{name}: Domain={domain} does not fit the host {host}"
        path = attributes.get("path", "")
        cookie = Cookie(
            name,
            value,
            domain or host,
            path if path.startswith("/") else _default_path(url),
            "secure" in attributes,
            "httponly" in attributes,
            {"strict": "Strict", "lax": "Lax", "none": "None"}.get(
                attributes.get("samesite", "").lower(), ""
            ),
        )
        self._store(cookie, host_only or not domain, _expiry(attributes, self._clock()))
        return ""

    def _store(self, cookie: Cookie, host_only: bool, expires: float | None) -> None:
        now = self._clock()
        key = (cookie.domain, cookie.path, cookie.name)
        before = self._kept.pop(key, None)
        if expires is not None and expires <= now:
            return
        created = before.created if before and before.cookie.value == cookie.value else now
        self._kept[key] = _Kept(cookie, host_only, created, expires)


def _refusal(name: str, value: str, attributes: dict[str, str], url: str) -> str:
    if not name and not value:
        return "a cookie without name and value"
    if len(name) + len(value) > MAX_COOKIE_BYTES:
        return f"{name}: longer than {MAX_COOKIE_BYTES} bytes"
    secure = "secure" in attributes
    if secure and not is_trustworthy(url):
        return f"{name}: Secure, but set over plain http"
    if attributes.get("samesite", "").lower() == "none" and not secure:
        return f"{name}: SameSite=None needs Secure"
    if name.lower().startswith("__secure-") and not secure:
        return f"{name}: the prefix __Secure- needs Secure"
    host_prefix = name.lower().startswith("__host-")
    if host_prefix and (not secure or attributes.get("domain") or attributes.get("path") != "/"):
        return f"{name}: the prefix __Host- needs Secure, Path=/ and no Domain"
    return ""


def _may_set(host: str, domain: str) -> bool:
    if host == domain:
        return True
    return "." in domain and host.endswith(f".{domain}") and not is_ip_address(host)


def _domain_matches(host: str, kept: _Kept) -> bool:
    domain = kept.cookie.domain
    return host == domain or (not kept.host_only and host.endswith(f".{domain}"))


def _path_matches(path: str, cookie_path: str) -> bool:
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")


def _default_path(url: str) -> str:
    path = urlsplit(url).path
    folder = path.rpartition("/")[0]
    return folder if path.startswith("/") and folder else "/"


def _expiry(attributes: dict[str, str], now: float) -> float | None:
    age = attributes.get("max-age", "")
    if age.lstrip("-").isdigit():
        return now + int(age) if not age.startswith("-") else 0.0
    try:
        return parsedate_to_datetime(attributes["expires"]).timestamp()
    except (KeyError, ValueError):
        return None
