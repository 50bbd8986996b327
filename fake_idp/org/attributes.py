"""Attribute statements and group attribute statements: what they say of one person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fake_idp.org.expressions import Context, ExpressionError, evaluate_values
from fake_idp.org.model import Group
from fake_idp.org.org_settings import OrgSettings
from fake_idp.org.saml_settings import GroupAttributeStatement, SamlSettings
from fake_idp.saml.claims import Attribute

_FILTERS: dict[str, Callable[[str, str], bool]] = {
    "STARTS_WITH": str.startswith,
    "EQUALS": str.__eq__,
    "CONTAINS": str.__contains__,
    # Java's matches(), which Okta uses, wants the whole name to match.
    "REGEX": lambda name, pattern: re.fullmatch(pattern, name) is not None,
}


def attributes_of(settings: SamlSettings, context: Context, org_settings: OrgSettings) -> list[Attribute]:
    """The attributes of an assertion, in the order of the two tables."""
    found = [
        Attribute(
            statement.name,
            statement.name_format,
            _joined([text for value in statement.values for text in _values(value, context)], org_settings),
        )
        for statement in settings.attribute_statements
    ]
    found += [
        Attribute(statement.name, statement.name_format, group_names(statement, context.groups))
        for statement in settings.group_attribute_statements
    ]
    if org_settings.empty_attributes == "send_empty":
        return [Attribute(a.name, a.name_format, a.values or [""]) for a in found]
    return [attribute for attribute in found if attribute.values]


def group_names(statement: GroupAttributeStatement, groups: Iterable[Group]) -> list[str]:
    """The names of the groups that pass the statement's filter."""
    passes = _FILTERS[statement.filter_type]
    return [group.name for group in groups if passes(group.name, statement.filter_value)]


def _values(value: str, context: Context) -> list[str]:
    try:
        return [text for text in evaluate_values(value, context) if text]
    except ExpressionError:
        # The expression was checked when it was saved, so only values can fail: a person without what it needs.
        return []


def _joined(values: list[str], org_settings: OrgSettings) -> list[str]:
    if len(values) > 1 and not org_settings.array_attributes:
        return [",".join(values)]
    return values
