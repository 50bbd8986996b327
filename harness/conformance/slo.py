"""Logout messages between the suite's IdP and the SP: which endpoints, what is said, how it travels."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.html

from fake_idp.saml.bindings import MessageParameter, redirect_url
from fake_idp.saml.ids import message_ids
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import Message, RequestRefused, read_post, read_redirect
from fake_idp.saml.names import BINDING_POST, BINDING_REDIRECT
from fake_idp.saml.pipeline import Fault, FaultContext, SigningOptions
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, Login
from harness.conformance.visitor import Page, Visitor

NO_ENDPOINT = "The SP names no logout endpoint."


@dataclass(frozen=True, slots=True)
class Channel:
    """A logout endpoint of the SP, and how messages get there."""

    url: str
    binding: str

    def send_request(
        self,
        attempt: Attempt,
        visitor: Visitor,
        claims: LogoutRequestClaims,
        key: SigningKey | None,
        *,
        faults: Sequence[Fault] = (),
        data: Mapping[str, Any] | None = None,
        relay_state: str = "",
    ) -> Page:
        """A LogoutRequest of the IdP, signed with this key or not at all."""
        context = fault_context(attempt, key, data)
        in_the_xml = SigningOptions(key=key) if key and self.binding == BINDING_POST else None
        xml = build_logout_request(claims, in_the_xml, faults=faults, context=context)
        return self._send(attempt, visitor, "SAMLRequest", xml, key, relay_state)

    def send_tampered_request(self, attempt: Attempt, visitor: Visitor, claims: LogoutRequestClaims) -> Page:
        """A LogoutRequest that was signed for another name and then changed to this one."""
        other = replace(claims, name_id=f"other.{claims.name_id}")
        key = attempt.bench.idp.key
        if self.binding == BINDING_POST:
            xml = build_logout_request(other, SigningOptions(key=key)).replace(b"other.", b"")
            return self._post(attempt, visitor, "SAMLRequest", xml)
        signed = redirect_url(self.url, "SAMLRequest", build_logout_request(other, None), None, key)
        wanted = redirect_url(self.url, "SAMLRequest", build_logout_request(claims, None))
        return visitor.get(f"{wanted}&{signed.partition('&')[2]}", from_url=attempt.bench.from_url)

    def send_response(
        self, attempt: Attempt, visitor: Visitor, *, key: SigningKey | None = None, relay_state: str = ""
    ) -> Page:
        """A LogoutResponse to a request that nobody made."""
        claims = LogoutResponseClaims(
            id=message_ids(attempt.bench.idp.rng, datetime.now(UTC), 1)[0],
            issue_instant=datetime.now(UTC),
            destination=self.url,
            issuer=attempt.bench.idp.entity_id,
            in_response_to="_made-up",
        )
        return self.send_answer(attempt, visitor, claims, key, relay_state)

    def send_answer(
        self,
        attempt: Attempt,
        visitor: Visitor,
        claims: LogoutResponseClaims,
        key: SigningKey | None,
        relay_state: str = "",
        *,
        faults: Sequence[Fault] = (),
    ) -> Page:
        """A LogoutResponse of the IdP, signed with this key or not at all."""
        context = fault_context(attempt, key)
        in_the_xml = SigningOptions(key=key) if key and self.binding == BINDING_POST else None
        xml = build_logout_response(claims, in_the_xml, faults=faults, context=context)
        return self._send(attempt, visitor, "SAMLResponse", xml, key, relay_state)

    def _send(
        self,
        attempt: Attempt,
        visitor: Visitor,
        name: MessageParameter,
        xml: bytes,
        key: SigningKey | None,
        relay_state: str,
    ) -> Page:
        if self.binding == BINDING_POST:
            return self._post(attempt, visitor, name, xml, relay_state)
        url = redirect_url(self.url, name, xml, relay_state or None, key)
        return visitor.get(url, from_url=attempt.bench.from_url)

    def _post(
        self, attempt: Attempt, visitor: Visitor, name: MessageParameter, xml: bytes, relay_state: str = ""
    ) -> Page:
        fields = [
            (name, base64.b64encode(xml).decode()),
            *([("RelayState", relay_state)] if relay_state else []),
        ]
        message = (_KINDS[name], xml.decode())
        return visitor.post(self.url, fields, from_url=attempt.bench.from_url, message=message)


_KINDS = {"SAMLRequest": "LogoutRequest", "SAMLResponse": "LogoutResponse"}


def fault_context(
    attempt: Attempt, key: SigningKey | None = None, data: Mapping[str, Any] | None = None
) -> FaultContext:
    """What faults of logout messages may use."""
    idp = attempt.bench.idp
    return FaultContext(SigningOptions(key=key or idp.key), idp.rng, dict(data or {}))


def channels(attempt: Attempt) -> list[Channel]:
    """The SP's logout endpoints, HTTP-POST first."""
    return channels_of(attempt.bench)


