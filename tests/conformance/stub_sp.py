"""A service provider of forty lines, which can be set up wrongly in every way that preflight has to tell apart."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Protocol

import urllib3
from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

from fake_idp.saml.bindings import redirect_url
from fake_idp.saml.claims import format_instant
from fake_idp.server import Server
from harness.targets.model import Configure, SignedIn, TargetFile


class Start(Protocol):
    """The fixture ``start``: a stub with this trouble, up and running."""

    def __call__(self, trouble: str = "", /) -> StubSp: ...


@dataclass
class StubSp:
    """Believes everything that it is told; ``trouble`` names what is wrong with it."""

    metadata_file: Path
    trouble: str = ""
    asked: list[str] = field(default_factory=list)
    logins: int = 0
    tires_after: int = 1_000_000
    """Responses that it takes before it refuses every one."""
    awake: Event = field(default_factory=Event)
    """The slow one answers once this is set."""
    server: Server | None = None

    def start(self) -> StubSp:
        self.server = Server(self.app(), "localhost", 0).start()
        return self

    def stop(self) -> None:
        self.awake.set()
        if self.server is not None:
            self.server.stop()

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url

    def target(self, **changes: object) -> TargetFile:
        values: dict[str, object] = {
            "name": "stub",
            "entity_id": "stub-sp",
            "acs_url": f"{self.url}/acs",
            "login_url": f"{self.url}/login",
            "signed_in": SignedIn(f"{self.url}/me", "hello {name_id}"),
            "configure": Configure("file", file=self.metadata_file),
            "app": {"Application username": "Email"},
            **changes,
        }
        return TargetFile(**values)  # type: ignore[arg-type]

    def app(self) -> Flask:
        app = Flask(__name__)
        app.secret_key = "stub"
        app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
        app.add_url_rule("/login", view_func=self.login, methods=["GET"])
        app.add_url_rule("/acs", view_func=self.acs, methods=["POST"])
        app.add_url_rule("/me", view_func=self.me, methods=["GET"])
        return app

    def login(self) -> Response | str:
        if self.trouble == "no request":
            return "Please choose how to log in."
        sso = re.search(r'HTTP-Redirect" Location="([^"]+)"', self.metadata_file.read_text())
        assert sso is not None
        where = "http://127.0.0.1:9/other/sso" if self.trouble == "other idp" else sso[1]
        self.asked.append(f"_{len(self.asked):040x}")
        if self.trouble.startswith("posts"):
            packed = self.request(where)
            if self.trouble == "posts deflated":
                packed = zlib.compress(packed, wbits=-15)
            value = base64.b64encode(packed).decode("ascii")
            return f'<form method="post" action="{where}"><input name="SAMLRequest" value="{value}"></form>'
        return redirect(redirect_url(where, "SAMLRequest", self.request(where), None), 302)

    def request(self, destination: str) -> bytes:
        acs = f"{self.url}/elsewhere" if self.trouble == "acs differs" else f"{self.url}/acs"
        issuer = "somebody-else" if self.trouble == "issuer differs" else "stub-sp"
        policy = '<p:NameIDPolicy AllowCreate=""/>' if "empty AllowCreate" in self.trouble else ""
        return (
            '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" '
            f'ID="{self.asked[-1]}" Version="2.0" IssueInstant="{format_instant(datetime.now(UTC))}" '
            f'Destination="{destination}" AssertionConsumerServiceURL="{acs}">'
            f'<a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</a:Issuer>{policy}</p:AuthnRequest>'
        ).encode()

    def acs(self) -> Response | tuple[str, int]:
        if self.trouble in ("refuses all", "acs differs", "issuer differs"):
            return "We could not sign you in: wrong audience.", 403
        if self.trouble == "slow":
            self.awake.wait(30)
        xml = base64.b64decode(request.form["SAMLResponse"]).decode("utf-8", "replace")
        if self.trouble == "refuses DOCTYPE" and "<!DOCTYPE" in xml:
            return "We could not sign you in: a DOCTYPE.", 403
        if self.trouble == "fetches" and "<!DOCTYPE" in xml:
            for url in re.findall(r'"(http://[^"]+)"', xml.partition("<!DOCTYPE")[2].partition("]>")[0]):
                urllib3.request("GET", url, retries=False)
            return "We could not sign you in: a DOCTYPE.", 403
        if self.trouble == "knows one algorithm" and xml.count("SignatureMethod ") != xml.count(
            "#rsa-sha256"
        ):
            return "We could not sign you in: an algorithm.", 403
        xml = self.opened(xml)
        if not xml:
            return "We could not read that.", 403
        self.logins += 1
        if self.logins > self.tires_after:
            return "Come back tomorrow.", 403
        name = re.search(r"NameID[^>]*>([^<]*)<", xml)
        session["name"] = name[1] if name else ""
        return redirect("/me", 303)

    def opened(self, xml: str) -> str:
        """What it reads of a message; empty when it cannot read it."""
        return xml

    def me(self) -> tuple[str, int]:
        if self.trouble == "everybody":
            return f"hello {request.args.get('who', 'ada@acme.test')}", 200
        if "name" not in session:
            return "Who are you?", 401
        return f"hello {session['name']}", 200
