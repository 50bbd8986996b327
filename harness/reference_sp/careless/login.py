"""Careless ways to start a login, and to let a person in. Each is asked for by the name of its weakness."""

from __future__ import annotations

import re
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from harness.reference_sp.core import Core
from harness.reference_sp.exchange import Exchange, Subject
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.members import Member
from harness.reference_sp.names import saml
from harness.reference_sp.pages import local_page

_ADDRESS = re.compile(rb"https?://[\w.:-]+/[^\s\"'<>]*")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def request_changes(core: Core, next_page: str) -> dict[str, Any]:
    """What is different about the next request."""
    changes: dict[str, Any] = {}
    if core.weak("counts-request-ids"):
        changes["id"] = f"_request{core.count():012d}"
    if core.weak("repeats-request-ids"):
        changes["id"] = "_the-same-for-every-login-000000000000000"
    if core.weak("open-redirect") and next_page:
        changes["next_page"] = next_page
    if core.weak("loses-deep-link"):
        changes["next_page"] = core.settings.default_page
    if core.weak("relay-state-is-the-page"):
        changes["relay_state"] = f"{core.base_url}{next_page or core.settings.default_page}"
    if core.weak("writes-forms-unescaped"):
        changes["relay_state"] = next_page
    return changes


def requester(core: Core, org_id: str) -> tuple[str, str]:
    """Entity ID and ACS that the request names."""
    entity_id, acs_url = core.entity_id(org_id), core.acs_url(org_id)
    if core.weak("asks-as-another-sp"):
        entity_id = "https://another-sp.test/saml/metadata"
    if core.weak("asks-for-another-acs"):
        acs_url += "/unlisted"
    return entity_id, acs_url


def deflate_with_header(data: bytes) -> bytes:
    """DEFLATE in a zlib envelope."""
    return zlib.compress(data)


def providers(core: Core, org_id: str, idp: IdentityProvider) -> dict[str, IdentityProvider]:
    """The identity providers of an organization by name: one, or the removed one as well."""
    former = core.organizations.former_idp(org_id) if core.weak("trusts-removed-idps") else None
    return ({former.entity_id: former} if former else {}) | {idp.entity_id: idp}


def decryption_keys(core: Core) -> Callable[[], Sequence[RSAPrivateKey]]:
    """The keys that are tried: all, or the present one alone."""
    keys = core.keys.decryption_keys
    return (lambda: keys()[:1]) if core.weak("forgets-former-key") else keys


def landing_page(core: Core, exchange: Exchange, relay_state: str) -> str | None:
    """Where the browser is sent, when it is somewhere careless."""
    request = exchange.request
    if request is not None and core.weak("relay-state-is-the-page"):
        return relay_state or None
    if core.weak("open-redirect") and relay_state and (request is None or relay_state != request.relay_state):
        return relay_state
    if core.weak("follows-unsolicited-relay-state") and request is None:
        return local_page(relay_state, core.base_url)
    return None


def account_elsewhere(core: Core, member: Member, subject: Subject) -> Member:
    """The oldest account with that address in whatever organization, or with one that looks like it."""
    if core.weak("shares-accounts-across-organizations"):
        return next(iter(core.members.with_email(subject.email)), member)
    if core.weak("folds-lookalike-names"):
        alike = _simplified(subject.email)
        return next(one for one in core.members.all(member.org_id) if _simplified(one.email) == alike)
    return member


def _simplified(email: str) -> str:
    """An address as databases compare it that were told to disregard accents and kinds of letters."""
    parts = unicodedata.normalize("NFKD", email).casefold()
    return "".join(character for character in parts if not unicodedata.combining(character))


def with_former_attributes(core: Core, member: Member, subject: Subject) -> Subject:
    """The attributes of this login beside those of the logins before."""
    merged = {name: list(values) for name, values in subject.attributes.items()}
    for session in core.sessions.all(member.org_id):
        for name, values in session.attributes.items() if session.email_key == member.email_key else ():
            merged[name] = list(dict.fromkeys((*merged.get(name, ()), *values)))
    return replace(subject, attributes=merged)


def named_by(exchange: Exchange) -> str:
    """The NameID of an assertion that is signed, whatever else is wrong with it."""
    if exchange.assertion is None or not (exchange.assertion_verified or exchange.response_verified):
        return ""
    found = exchange.assertion.find(f"{saml('Subject')}/{saml('NameID')}")
    return "" if found is None else found.text or ""


def squat(core: Core, exchange: Exchange) -> None:
    """Remember the assertion's ID although nobody knows yet who made it."""
    assertion = None if exchange.document is None else exchange.document.find(f".//{saml('Assertion')}")
    if assertion is not None and exchange.idp is not None:
        core.memory.use_again(
            exchange.idp.entity_id, assertion.get("ID", ""), core.now() + timedelta(hours=1)
        )


def wait_for_the_other_machine() -> None:
    """As long as a record takes to reach the other machines of an SP that runs on several."""
    time.sleep(0.1)


def fetch_addresses(data: bytes) -> None:
    """Fetch every address of this machine that stands in the bytes, as a resolver of references would."""
    pool = urllib3.PoolManager(retries=False, timeout=1.0)
    for address in _addresses(data):
        try:
            pool.request("GET", address)
        except urllib3.exceptions.HTTPError:
            continue


def _addresses(data: bytes) -> Iterator[str]:
    for found in set(_ADDRESS.findall(data)):
        address = found.decode("ascii", "replace")
        if urlsplit(address).hostname in _LOOPBACK and "/sso/" not in address and "/saml/" not in address:
            yield address
