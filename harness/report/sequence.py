"""The login as a sequence diagram: plain SVG, readable without JavaScript, printable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.result import Exchange

LANE_WIDTH = 300
ROW_HEIGHT = 46
TOP = 56


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the diagram, in SVG user units."""

    x1: int
    x2: int
    y: int
    label: str
    saml: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What the template draws: lanes by centre, arrows from top to bottom."""

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    arrows: tuple[Arrow, ...]


def draw(exchanges: Sequence[Exchange]) -> Diagram | None:
    """Lay the exchanges out; ``None`` when there are none. The person's lane stands in the middle."""
    if not exchanges:
        return None
    actors = list(dict.fromkeys(exchange.actor for exchange in exchanges))
    receivers = list(dict.fromkeys(exchange.receiver for exchange in exchanges))
    names = [*receivers[:1], *actors, *receivers[1:]]
    lanes = tuple((name, LANE_WIDTH // 2 + index * LANE_WIDTH) for index, name in enumerate(names))
    centre = dict(lanes)
    arrows = tuple(
        Arrow(
            x1=centre[exchange.actor],
            x2=centre[exchange.receiver],
            y=TOP + ROW_HEIGHT * (row + 1),
            label=_label(exchange),
            saml=bool(exchange.message),
            answer=str(exchange.status),
        )
        for row, exchange in enumerate(exchanges)
    )
    return Diagram(LANE_WIDTH * len(names), TOP + ROW_HEIGHT * (len(arrows) + 1), lanes, arrows)


def _label(exchange: Exchange) -> str:
    path = urlsplit(exchange.url).path or "/"
    short = path if len(path) <= 34 else path[:16] + "…" + path[-17:]
    return f"{exchange.method} {short}" + (f" [{exchange.message}]" if exchange.message else "")
