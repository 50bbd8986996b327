"""One metadata document on its way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from harness.difference import Difference
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.names import ds, md
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element, parse, text_of


def signing_certificates(role: Element) -> list[str]:
    """The certificates of the keys for signing: those of that use, and those without a use (2.4.1.1)."""
    return _certificates(
        [key for key in role.findall(md("KeyDescriptor")) if key.get("use", "signing") == "signing"]
    )


def certificates_of_any_use(role: Element) -> list[str]:
    """Every certificate, whatever it is for: the weakness of an SP that trusts encryption keys."""
    return _certificates(role.findall(md("KeyDescriptor")))


def _certificates(descriptors: list[Element]) -> list[str]:
    texts = [text_of(element) for one in descriptors for element in one.iter(ds("X509Certificate"))]
    return list(dict.fromkeys("".join(text.split()) for text in texts))


@dataclass(frozen=True, slots=True)
class MetadataTools:
    """How metadata is read and which of its keys sign. Weaknesses put careless ones in their place."""

    parse: Callable[..., Element] = parse
    signing_certificates: Callable[[Element], list[str]] = signing_certificates


@dataclass(slots=True)
class Upload:
    """What the checks look at. ``text``, ``root`` and ``entity`` are filled by the checks that find them."""

    data: bytes
    settings: Settings
    now: datetime
    own_entity_ids: tuple[str, ...] = ()
    entity_id: str = ""
    """Which entity to take when the document has several."""
    tools: MetadataTools = field(default_factory=MetadataTools)
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
