"""Reading settings as people write them: by the wizard's labels, Okta's API names or Python names.

:data:`FIELDS` is the table of all fields; :func:`parse_fields` makes a checked :class:`SamlSettings` of a mapping,
:func:`app_arguments` the keyword arguments of ``Org.create_saml_app``, and :func:`read_fields` collects every problem
at once, for a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.field_values import read_value
from fake_idp.org.fields import (
    APPLICATION_USERNAMES,
    ATTRIBUTE_NAME_FORMATS,
    FIELD_BY_ATTRIBUTE,
    FIELDS,
    GROUP_FILTERS,
    USERNAME_UPDATES,
    Choice,
    Field,
)
from fake_idp.org.saml_settings import AcsEndpoint, AttributeStatement, GroupAttributeStatement, SamlSettings
from fake_idp.org.settings_rules import problems, validate

__all__ = [
    "APPLICATION_USERNAMES",
    "ATTRIBUTE_NAME_FORMATS",
    "FIELDS",
    "FIELD_BY_ATTRIBUTE",
    "GROUP_FILTERS",
    "SAME_URLS_LABEL",
    "USERNAME_UPDATES",
    "AcsEndpoint",
    "AttributeStatement",
    "Choice",
    "Field",
    "GroupAttributeStatement",
    "InvalidSetting",
    "SamlSettings",
    "app_arguments",
    "field_named",
    "parse_fields",
    "problems",
    "read_fields",
    "validate",
]

SAME_URLS_LABEL = "Use this for Recipient URL and Destination URL"
"""The wizard's checkbox beside the Single sign-on URL; ticked, it empties Recipient and Destination URL."""


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


_BY_NAME: dict[str, Field] = {
    _plain(name): row for row in FIELDS for name in (row.attribute, row.api_name, row.label, *row.synonyms)
}
_NESTED = {_plain(row.api_name.split(".")[0]) for row in FIELDS if "." in row.api_name}


def field_named(name: str) -> Field:
    """The row that a label, an API name or a Python name means; case, spaces and punctuation do not matter.

    :raises InvalidSetting: when no row has that name; the advice names the closest one.
    """
    row = _BY_NAME.get(_plain(name))
    if row is not None:
        return row
    close = get_close_matches(_plain(name), _BY_NAME, n=1, cutoff=0.6)
    advice = f"Did you mean {_spelt_like(name, _BY_NAME[close[0]])!r}?" if close else ""
    valid = ", ".join(row.label for row in FIELDS)
    raise InvalidSetting(name, name, name, "a field of the wizard", advice or f"The fields are: {valid}")


def _spelt_like(name: str, row: Field) -> str:
    """The field's name in the style that the writer uses: label, API name or Python name."""
    if " " in name or name[:1].isupper():
        return row.label
    return row.attribute if "_" in name else row.api_name


def parse_fields(values: Mapping[str, Any], base: SamlSettings | None = None) -> SamlSettings:
    """Settings from a mapping of field names to values, over ``base`` or the wizard's defaults, and checked.

    Fields that live on the app itself, such as Application username, are checked and left out.

    :raises InvalidSetting: for an unknown name, a value that cannot be read, or settings that Okta refuses.
    """
    settings, _, found = _read(values, base or SamlSettings())
    for problem in [*found, *problems(settings)]:
        raise problem
    return settings


def app_arguments(values: Mapping[str, Any], base: SamlSettings | None = None) -> dict[str, Any]:
    """Keyword arguments for ``Org.create_saml_app`` and ``Org.update_app``: ``settings`` and the app's own fields.

    :raises InvalidSetting: as :func:`parse_fields` does.
    """
    settings, on_app, found = _read(values, base or SamlSettings())
    for problem in [*found, *problems(settings)]:
        raise problem
    return {"settings": settings, **on_app}


def read_fields(
    values: Mapping[str, Any], base: SamlSettings | None = None
) -> tuple[SamlSettings, dict[str, Any], list[InvalidSetting]]:
    """Settings, the app's own fields, and every problem found: what a form shows beside its fields."""
    settings, on_app, found = _read(values, base or SamlSettings())
    named = {problem.field for problem in found}
    return settings, on_app, found + [p for p in problems(settings) if p.field not in named]


def _read(
    values: Mapping[str, Any], base: SamlSettings
) -> tuple[SamlSettings, dict[str, Any], list[InvalidSetting]]:
    changes: dict[str, Any] = {}
    on_app: dict[str, Any] = {}
    found: list[InvalidSetting] = []
    for name, value in _flattened(values):
        if _plain(name) == _plain(SAME_URLS_LABEL):
            if read_value(_SAME_URLS, value):
                changes |= {"recipient": "", "destination": ""}
            continue
        try:
            row = field_named(name)
            parsed = read_value(row, value)
        except InvalidSetting as problem:
            found.append(problem)
            continue
        if row.kind == "attribute_rows":
            plain, groups = parsed
            changes["attribute_statements"] = plain
            if groups or any(isinstance(v, Mapping) and v.get("type") == "GROUP" for v in value or ()):
                changes["group_attribute_statements"] = groups
        elif row.on_app:
            on_app[row.attribute] = parsed
        else:
            changes[row.attribute] = parsed
    settings = replace(base, **changes)
    if settings.signed_requests and settings.acs_endpoints:
        # Okta's own rule: Signed Requests reads the ACS URL from the signed request, and drops the static list.
        settings = replace(settings, acs_endpoints=())
    return settings, on_app, found


_SAME_URLS = Field("same_urls", "sameUrls", SAME_URLS_LABEL, "checkbox", "general")


def _flattened(values: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """API objects such as ``slo: {enabled, issuer, logoutUrl}`` as dotted names."""
    for name, value in values.items():
        if isinstance(value, Mapping) and _plain(name) == "usernametemplate":
            from fake_idp.org.api_shape import user_name_fields

            yield from user_name_fields(value).items()
        elif isinstance(value, Mapping) and _plain(name) in _NESTED:
            for inner, inner_value in value.items():
                yield f"{name}.{inner}", inner_value
        else:
            yield name, value
