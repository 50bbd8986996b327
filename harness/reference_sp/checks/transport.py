"""How the message came: HTTP method, parameters, size, base64 (SAML Bindings 3.5)."""

from __future__ import annotations

import base64
import binascii
import re

from harness.difference import Difference
from harness.reference_sp.codes import difference, user
from harness.reference_sp.damage import damaged
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import listed, shown

_OTHER = re.compile(r"[^A-Za-z0-9+/=\r\n\t ]")
_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n\t ]*={0,2}[\r\n\t ]*")
_AGAIN = user("Sign in with SSO", "start again from the login page")


def came_by_post(exchange: Exchange) -> Difference | None:
    """Answers to AuthnRequests come by HTTP-POST; HTTP-Redirect is not for them (SAML Profiles 4.1.2)."""
    method = exchange.message.method
    if method == "POST":
        return None
    return difference("resp_wrong_method", _AGAIN, expected="POST", received=method)


def has_message(exchange: Exchange) -> Difference | None:
    """The form has a SAMLResponse."""
    if any(exchange.message.values("SAMLResponse")):
        return None
    names = sorted({name for name, _ in exchange.message.form})
    return difference("resp_missing", _AGAIN, expected="the form field SAMLResponse", received=listed(names))


def one_message(exchange: Exchange) -> Difference | None:
    """SAMLResponse stands once, in the body, without a SAMLRequest beside it."""
    form = [name for name, _ in exchange.message.form]
    query = [name for name, _ in exchange.message.query]
    found = [
        name for name in (*form, *query) if name.rstrip("[]") in ("SAMLResponse", "SAMLRequest", "SAMLart")
    ]
    if found == ["SAMLResponse"] and "SAMLResponse" in form:
        return None
    return difference(
        "resp_parameters", _AGAIN, expected="one SAMLResponse in the body", received=listed(found)
    )


def bounded_size(exchange: Exchange) -> Difference | None:
    """The message is not larger than the limit."""
    limit, size = exchange.settings.message_max_bytes, len(exchange.message.values("SAMLResponse")[-1])
    return (
        None
        if size <= limit
        else difference(
            "resp_too_large", expected=f"at most {limit} characters of base64", received=f"{size} characters"
        )
    )


def is_base64(exchange: Exchange) -> Difference | None:
    """The field is base64 of the standard alphabet; line breaks are fine (SAML Bindings 3.5.4)."""
    text = exchange.message.values("SAMLResponse")[-1]
    other = _OTHER.search(text)
    problem = f"the character {shown(other[0])!r} at position {other.start() + 1}" if other else ""
    if not problem and not _BASE64.fullmatch(text):
        problem = "a = before the end"
    try:
        exchange.xml = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        problem = problem or str(error)
    if not problem:
        return None
    named = damaged("resp_base64", text, "base64")
    return named or difference("resp_base64", _AGAIN, expected="base64", received=problem)
