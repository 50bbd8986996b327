"""Faults of how a response travels: form fields, base64, the HTTP method."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlencode

from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on
from fake_idp.saml.bindings import Delivery, redirect_url
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, Wire

POST = "SAML Bindings 3.5.4, lines 788-808"
RESPONSE: Final = "SAMLResponse"


@on("wire", "acs-extra-fields", source=f"{POST}, 796-798")
def extra_fields(message: Wire) -> None:
    """The form has a submit button's value and twenty fields besides that no SP knows."""
    message.fields |= {"submit": "Continue"} | {f"extra{n}": str(n) for n in range(20)}


def _encoded(message: Wire) -> str:
    return base64.b64encode(message.xml).decode()


@on("wire", "acs-base64-wrapped", "xml-whitespace", source=POST)
def crlf_in_base64(message: Wire) -> None:
    """The base64 is in lines of 76 characters that end in CR LF."""
    text = _encoded(message)
    message.encoded = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))


@on("wire", "acs-base64-wrapped", source=POST)
def base64_url_safe(message: Wire) -> None:
    """The base64 is of the URL-safe alphabet; a comment after the Response makes sure that it shows."""
    message.xml += (
        "<!--\N{LATIN SMALL LETTER Y WITH DIAERESIS}\N{LATIN SMALL LETTER Y WITH DIAERESIS}>?-->".encode()
    )
    message.encoded = base64.urlsafe_b64encode(message.xml).decode()


@on("wire", "acs-base64-wrapped", source=POST)
def base64_no_padding(message: Wire) -> None:
    """The base64 lacks its padding; a line feed after the Response makes sure that it needs some."""
    while len(message.xml) % 3 == 0:
        message.xml += b"\n"
    message.encoded = _encoded(message).rstrip("=")


@on("wire", "acs-base64-wrapped", source=POST)
def base64_junk(message: Wire) -> None:
    """Characters that are no base64 stand in the middle of it."""
    text = _encoded(message)
    message.encoded = f"{text[:40]}!*{text[40:]}"


@on("binding", "acs-redirect-binding-refused", source="SAML Profiles 4.1.2, lines 424-425")
def delivered_by_redirect(delivery: Delivery) -> Delivery:
    """The response arrives by GET, deflated, as the Redirect binding has it."""
    fields = dict(delivery.fields)
    xml = base64.b64decode(fields[RESPONSE])
    return Delivery("GET", redirect_url(delivery.url, RESPONSE, xml, fields.get("RelayState") or None))


@on("binding", "acs-redirect-binding-refused", source="SAML Profiles 4.1.2, lines 424-425")
def delivered_by_get(delivery: Delivery) -> Delivery:
    """The response arrives by GET, base64 alone, in the query."""
    return Delivery("GET", delivery.url, list(delivery.fields))


def _forged(delivery: Delivery, context: FaultContext) -> str:
    """The message with the genuine name replaced as text, no signature touched."""
    xml = base64.b64decode(dict(delivery.fields)[RESPONSE])
    genuine = context.claims.name_id if context.claims else ""
    subject = Element("saml2:Subject", {}, [Element("saml2:NameID", {}, [genuine])])
    forged = forgery_of(subject, context).identity
    return base64.b64encode(xml.replace(genuine.encode(), forged.encode())).decode()


@on("binding", "acs-parameter-confusion", source=f"{POST}; OWASP")
def response_twice_forged_last(delivery: Delivery, context: FaultContext) -> None:
    """The form has two SAMLResponse fields: the genuine one, then a forged one."""
    delivery.fields.append((RESPONSE, _forged(delivery, context)))


@on("binding", "acs-parameter-confusion", source=f"{POST}; OWASP")
def response_twice_forged_first(delivery: Delivery, context: FaultContext) -> None:
    """The form has two SAMLResponse fields: a forged one, then the genuine one."""
    delivery.fields.insert(0, (RESPONSE, _forged(delivery, context)))


@on("binding", "acs-parameter-confusion", source=f"{POST}; OWASP")
def response_also_in_query(delivery: Delivery, context: FaultContext) -> None:
    """The form has the genuine SAMLResponse, the query of its URL a forged one."""
    query = urlencode({RESPONSE: _forged(delivery, context)})
    delivery.url += f"{'&' if '?' in delivery.url else '?'}{query}"


@on("binding", "acs-parameter-confusion", source=f"{POST}; OWASP")
def response_as_array(delivery: Delivery, context: FaultContext) -> None:
    """The form has the genuine SAMLResponse and a forged SAMLResponse[]."""
    delivery.fields.append((f"{RESPONSE}[]", _forged(delivery, context)))


@on("binding", "relaystate-lost", source="SAML Profiles 4.1.5, lines 614-616")
def relay_state_missing(delivery: Delivery) -> None:
    """The form has no RelayState field."""
    delivery.fields[:] = [(name, value) for name, value in delivery.fields if name != "RelayState"]
