"""Whole SP-initiated logins through HTTP: request, sign-in page, password, signed response. Store and log are on."""

from __future__ import annotations

import base64
import re
import tempfile
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import urllib3

from tests.bench.okta_process import ServerProcess, floor_process, okta_process

ROUNDS = 3
LOGINS = 100
"""Logins of one round, at one client."""
ALL_LOGINS = 1000
"""How many the process has seen when its memory is read for the last time."""
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
            more: dict[str, Any] = {"encode_multipart": False} if method == "POST" else {}
            answer = self._http.request(
                method,
                url,
                fields=fields,
                headers=headers,
                redirect=False,
                **more,
            )
            for cookie in answer.headers.getlist("Set-Cookie"):
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            if answer.status not in (302, 303):
                return url, answer.data.decode()
            url, method, fields = urljoin(url, answer.headers["Location"]), "GET", None


def measure() -> dict[str, float]:
    """What logins cost. Floor and logins are measured in turns, and the cheapest round of each counts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        okta_process(Path(folder)) as okta,
        floor_process() as empty,
    ):
        sso = okta.ready["sso"]
        start = okta.usage()
        _sign_in_often(sso, 0, 20)
        _fetch_often(empty.ready["url"], 20)
        cpu, floor, seconds = [], [], []
        for turn in range(1, ROUNDS + 1):
            floor.append(_cpu(empty, lambda: _fetch_often(empty.ready["url"], LOGINS)))
            began = time.perf_counter()
            cpu.append(_cpu(okta, lambda first=turn * 1000: _sign_in_often(sso, first, LOGINS)))  # type: ignore[misc]
            seconds.append(time.perf_counter() - began)

        began = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            clients = [
                pool.submit(_sign_in_often, sso, 10_000 * (client + 1), LOGINS // 2) for client in range(4)
            ]
            for client in clients:
                client.result()
        four = time.perf_counter() - began

        middle = okta.usage()
        _sign_in_often(sso, 100_000, ALL_LOGINS - (20 + ROUNDS * LOGINS + 2 * LOGINS))
        end = okta.usage()
    return {
        "logins_per_second_1_client": LOGINS / min(seconds),
        "logins_per_second_4_clients": 2 * LOGINS / four,
        "server_cpu_ms_per_login": min(cpu) / LOGINS * 1000,
        "server_cpu_floor_ms_per_login": min(floor) / LOGINS * 1000,
        "login_ratio": min(floor) / min(cpu),
        "memory_mb_at_start": start.megabytes,
        "memory_mb_after_520_logins": middle.megabytes,
        "memory_mb_after_1000_logins": end.megabytes,
    }


def _cpu(server: ServerProcess, work: Callable[[], None]) -> float:
    before = server.usage().cpu
    work()
    return server.usage().cpu - before


def _sign_in_often(sso: str, first: int, count: int) -> None:
    client = Client()
    for number in range(first, first + count):
        client.sign_in(sso, number)


def _fetch_often(url: str, times: int) -> None:
    """As many requests as a login has, about as long as its are."""
    http = urllib3.PoolManager(maxsize=1)
    for _ in range(times):
        http.request("GET", f"{url}/sso", fields={"SAMLRequest": "x" * 300})
        http.request("GET", f"{url}/sign-in", fields={"fromURI": "x" * 400})
        for _ in range(2):
            http.request("POST", f"{url}/sign-in", fields={"fromURI": "x" * 400}, encode_multipart=False)
        http.request("GET", f"{url}/sign", fields={"SAMLRequest": "x" * 300})
