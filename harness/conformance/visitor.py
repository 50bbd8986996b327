"""The user's browser as the suite drives it: one request at a time, so that each can be looked at and altered.

Cookies, SameSite and the headers of a navigation are those of the http driver. What differs: redirects are followed
only within the target's own hosts, so the journey to the IdP ends with the request in hand, not at Okta's page.
"""

from __future__ import annotations

import base64
import copy
import http.client
import re
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote_plus, urldefrag, urljoin, urlsplit

from harness.drivers.errors import DriverError, HostRefused, PageUnreachable
from harness.drivers.http.cookies import CookieJar, Journey
from harness.drivers.http.transport import Answer, Transport
from harness.drivers.site import origin_of, site_of
from harness.result import Exchange
from harness.targets.model import host_of

MAX_REDIRECTS = 10
KEPT_BODY = 4_000
"""Characters of an answer that evidence keeps."""
MAX_MESSAGE = 200_000
_REDIRECTS = (301, 302, 303, 307, 308)
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*")
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a request ended, redirects followed."""

    url: str
    answer: Answer
    chain: tuple[str, ...] = ()
    """Every URL asked for, the last one included."""
    leads_to: str = ""
    """Where the last answer redirects to, outside the target's hosts; nothing was sent there."""

    @property
    def status(self) -> int:
        """HTTP status of the last answer."""
        return self.answer.status

    @property
    def text(self) -> str:
        """Its body as text."""
        return self.answer.body.decode("utf-8", "replace")


