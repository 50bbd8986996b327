"""Functions that look at the person's groups, manager, directory and linked objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fake_idp.org.expressions.context import Context, list_of, text_of
from fake_idp.org.expressions.registry import Unsuitable, function
from fake_idp.org.model import Group

INTERNAL_PROPERTIES = ("id", "status", "created", "activated", "statusChanged", "lastLogin", "lastUpdated")
_GROUP_LIMIT = 100


def group_value(group: Group) -> dict[str, Any]:
    """A group as expressions see it: ``.name``, ``.id``, ``.type``, ``.profile.name``."""
    return {
        "id": group.id,
        "name": group.name,
        "type": group.type,
        "profile": {"name": group.name, "description": group.description},
    }


def _any_name(context: Context, passes: Callable[[str], bool]) -> bool:
    return any(passes(group.name) for group in context.groups)


@function("isMemberOfGroupName", least=1)
def _in_name(context: Context, name: Any) -> bool:
    return _any_name(context, text_of(name).__eq__)


@function("isMemberOfGroup", least=1)
def _in_group(context: Context, group_id: Any) -> bool:
    return any(group.id == group_id for group in context.groups)


@function("isMemberOfAnyGroup", least=1, most=None)
def _in_any(context: Context, *group_ids: Any) -> bool:
    return any(group.id in group_ids for group in context.groups)


@function("isMemberOfGroupNameStartsWith", least=1)
def _in_starting(context: Context, beginning: Any) -> bool:
    return _any_name(context, lambda name: name.startswith(text_of(beginning)))


@function("isMemberOfGroupNameContains", least=1)
def _in_containing(context: Context, part: Any) -> bool:
    return _any_name(context, lambda name: text_of(part) in name)


@function("isMemberOfGroupNameRegex", least=1)
def _in_matching(context: Context, pattern: Any) -> bool:
    compiled = regular_expression(text_of(pattern))
    return _any_name(context, lambda name: compiled.fullmatch(name) is not None)


def regular_expression(pattern: str) -> re.Pattern[str]:
    """The compiled pattern.

    :raises Unsuitable: when it is none.
    """
    try:
        return re.compile(pattern)
    except re.error as trouble:
        raise Unsuitable(f"{pattern!r} is no regular expression: {trouble}") from None


@function("getFilteredGroups", least=2, most=3)
def _filtered_groups(context: Context, ids: Any, attribute: Any, limit: Any = _GROUP_LIMIT) -> list[Any]:
    """One attribute, such as ``group.name``, of those groups of the list that the person is in."""
    wanted = list_of(ids)
    name = text_of(attribute).removeprefix("group.")
    found = [group_value(group) for group in context.groups if group.id in wanted]
    if any(name not in group for group in found):
        raise Unsuitable(
            f"a group has no attribute {text_of(attribute)!r}; it has group.id, group.name and group.type"
        )
    return [group[name] for group in found][: _limit(limit)]


def _limit(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unsuitable(f"the limit has to be 1 or more, not {text_of(value)!r}")
    return value


def _names(context: Context, app: Any, passes: Callable[[str], bool], limit: Any) -> list[str]:
    """Names of the person's own groups (``OKTA``); this org has no groups that come from other apps."""
    if text_of(app) not in ("OKTA", "okta"):
        return []
    return [group.name for group in context.groups if passes(group.name)][: _limit(limit)]


@function("Groups.startsWith", least=3)
def _groups_starting(context: Context, app: Any, pattern: Any, limit: Any) -> list[str]:
    return _names(context, app, lambda name: name.startswith(text_of(pattern)), limit)


@function("Groups.endsWith", least=3)
def _groups_ending(context: Context, app: Any, pattern: Any, limit: Any) -> list[str]:
    return _names(context, app, lambda name: name.endswith(text_of(pattern)), limit)


@function("Groups.contains", least=3)
def _groups_containing(context: Context, app: Any, pattern: Any, limit: Any) -> list[str]:
    return _names(context, app, lambda name: text_of(pattern) in name, limit)


def _other_person(context: Context, *attributes: str) -> Mapping[str, Any] | None:
    key = next((context.user[name] for name in attributes if context.user.get(name)), None)
    return context.find_person(text_of(key)) if key is not None else None


def _active_directory(source: Any) -> None:
    if source != "active_directory":
        raise Unsuitable(f'the source can only be "active_directory", not {text_of(source)!r}')


@function("getManagerUser", least=1)
def _manager(context: Context, source: Any) -> Mapping[str, Any] | None:
    """The manager: the person whose login or id stands in the attribute ``managerId`` or ``manager``."""
    _active_directory(source)
    return _other_person(context, "managerId", "manager")


@function("getManagerAppUser", least=2)
def _manager_app_user(context: Context, source: Any, app: Any) -> Any:
    _active_directory(source)
    manager = _other_person(context, "managerId", "manager")
    return None if manager is None else manager.get(text_of(app), manager)


@function("getAssistantUser", least=1)
def _assistant(context: Context, source: Any) -> Mapping[str, Any] | None:
    """The assistant: the person whose login or id stands in the attribute ``assistant``."""
    _active_directory(source)
    return _other_person(context, "assistant")


@function("getAssistantAppUser", least=2)
def _assistant_app_user(context: Context, source: Any, app: Any) -> Any:
    _active_directory(source)
    assistant = _other_person(context, "assistant")
    return None if assistant is None else assistant.get(text_of(app), assistant)


@function("hasDirectoryUser", least=0)
def _has_directory(context: Context) -> bool:
    return isinstance(context.user.get("active_directory"), Mapping)


@function("findDirectoryUser", least=0)
def _find_directory(context: Context) -> Any:
    return context.user.get("active_directory")


@function("hasWorkdayUser", least=0)
def _has_workday(context: Context) -> bool:
    return isinstance(context.user.get("workday"), Mapping)


@function("findWorkdayUser", least=0)
def _find_workday(context: Context) -> Any:
    return context.user.get("workday")


USER_METHODS = {"getInternalProperty": 1, "getGroups": None, "getLinkedObject": 1}
"""The methods of ``user``, and how many arguments each takes (None is one or more)."""


def user_method(context: Context, name: str, arguments: list[Any]) -> Any:
    """The value of ``user.{name}(...)``; the name is one of :data:`USER_METHODS`."""
    if name == "getInternalProperty":
        wanted = text_of(arguments[0])
        if wanted not in INTERNAL_PROPERTIES:
            raise Unsuitable(f"no internal property {wanted!r}; there are {', '.join(INTERNAL_PROPERTIES)}")
        return context.internal.get(wanted)
    if name == "getLinkedObject":
        return _other_person(context, text_of(arguments[0]))
    return [group_value(group) for group in context.groups if all(_meets(group, wish) for wish in arguments)]


def _meets(group: Group, wish: Any) -> bool:
    if not isinstance(wish, Mapping):
        raise Unsuitable("getGroups wants {'group.type': {...}} and the like")
    operator = text_of(wish.get("operator", "EXACT"))
    attributes = {"group.id": group.id, "group.type": group.type, "group.profile.name": group.name}
    for key, value in wish.items():
        if key == "operator":
            continue
        if key not in attributes:
            raise Unsuitable(f"getGroups knows {', '.join(attributes)}, not {text_of(key)!r}")
        wanted = [text_of(item) for item in list_of(value)]
        own = attributes[key]
        if operator == "STARTS_WITH":
            if not any(own.startswith(beginning) for beginning in wanted):
                return False
        elif own not in wanted:
            return False
    return True
