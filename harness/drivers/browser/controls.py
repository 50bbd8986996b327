"""Controls of a page in Chromium, by role and accessible name."""

from __future__ import annotations

import json
import re
from functools import reduce
from typing import Literal, cast

from playwright.sync_api import Locator, Page

from harness.drivers.errors import AmbiguousControl, ControlNotFound, PartNotFound
from harness.drivers.http.document import Document
from harness.drivers.http.names import squeeze
from harness.drivers.parts import part_xpaths

_TYPED = (
    "textarea, input:not([type=checkbox], [type=radio], [type=file], [type=hidden], [type=submit], [type=button], "
    "[type=reset], [type=image])"
)
_ROLES = {"checkbox": "checkbox", "radio": "radio", "button": "button", "link": "link"}
_TEXT_ROLES: tuple[Literal["textbox", "searchbox", "spinbutton"], ...] = (
    "textbox",
    "searchbox",
    "spinbutton",
)
Role = Literal["checkbox", "radio", "button", "link"]


class Controls:
    """The controls of the page as it is now."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def find(self, kind: str, name: str, within: str = "") -> Locator:
        """The one control of this kind and name. The errors are those of the http driver."""
        found = self._located(kind, squeeze(name), within)
        count = found.count()
        if count == 0:
            document = self._document()
            document.find(kind, name, within)  # raises, with what the page does have
            raise ControlNotFound(
                kind,
                name,
                (
                    *document.names(kind, within),
                    "(it is in the page's source, but the browser does not offer it)",
                ),
                url=self._page.url,
                title=self._page.title(),
                within=within,
            )
        if count > 1 and not (kind == "link" and self._one_target(found)):
            raise AmbiguousControl(
                f"the page {self._page.title()!r} ({self._page.url}) has {count} controls named {name!r}; "
                "say which one by the row or section it stands in (within)."
            )
        if found.first.is_disabled():
            self._document().find(kind, name, within)  # raises that it is disabled
        return found.first

    def _located(self, kind: str, name: str, within: str) -> Locator:
        scope: Page | Locator = self._part(within) if within else self._page
        if kind in _ROLES:
            role = cast(Role, _ROLES[kind])
            found = scope.get_by_role(role, name=name, exact=True)
            return found.and_(self._page.locator(":not(input[type=file])")) if kind == "button" else found
        if kind == "summary":
            whole = re.compile(rf"^\s*{re.escape(name)}\s*$")
            return scope.locator("summary").filter(visible=True).filter(has_text=whole)
        if kind == "select":
            lists = scope.get_by_role("combobox", name=name, exact=True).or_(
                scope.get_by_role("listbox", name=name, exact=True)
            )
            return lists.and_(self._page.locator("select"))
        labelled = scope.get_by_label(name, exact=True)
        if kind == "file":
            return labelled.and_(self._page.locator("input[type=file]"))
        # By role, because a label around a control has the control's own text in it; by label, because a password
        # field has no role.
        # A placeholder is a name to browsers, and none to people who have begun to type.
        typed = self._page.locator(f":is({_TYPED}):not([placeholder={json.dumps(name)}])")
        by_role = (scope.get_by_role(role, name=name, exact=True).and_(typed) for role in _TEXT_ROLES)
        named = labelled.and_(self._page.locator(_TYPED))
        return reduce(Locator.or_, by_role, named).filter(visible=True)

    def _part(self, text: str) -> Locator:
        for xpath in part_xpaths(squeeze(text)):
            found = self._page.locator(f"xpath={xpath}").filter(visible=True)
            if found.count():
                return found.first
        self._document().part(text)  # raises, with the rows that there are
        raise PartNotFound(text, url=self._page.url, title=self._page.title())

    def value(self, label: str, within: str) -> str:
        """What a field, list or checkbox holds."""
        if (field := self._located("field", label, within)).count():
            return field.first.input_value()
        if (select := self._located("select", label, within)).count():
            return str(select.first.evaluate("each => each.selectedOptions[0]?.label ?? ''")).strip()
        if (box := self._located("checkbox", label, within)).count():
            return "on" if box.first.is_checked() else "off"
        known = [name for kind in ("field", "select", "checkbox") for name in self.names(kind, within)]
        raise ControlNotFound(
            "field", label, known, url=self._page.url, title=self._page.title(), within=within
        )

    def option_texts(self, select: Locator) -> list[str]:
        """The texts of a list's options that can be chosen."""
        return [
            squeeze(str(text))
            for text in select.evaluate(
                "each => [...each.options].filter(o => !o.disabled).map(o => o.label)"
            )
        ]

    def names(self, kind: str, within: str = "") -> list[str]:
        """Names of the controls of a kind that a person can reach now."""
        candidates = dict.fromkeys(self._document().names(kind, within))
        return [name for name in candidates if self._located(kind, name, within).count()]

    def _one_target(self, found: Locator) -> bool:
        return len(set(found.evaluate_all("all => all.map(each => each.href)"))) == 1

    def _document(self) -> Document:
        return Document(self._page.content().encode(), "text/html; charset=utf-8", self._page.url)
