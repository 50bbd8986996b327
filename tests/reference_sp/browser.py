"""A small browser of the tests' own: cookies with their SameSite rules, redirects only when asked."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

_POOL = urllib3.PoolManager(retries=False, maxsize=8)


class Page:
    def __init__(self, response: urllib3.BaseHTTPResponse, url: str) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body: bytes = response.data
        self.url = url

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def code(self) -> str:
        """The code of a refusal, or empty."""
        _, _, rest = self.text.partition('data-code="')
        return rest.partition('"')[0]


class Browser:
    """One cookie jar at one SP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self.attributes: dict[str, Any] = {}

    def get(self, path: str, **headers: str) -> Page:
        return self.send("GET", path, headers=headers)

    def follow(self, path: str) -> Page:
        page = self.get(path)
        while page.status in (301, 302, 303) and page.location.startswith(("/", self.url)):
            page = self.get(page.location)
        return page

    def post(self, path: str, fields: Any = (), *, cross_site: bool = False, **headers: str) -> Page:
        """Post a form. A cross-site one, as the IdP's page sends it, carries SameSite=None cookies alone."""
        body = urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        if cross_site:
            headers["Origin"] = "http://127.0.0.1:9"
            headers["Sec-Fetch-Site"] = "cross-site"
        return self.send("POST", path, body=body, headers=headers, cross_site=cross_site)

    def upload(self, path: str, fields: dict[str, Any]) -> Page:
        body, kind = urllib3.encode_multipart_formdata(fields)
        return self.send("POST", path, body=body, headers={"Content-Type": kind})

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        cross_site: bool = False,
    ) -> Page:
        url = path if path.startswith("http") else f"{self.url}{path}"
        sent = {
            name: value
            for name, value in self.cookies.items()
            if not cross_site or self.attributes[name]["samesite"] == "None"
        }
        headers = dict(headers or {})
        if sent:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        response = _POOL.request(method, url, body=body, headers=headers, redirect=False)
        for line in response.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"]:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name], self.attributes[name] = morsel.value, morsel
        return Page(response, url)

    def signed_in(self) -> str:
        """The email of who is signed in, or empty."""
        page = self.get("/me.json")
        import json

        return str(json.loads(page.text).get("email", ""))


def query_of(url: str) -> dict[str, str]:
    """The query parameters of a URL, percent-decoded."""
    from urllib.parse import parse_qsl

    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
