"""What must hold of a person's session at the SP: which name and attributes the SP took from the assertion."""

from __future__ import annotations

import json

from harness.steps.definition import Values, step
from harness.steps.expect import browser_of
from harness.steps.failure import fail
from harness.steps.fields import Field, ListOf, Record, Text, text
from harness.steps.matching import RULES, mismatch
from harness.steps.user import WHO
from harness.steps.world import World


@step(
    "expect.session",
    WHO,
    text("name_id", f"the NameID: {RULES}"),
    text("name_id_format", "its Format, the last part"),
    text("issuer", "the identity provider"),
    text("method", "`sso` or `password`"),
    Field(
        "attributes",
        "attributes by name, each one value or a list; `absent` for one that must not be there",
        Record((), others=ListOf(Text()), noun="attributes (name: value)"),
    ),
)
def session(world: World, given: Values) -> None:
    """What the reference SP keeps of the assertion in this person's session."""
    window = browser_of(world, given)
    answer = window.fetch(f"{world.reference.me_url}.json")
    if answer.status != 200:
        raise fail(
            "not_signed_in",
            f"{given.text('as')} has no session at the SP.",
            expected="a session",
            received=f"{answer.status} {answer.url}",
        )
    told = json.loads(answer.content)
    known = told["session"]
    facts = {
        "name_id": str(told["name_id"]),
        "name_id_format": str(told["name_id_format"]).rpartition(":")[2],
        "issuer": str(known["issuer"]),
        "method": str(known["method"]),
    }
    for name, received in facts.items():
        if name in given and mismatch(given.text(name), received):
            raise fail(
                f"session_{name}", f"the session's {name}.", expected=given.text(name), received=received
            )
    for name, values in given.record("attributes").items():
        wanted = [] if values == ["absent"] else [str(value) for value in values]
        found = [str(value) for value in told["attributes"].get(name, [])]
        if found != wanted:
            raise fail(
                "session_attribute",
                f"the SP took other values of the attribute {name!r}.",
                expected=", ".join(wanted) or "absent",
                received=", ".join(found) or f"absent; there are {', '.join(told['attributes']) or 'none'}",
            )
