"""What must hold of the messages of single logout: who asked whom to end which session, and what the answer was."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_SAML2, NS_SAML2P
from fake_idp.saml.xml import parse
from harness.drivers.exchange import SamlMessage
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Choice, Field, Whole, text
from harness.steps.matching import RULES, mismatches
from harness.steps.messages import message_evidence, name_of_message
from harness.steps.world import World

_N = {"p": NS_SAML2P, "a": NS_SAML2, "ds": NS_DS}
_OF_BOTH = {
    "id": f"the ID: {RULES}",
    "issuer": "who made it",
    "destination": "the Destination",
    "binding": "`redirect` or `post`",
    "relay_state": "the RelayState; `empty` when it is there without a value",
    "signed": "`yes` or `no`: in the XML, or in the query of a redirect",
}
OF_REQUESTS = {
    **_OF_BOTH,
    "name_id": "whose session is to end",
    "name_id_format": "its Format, the last part",
    "session_index": "the SessionIndexes, by comma",
}
OF_RESPONSES = {
    **_OF_BOTH,
    "in_response_to": "InResponseTo",
    "status": "the status, its last part: `Success`",
    "sub_status": "the second-level status, its last part",
}
_TO = Field("to", "which side it was sent to", Choice(("okta", "sp")), default="either")
_COUNT = Field("count", "how many different ones were sent so far", Whole(minimum=0), default="at least one")
_OF = text("of", "whose browser carried it", default="anybody's")


def _fields(facts: Mapping[str, str]) -> tuple[Field, ...]:
    return (*(Field(name, doc) for name, doc in facts.items()), _TO, _COUNT, _OF)


@step("expect.logout_request", *_fields(OF_REQUESTS))
def logout_request(world: World, given: Values) -> None:
    """Facts of the last LogoutRequest, or how many there were. One asks a side to end its session."""
    _check(world, given, "LogoutRequest", OF_REQUESTS)


@step("expect.logout_response", *_fields(OF_RESPONSES))
def logout_response(world: World, given: Values) -> None:
    """Facts of the last LogoutResponse, or how many there were."""
    _check(world, given, "LogoutResponse", OF_RESPONSES)


def _check(world: World, given: Values, kind: str, known: Mapping[str, str]) -> None:
    found = [
        each
        for each in world.messages(given.text("of"))
        if name_of_message(each) == kind and given.text("to") in ("", world.side_of(each.destination))
    ]
    different = {each.xml for each in found}
    name = f"logout_{kind.removeprefix('Logout').lower()}"
    if "count" in given and len(different) != given.whole("count"):
        raise fail(
            f"count_of_{name}s",
            f"another number of {kind}s.",
            expected=str(given.whole("count")),
            received="; ".join(each.exchange.summary for each in found) or "0",
        )
    expected = {each: given.text(each) for each in known if each in given}
    if not found:
        if expected or "count" not in given:
            sent = "; ".join(each.summary for each in world.exchanges[-6:])
            raise fail("no_message", f"no {kind} was sent.", expected=f"a {kind}", received=sent)
        return
    message = found[-1]
    for fact, wanted, received in mismatches(expected, facts_of_logout(message)):
        raise fail(
            f"{name}_{fact}",
            f"the {kind}'s {fact}.",
            expected=wanted,
            received=received,
            evidence=(message_evidence(message),),
        )


def facts_of_logout(message: SamlMessage) -> dict[str, str]:
    """What a logout message says, absent things left out."""
    root = parse(message.xml)
    signed = message.signed_query or root.find("ds:Signature", _N) is not None
    codes = root.findall("p:Status//p:StatusCode", _N)
    indexes = [each.text or "" for each in root.findall("p:SessionIndex", _N)]
    name = root.find("a:NameID", _N)
    facts = {
        "id": root.get("ID"),
        "issuer": _text(root.find("a:Issuer", _N)),
        "destination": root.get("Destination"),
        "binding": message.binding,
        "relay_state": "empty" if message.relay_state == "" else message.relay_state,
        "signed": "yes" if signed else "no",
        "name_id": _text(name),
        "name_id_format": None if name is None else _last(name.get("Format")),
        "session_index": ", ".join(indexes) or None,
        "in_response_to": root.get("InResponseTo"),
        "status": _last(codes[0].get("Value")) if codes else None,
        "sub_status": _last(codes[1].get("Value")) if len(codes) > 1 else None,
    }
    return {key: value for key, value in facts.items() if value is not None}


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else element.text or ""


def _last(uri: str | None) -> str | None:
    return None if uri is None else uri.rpartition(":")[2]
