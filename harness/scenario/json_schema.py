"""The JSON Schema of scenario files, for editors; made from the model that checks them."""

from __future__ import annotations

import json
from typing import Any

from harness.scenario.shape import SCENARIO, STEP_EXTRAS
from harness.steps.definition import StepDefinition, step_definitions
from harness.steps.fields import Choice, Field, Flag, Kind, ListOf, Name, Record, Whole

Schema = dict[str, Any]
_VARIABLE: Schema = {"type": "string", "pattern": r"\$\{[^}]+\}"}
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_ID: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}


def json_schema() -> Schema:
    """The schema: complete as to names and types. What needs more than one place (variables, files) it leaves out."""
    return _Builder().schema()


class _Builder:
    """Builds one schema; kinds that occur again and again stand once, under ``$defs``."""

    def __init__(self) -> None:
        self._defs: Schema = {}
        self._names: dict[str, str] = {}

    def schema(self) -> Schema:
        """The whole schema."""
        schema = self._record(SCENARIO, "")
        properties = schema["properties"]
        properties["id"] = {"description": properties["id"]["description"], **_ID}
        properties["steps"] = {
            "description": properties["steps"]["description"],
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/step"},
        }
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
        schema["type"] = "object"
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "okta-harness scenario",
            **schema,
            "$defs": {"step": self._steps(), **self._defs},
        }

    def _steps(self) -> Schema:
        steps = step_definitions()
        bare = [
            name for name, each in steps.items() if not any(field.required for field in each.fields.fields)
        ]
        return {
            "anyOf": [
                {"type": "string", "enum": bare},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                    "properties": {name: self._step(each) for name, each in steps.items()},
                },
            ]
        }

    def _step(self, definition: StepDefinition) -> Schema:
        shape = definition.fields
        return self._record(Record((*shape.fields, *STEP_EXTRAS), shape.noun, shape.others), definition.doc)

    def _record(self, kind: Record, description: str) -> Schema:
        properties: Schema = {}
        for field in kind.fields:
            properties[field.name] = {"description": _described(field), **self._kind(field.kind)}
            for name in field.synonyms:
                properties[name] = {"description": f"the same as {field.name!r}", **self._kind(field.kind)}
        schema: Schema = {"description": description} if description else {}
        needed = [field for field in kind.fields if field.required]
        # A record without required fields may be left empty: `sso:` alone.
        schema |= {"type": "object" if needed else ["object", "null"], "properties": properties}
        if plain := [field.name for field in needed if not field.synonyms]:
            schema["required"] = plain
        if several := [field for field in needed if field.synonyms]:
            schema["allOf"] = [
                {"anyOf": [{"required": [name]} for name in (field.name, *field.synonyms)]}
                for field in several
            ]
        schema["additionalProperties"] = self._kind(kind.others) if kind.others else False
        return schema

    def _kind(self, kind: Kind) -> Schema:
        """A reference to the kind's schema."""
        schema = self._plain_kind(kind)
        key = json.dumps(schema, sort_keys=True)
        if key not in self._names:
            base = type(kind).__name__.lower()
            taken = sum(name.startswith(f"{base}-") for name in self._names.values())
            self._names[key] = f"{base}-{taken + 1}"
            self._defs[self._names[key]] = schema
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _plain_kind(self, kind: Kind) -> Schema:
        if isinstance(kind, Record):
            return self._record(kind, "")
        if isinstance(kind, ListOf):
            item = self._kind(kind.item)
            return {"anyOf": [{"type": "array", "items": item}, item]}
        if isinstance(kind, Choice):
            return {"anyOf": [{"enum": [*kind.options, *_as_booleans(kind.options)]}, _VARIABLE]}
        if isinstance(kind, Name):
            return {"anyOf": [{"enum": list(kind.names())}, _VARIABLE]}
        if isinstance(kind, Flag):
            return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}, _VARIABLE]}
        if isinstance(kind, Whole):
            limits = {"minimum": kind.minimum, "maximum": kind.maximum}
            number = {"type": "integer"} | {
                name: limit for name, limit in limits.items() if limit is not None
            }
            return {"anyOf": [number, _VARIABLE]}
        return dict(_TEXT)


def _described(field: Field) -> str:
    return field.doc + (f" (default: {field.default})" if field.default else "")


def _as_booleans(options: tuple[str, ...]) -> list[bool]:
    """Options that editors with YAML 1.1 read as booleans."""
    words = {"yes": True, "no": False, "on": True, "off": False, "true": True, "false": False}
    return sorted({words[option.lower()] for option in options if option.lower() in words})
