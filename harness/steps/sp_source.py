"""The SP's admin gives the address of the IdP's metadata instead of a file."""

from __future__ import annotations

from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import choice, text
from harness.steps.pages import code_on, codes_and_sentences
from harness.steps.sp import settings_page
from harness.steps.world import World


@step(
    "sp.fetch_metadata",
    text("url", "where the IdP's metadata is, such as `${okta.app.metadata_url}`", required=True),
    choice("outcome", "whether the SP takes it", "accepted", "refused", default="accepted"),
    text("as", "email of the member who does it", default="the SP's admin"),
)
def fetch_metadata(world: World, given: Values) -> None:
    """Enter the *Metadata URL* and press *Fetch Metadata*. It is a draft until someone saves."""
    window = settings_page(world, given.text("as"))
    window.fill("Metadata URL", given.text("url"))
    window.press("Fetch Metadata")
    wanted = given.text("outcome", "accepted")
    refused = code_on(window)
    if bool(refused) == (wanted == "refused"):
        return
    raise fail(
        refused or "fetch_accepted",
        f"the SP {'refuses' if refused else 'takes'} the metadata at {given.text('url')}.",
        expected=wanted,
        received=codes_and_sentences(window) or "accepted",
        evidence=(page_evidence(window),),
    )
