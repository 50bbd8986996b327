"""What the wizard remembers between its steps.

A draft holds the form values as they were typed, valid or not, so that Previous, a failed check and Edit all show
what the admin left there. Drafts live in memory: an unfinished wizard is not part of the org.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from fake_idp.console.wizard_values import values_of
from fake_idp.org.model import App
from fake_idp.org.saml_settings import SamlSettings

_ROOM = 100


@dataclass(slots=True)
class Draft:
    """One wizard in progress. ``app`` is set when an existing app is being edited.

    ``values`` holds the step Configure SAML by the fields' attribute names, in the form that
    :func:`fake_idp.org.settings.read_fields` takes.
    """

    id: str
    owner: str
    app: App | None
    base: SamlSettings
    values: dict[str, Any]
    label: str = ""
    hidden: bool = False
    logo: bytes | None = None
    remove_logo: bool = False
    configured: bool = False
    feedback: dict[str, str] = field(default_factory=dict)

    @property
    def has_logo(self) -> bool:
        """Whether the app will have a logo when the wizard is finished."""
        if self.logo is not None:
            return True
        return self.app is not None and self.app.has_logo and not self.remove_logo


class Drafts:
    """The wizards in progress; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, draft_id: str, owner: str, app: App | None = None) -> Draft:
        """A new draft, with the wizard's defaults or the values of ``app``."""
        base = app.settings if app else SamlSettings()
        draft = Draft(draft_id, owner, app, base, values_of(base, app))
        if app:
            draft.label, draft.hidden = app.label, app.hidden
        with self._lock:
            self._drafts[draft.id] = draft
            while len(self._drafts) > _ROOM:
                self._drafts.popitem(last=False)
        return draft

    def get(self, draft_id: str, owner: str) -> Draft | None:
        """The draft, for the admin who started it."""
        with self._lock:
            draft = self._drafts.get(draft_id)
        return draft if draft and draft.owner == owner else None

    def drop(self, draft_id: str) -> None:
        """Forget a finished or cancelled draft."""
        with self._lock:
            self._drafts.pop(draft_id, None)


def drafts() -> Drafts:
    """The drafts of this org's console."""
    return cast(Drafts, current_app.extensions.setdefault("fake_idp.drafts", Drafts()))
