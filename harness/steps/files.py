"""What must hold of files that steps saved, and metadata that an admin puts together by hand."""

from __future__ import annotations

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_MD
from fake_idp.saml.xml import parse
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, FileName, texts
from harness.steps.world import World

_ANY_FILE = Field("file", "a file that a step saved, or one next to the scenario", FileName(), required=True)
_ROLE = f"{{{NS_MD}}}IDPSSODescriptor"
_KEY = f"{{{NS_MD}}}KeyDescriptor"
_SIGNATURE = f"{{{NS_DS}}}Signature"


@step(
    "expect.file",
    _ANY_FILE,
    texts("contains", "texts that it must have"),
    texts("lacks", "texts that it must not have, in any letter case"),
    Field("same_as", "another file with the same bytes", FileName()),
    Field("not_same_as", "another file with other bytes", FileName()),
)
def file(world: World, given: Values) -> None:
    """The content of a file."""
    content = world.file(given.text("file"))
    text = content.decode("utf-8", "replace")
    for each in given.texts("contains"):
        if each not in text:
            raise fail(
                "file_contains", "the file does not have this text.", expected=each, received=text[:600]
            )
    for each in given.texts("lacks"):
        position = text.lower().find(each.lower())
        if position >= 0:
            received = text[max(0, position - 80) : position + 80]
            raise fail("file_lacks", "the file has this text.", expected=f"no {each!r}", received=received)
    for name, same in (("same_as", True), ("not_same_as", False)):
        if name in given and (world.file(given.text(name)) == content) != same:
            raise fail(
                "file_differs" if same else "file_same",
                f"the two files {'differ' if same else 'are the same'}.",
                expected=f"{'the' if same else 'other'} bytes of {given.text(name)}",
                received=given.text("file"),
            )


@step(
    "harness.join_metadata",
    _ANY_FILE,
    Field(
        "keys_of",
        "another metadata file, whose signing keys are added behind its own",
        FileName(),
        required=True,
    ),
    Field("as", "name of the new file", FileName(new=True), required=True, saves="file"),
)
def join_metadata(world: World, given: Values) -> None:
    """Put the signing keys of two metadata files into one, as an admin does to change certificates without a gap.

    A signature over the first file does not survive that, so it is left out.
    """
    joined, other = parse(world.file(given.text("file"))), parse(world.file(given.text("keys_of")))
    role, other_role = joined.find(_ROLE), other.find(_ROLE)
    keys = [] if role is None else role.findall(_KEY)
    more = [] if other_role is None else other_role.findall(_KEY)
    if role is None or not keys or not more:
        raise fail(
            "no_keys",
            "one of the files has no identity provider with keys.",
            expected="two files with an IDPSSODescriptor and a KeyDescriptor",
            received=f"{len(keys)} keys in {given.text('file')}, {len(more)} in {given.text('keys_of')}",
        )
    for signature in joined.findall(_SIGNATURE):
        joined.remove(signature)
    for position, key in enumerate(more, start=role.index(keys[-1]) + 1):
        role.insert(position, key)
    world.files[given.text("as")] = etree.tostring(joined, encoding="utf-8", xml_declaration=True)
