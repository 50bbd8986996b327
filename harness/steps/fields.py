"""What a step's fields may hold. One description serves validation, documentation and the JSON Schema.

Kinds are plain data. Those of single values can turn the text of a scenario file into a value (`Kind.parse`);
those made of others (`ListOf`, `Record`) only say what they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Literal

from harness.yamlfile import did_you_mean


class NotValid(ValueError):
    """A text that its field cannot hold; ``valid`` lists what it can, ``advice`` says where to look."""

    def __init__(self, message: str, valid: tuple[str, ...] = (), advice: str = "") -> None:
        super().__init__(message)
        self.valid = valid
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Text:
    """Any text. Numbers and ``true`` are taken as written."""

    noun: str = "a text"
    example: str = ""

    def parse(self, text: str) -> object:
        """The text itself."""
        return text


@dataclass(frozen=True, slots=True)
class FileName:
    """The name under which a step saved a file, or a file next to the scenario; with ``new`` a name to save under."""

    new: bool = False
    noun: str = "a file name"

    def parse(self, text: str) -> object:
        """The name, which must be one: no folders above the scenario's own."""
        if text.startswith("/") or ".." in text.split("/") or "\\" in text:
            raise NotValid(f"{text!r} leads out of the scenario's folder; name a file in it or below it.")
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    noun: str = "true or false"

    def parse(self, text: str) -> object:
        """``true``, ``yes`` and ``on`` are true; ``false``, ``no`` and ``off`` are false."""
        word = text.lower()
        if word in ("true", "yes", "on"):
            return True
        if word in ("false", "no", "off"):
            return False
        raise NotValid(f"expected true or false, not {text!r}.", ("true", "false"))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    minimum: int | None = None
    maximum: int | None = None
    noun: str = "a whole number"

    def parse(self, text: str) -> object:
        """The number, within its limits."""
        if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            raise NotValid(f"expected a whole number, not {text!r}.")
        number = int(text)
        if self.minimum is not None and number < self.minimum:
            raise NotValid(f"{number} is too small; the least is {self.minimum}.")
        if self.maximum is not None and number > self.maximum:
            raise NotValid(f"{number} is too large; the most is {self.maximum}.")
        return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few texts. Letter case counts, as it does in the page's own list."""

    options: tuple[str, ...]
    noun: str = "one of the choices"

    def parse(self, text: str) -> object:
        """The option."""
        if text not in self.options:
            raise NotValid(f"unknown choice {text!r}.{did_you_mean(text, self.options)}", self.options)
        return text


FEW = 24
"""So many names of a catalogue can be read in a message; of a longer one the nearest are shown."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name out of a catalogue, which is loaded when the first name is looked up."""

    what: str
    """What bears the names: ``fault``."""
    names: Callable[[], tuple[str, ...]]
    advice: str = ""
    """Where all of them are listed."""

    @property
    def noun(self) -> str:
        """``the name of a fault``."""
        return f"the name of {'an' if self.what[0] in 'aeiou' else 'a'} {self.what}"

    def parse(self, text: str) -> object:
        """The name."""
        names = self.names()
        if text in names:
            return text
        shown = names if len(names) <= FEW else tuple(get_close_matches(text, names, 6))
        raise NotValid(f"there is no {self.what} {text!r}.{did_you_mean(text, names)}", shown, self.advice)


_UNITS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
    "week": 604800,
    "year": 31557600,
}
_PART = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)\s*([a-z]+?)s?(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, as people write it: ``5 minutes``, ``1 hour 30 min``, ``-90 s``."""

    noun: str = "a length of time, such as '5 minutes'"

    def parse(self, text: str) -> object:
        """The ``timedelta``. A leading minus turns the whole round."""
        body = text.strip().lower()
        sign = -1 if body.startswith("-") else 1
        body = body.lstrip("+-").strip()
        total, position = 0.0, 0
        while position < len(body):
            part = _PART.match(body, position)
            if part is None or part[2] not in _UNITS:
                break
            total += float(part[1]) * _UNITS[part[2]]
            position = part.end()
        if not body or position < len(body):
            raise NotValid(
                f"expected a length of time such as '5 minutes', '1 hour 30 min' or '-90 s', not {text!r}."
            )
        return timedelta(seconds=sign * total)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time in ISO 8601, UTC unless it says otherwise: ``2026-03-01T09:00:00Z``."""

    noun: str = "a point in time, such as 2026-03-01T09:00:00Z"

    def parse(self, text: str) -> object:
        """The aware ``datetime`` in UTC."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise NotValid(f"expected a point in time such as 2026-03-01T09:00:00Z, not {text!r}.") from None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Single = Text | FileName | Flag | Whole | Choice | Name | Duration | Moment


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. A single item may stand alone, without the list around it."""

    item: Single | Record
    noun: str = "a list"


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields. With ``others``, names beyond the listed ones are allowed and hold that kind."""

    fields: tuple[Field, ...]
    noun: str = "fields (name: value)"
    others: Single | ListOf | None = None
    others_doc: str = ""

    def field(self, name: str) -> Field | None:
        """The field of this name or synonym."""
        return next((each for each in self.fields if name == each.name or name in each.synonyms), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names, in the order of their documentation."""
        return tuple(each.name for each in self.fields)


Kind = Single | ListOf | Record


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a step, or one key of ``given``."""

    name: str
    doc: str
    kind: Kind = Text()
    required: bool = False
    default: str = ""
    """What holds when it is absent, in words."""
    synonyms: tuple[str, ...] = ()
    saves: Literal["", "file", "value"] = ""
    """Later steps may use the name that stands here: as a ``file:``, or as a variable ``${name}``."""


def choice(name: str, doc: str, *options: str, required: bool = False, default: str = "") -> Field:
    """A field that holds one of a few texts."""
    return Field(name, doc, Choice(options), required=required, default=default)


def flag(name: str, doc: str, *, default: str = "") -> Field:
    """A field that holds true or false."""
    return Field(name, doc, Flag(), default=default)


def text(name: str, doc: str, *, required: bool = False, default: str = "") -> Field:
    """A field that holds a text."""
    return Field(name, doc, Text(), required=required, default=default)


def texts(name: str, doc: str, *, required: bool = False, default: str = "") -> Field:
    """A field that holds a list of texts, or one."""
    return Field(name, doc, ListOf(Text()), required=required, default=default)
