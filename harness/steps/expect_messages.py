"""What must hold of the messages that went over the wire, and of metadata."""

from __future__ import annotations

from collections.abc import Mapping

from fake_idp.saml.xml import XmlRefused
from harness.result import Evidence
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, FileName, ListOf, Record, Text, Whole, text
from harness.steps.matching import RULES, mismatches
from harness.steps.messages import (
    METADATA_FACTS,
    OF_REQUESTS,
    OF_RESPONSES,
    attributes_of,
    facts_of,
    first_certificate,
    last_message,
    message_evidence,
    metadata_facts,
    pretty,
)
from harness.steps.world import World

_OF = text("of", "whose browser sent it", default="anybody's")


def _fact_fields(facts: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(name, f"{doc}: {RULES}" if not index else doc)
        for index, (name, doc) in enumerate(facts.items())
    )


def _expected(given: Values, facts: Mapping[str, str]) -> dict[str, str]:
    return {name: given.text(name) for name in facts if name in given}


@step("expect.request", *_fact_fields(OF_REQUESTS), _OF)
def request(world: World, given: Values) -> None:
    """Facts of the last AuthnRequest."""
    message = last_message(world, "request", given.text("of"))
    for name, wanted, received in mismatches(_expected(given, OF_REQUESTS), facts_of(message)):
        raise fail(
            f"request_{name}",
            f"the AuthnRequest's {name}.",
            expected=wanted,
            received=received,
            evidence=(message_evidence(message),),
        )


@step(
    "expect.response",
    *_fact_fields(OF_RESPONSES),
    Field(
        "attributes",
        "attributes by name, each one value or a list; `absent` for one that must not be there",
        Record((), others=ListOf(Text()), noun="attributes (name: value)"),
    ),
    _OF,
)
def response(world: World, given: Values) -> None:
    """Facts of the last Response."""
    message = last_message(world, "response", given.text("of"))
    for name, wanted, received in mismatches(_expected(given, OF_RESPONSES), facts_of(message)):
        raise fail(
            f"response_{name}",
            f"the Response's {name}.",
            expected=wanted,
            received=received,
            evidence=(message_evidence(message),),
        )
    attributes = attributes_of(message)
    for name, values in given.record("attributes").items():
        wanted_values = [] if values == ["absent"] else [str(value) for value in values]
        if attributes.get(name, []) != wanted_values:
            raise fail(
                "response_attribute",
                f"the attribute {name!r} has other values.",
                expected=", ".join(wanted_values) or "absent",
                received=", ".join(attributes.get(name, []))
                or f"absent; there are {', '.join(attributes) or 'none'}",
                evidence=(message_evidence(message),),
            )


@step(
    "expect.messages",
    Field("responses", "how many different Responses were sent so far", Whole(minimum=0)),
    Field("requests", "how many different requests were sent so far", Whole(minimum=0)),
    _OF,
)
def messages(world: World, given: Values) -> None:
    """How many SAML messages went over the wire."""
    sent = world.messages(given.text("of"))
    for name, parameter in (("responses", "SAMLResponse"), ("requests", "SAMLRequest")):
        if name not in given:
            continue
        # One message may be sent several times: the sign-in page leads back to the request that led to it.
        found = list({each.xml: each for each in sent if each.parameter == parameter}.values())
        if len(found) != given.whole(name):
            raise fail(
                f"count_of_{name}",
                f"another number of {name}.",
                expected=given.text(name),
                received="; ".join(each.exchange.summary for each in found) or "0",
            )


@step(
    "expect.metadata",
    Field("file", "a metadata file that a step saved", FileName(), required=True),
    *_fact_fields(METADATA_FACTS),
    Field("same_as", "another saved file with the same bytes", FileName()),
)
def metadata(world: World, given: Values) -> None:
    """Facts of a metadata file."""
    name_of_file = given.text("file")
    content = world.file(name_of_file)
    try:
        facts = metadata_facts(content)
    except XmlRefused as refused:
        raise fail(
            "no_metadata",
            f"the file {name_of_file!r} is no metadata: {refused}",
            expected="an EntityDescriptor",
            received=content[:200].decode("utf-8", "replace"),
        ) from None
    facts |= _certificate_row(world, content)
    for name, wanted, received in mismatches(_expected(given, METADATA_FACTS), facts):
        raise fail(
            f"metadata_{name}",
            f"the metadata's {name}.",
            expected=wanted,
            received=received,
            evidence=(Evidence(name_of_file, "xml", pretty(content)),),
        )
    if "same_as" in given and world.file(given.text("same_as")) != content:
        raise fail(
            "metadata_differs",
            "the two files differ.",
            expected=given.text("same_as"),
            received=given.text("file"),
        )


def _certificate_row(world: World, content: bytes) -> dict[str, str]:
    """Which row of *SAML Signing Certificates* the first certificate of the metadata is."""
    if not world.app_id:
        return {}
    held = first_certificate(content)
    rows = {key.key.certificate_b64: key.status.capitalize() for key in world.app().keys}
    return {"certificate": rows.get(held, "of another app")} if held else {}
