"""Who is signed in: the only way in which the suite sees that a message was accepted.

The page that the target file names is fetched with the user's cookies. An HTTP status alone proves nothing: many SPs
answer a refused login with 200, some with a redirect to the login.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from harness.conformance.identity import Identity
from harness.conformance.visitor import Page, Visitor
from harness.targets.model import SignedIn

Who = Literal["subject", "forged", "somebody", "nobody"]
_NOT_BEFORE = r"(?<![\w.@+%-])"
_NOT_AFTER = r"(?![\w@+%-]|\.\w)"
"""A name counts as a whole only: ``ann@x`` is not found in ``joann@x`` or ``ann@x.evil.test``."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the page showed."""

    who: Who
    page: Page
    shows_subject: bool = False
    shows_forged: bool = False
    shows_marker: bool = False
    subject: str = ""
    """Name of the person whom the message is about."""
    forged: str = ""
    """Name of the person whom a forger put into it."""

    def describe(self) -> str:
        """One sentence for reports."""
        if self.who == "forged" and not self.shows_forged:
            return "A value that only stands in the forged part is shown in the session."
        return {
            "subject": f"The user of the message, {self.subject}, is signed in.",
            "forged": f"The forged user {self.forged} is signed in.",
            "somebody": f"Somebody else than {self.subject or 'the user of the message'} is signed in.",
            "nobody": f"Nobody is signed in (HTTP {self.page.status}).",
        }[self.who]


class Probe:
    """Looks at the page of ``signed_in`` and says who is signed in there."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.url = signed_in.url
        self._contains = signed_in.contains
        self._anonymous: list[Page] = []
        self._to_login: set[str] = set()
        """Where the page sends people who are not signed in."""

    def learn(self, *pages: Page) -> None:
        """Remember what the page looks like without a login."""
        self._anonymous.extend(pages)
        for page in pages:
            first_step = page.chain[1] if len(page.chain) > 1 else page.leads_to
            self._to_login.update([_without_query(first_step)] if first_step else [])

    def names(self, page: Page, person: Identity) -> bool:
        """Whether a page with status 200 says that this person is signed in."""
        return page.status == 200 and bool(self._pattern(person).search(_readable(page)))

    def look(
        self,
        visitor: Visitor,
        subject: Identity | None,
        *,
        forged: Identity | None = None,
        marker: str = "",
        landed: Page | None = None,
    ) -> Sight:
        """Fetch the page with this visitor's cookies. A landing page that is this page already saves the trip."""
        if landed is not None and landed.url == self.url and landed.status == 200:
            sight = self._judge(landed, subject, forged, marker)
            if sight.who != "nobody":
                return sight
        return self._judge(self._fetched(visitor), subject, forged, marker)

    def _fetched(self, visitor: Visitor) -> Page:
        """The page; a redirect to where nobody's browser is sent, too, is answer enough and not followed."""
        page = visitor.get_once(self.url)
        if page.leads_to and _without_query(page.leads_to) not in self._to_login:
            return visitor.get(self.url)
        return page

    def _judge(self, page: Page, subject: Identity | None, forged: Identity | None, marker: str) -> Sight:
        shows_subject = subject is not None and self.names(page, subject)
        shows_forged = forged is not None and self.names(page, forged)
        shows_marker = bool(marker) and page.status == 200 and marker in _readable(page)
        who: Who = "nobody"
        if shows_forged or shows_marker:
            who = "forged"
        elif shows_subject:
            who = "subject"
        elif self._is_for_somebody(page):
            who = "somebody"
        names = [person.name_id or person.email if person else "" for person in (subject, forged)]
        return Sight(who, page, shows_subject, shows_forged, shows_marker, *names)

    def _is_for_somebody(self, page: Page) -> bool:
        """Whether the page is one that nobody gets without a login."""
        if page.status != 200 or not self._anonymous:
            return False
        without_login = [seen for seen in self._anonymous if seen.status == 200 and seen.url == page.url]
        if not without_login:
            return page.url == self.url
        bodies = {seen.answer.body for seen in without_login}
        return len(bodies) == 1 and len(without_login) > 1 and page.answer.body not in bodies

    def _pattern(self, person: Identity) -> re.Pattern[str]:
        return _compiled(self._contains, person.name_id or person.email, person.email, person.login)


def _without_query(url: str) -> str:
    return url.partition("?")[0]


@lru_cache(maxsize=512)
def _compiled(contains: str, name_id: str, email: str, login: str) -> re.Pattern[str]:
    values = {"name_id": name_id, "email": email, "login": login}
    parts = re.split(r"\{(name_id|email|login)\}", contains)
    pattern = "".join(
        re.escape(part) if index % 2 == 0 else f"{_NOT_BEFORE}{re.escape(values[part])}{_NOT_AFTER}"
        for index, part in enumerate(parts)
    )
    return re.compile(pattern, re.IGNORECASE)


def _readable(page: Page) -> str:
    """The body with the escapes of HTML and JSON undone."""
    text = html.unescape(page.text)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text).replace("\\/", "/")
