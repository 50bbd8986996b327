"""What a SAML assertion inline hook is sent, and what its commands do to the assertion.

Follows Okta's "SAML assertion inline hook reference" (developer.okta.com).
"""

from __future__ import annotations

import base64
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fake_idp.org.model import App, Person, Session
from fake_idp.saml.claims import Attribute, ResponseClaims
from fake_idp.saml.names import CM_BEARER

if TYPE_CHECKING:
    from fake_idp.org.org import Org
    from fake_idp.saml.messages import AuthnRequest

COMMAND = "com.okta.assertion.patch"
_OPEN_TO_CHANGE = ("subject", "authentication", "conditions", "claims")


class BadAnswer(ValueError):
    """The hook's answer cannot be applied; the message says what about it."""


def payload(
    org: Org,
    app: App,
    person: Person,
    session: Session | None,
    request: AuthnRequest | None,
    claims: ResponseClaims,
) -> dict[str, Any]:
    """The JSON object of the call."""
    url = org.sso_url(app)
    now = org.now()
    return {
        "source": url,
        "eventId": _random_id(org, 16),
        "eventTime": _whole_seconds(now),
        "data": {
            "context": {
                "request": {
                    "id": f"req{_random_id(org, 15)}",
                    "method": "POST" if request is not None and request.binding == "POST" else "GET",
                    "url": {"value": url},
                    "ipAddress": "127.0.0.1",
                },
                "protocol": {
                    "type": "SAML2.0",
                    "issuer": {"id": app.id, "name": app.label, "uri": claims.issuer},
                },
                "session": _session(org, person, session, now),
                "user": _user(org, person),
            },
            "assertion": assertion_object(claims, app.settings.assertion_lifetime_seconds),
        },
        "eventTypeVersion": "1.0",
        "cloudEventVersion": "0.1",
        "eventType": "com.okta.saml.tokens.transform",
        "contentType": "application/json",
    }


def _random_id(org: Org, size: int) -> str:
    return base64.urlsafe_b64encode(org.rng.randbytes(size)).rstrip(b"=").decode("ascii")


