"""The ways in, as people take them: Okta's sign-in page, and the SP's own login form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.drivers.agent import Agent
from harness.steps.failure import fail, page_evidence

if TYPE_CHECKING:
    from harness.steps.world import World


def sign_in_to_okta(window: Agent, login: str, password: str) -> None:
    """Okta's sign-in page: identifier first, then the password. Where it leads is the caller's matter."""
    if not window.has("field", "Username"):
        raise fail(
            "not_at_sign_in",
            "this is not Okta's sign-in page.",
            expected="Okta's sign-in page, with a field 'Username'",
            received=f"the page {window.title!r} ({window.status} {window.url})",
            evidence=(page_evidence(window),),
        )
    window.fill("Username", login)
    window.press("Next")
    window.fill("Password", password)
    window.press("Verify")


def pass_okta(world: World, window: Agent, login: str, password: str = "") -> bool:
    """Sign in if Okta asks; says whether it asked."""
    if not window.has("field", "Username"):
        return False
    sign_in_to_okta(window, login, password or world.okta_password(login))
    return True


def sign_in_with_password(world: World, window: Agent, email: str, password: str) -> None:
    """The SP's own login form."""
    window.open(world.sp.login_url)
    window.fill("Email", email)
    window.fill("Password", password)
    window.press("Log in")
