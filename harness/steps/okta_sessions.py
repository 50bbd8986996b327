"""The Okta admin ends people's sessions."""

from __future__ import annotations

from harness.steps.definition import Values, step
from harness.steps.failure import fail, page_evidence
from harness.steps.fields import text
from harness.steps.okta_people import open_person
from harness.steps.world import World


@step("okta.clear_sessions", text("login", "whose", required=True))
def clear_sessions(world: World, given: Values) -> None:
    """On the person's page, press *Clear User Sessions*: every Okta session of theirs ends, in all browsers."""
    window = open_person(world, given.text("login"))
    window.press("Clear User Sessions")
    if not window.says("cleared."):
        raise fail(
            "sessions_not_cleared",
            f"Okta does not say that the sessions of {given.text('login')} are cleared.",
            expected="sessions cleared",
            received=f"{window.heading or window.title!r} ({window.status} {window.url})",
            evidence=(page_evidence(window),),
        )
