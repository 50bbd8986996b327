"""YAML with the place of everything in it, so that an org file's mistakes can be pointed at."""

from __future__ import annotations

from typing import Any

import yaml

from fake_idp.org.errors import InvalidOrgFile


class MarkedDocument:
    """A YAML document as plain values, and where each of them stands."""

    def __init__(self, text: str, source: str = "") -> None:
        """Read ``text``; ``source`` is the file's name for messages.

        :raises InvalidOrgFile: when it is no YAML, or has a key twice.
        """
        self._source = source
        self._places: dict[str, tuple[int, int]] = {}
        try:
            loader = yaml.SafeLoader(text)
            try:
                node = loader.get_single_node()
                if node is not None:
                    self._mark(node, "")
                self.value: Any = None if node is None else loader.construct_document(node)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as trouble:
            mark = trouble.problem_mark
            place = f"{mark.line + 1}:{mark.column + 1}" if mark else ""
            raise InvalidOrgFile(
                ":".join(filter(None, (source, place))), f"no YAML: {trouble.problem}"
            ) from None
        except (yaml.YAMLError, ValueError) as trouble:
            raise InvalidOrgFile(source, f"no YAML: {trouble}") from None

    def _mark(self, node: yaml.Node, path: str) -> None:
        self._places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._mark(item, f"{path}[{number}]")
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value)
                inner = f"{path}.{name}" if path else name
                self._places[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
                if name in seen:
                    raise self.error(inner, "this key is there twice")
                seen.add(name)
                self._mark(value, inner)

    def error(self, path: str, message: str) -> InvalidOrgFile:
        """An error at ``apps[0].ssoAcsUrl``, with file, line and column."""
        known = path
        while known not in self._places and known:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        line, column = self._places.get(known, (1, 1))
        place = ":".join(filter(None, (self._source, str(line), str(column))))
        return InvalidOrgFile(place, f"{path}: {message}" if path else message)
