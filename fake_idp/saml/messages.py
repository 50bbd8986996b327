"""What SPs send: AuthnRequest, LogoutRequest and LogoutResponse, as plain values.

Read them with :func:`read_redirect` and :func:`read_post`. The readers keep what the message says and judge only
its form; whether it suits the app is decided elsewhere. They raise nothing but :class:`RequestRefused`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar, overload
from urllib.parse import unquote_plus

from lxml import etree

from fake_idp.saml.decoding import RequestRefused, decode_post, decode_redirect, query_parameters
from fake_idp.saml.names import NS_SAML2P
from fake_idp.saml.reading import Fields
from fake_idp.saml.request_signature import verify_request_signature
from fake_idp.saml.xml import XmlRefused, parse

__all__ = [
    "AuthnRequest",
    "LogoutRequest",
    "LogoutResponse",
    "Message",
    "RequestRefused",
    "read_post",
    "read_redirect",
    "read_xml",
    "verify_request_signature",
]

Binding = Literal["POST", "Redirect"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """What all messages share; ``None`` means that the attribute or element is absent.

    ``signed``: a signature is there, verified or not; by POST it is a child of the message, by Redirect a
    parameter. ``embedded_signature``: the XML itself carries one, whatever the binding. ``query``: the raw query
    string of a Redirect, which its signature covers octet by octet.
    """

    id: str
    version: str
    issuer: str | None
    destination: str | None
    issue_instant: datetime | None
    binding: Binding
    relay_state: str | None
    signed: bool
    embedded_signature: bool
    xml: bytes = field(repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class AuthnRequest(Message):
    """An SP asks for a login (SAML Core 3.4.1)."""

    acs_url: str | None = None
    acs_index: int | None = None
    protocol_binding: str | None = None
    has_name_id_policy: bool = False
    name_id_format: str | None = None
    allow_create: bool | None = None
    sp_name_qualifier: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    requested_contexts: tuple[str, ...] = ()
    comparison: str = "exact"
    subject: str | None = None
    provider_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogoutRequest(Message):
    """An SP ends a session (SAML Core 3.7.1)."""

    name_id: str | None = None
    name_id_format: str | None = None
    session_indexes: tuple[str, ...] = ()
    not_on_or_after: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogoutResponse(Message):
    """An SP answers a LogoutRequest (SAML Core 3.7.2)."""

    in_response_to: str | None = None
    status: str | None = None
    sub_status: str | None = None
    status_message: str | None = None


M = TypeVar("M", bound=Message)


@overload
def read_redirect(query_string: str | bytes) -> Message: ...
@overload
def read_redirect(query_string: str | bytes, *, expect: type[M]) -> M: ...
def read_redirect(query_string: str | bytes, *, expect: type[Message] = Message) -> Message:
    """Read the message of an HTTP-Redirect request from its raw, still encoded query string.

    ``expect`` refuses every other kind (code ``wrong_message``).
    """
    query = query_string.decode("latin-1") if isinstance(query_string, bytes) else query_string
    raw = query_parameters(query)
    parameter = next((p for p in ("SAMLRequest", "SAMLResponse") if p in raw), None)
    if parameter is None:
        raise RequestRefused("no_message", "the query string has neither SAMLRequest nor SAMLResponse")
    relay_state = unquote_plus(raw["RelayState"]) if "RelayState" in raw else None
    root, xml = _parse(decode_redirect(raw[parameter], parameter), expect)
    return _read(root, xml, "Redirect", relay_state, query=query.lstrip("?"), signed="Signature" in raw)


@overload
def read_post(message: str, relay_state: str | None = None, *, parameter: str = "SAMLRequest") -> Message: ...
@overload
def read_post(
    message: str, relay_state: str | None = None, *, parameter: str = "SAMLRequest", expect: type[M]
) -> M: ...
def read_post(
    message: str,
    relay_state: str | None = None,
    *,
    parameter: str = "SAMLRequest",
    expect: type[Message] = Message,
) -> Message:
    """Read the message of an HTTP-POST form field, as decoded from the form; ``parameter`` is its name."""
    root, xml = _parse(decode_post(message, parameter), expect)
    return _read(root, xml, "POST", relay_state)


@overload
def read_xml(xml: bytes, binding: Binding = "POST", relay_state: str | None = None) -> Message: ...
@overload
def read_xml(
    xml: bytes, binding: Binding = "POST", relay_state: str | None = None, *, expect: type[M]
) -> M: ...
def read_xml(
    xml: bytes,
    binding: Binding = "POST",
    relay_state: str | None = None,
    *,
    expect: type[Message] = Message,
) -> Message:
    """Read a message from its XML alone; nothing is known of a Redirect's signature then."""
    root, xml = _parse(xml, expect)
    return _read(root, xml, binding, relay_state)