def channels_of(bench: Bench) -> list[Channel]:
    """The logout endpoints of a tenant."""
    sp = bench.sp
    found = [
        Channel(endpoint.location, binding)
        for binding in (BINDING_POST, BINDING_REDIRECT)
        if (endpoint := sp.slo_endpoint(binding)) is not None
    ]
    by_hand = bench.target.slo_url
    return found or ([Channel(by_hand, BINDING_POST)] if by_hand else [])


def request_claims(attempt: Attempt, login: Login, destination: str) -> LogoutRequestClaims:
    """What Okta says to end the session of a login."""
    claims = login.sent.issued.claims
    return LogoutRequestClaims(
        id=message_ids(attempt.bench.idp.rng, datetime.now(UTC), 1)[0],
        issue_instant=datetime.now(UTC),
        destination=destination,
        issuer=attempt.bench.idp.entity_id,
        name_id=claims.name_id,
        name_id_format=claims.name_id_format,
        session_indexes=(claims.session_index,) if claims.session_index else (),
    )


def carried_message(page: Page) -> Message | None:
    """The SAML message that a page carries to the IdP, by redirect or by form."""
    query = urlsplit(page.leads_to).query
    try:
        if "SAMLRequest=" in query or "SAMLResponse=" in query:
            return read_redirect(query)
        root = lxml.html.fromstring(page.answer.body or b"<html></html>")
        for field in root.iter("input"):
            if field.get("name") in ("SAMLRequest", "SAMLResponse"):
                return read_post(field.get("value", ""), parameter=field.get("name", ""))
    except RequestRefused:
        return None
    return None


def carried_relay_state(page: Page) -> str | None:
    """The RelayState beside that message; None where there is none."""
    query = urlsplit(page.leads_to).query
    if "SAML" in query:
        return parse_qs(query, keep_blank_values=True).get("RelayState", [None])[0]
    root = lxml.html.fromstring(page.answer.body or b"<html></html>")
    fields = {field.get("name"): field.get("value", "") for field in root.iter("input")}
    return fields.get("RelayState")


def press_logout(visitor: Visitor, url: str) -> Page:
    """Log out at the SP: a link, or where the SP refuses that, the button of a form on a page of its own."""
    page = visitor.get(url, from_url=url)
    return visitor.post(url, [], from_url=url) if page.status in (404, 405) else page


def redirect_endpoint(attempt: Attempt) -> str:
    """The SP's logout endpoint for HTTP-Redirect."""
    endpoint = attempt.bench.sp.slo_endpoint(BINDING_REDIRECT)
    return endpoint.location if endpoint else ""


def ends(attempt: Attempt, channel: Channel, login: Login) -> bool:
    """Whether a proper LogoutRequest ends the session: where nothing does, the endpoint proves nothing."""
    claims = request_claims(attempt, login, channel.url)
    channel.send_request(attempt, login.visitor, claims, attempt.bench.idp.key)
    return attempt.look(login.visitor, login.sent.person).who == "nobody"
