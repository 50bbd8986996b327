"""The wizard's fields as fields of scenario steps, made from the one table that the console itself uses."""

from __future__ import annotations

from fake_idp.org import fields as wizard
from harness.steps.fields import (
    Choice,
    Field,
    FileName,
    Flag,
    Kind,
    ListOf,
    Record,
    Text,
    Whole,
    choice,
    text,
)

_NAME_FORMATS = tuple(each.label for each in wizard.ATTRIBUTE_NAME_FORMATS)
_FILTERS = tuple(each.label for each in wizard.GROUP_FILTERS)

ATTRIBUTE_ROW = Record(
    (
        text("Name", "name of the attribute", required=True),
        choice("Name format", "format of the name", *_NAME_FORMATS, default="Unspecified"),
        text("Value", "an Okta expression such as `user.email`, or a text", required=True),
    ),
    noun="Name, Name format and Value of an attribute",
)
GROUP_ROW = Record(
    (
        text("Name", "name of the attribute", required=True),
        choice("Name format", "format of the name", *_NAME_FORMATS, default="Unspecified"),
        choice("Filter", "how group names are matched", *_FILTERS, default="Starts with"),
        text("Value", "what they are matched against", required=True),
    ),
    noun="Name, Name format, Filter and Value of a group attribute",
)
ACS_ROW = Record(
    (
        text("URL", "a URL that requests may ask for", required=True),
        Field("Index", "its index", Whole(minimum=0), required=True),
    ),
    noun="URL and Index",
)

GENERAL_SETTINGS: tuple[Field, ...] = (
    text("App name", "label of the app, shown under its tile", required=True),
    Field(
        "App logo (optional)", "an image next to the scenario", Text("a file name"), synonyms=("App logo",)
    ),
    Field("Do not display application icon to users", "hide the tile", Flag(), default="false"),
)
"""Step 1 of the wizard."""


def configure_saml_fields(*, required: bool = True) -> tuple[Field, ...]:
    """Step 2 of the wizard, Configure SAML: every field by its label, API names as synonyms."""
    return tuple(_converted(each, required) for each in wizard.FIELDS if each.attribute not in _API_ONLY)


_API_ONLY = ("assertion_lifetime_seconds",)


def _converted(field: wizard.Field, required: bool) -> Field:
    synonyms = dict.fromkeys((field.api_name, field.attribute, *field.synonyms))
    synonyms.pop(field.label, None)
    return Field(
        field.label,
        field.hint.rstrip(".") or _doc(field),
        _kind(field),
        required=required and field.required,
        default=_default(field),
        synonyms=tuple(synonyms),
    )


def _doc(field: wizard.Field) -> str:
    return f"as in the wizard's {'Advanced Settings' if field.section == 'advanced' else 'first section'}"


def _kind(field: wizard.Field) -> Kind:
    match field.kind:
        case "choice":
            return Choice(tuple(each.label for each in field.choices))
        case "checkbox":
            return Flag()
        case "number":
            return Whole(minimum=0)
        case "acs_rows":
            return ListOf(ACS_ROW)
        case "attribute_rows":
            return ListOf(ATTRIBUTE_ROW)
        case "group_rows":
            return ListOf(GROUP_ROW)
        case "certificate":
            return FileName(noun="the name of a PEM file")
        case _:
            return Text()


def _default(field: wizard.Field) -> str:
    if field.default in ("", None, ()):
        return ""
    if field.kind == "checkbox":
        return str(field.default).lower()
    return field.choice_label(field.default)