_KINDS: dict[str, type[Message]] = {
    f"{{{NS_SAML2P}}}{kind.__name__}": kind for kind in (AuthnRequest, LogoutRequest, LogoutResponse)
}


def _parse(xml: bytes, expect: type[Message]) -> tuple[etree._Element, bytes]:
    try:
        root = parse(xml)
    except XmlRefused as refusal:
        code = "not_xml" if refusal.code in ("not_well_formed", "empty") else refusal.code
        raise RequestRefused(code, f"the message cannot be read: {refusal.reason}") from refusal
    tag = str(root.tag)
    kind = _KINDS.get(tag)
    if kind is None or not issubclass(kind, expect):
        wanted = "message that SPs send" if expect is Message else expect.__name__
        raise RequestRefused("wrong_message", f"the root element is {tag}, expected a SAML 2.0 {wanted}")
    return root, xml


def _read(
    root: etree._Element,
    xml: bytes,
    binding: Binding,
    relay_state: str | None,
    *,
    query: str = "",
    signed: bool = False,
) -> Message:
    kind = _KINDS[str(root.tag)]
    fields = Fields(root, kind.__name__)
    message_id = fields.attribute("ID")
    if not message_id:
        raise RequestRefused("no_id", f"the {kind.__name__} has no ID, so no answer could refer to it")
    version = fields.attribute("Version")
    if version != "2.0":
        raise RequestRefused("bad_version", f"the {kind.__name__} has Version {version!r}, expected '2.0'")
    embedded = fields.has("ds:Signature")
    details = {AuthnRequest: _authn_request, LogoutRequest: _logout_request, LogoutResponse: _logout_response}
    return kind(
        id=message_id,
        version=version,
        issuer=fields.text("saml2:Issuer"),
        destination=fields.attribute("Destination"),
        issue_instant=fields.instant("IssueInstant"),
        binding=binding,
        relay_state=relay_state,
        signed=embedded if binding == "POST" else signed,
        embedded_signature=embedded,
        xml=xml,
        query=query,
        **details[kind](fields),
    )


def _authn_request(fields: Fields) -> dict[str, object]:
    policy = fields.child("saml2p:NameIDPolicy")
    context = fields.child("saml2p:RequestedAuthnContext")
    return {
        "acs_url": fields.attribute("AssertionConsumerServiceURL"),
        "acs_index": fields.unsigned_short("AssertionConsumerServiceIndex"),
        "protocol_binding": fields.attribute("ProtocolBinding"),
        "has_name_id_policy": policy is not None,
        "name_id_format": policy and policy.attribute("Format"),
        "allow_create": policy and policy.boolean("AllowCreate"),
        "sp_name_qualifier": policy and policy.attribute("SPNameQualifier"),
        "force_authn": fields.boolean("ForceAuthn") or False,
        "is_passive": fields.boolean("IsPassive") or False,
        "requested_contexts": context.texts("saml2:AuthnContextClassRef") if context else (),
        "comparison": (context and context.attribute("Comparison")) or "exact",
        "subject": fields.text("saml2:Subject/saml2:NameID"),
        "provider_name": fields.attribute("ProviderName"),
    }


def _logout_request(fields: Fields) -> dict[str, object]:
    name_id = fields.child("saml2:NameID")
    return {
        "name_id": fields.text("saml2:NameID"),
        "name_id_format": name_id and name_id.attribute("Format"),
        "session_indexes": fields.texts("saml2p:SessionIndex"),
        "not_on_or_after": fields.instant("NotOnOrAfter"),
        "reason": fields.attribute("Reason"),
    }


def _logout_response(fields: Fields) -> dict[str, object]:
    code = fields.child("saml2p:Status/saml2p:StatusCode")
    nested = fields.child("saml2p:Status/saml2p:StatusCode/saml2p:StatusCode")
    return {
        "in_response_to": fields.attribute("InResponseTo"),
        "status": code and code.attribute("Value"),
        "sub_status": nested and nested.attribute("Value"),
        "status_message": fields.text("saml2p:Status/saml2p:StatusMessage"),
    }
