"""One metadata document on its way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from harness.difference import Difference
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element


@dataclass(slots=True)
class Upload:
    """What the checks look at. ``text``, ``root`` and ``entity`` are filled by the checks that find them."""

    data: bytes
    settings: Settings
    now: datetime
    own_entity_ids: tuple[str, ...] = ()
    entity_id: str = ""
    """Which entity to take when the document has several."""
    weaknesses: frozenset[str] = frozenset()
    text: str = ""
    root: Element | None = None
    entity: Element | None = None
    idp: IdentityProvider | None = None
    warnings: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """Metadata that passed every check."""

    idp: IdentityProvider
    warnings: tuple[Difference, ...] = ()
