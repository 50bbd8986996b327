"""Small changes to an answer, and what the SP found in it."""

from __future__ import annotations

from collections.abc import Callable

from harness.difference import Difference
from tests.reference_sp.conftest import Pair
from tests.reference_sp.small_idp import Element, find

Edit = Callable[[Element], None]


def difference(pair: Pair) -> Difference:
    """The first difference of the newest login."""
    attempt = pair.sp.last_login()
    assert attempt is not None
    return attempt.differences[0]


def set_on(path: str, name: str, value: str | None) -> Edit:
    """Set an attribute of the element at ``path``, or take it away."""

    def change(root: Element) -> None:
        element = root if path == "." else find(root, path)
        if value is None:
            element.attrib.pop(name, None)
        else:
            element.set(name, value)

    return change


def audience(*restrictions: list[str]) -> str:
    """Conditions with these AudienceRestrictions."""
    inside = ""
    for names in restrictions:
        audiences = "".join(f"<a:Audience>{name}</a:Audience>" for name in names)
        inside += f"<a:AudienceRestriction>{audiences}</a:AudienceRestriction>"
    return f"<a:Conditions>{inside}</a:Conditions>"
