"""A step of a scenario: its name, its fields, its words for people, and the function that carries it out."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.steps.fields import Field, Record

if TYPE_CHECKING:
    from harness.steps.world import World

ACTORS = {
    "okta": "the Okta admin, in the admin console",
    "sp": "the SP's admin, on its settings pages",
    "user": "the person who signs in",
    "expect": "the test: what must hold now",
    "harness": "the test bench: clocks, files, faults",
}
"""Who acts in the steps whose names begin so."""

_MODULES = (
    "okta_setup",
    "okta_app",
    "okta_people",
    "okta_sessions",
    "sp",
    "user",
    "expect",
    "expect_logout",
    "expect_messages",
    "expect_records",
    "expect_session",
    "bench",
    "bench_clock",
    "files",
    "moving",
    "sp_copy",
    "sp_metadata",
    "sp_operations",
    "sp_source",
    "user_requests",
)


class Values(Mapping[str, Any]):
    """The fields of one step as it runs, variables filled in and converted. Absent fields are simply not there."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        return str(self._values.get(name, default))

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        return bool(self._values.get(name, default))

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number."""
        return int(self._values.get(name, default))

    def duration(self, name: str) -> timedelta:
        """A length of time."""
        value = self._values[name]
        assert isinstance(value, timedelta)  # noqa: S101 - the field's kind made it one
        return value

    def moment(self, name: str) -> datetime:
        """A point in time, aware, UTC."""
        value = self._values[name]
        assert isinstance(value, datetime)  # noqa: S101 - the field's kind made it one
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty when absent."""
        return [str(item) for item in self._values.get(name, [])]

    def record(self, name: str) -> Values:
        """Nested fields; empty when absent."""
        return Values(self._values.get(name, {}))

    def records(self, name: str) -> list[Values]:
        """A list of nested fields; empty when absent."""
        return [Values(item) for item in self._values.get(name, [])]


Action = Callable[["World", Values], None]


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One step that scenario files may use."""

    name: str
    doc: str
    fields: Record
    run: Action = field(repr=False)
    article_step: int = 0
    """Which of the nine steps of the article "Set up SSO for Amplitude using Okta" this is; 0 for none."""
    sets: tuple[str, ...] = ()
    """Variables that exist once this step has run."""

    @property
    def actor(self) -> str:
        """Who carries it out: ``okta``, ``sp``, ``user``, ``expect`` or ``harness``."""
        return self.name.partition(".")[0]

    @property
    def summary(self) -> str:
        """The first sentence of its documentation."""
        return self.doc.partition("\n")[0]


_STEPS: dict[str, StepDefinition] = {}


def step(
    name: str,
    *fields: Field,
    others: Field | None = None,
    article_step: int = 0,
    sets: tuple[str, ...] = (),
) -> Callable[[Action], Action]:
    """Make a function the step ``name``. Its docstring is what users read about it.

    ``others`` allows field names beyond the listed ones; its kind and its documentation hold for all of them.
    """

    def register(action: Action) -> Action:
        kind = others.kind if others else None
        assert not isinstance(kind, Record)  # noqa: S101 - a mistake in a step's own declaration
        record = Record(fields, others=kind, others_doc=others.doc if others else "")
        doc = inspect.cleandoc(action.__doc__ or "")
        if name in _STEPS:
            raise ValueError(f"two functions want to be the step {name!r}")
        _STEPS[name] = StepDefinition(name, doc, record, action, article_step, sets)
        return action

    return register


@cache
def step_definitions() -> Mapping[str, StepDefinition]:
    """Every step there is, by name, in the order of their actors."""
    for module in _MODULES:
        importlib.import_module(f"harness.steps.{module}")
    order = list(ACTORS)
    return {
        name: _STEPS[name] for name in sorted(_STEPS, key=lambda name: order.index(name.partition(".")[0]))
    }
