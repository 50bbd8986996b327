"""What a browser does on its own: send, follow redirects and self-submitting pages, keep cookies, remember."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement

from harness.drivers.agent import Download
from harness.drivers.errors import TooManyRedirects
from harness.drivers.exchange import KEPT_BODY_BYTES, Exchange
from harness.drivers.hosts import AllowedHosts
from harness.drivers.http.cookies import CookieJar, Journey
from harness.drivers.http.document import Document
from harness.drivers.http.forms import Forms, Submission
from harness.drivers.http.names import kind_of
from harness.drivers.http.transport import Answer, Transport
from harness.drivers.site import origin_of, site_of

MAX_REDIRECTS = 20
"""As in Chrome."""
MAX_SELF_SUBMITS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
_USER_AGENT = "okta-harness (http driver)"
_SAML_FIELDS = ("SAMLResponse", "SAMLRequest")
_FILLABLE = ("field", "select", "checkbox", "radio", "file")
_AUTO_FORM = "appForm"
"""Id of the form that Okta's script submits."""
MAX_FRAMES = 20
MAX_FRAME_DEPTH = 3


@dataclass(slots=True)
class Browser:
    """What all windows and frames of one person share."""

    actor: str
    history: list[Exchange]
    allowed: AllowedHosts
    jar: CookieJar
    transport: Transport


class Window:
    """One browser window, or a frame in one: the page it shows, and how it got there.

    ``inside`` is, for a frame, the site of the page in the window: what cookies call same-site there. Frames of pages
    are loaded once, when the page comes; nobody sees them, but sign-out pages do their work in them.
    """

    def __init__(self, browser: Browser, *, inside: str = "", depth: int = 0) -> None:
        self._browser = browser
        self._inside = inside
        self._depth = depth
        self._visits: list[tuple[Submission, str]] = []
        self._show(Document(b"", "text/html", "about:blank"), 0)

    def _show(self, document: Document, status: int) -> None:
        self.document = document
        self.forms = Forms(document)
        self.status = status

    @property
    def url(self) -> str:
        """Address of the page."""
        return self.document.url

    def visit(self, submission: Submission, *, from_url: str) -> None:
        """Go to a page, and on to where it leads by itself."""
        arrived = self._arrive(submission, from_url)
        self._visits.append((arrived, from_url))
        for _ in range(MAX_SELF_SUBMITS):
            self._load_frames()
            if (target := self._refresh()) is not None:
                self._arrive(Submission("GET", target), self.url)
            elif (form := self._self_submitting()) is not None:
                self._arrive(self.forms.submission(form, None), self.url)
            else:
                return
        raise TooManyRedirects(
            f"{self.url} goes on by itself without end; stopped after {MAX_SELF_SUBMITS} pages."
        )

    def back(self) -> None:
        """Ask for the page before once more."""
        if len(self._visits) > 1:
            self._visits.pop()
        if self._visits:
            submission, from_url = self._visits.pop()
            self.visit(submission, from_url=from_url)

    def get(self, url: str, *, from_url: str) -> Download:
        """Get a file without leaving the page."""
        _, answer, final = self._travel(Submission("GET", url), from_url)
        match = re.search(r'filename="?([^";]+)', answer.header("Content-Disposition"))
        return Download(
            final, answer.status, answer.body, answer.header("Content-Type"), match[1] if match else ""
        )

    def _arrive(self, submission: Submission, from_url: str) -> Submission:
        submission, answer, url = self._travel(submission, from_url)
        policy = answer.header("Referrer-Policy")
        body = b"" if self._depth and _refuses_frames(answer, url, self._inside) else answer.body
        self._show(Document(body, answer.header("Content-Type"), url, policy), answer.status)
        return submission

    def _load_frames(self) -> None:
        if self._depth >= MAX_FRAME_DEPTH:
            return
        sources = [each.get("src") or "" for each in self.document.root.iter("iframe")]
        for source in [each for each in sources if each][:MAX_FRAMES]:
            target = urljoin(self.url, source)
            if target.startswith("http"):
                frame = Window(self._browser, inside=self._inside or site_of(self.url), depth=self._depth + 1)
                frame.visit(Submission("GET", target), from_url=self.url)

    def _travel(self, submission: Submission, from_url: str) -> tuple[Submission, Answer, str]:
        """Send and follow redirects. Returns the last request, which the page can be had by again."""
        from_site = site_of(from_url) if from_url.startswith("http") else ""
        chain: list[str] = []
        while True:
            answer, url = self._exchange(submission, from_url, from_site)
            location = answer.header("Location")
            if answer.status not in _REDIRECTS or not location:
                return submission, answer, url
            chain.append(url)
            if len(chain) > MAX_REDIRECTS:
                circle = " -> ".join(chain[-4:])
                raise TooManyRedirects(f"stopped after {MAX_REDIRECTS} redirects; the last were {circle}.")
            target = urljoin(url, location)
            keeps = answer.status in (307, 308) or submission.method == "GET"
            submission = _redirected(submission, target) if keeps else Submission("GET", target)

    def _exchange(self, submission: Submission, from_url: str, from_site: str) -> tuple[Answer, str]:
        url = urldefrag(submission.url).url
        self._browser.allowed.check(url)
        journey = Journey(url, submission.method, from_site, self._inside)
        cookies = self._browser.jar.for_request(journey)
        policy = self.document.referrer_policy if from_url == self.url else ""
        headers = navigation_headers(submission, url, from_url, policy)
        if cookies.header:
            headers["Cookie"] = cookies.header
        headers["Sec-Fetch-Dest"] = "iframe" if self._depth else "document"
        answer = self._browser.transport.send(submission.method, url, headers, submission.body)
        set_cookies = answer.all("Set-Cookie")
        refused = [reason for each in set_cookies if (reason := self._browser.jar.keep(each, journey))]
        self._browser.history.append(
            Exchange(
                actor=self._browser.actor,
                method=submission.method,
                url=url,
                status=answer.status,
                form=submission.form,
                location=answer.header("Location"),
                content_type=answer.header("Content-Type"),
                set_cookies=tuple(re.sub(r"=[^;]*", "", each, count=1) for each in set_cookies),
                cookies_sent=tuple(cookies.names),
                cookies_held_back=(*cookies.held_back, *refused),
                body=answer.body[:KEPT_BODY_BYTES],
                at=time.time(),
            )
        )
        return answer, url

    def _self_submitting(self) -> HtmlElement | None:
        """The form that a script would submit: Okta's by its id, others because they hold a SAML message and nothing
        for a person to fill in.
        """
        for form in self.document.root.iter("form"):
            if any(kind_of(each) in _FILLABLE for each in self.forms.controls(form)):
                continue
            hidden = {
                each.get("name")
                for each in form.iter("input")
                if (each.get("type") or "").lower() == "hidden"
            }
            if form.get("id") == _AUTO_FORM or hidden.intersection(_SAML_FIELDS):
                return form
        return None

    def _refresh(self) -> str | None:
        """Where ``<meta http-equiv=refresh>`` leads at once."""
        for meta in self.document.root.iter("meta"):
            if (meta.get("http-equiv") or "").lower() == "refresh":
                match = re.match(r"\s*0*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", meta.get("content") or "", re.I)
                if match:
                    return urljoin(self.url, str(match[1]).strip())
        return None


