"""The test bench: what no person in the story does. Clocks, files, faults, remembered values."""

from __future__ import annotations

from harness.steps.definition import Values, step
from harness.steps.failure import StepSkipped, fail
from harness.steps.fields import Duration, Field, FileName, ListOf, Moment, Text, Whole, choice, text
from harness.steps.known_names import FAULT
from harness.steps.messages import facts_of, last_message
from harness.steps.world import World

_OF = choice("of", "whose clock", "both", "okta", "sp", default="both")
_SAVE_AS = Field("as", "name of the new file", FileName(new=True), required=True, saves="file")


def _clocks(world: World, given: Values) -> list[str]:
    side = given.text("of", "both")
    wanted = ["okta", "sp"] if side == "both" else [side]
    if "sp" in wanted and world.sp.reference is None:
        raise StepSkipped("the clock of this SP cannot be set; only the reference SP's can.")
    return wanted


@step("harness.set_clock", Field("to", "point in time", Moment(), required=True), _OF)
def set_clock(world: World, given: Values) -> None:
    """Set the clocks. They run on from there."""
    for side in _clocks(world, given):
        world.clocks[side].set(given.moment("to"))


@step("harness.move_clock", Field("by", "how far; a minus goes back", Duration(), required=True), _OF)
def move_clock(world: World, given: Values) -> None:
    """Move the clocks forward or back."""
    for side in _clocks(world, given):
        world.clocks[side].move(given.duration("by"))


@step("harness.write_file", _SAVE_AS, text("text", "what is in it", required=True))
def write_file(world: World, given: Values) -> None:
    """Make a file out of nothing."""
    world.files[given.text("as")] = given.text("text").encode()


@step(
    "harness.edit_file",
    Field("file", "a file that a step saved, or one next to the scenario", FileName(), required=True),
    _SAVE_AS,
    text("replace", "text to replace, everywhere"),
    text("with", "what stands there afterwards"),
    text("put_before", "text to put before the first character"),
    text("put_after_declaration", "text to put behind the XML declaration"),
    text("put_behind", "text to put behind the last character"),
    choice(
        "encoding",
        "how the new file is written",
        "UTF-8",
        "UTF-8 with BOM",
        "UTF-16",
        "Latin-1",
        default="UTF-8",
    ),
)
def edit_file(world: World, given: Values) -> None:
    """Change a file as editors, browsers and people do."""
    content = world.file(given.text("file")).decode("utf-8-sig")
    if "replace" in given:
        if given.text("replace") not in content:
            raise fail(
                "nothing_to_replace", "the file does not have this text.", expected=given.text("replace")
            )
        content = content.replace(given.text("replace"), given.text("with"))
    if "put_after_declaration" in given:
        declaration, mark, rest = content.partition("?>")
        extra = given.text("put_after_declaration")
        content = f"{declaration}?>{extra}{rest}" if mark else f"{extra}{content}"
    content = given.text("put_before") + content + given.text("put_behind")
    codec = {"UTF-8 with BOM": "utf-8-sig", "UTF-16": "utf-16", "Latin-1": "latin-1"}
    encoding = given.text("encoding", "UTF-8")
    if encoding == "UTF-16":
        content = content.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    world.files[given.text("as")] = content.encode(codec.get(encoding, "utf-8"))


@step(
    "harness.pad_file",
    Field("file", "a file that a step saved, or one next to the scenario", FileName(), required=True),
    _SAVE_AS,
    Field("to", "size in bytes", Whole(minimum=0, maximum=10_000_000), required=True),
)
def pad_file(world: World, given: Values) -> None:
    """Make a file larger: zero bytes are put behind it."""
    world.files[given.text("as")] = world.file(given.text("file")).ljust(given.whole("to"), b"\0")


@step("harness.save_sp_metadata", _SAVE_AS)
def save_sp_metadata(world: World, given: Values) -> None:
    """Save the SP's own metadata as a file."""
    got = world.window("somebody without rights").fetch(world.sp.metadata_url)
    if got.status != 200:
        raise fail("no_sp_metadata", "the SP publishes no metadata.", received=f"{got.status} {got.url}")
    world.files[given.text("as")] = got.content


@step(
    "harness.misbehave",
    Field("faults", "names of faults; `okta-harness faults` lists them", ListOf(FAULT), required=True),
    Field("times", "for how many messages", Whole(minimum=1), default="until `harness.behave`"),
    Field("seconds", "by how much the faults that shift a time do so; a minus goes back", Whole()),
)
def misbehave(world: World, given: Values) -> None:
    """From now on Okta's messages have these faults."""
    times = given.whole("times") if "times" in given else None
    data = {"seconds": given.whole("seconds")} if "seconds" in given else None
    world.okta.misbehave(*given.texts("faults"), times=times, data=data)


@step("harness.behave")
def behave(world: World, given: Values) -> None:  # noqa: ARG001
    """From now on Okta's messages are right again."""
    world.okta.behave()


@step(
    "harness.keep",
    Field("as", "name of the variable: `${name}` from here on", Text(), required=True, saves="value"),
    text("text", "what it holds, such as `${okta.app.embed_link}` of now", required=True),
)
def keep(world: World, given: Values) -> None:
    """Keep a text, to use it later when what it was made of has changed."""
    world.names[given.text("as")] = given.text("text")


@step(
    "harness.remember",
    Field("as", "name of the variable: `${name}` from here on", Text(), required=True, saves="value"),
    choice("of", "which message", "request", "response", default="response"),
    text("fact", "one of its facts, such as `session_index`", required=True),
)
def remember(world: World, given: Values) -> None:
    """Keep a fact of the last SAML message, to compare it later."""
    kind = given.text("of", "response")
    facts = facts_of(last_message(world, kind))
    if given.text("fact") not in facts:
        raise fail(
            "no_such_fact",
            f"the last {kind} has no {given.text('fact')}.",
            expected=given.text("fact"),
            received=", ".join(facts),
        )
    world.names[given.text("as")] = facts[given.text("fact")]
