"""Typed access to the attributes and children of one parsed message."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from fake_idp.saml.claims import parse_instant
from fake_idp.saml.decoding import RequestRefused
from fake_idp.saml.names import NAMESPACES

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Fields:
    """An element of a message. A value of the wrong type is a :class:`RequestRefused` (``bad_value``)."""

    def __init__(self, element: etree._Element, name: str) -> None:
        self._element = element
        self._name = name

    def has(self, path: str) -> bool:
        """Whether there is a child element at this path."""
        return self._element.find(path, NAMESPACES) is not None

    def child(self, path: str) -> Fields | None:
        """The first child element at this path."""
        found = self._element.find(path, NAMESPACES)
        return None if found is None else Fields(found, f"{self._name}/{path.rpartition(':')[2]}")

    def text(self, path: str) -> str | None:
        """The character data of the first child at this path, comments left out, outer blanks cut."""
        found = self._element.find(path, NAMESPACES)
        return None if found is None else _text(found)

    def texts(self, path: str) -> tuple[str, ...]:
        """The character data of all children at this path."""
        return tuple(_text(found) for found in self._element.findall(path, NAMESPACES))

    def attribute(self, name: str) -> str | None:
        """The attribute's value."""
        return self._element.get(name)

    def boolean(self, name: str) -> bool | None:
        """An ``xs:boolean``."""
        value = self._element.get(name)
        if value is None:
            return None
        if value.strip() not in _BOOLEANS:
            raise self._refused(name, value, "true or false")
        return _BOOLEANS[value.strip()]

    def unsigned_short(self, name: str) -> int | None:
        """An ``xs:unsignedShort``: 0 to 65535."""
        value = self._element.get(name)
        if value is None:
            return None
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) <= 0xFFFF):
            raise self._refused(name, value, "a number from 0 to 65535")
        return int(digits)

    def instant(self, name: str) -> datetime | None:
        """An ``xs:dateTime``, as an aware UTC datetime."""
        value = self._element.get(name)
        if value is None:
            return None
        try:
            return parse_instant(value)
        except (ValueError, OverflowError) as error:
            raise self._refused(name, value, "an xs:dateTime such as 2024-03-29T07:42:22Z") from error

    def _refused(self, name: str, value: str, expected: str) -> RequestRefused:
        return RequestRefused("bad_value", f"the {self._name} has {name}={value[:80]!r}, expected {expected}")


def _text(element: etree._Element) -> str:
    return str(element.xpath("string()")).strip()
