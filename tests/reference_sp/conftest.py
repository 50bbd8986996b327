"""A running SP that trusts the tests' small IdP."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from lxml import etree

from harness.reference_sp import ReferenceSP
from tests.reference_sp.browser import Browser, Page, query_of
from tests.reference_sp.small_idp import Element, SmallIdp, encoded


@dataclass
class Pair:
    """An SP and an IdP that know each other."""

    sp: ReferenceSP
    idp: SmallIdp

    def browser(self) -> Browser:
        return Browser(self.sp.url)

    def start(self, browser: Browser, next_page: str = "") -> tuple[Element, str]:
        """Start at the SP; returns the AuthnRequest and the RelayState."""
        page = browser.get(f"/sso/login/{self.sp.org_id}" + (f"?next={next_page}" if next_page else ""))
        query = query_of(page.location)
        packed = base64.b64decode(query["SAMLRequest"])
        return etree.fromstring(zlib.decompress(packed, -15)), query.get("RelayState", "")

    def deliver(
        self, message: Element | bytes | str, browser: Browser | None = None, relay_state: str | None = ""
    ) -> Page:
        """Post an answer to the ACS as the IdP's page does."""
        text = message if isinstance(message, str) else encoded(message)
        fields = [("SAMLResponse", text)]
        if relay_state is not None:
            fields.append(("RelayState", relay_state))
        return (browser or self.browser()).post(self.sp.acs_url, fields, cross_site=True)

    def code(self, message: Element | bytes | str, browser: Browser | None = None) -> str:
        """The code with which the SP refuses an answer; empty when it accepts."""
        browser = browser or self.browser()
        before = browser.cookies.get("sp_session")
        page = self.deliver(message, browser)
        attempt = self.sp.last_login()
        assert attempt is not None
        accepted = browser.cookies.get("sp_session") != before
        assert accepted == (attempt.outcome == "signed in"), (page.status, attempt)
        return attempt.code


Maker = Callable[..., Pair]


@pytest.fixture
def make() -> Iterator[Maker]:
    """Makes pairs with settings of the test's choice, and stops them."""
    running: list[ReferenceSP] = []

    def build(*, configured: bool = True, idp: SmallIdp | None = None, **settings: Any) -> Pair:
        sp = ReferenceSP(**settings).start()
        running.append(sp)
        idp = idp or SmallIdp()
        idp.acs_url, idp.audience, idp.now = sp.acs_url, sp.entity_id, sp.now
        if configured:
            sp.upload_metadata(idp.metadata())
            sp.save()
        return Pair(sp, idp)

    yield build
    for sp in running:
        sp.stop()


@pytest.fixture
def pair(make: Maker) -> Pair:
    """The base profile."""
    return make()
