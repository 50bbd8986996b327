"""The SP's admin takes the settings of one instance to another, as a file."""

from __future__ import annotations

from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import Field, FileName, choice
from harness.steps.pages import code_on, codes_and_sentences
from harness.steps.sp import settings_page
from harness.steps.world import World


@step(
    "sp.export_configuration",
    Field("as", "name of the file, for later steps", FileName(new=True), required=True, saves="file"),
)
def export_configuration(world: World, given: Values) -> None:
    """Follow *Export configuration* on the settings page and keep the file."""
    saved = settings_page(world).download("Export configuration")
    if saved.status != 200:
        raise fail("not_saved", "there is nothing to save.", received=f"{saved.status} {saved.url}")
    world.files[given.text("as")] = saved.content


@step(
    "sp.import_configuration",
    Field("file", "an exported file", FileName(), required=True),
    choice("outcome", "whether the SP takes it", "accepted", "refused", default="accepted"),
)
def import_configuration(world: World, given: Values) -> None:
    """Choose an exported file and press *Import Configuration File*. It is a draft until someone saves."""
    name = given.text("file")
    window = settings_page(world)
    window.attach("Import configuration", name, world.file(name), "application/json")
    window.press("Import Configuration File")
    wanted = given.text("outcome", "accepted")
    refused = code_on(window)
    if bool(refused) == (wanted == "refused"):
        return
    raise fail(
        refused or "import_accepted",
        f"the SP {'refuses' if refused else 'takes'} the file {name!r}.",
        expected=wanted,
        received=codes_and_sentences(window) or "accepted",
        evidence=(page_evidence(window),),
    )
