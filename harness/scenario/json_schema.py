"""The JSON Schema of scenario files, for editors; made from the model that checks them."""

from __future__ import annotations

from typing import Any

from harness.scenario.shape import SCENARIO, STEP_EXTRAS
from harness.steps.definition import StepDefinition, step_definitions
from harness.steps.fields import Choice, Field, Flag, Kind, ListOf, Record, Whole

Schema = dict[str, Any]
_VARIABLE: Schema = {"type": "string", "pattern": r"\$\{[^}]+\}"}
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_ID: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}


def json_schema() -> Schema:
    """The schema: complete as to names and types. What needs more than one place (variables, files) it leaves out."""
    schema = _record(SCENARIO, "")
    properties = schema["properties"]
    properties["id"] |= _ID
    properties["steps"] |= {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}
    properties["steps"].pop("anyOf", None)
    properties["matrix"] = {
        "description": properties["matrix"]["description"],
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {"row": {"description": "name of the row", **_ID}},
            "required": ["row"],
            "additionalProperties": _TEXT,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "okta-harness scenario",
        **schema,
        "$defs": {"step": _steps()},
    }


def _steps() -> Schema:
    steps = step_definitions()
    bare = [name for name, each in steps.items() if not any(field.required for field in each.fields.fields)]
    return {
        "anyOf": [
            {"type": "string", "enum": bare},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {name: _step(each) for name, each in steps.items()},
            },
        ]
    }


def _step(definition: StepDefinition) -> Schema:
    shape = definition.fields
    whole = Record((*shape.fields, *STEP_EXTRAS), shape.noun, shape.others)
    schema = _record(whole, definition.doc)
    if not schema.get("required"):
        schema["type"] = ["object", "null"]
    return schema


def _record(kind: Record, description: str) -> Schema:
    properties: Schema = {}
    for field in kind.fields:
        for name in (field.name, *field.synonyms):
            properties[name] = {"description": _described(field)} | _kind(field.kind)
    schema: Schema = {"type": "object", "properties": properties}
    if description:
        schema["description"] = description
    required = [field.name for field in kind.fields if field.required and not field.synonyms]
    if required:
        schema["required"] = required
    by_synonym = [
        {"anyOf": [{"required": [name]} for name in (field.name, *field.synonyms)]}
        for field in kind.fields
        if field.required and field.synonyms
    ]
    if by_synonym:
        schema["allOf"] = by_synonym
    schema["additionalProperties"] = _kind(kind.others) if kind.others else False
    return schema


def _described(field: Field) -> str:
    return field.doc + (f" (default: {field.default})" if field.default else "")


def _kind(kind: Kind) -> Schema:
    if isinstance(kind, Record):
        return _record(kind, "")
    if isinstance(kind, ListOf):
        item = _kind(kind.item)
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if isinstance(kind, Choice):
        return {"anyOf": [{"enum": [*kind.options, *_as_yaml(kind.options)]}, _VARIABLE]}
    if isinstance(kind, Flag):
        return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}, _VARIABLE]}
    if isinstance(kind, Whole):
        limits = {"minimum": kind.minimum, "maximum": kind.maximum}
        number = {"type": "integer"} | {name: limit for name, limit in limits.items() if limit is not None}
        return {"anyOf": [number, _VARIABLE]}
    return dict(_TEXT)


def _as_yaml(options: tuple[str, ...]) -> list[bool]:
    """Options that YAML 1.1 editors read as booleans."""
    words = {"yes": True, "no": False, "on": True, "off": False, "true": True, "false": False}
    return sorted({words[option.lower()] for option in options if option.lower() in words})
