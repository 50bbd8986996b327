"""Variables: ``${sp.acs_url}`` in a scenario file. ``$${`` stands for a literal ``${``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PATTERN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")

FROM_THE_START: dict[str, str] = {
    "okta.url": "where the fake Okta listens",
    "okta.admin_url": "its admin console",
    "sp.url": "where the SP listens",
    "sp.acs_url": "the SP's Assertion Consumer Service URL",
    "sp.entity_id": "the SP's Entity ID",
    "sp.login_url": "the SP's login page",
    "sp.home_url": "the SP's page that shows who is signed in",
    "sp.metadata_url": "the SP's own metadata",
}
"""Variables that hold from the first step on, and in ``given``."""

OF_THE_APP: dict[str, str] = {
    "okta.app.entity_id": "the IdP's entity ID for the app made last",
    "okta.app.sso_url": "the IdP's sign-on URL of the app made last",
    "okta.app.metadata_url": "the metadata URL of the app made last",
    "okta.app.embed_link": "the app embed link of the app made last",
    "okta.app.id": "Okta's id of the app made last",
}
"""Variables that hold once an app exists."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a variable in a text. ``broken`` means that no ``}`` follows."""

    name: str
    offset: int
    width: int
    broken: bool = False


def uses(text: str) -> Iterator[Use]:
    """The variables that a text uses."""
    for match in _PATTERN.finditer(text):
        if match[0] == "$${":
            continue
        yield Use(
            (match[1] or "").strip(), match.start(), match.end() - match.start(), broken=match[1] is None
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in. Every name must be in ``values``; loading the file saw to that."""

    def value(match: re.Match[str]) -> str:
        return "${" if match[0] == "$${" else values[match[1].strip()]

    return _PATTERN.sub(value, text)
