"""The exchanges of a scenario, as reports show them."""

from __future__ import annotations

from harness.drivers.exchange import saml_messages
from harness.result import Evidence, Exchange
from harness.steps.messages import name_of_message, pretty
from harness.steps.world import World

_SIDES = {"okta": "Okta", "sp": "SP"}
_SHOWN = 12


def exchanges_of(world: World, started: float) -> list[Exchange]:
    """Everything that went over the wire, in order, SAML messages decoded."""
    found = []
    for each in world.exchanges:
        side = world.side_of(each.url)
        messages = saml_messages(each)
        found.append(
            Exchange(
                actor=each.actor,
                receiver=_SIDES.get(side, side),
                method=each.method,
                url=each.url,
                status=each.status,
                message=name_of_message(messages[0]) if messages else "",
                xml=pretty(messages[0].xml) if messages else "",
                seconds=max(0.0, each.at - started),
            )
        )
    return found


def http_evidence(world: World) -> Evidence:
    """The last requests, one a line."""
    lines = []
    for each in world.exchanges[-_SHOWN:]:
        lines.append(f"{each.actor}: {each.summary}")
        lines.extend(f"  cookie not sent or kept: {reason}" for reason in each.cookies_held_back)
    return Evidence("the last requests", "http", "\n".join(lines) or "none")