def _whole_seconds(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _session(org: Org, person: Person, session: Session | None, now: datetime) -> dict[str, Any]:
    from fake_idp.org.log import external_session_id

    created = session.created if session else now
    return {
        # The cookie's own value stays at home: a hook is somebody else's service.
        "id": external_session_id(session.id if session else ""),
        "userId": person.id,
        "login": person.login,
        "createdAt": _whole_seconds(created),
        "expiresAt": _whole_seconds(session.expires_at if session else now),
        "status": "ACTIVE",
        "lastPasswordVerification": _whole_seconds(session.authenticated_at if session else now),
        "amr": ["PASSWORD"],
        "idp": {"id": org.id, "type": "OKTA"},
        "mfaActive": False,
    }


def _user(org: Org, person: Person) -> dict[str, Any]:
    api = f"{org.url}/api/v1/users/{person.id}"
    return {
        "id": person.id,
        "passwordChanged": _whole_seconds(person.password_changed),
        "profile": {
            "login": person.login,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "locale": str(person.profile.get("locale", "en")),
            "timeZone": str(person.profile.get("timezone", "America/Los_Angeles")),
        },
        "_links": {"groups": {"href": f"{api}/groups"}, "factors": {"href": f"{api}/factors"}},
    }


def assertion_object(claims: ResponseClaims, lifetime_seconds: int) -> dict[str, Any]:
    """The assertion as JSON."""
    return {
        "subject": {
            "nameId": claims.name_id,
            "nameFormat": claims.name_id_format,
            "confirmation": {"method": CM_BEARER, "data": {"recipient": claims.recipient}},
        },
        "authentication": {
            "sessionIndex": claims.session_index,
            "authnContext": {"authnContextClassRef": claims.authn_context_class},
        },
        "conditions": {"audienceRestriction": [claims.audience]},
        "claims": {attribute.name: _claim(attribute) for attribute in claims.attributes},
        "lifetime": {"expiration": lifetime_seconds},
    }


def _claim(attribute: Attribute) -> dict[str, Any]:
    return {
        "attributes": {"NameFormat": attribute.name_format},
        "attributeValues": [
            {"attributes": {"xsi:type": "xs:string"}, "value": value} for value in attribute.values
        ],
    }


def patched(claims: ResponseClaims, answer: Any) -> ResponseClaims:
    """The claims after all commands of the hook's answer.

    :raises BadAnswer: when one command cannot be applied; then none is.
    """
    commands = answer.get("commands", []) if isinstance(answer, dict) else None
    if not isinstance(commands, list):
        raise BadAnswer("the answer has to be a JSON object whose commands are a list")
    assertion = deepcopy(assertion_object(claims, 0))
    for command in commands:
        if not isinstance(command, dict) or command.get("type") != COMMAND:
            raise BadAnswer(f"expected commands of the type {COMMAND}")
        operations = command.get("value")
        if not isinstance(operations, list):
            raise BadAnswer("the value of a command has to be a list of operations")
        for operation in operations:
            _apply(assertion, operation)
    return _claims_of(claims, assertion)


def _apply(assertion: dict[str, Any], operation: Any) -> None:
    if not isinstance(operation, dict):
        raise BadAnswer("each operation has to be an object with op, path and value")
    op, path = operation.get("op"), operation.get("path")
    if op not in ("add", "replace"):
        raise BadAnswer(f"op has to be add or replace, not {op!r}")
    if not isinstance(path, str) or not path.startswith("/") or "value" not in operation:
        raise BadAnswer("an operation needs a path that begins with / and a value")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    if steps[0] not in _OPEN_TO_CHANGE:
        raise BadAnswer(f"the path {path} leads to what a hook cannot change; it begins with {_begins()}")
    if op == "add" and steps[0] != "claims":
        raise BadAnswer(f"add works on /claims/ alone, not on {path}")
    parent: Any = assertion
    for step in steps[:-1]:
        parent = _child(parent, step, path)
    _put(parent, steps[-1], operation["value"], path, adding=op == "add")


def _begins() -> str:
    return ", ".join(f"/{name}/" for name in _OPEN_TO_CHANGE)


def _child(parent: Any, step: str, path: str) -> Any:
    if isinstance(parent, dict) and step in parent:
        return parent[step]
    if isinstance(parent, list) and step.isdigit() and int(step) < len(parent):
        return parent[int(step)]
    raise BadAnswer(f"the assertion has nothing at {path}")


def _put(parent: Any, step: str, value: Any, path: str, *, adding: bool) -> None:
    if isinstance(parent, list):
        if step == "-" and adding:
            parent.append(value)
        elif step.isdigit() and int(step) < len(parent) + adding:
            parent[int(step) : int(step) + (not adding)] = [value]
        else:
            raise BadAnswer(f"the assertion has nothing at {path}")
        return
    if not isinstance(parent, dict) or (not adding and step not in parent):
        raise BadAnswer(f"the assertion has nothing at {path}")
    parent[step] = value


def _claims_of(claims: ResponseClaims, assertion: dict[str, Any]) -> ResponseClaims:
    changed = claims.copy()
    try:
        subject, authentication = assertion["subject"], assertion["authentication"]
        changed.name_id = _text(subject["nameId"])
        changed.name_id_format = _text(subject["nameFormat"])
        changed.recipient = _text(subject["confirmation"]["data"]["recipient"])
        index = authentication["sessionIndex"]
        changed.session_index = None if index is None else _text(index)
        changed.authn_context_class = _text(authentication["authnContext"]["authnContextClassRef"])
        changed.audience = _text(assertion["conditions"]["audienceRestriction"][0])
        changed.attributes = [_attribute(name, claim) for name, claim in assertion["claims"].items()]
    except (KeyError, TypeError, IndexError, AttributeError) as trouble:
        raise BadAnswer(f"the assertion no longer has the shape of one: {trouble!r}") from None
    return changed


def _attribute(name: str, claim: Any) -> Attribute:
    if not isinstance(claim, dict):
        # A bare value, as some services send it.
        return Attribute(name, values=[_text(claim)])
    form = claim.get("attributes", {})
    # Okta's own example replaces "attributes" by an object that holds "attributes" once more.
    form = form.get("attributes", form)
    values = [_text(value["value"]) for value in claim["attributeValues"]]
    if "NameFormat" in form:
        return Attribute(name, _text(form["NameFormat"]), values)
    return Attribute(name, values=values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise BadAnswer(f"expected text, received {type(value).__name__}")
