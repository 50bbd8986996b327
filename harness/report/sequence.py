"""The login as a sequence diagram: plain SVG, readable without JavaScript, printable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.result import Exchange

LANE_WIDTH = 330
ROW_HEIGHT = 40
TOP = 44
MAX_ARROWS = 40
_SERVERS = ("SP", "Okta")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the diagram, in SVG user units."""

    x1: int
    x2: int
    y: int
    label: str
    saml: bool

    @property
    def middle(self) -> int:
        """Where the label stands."""
        return (self.x1 + self.x2) // 2


@dataclass(frozen=True, slots=True)
class Diagram:
    """What the template draws: lanes by centre, arrows from top to bottom."""

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    arrows: tuple[Arrow, ...]
    left_out: int
    """Arrows beyond the most that are drawn."""


def draw(exchanges: Sequence[Exchange]) -> Diagram | None:
    """Lay the exchanges out; ``None`` when there are none. People stand between the servers: they carry everything."""
    if not exchanges:
        return None
    everybody = dict.fromkeys(name for one in exchanges for name in (one.actor, one.receiver))
    servers = [name for name in _SERVERS if name in everybody]
    people = [name for name in everybody if name not in servers]
    names = [*servers[:1], *people, *servers[1:]]
    lanes = tuple((name, LANE_WIDTH // 2 + index * LANE_WIDTH) for index, name in enumerate(names))
    centre = dict(lanes)
    arrows = tuple(
        Arrow(
            x1=centre[exchange.actor],
            x2=centre[exchange.receiver],
            y=TOP + ROW_HEIGHT * (row + 1),
            label=_label(exchange),
            saml=bool(exchange.message),
        )
        for row, exchange in enumerate(exchanges[:MAX_ARROWS])
    )
    height = TOP + ROW_HEIGHT * (len(arrows) + 1)
    return Diagram(LANE_WIDTH * len(names), height, lanes, arrows, max(0, len(exchanges) - MAX_ARROWS))


def _label(exchange: Exchange) -> str:
    words = [exchange.method, _short(urlsplit(exchange.url).path) if exchange.url else "", exchange.message]
    if exchange.answer or exchange.status:
        words.append(f"→ {exchange.answer or exchange.status}" if exchange.url else f": {exchange.answer}")
    return _short(" ".join(word for word in words if word).replace(" : ", ": "), 52)


def _short(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-(most // 2) :]}"
