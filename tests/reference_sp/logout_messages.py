"""Logout messages of a small IdP, and how they travel."""

from __future__ import annotations

import base64
import socket
import zlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree, html

from tests.reference_sp.browser import Browser, Page
from tests.reference_sp.conftest import Pair
from tests.reference_sp.small_idp import (
    EMAIL,
    MORE,
    SAML,
    SAMLP,
    SUCCESS,
    Element,
    encoded,
    find,
    new_id,
    stamp,
)
from tests.reference_sp.small_idp import Pair as KeyPair

SLO = "/saml/2/slo/10001"


def signed_in(pair: Pair, name: str = "ada@acme.test") -> tuple[Browser, str]:
    """A browser with a session by SSO, and its SessionIndex."""
    browser, root = pair.browser(), pair.idp.response(name)
    pair.deliver(root, browser)
    return browser, find(root, "a:Assertion/a:AuthnStatement").get("SessionIndex", "")


def request(
    pair: Pair,
    *indexes: str,
    name: str = "ada@acme.test",
    name_format: str = EMAIL,
    destination: str | None = "own",
    issuer: str = "",
    until: float | None = None,
    issued: float = 0,
) -> Element:
    to = (
        ""
        if destination is None
        else f' Destination="{pair.sp.slo_url if destination == "own" else destination}"'
    )
    now = pair.sp.now()
    end = "" if until is None else f' NotOnOrAfter="{stamp(now + timedelta(seconds=until))}"'
    inside = "".join(f"<p:SessionIndex>{index}</p:SessionIndex>" for index in indexes)
    return etree.fromstring(
        f'<p:LogoutRequest xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="{new_id()}" Version="2.0"'
        f' IssueInstant="{stamp(now + timedelta(seconds=issued))}"{to}{end}>'
        f"<a:Issuer>{issuer or pair.idp.entity_id}</a:Issuer>"
        f'<a:NameID Format="{name_format}">{name}</a:NameID>{inside}</p:LogoutRequest>'
    )


def answer(pair: Pair, request_id: str, status: str = SUCCESS, destination: str = "own") -> Element:
    to = pair.sp.slo_url if destination == "own" else destination
    return etree.fromstring(
        f'<p:LogoutResponse xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="{new_id()}" Version="2.0" Destination="{to}"'
        f' IssueInstant="{stamp(pair.sp.now())}" InResponseTo="{request_id}"><a:Issuer>{pair.idp.entity_id}</a:Issuer>'
        f'<p:Status><p:StatusCode Value="{status}"/></p:Status></p:LogoutResponse>'
    )


def post(
    pair: Pair,
    message: Element,
    parameter: str = "SAMLRequest",
    browser: Browser | None = None,
    relay: str | None = None,
) -> Page:
    fields = {parameter: encoded(message)} | ({} if relay is None else {"RelayState": relay})
    return (browser or pair.browser()).post(SLO, fields, cross_site=True)


def query_for(
    message: Element,
    signer: KeyPair,
    parameter: str = "SAMLRequest",
    relay: str | None = None,
    quoted: Callable[[str], str] = lambda text: quote(text, safe=""),
) -> str:
    """The signed query of HTTP-Redirect."""
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(etree.tostring(message)) + packer.flush()).decode()
    query = f"{parameter}={quoted(packed)}" + ("" if relay is None else f"&RelayState={quoted(relay)}")
    query += f"&SigAlg={quoted(f'{MORE}rsa-sha256')}"
    value = signer.key.sign(query.encode(), PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quoted(base64.b64encode(value).decode())}"


def raw_get(pair: Pair, query: str) -> bytes:
    """A GET whose query no client library tidies up."""
    parts = urlsplit(pair.sp.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        head = f"GET {SLO}?{query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
    return data


def sp_certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.sp.signing_certificate.encode())


def logout_response(page: Page) -> tuple[Element, dict[str, str], str]:
    """The LogoutResponse on an auto-post page: verified root, fields, address."""
    form = html.fromstring(page.text).find(".//form[@id='saml']")
    assert form is not None, page.text
    fields = {one.get("name", ""): one.get("value", "") for one in form.findall(".//input")}
    return etree.fromstring(base64.b64decode(fields["SAMLResponse"])), fields, form.get("action", "")


def started(pair: Pair) -> tuple[Browser, str]:
    """A browser that has logged out everywhere, and the ID of its request."""
    browser, _ = signed_in(pair)
    query = dict(parse_qsl(urlsplit(browser.post("/logout/everywhere").location).query))
    return browser, etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15)).get(
        "ID", ""
    )