@dataclass(slots=True)
class Visitor:
    """One browser with a clean cookie jar."""

    transport: Transport
    hosts: frozenset[str]
    """``host:port`` that it may talk to."""
    jar: CookieJar = field(default_factory=CookieJar)
    exchanges: list[Exchange] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def get(self, url: str, *, from_url: str = "", headers: Mapping[str, str] | None = None) -> Page:
        """Fetch a page and follow its redirects within the target."""
        return self._travel("GET", url, b"", from_url, headers or {})

    def get_once(self, url: str) -> Page:
        """Fetch a page and follow nothing; ``leads_to`` is where a redirect would go."""
        answer = self._exchange("GET", url, b"", "", {}, ("", ""))
        location = answer.header("Location") if answer.status in _REDIRECTS else ""
        return Page(url, answer, (url,), browser_url(url, location) if location else "")

    def post(
        self,
        url: str,
        fields: Fields,
        *,
        from_url: str,
        message: tuple[str, str] = ("", ""),
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Submit a form that stands on a page of ``from_url``'s site. ``message`` names the SAML message in it."""
        typed = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._travel("POST", url, form_body(fields), from_url, typed, message)

    def send(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request of any kind, without following anything."""
        return self._exchange(method, url, body, "", headers or {}, ("", ""))

    def get_verbatim(self, url: str, *, from_url: str) -> int:
        """Fetch a URL octet by octet as it is written, and return the status. Other clients normalise escapes."""
        parts = urlsplit(url)
        if host_of(url) not in self.hosts:
            raise HostRefused(
                f"{url} is none of the hosts that the target file names, so nothing was sent there."
            )
        headers = _navigation("GET", url, from_url)
        cookies = self.jar.for_request(Journey(url, "GET", site_of(from_url)))
        headers |= {"Cookie": cookies.header} if cookies.header else {}
        made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = made(parts.netloc, timeout=10)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    self.jar.keep(value, url)
        except (OSError, http.client.HTTPException) as error:
            raise PageUnreachable(f"{url} did not answer: {error}") from error
        finally:
            connection.close()
        self._record("GET", url, response.status, ("", ""), time.monotonic() - self.started)
        return response.status

    def twin(self) -> Visitor:
        """Another browser that holds the same cookies now."""
        return Visitor(self.transport, self.hosts, copy.deepcopy(self.jar))

    def _travel(
        self,
        method: str,
        url: str,
        body: bytes,
        from_url: str,
        headers: Mapping[str, str],
        message: tuple[str, str] = ("", ""),
    ) -> Page:
        chain: list[str] = []
        while True:
            answer = self._exchange(method, url, body, from_url, headers, message)
            chain.append(url)
            location = answer.header("Location")
            if answer.status not in _REDIRECTS or not location:
                return Page(url, answer, tuple(chain))
            target = browser_url(url, location)
            if not target.startswith(("http://", "https://")) or host_of(target) not in self.hosts:
                return Page(url, answer, tuple(chain), leads_to=target)
            if len(chain) > MAX_REDIRECTS:
                return Page(url, answer, tuple(chain), leads_to=target)
            if answer.status not in (307, 308):
                method, body, headers, message = "GET", b"", {}, ("", "")
            url = target

    def _exchange(
        self,
        method: str,
        url: str,
        body: bytes,
        from_url: str,
        headers: Mapping[str, str],
        message: tuple[str, str],
    ) -> Answer:
        if host_of(url) not in self.hosts:
            raise HostRefused(
                f"{url} is none of the hosts that the target file names, so nothing was sent there."
            )
        cookies = self.jar.for_request(Journey(url, method, site_of(from_url) if from_url else ""))
        sent = (
            _navigation(method, url, from_url)
            | ({"Cookie": cookies.header} if cookies.header else {})
            | dict(headers)
        )
        at = time.monotonic() - self.started
        try:
            answer = self.transport.send(method, url, sent, body)
        except DriverError:
            self._record(method, url, 0, message, at)
            raise
        for set_cookie in answer.all("Set-Cookie"):
            self.jar.keep(set_cookie, url)
        self._record(method, url, answer.status, message, at)
        return answer

    def note(
        self, actor: str, receiver: str, method: str, url: str, message: str, xml: str, answer: str = ""
    ) -> None:
        """A step of the login that the suite takes in the IdP's place, without any request."""
        at = time.monotonic() - self.started
        self.exchanges.append(Exchange(actor, receiver, method, url, 0, message, xml, at, answer))

    def _record(self, method: str, url: str, status: int, message: tuple[str, str], at: float) -> None:
        name, xml = message if message[0] else carried(url)
        self.exchanges.append(Exchange("user", "SP", method, url, status, name, xml, seconds=at))


def carried(url: str) -> tuple[str, str]:
    """The logout message in a query string, by its kind and as XML; empty texts where there is none to be read."""
    query = dict(parse_qsl(urlsplit(url).query)) if "SAMLRe" in url else {}
    for parameter, kind in (("SAMLRequest", "LogoutRequest"), ("SAMLResponse", "LogoutResponse")):
        xml = _inflated(query.get(parameter, ""))
        if kind in xml:
            return kind, xml
    return "", ""


def _inflated(value: str) -> str:
    try:
        return (
            zlib.decompressobj(-15)
            .decompress(base64.b64decode(value), MAX_MESSAGE)
            .decode("utf-8", "replace")
        )
    except (ValueError, zlib.error):
        return ""


def _navigation(method: str, url: str, from_url: str) -> dict[str, str]:
    """The headers of a navigation that servers look at."""
    headers = {
        "User-Agent": "okta-harness (conformance check)",
        "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Site": _fetch_site(url, from_url),
    }
    if from_url:
        headers["Referer"] = f"{origin_of(from_url)}/"
        if method == "POST":
            headers["Origin"] = origin_of(from_url)
    return headers


def _fetch_site(url: str, from_url: str) -> str:
    if not from_url:
        return "none"
    if origin_of(from_url) == origin_of(url):
        return "same-origin"
    return "same-site" if site_of(from_url) == site_of(url) else "cross-site"


def browser_url(base: str, location: str) -> str:
    """Where a browser goes for a Location header (WHATWG URL): backslashes are slashes, tabs and line ends vanish.

    ``https:host`` and ``///host`` lead to the host as well. A URL of another scheme than http is returned as it is.
    """
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*(?=:)", text)
    if scheme and scheme[0].lower() not in ("http", "https"):
        return text
    text = text.replace("\\", "/")
    if scheme:
        name, rest = scheme[0].lower(), text[len(scheme[0]) + 1 :]
        relative = name == urlsplit(base).scheme and not rest.startswith("/")
        text = rest if relative else f"{name}://{rest.lstrip('/')}"
    elif text.startswith("//"):
        text = "//" + text.lstrip("/")
    return urldefrag(urljoin(base, text)).url


def form_body(fields: Fields) -> bytes:
    """The fields as a browser encodes them. Long base64 texts, which most bodies consist of, take a short cut."""
    return "&".join(f"{quote_plus(name)}={_quoted(value)}" for name, value in fields).encode()


def _quoted(value: str) -> str:
    if _BASE64.fullmatch(value):
        return value.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return quote_plus(value)


def http_text(answer: Answer, limit: int = KEPT_BODY) -> str:
    """An answer as evidence: status, headers that matter, the beginning of the body. Cookie values are left out."""
    shown = [f"HTTP {answer.status}"]
    shown += [
        f"{name}: {value}" for name, value in answer.headers if name.lower() in ("location", "content-type")
    ]
    shown += [f"Set-Cookie: {_no_value(value)}" for value in answer.all("Set-Cookie")]
    body = answer.body.decode("utf-8", "replace")
    return "\n".join([*shown, "", body[:limit] + ("\n[...]" if len(body) > limit else "")])


def _no_value(set_cookie: str) -> str:
    pair, _, rest = set_cookie.partition(";")
    return f"{pair.partition('=')[0]}=...{';' + rest if rest else ''}"
