"""Arrays functions. Comma-separated text is taken as an array, null as an empty one."""

from __future__ import annotations

from typing import Any

from fake_idp.org.expressions.context import Context, list_of, text_of
from fake_idp.org.expressions.registry import Unsuitable, function


@function("Arrays.add", least=2)
def _add(_: Context, array: Any, value: Any) -> list[Any]:
    return [*list_of(array), value]


@function("Arrays.remove", least=2)
def _remove(_: Context, array: Any, value: Any) -> list[Any]:
    return [item for item in list_of(array) if item != value]


@function("Arrays.clear", least=1)
def _clear(_: Context, _array: Any) -> list[Any]:
    return []


@function("Arrays.get", least=2)
def _get(_: Context, array: Any, position: Any) -> Any:
    items = list_of(array)
    if isinstance(position, bool) or not isinstance(position, int):
        raise Unsuitable(f"the position has to be a whole number, not {text_of(position)!r}")
    return items[position] if 0 <= position < len(items) else None


@function("Arrays.flatten", least=0, most=None)
def _flatten(_: Context, *values: Any) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat += _flatten(_, *value) if isinstance(value, list | tuple) else [value]
    return flat


@function("Arrays.contains", least=2)
def _contains(_: Context, array: Any, value: Any) -> bool:
    return value in list_of(array)


@function("Arrays.size", least=1)
def _size(_: Context, array: Any) -> int:
    return len(list_of(array))


@function("Arrays.isEmpty", least=1)
def _is_empty(_: Context, array: Any) -> bool:
    return not list_of(array)


@function("Arrays.toCsvString", least=1)
def _to_csv(_: Context, array: Any) -> str:
    return ",".join(text_of(item) for item in list_of(array))
