"""All steps and fields as documentation, from the model that checks the files."""

from __future__ import annotations

from dataclasses import dataclass

from harness.steps.definition import ACTORS, step_definitions
from harness.steps.fields import Choice, Field, Kind, ListOf, Record


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One field of a step."""

    name: str
    kind: str
    """What it holds, in words."""
    summary: str
    required: bool
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One step."""

    name: str
    actor: str
    """Who carries it out, in words."""
    summary: str
    doc: str
    fields: tuple[FieldEntry, ...]
    article_step: int
    sets: tuple[str, ...]


def step_catalogue() -> list[StepEntry]:
    """Every step, by actor, with its fields."""
    return [
        StepEntry(
            each.name,
            ACTORS[each.actor],
            each.summary,
            each.doc,
            (*(field_entry(field) for field in each.fields.fields), *_others(each.fields)),
            each.article_step,
            each.sets,
        )
        for each in step_definitions().values()
    ]


def field_entry(field: Field) -> FieldEntry:
    """One field as documentation."""
    summary = field.doc + (f" (default: {field.default})" if field.default else "")
    return FieldEntry(field.name, kind_in_words(field.kind), summary, field.required, field.synonyms)


def kind_in_words(kind: Kind) -> str:
    """``one of Signed, Unsigned``; ``a list of texts``."""
    if isinstance(kind, Choice):
        return f"one of {', '.join(kind.options)}"
    if isinstance(kind, ListOf):
        item = kind_in_words(kind.item)
        return f"a list, each {item.removeprefix('a ') if item.startswith('a ') else item}; or one alone"
    if isinstance(kind, Record) and kind.fields:
        return f"fields: {', '.join(kind.names)}"
    return kind.noun


def _others(kind: Record) -> tuple[FieldEntry, ...]:
    if kind.others is None:
        return ()
    return (FieldEntry("(any other name)", kind_in_words(kind.others), kind.others_doc, required=False),)
