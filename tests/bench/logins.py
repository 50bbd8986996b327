"""Whole SP-initiated logins through HTTP: request, sign-in page, password, signed response. Store and log are on."""

from __future__ import annotations

import base64
import re
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import urllib3

from tests.bench.okta_process import OktaProcess

LOGINS = 300
MEMORY_LOGINS = 1000
_FORM = re.compile(r'<form[^>]*action="([^"]*)"')
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_PAIR = re.compile(r'(name|value)="([^"]*)"')


class Client:
    """The least user agent that can sign in: cookies as one string, forms by regular expression."""

    def __init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=1)

    def sign_in(self, sso_url: str, number: int) -> str:
        """One login; returns the final page. Raises ``RuntimeError`` when no response came of it."""
        self._cookies: dict[str, str] = {}
        request = (
            f'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{number:032x}" '
            f'Version="2.0" IssueInstant="2026-01-01T00:00:00Z"><saml:Issuer '
            f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">http://localhost</saml:Issuer></samlp:AuthnRequest>'
        )
        deflated = zlib.compress(request.encode(), wbits=-15)
        fields = {"SAMLRequest": base64.b64encode(deflated).decode(), "RelayState": "r"}
        url, page = self._send("GET", sso_url, fields)
        url, page = self._submit(url, page, {"identifier": "ada@acme.test"})
        url, page = self._submit(url, page, {"credentials.passcode": "correct horse"})
        if "SAMLResponse" not in page:
            raise RuntimeError(f"no SAMLResponse at {url}: {page[:500]}")
        return page

    def _submit(self, url: str, page: str, values: dict[str, str]) -> tuple[str, str]:
        action = _FORM.search(page)
        hidden = [dict(_PAIR.findall(tag)) for tag in _HIDDEN.findall(page)]
        fields = {row["name"]: unescape(row.get("value", "")) for row in hidden if "name" in row}
        return self._send("POST", urljoin(url, unescape(action[1]) if action else ""), {**fields, **values})

    def _send(self, method: str, url: str, fields: dict[str, str] | None) -> tuple[str, str]:
        while True:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
            answer = self._http.request(
                method,
                url,
                fields=fields,
                headers=headers,
                redirect=False,
                **({"encode_multipart": False} if method == "POST" else {}),
            )
            for cookie in answer.headers.getlist("Set-Cookie"):
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            if answer.status not in (302, 303):
                return url, answer.data.decode()
            url, method, fields = urljoin(url, answer.headers["Location"]), "GET", None


def measure() -> dict[str, float]:
    """Logins a second at one and at four clients, server CPU a login in ms, memory at start and after 1,000."""
    with tempfile.TemporaryDirectory() as folder, OktaProcess(Path(folder)) as okta:
        sso = okta.ready["sso"]
        start = okta.usage()
        client = Client()
        for number in range(20):
            client.sign_in(sso, number)

        before, began = okta.usage(), time.perf_counter()
        for number in range(LOGINS):
            client.sign_in(sso, 1_000 + number)
        one, after = time.perf_counter() - began, okta.usage()

        began = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            for part in range(4):
                pool.submit(_many, sso, 10_000 * (part + 1), LOGINS // 4)
        four = time.perf_counter() - began

        _many(sso, 100_000, MEMORY_LOGINS - 2 * LOGINS - 20)
        end = okta.usage()
    return {
        "logins_per_second_1_client": LOGINS / one,
        "logins_per_second_4_clients": LOGINS / four,
        "server_cpu_ms_per_login": (after.cpu - before.cpu) / LOGINS * 1000,
        "memory_mb_at_start": start.megabytes,
        "memory_mb_after_1000_logins": end.megabytes,
    }


def _many(sso: str, first: int, count: int) -> None:
    client = Client()
    for number in range(count):
        client.sign_in(sso, first + number)
