"""Faults that the org is told to commit: kept in memory, in the order in which they were armed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fake_idp.saml.faults import Fault


@dataclass(slots=True)
class Order:
    """Faults for one app, or for all (``None``); for ``remaining`` messages, or for good (``None``)."""

    faults: tuple[Fault, ...]
    app_id: str | None
    remaining: int | None


class ArmedFaults:
    """What the org's next messages get wrong. Empty in an org that behaves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []

    def arm(self, faults: Iterable[Fault], *, app_id: str | None = None, times: int | None = None) -> None:
        """Put faults into the messages to come: all of them, or those of one app; for good, or ``times`` messages."""
        with self._lock:
            self._orders.append(Order(tuple(faults), app_id, times))

    def take(self, app_id: str) -> tuple[Fault, ...]:
        """The faults for the next message of an app; counts it."""
        with self._lock:
            due = [order for order in self._orders if order.app_id in (None, app_id)]
            for order in due:
                if order.remaining is not None:
                    order.remaining -= 1
            self._orders = [order for order in self._orders if order.remaining is None or order.remaining > 0]
            return tuple(fault for order in due for fault in order.faults)

    def peek(self, app_id: str) -> tuple[Fault, ...]:
        """The faults that :meth:`take` would give, without counting."""
        with self._lock:
            return tuple(f for order in self._orders if order.app_id in (None, app_id) for f in order.faults)

    def orders(self) -> list[Order]:
        """What is armed now, in the order in which it was armed."""
        with self._lock:
            return [replace(order) for order in self._orders]

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._orders.clear()