def _redirected(submission: Submission, target: str) -> Submission:
    return Submission(submission.method, target, submission.body, submission.content_type, submission.form)


def navigation_headers(submission: Submission, url: str, from_url: str, policy: str = "") -> dict[str, str]:
    """The headers that a browser sends with a navigation and that servers look at.

    ``policy`` is the Referrer-Policy of the page that it starts from. As the Fetch standard has it, a policy that
    hides the referrer hides the Origin of a POST, too.
    """
    headers = {
        "User-Agent": _USER_AGENT,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "en",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Site": _fetch_site(url, from_url),
    }
    from_page = from_url.startswith("http")
    same_origin = from_page and origin_of(from_url) == origin_of(url)
    hidden = policy == "no-referrer" or (policy == "same-origin" and not same_origin)
    if submission.method == "POST":
        headers["Content-Type"] = submission.content_type
        headers["Origin"] = origin_of(from_url) if from_page and not hidden else "null"
    if from_page and not hidden:
        whole = same_origin and policy not in ("origin", "strict-origin")
        headers["Referer"] = urldefrag(from_url).url if whole else f"{origin_of(from_url)}/"
    return headers


def _refuses_frames(answer: Answer, url: str, top_site: str) -> bool:
    """Whether a page may not be shown in a frame of that site."""
    found = re.search(r"frame-ancestors([^;]*)", answer.header("Content-Security-Policy"), re.I)
    allowed = found[1].split() if found else None
    if allowed is None:
        option = answer.header("X-Frame-Options").strip().lower()
        allowed = {"deny": ["'none'"], "sameorigin": ["'self'"]}.get(option)
    if allowed is None or "*" in allowed:
        return False
    return allowed == ["'none'"] or site_of(url) != top_site


def _fetch_site(url: str, from_url: str) -> Literal["none", "same-origin", "same-site", "cross-site"]:
    if not from_url.startswith("http"):
        return "none"
    if origin_of(from_url) == origin_of(url):
        return "same-origin"
    return "same-site" if site_of(from_url) == site_of(url) else "cross-site"
