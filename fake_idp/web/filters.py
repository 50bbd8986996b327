"""How times and bytes read on pages."""

from __future__ import annotations

import zlib
from datetime import datetime

from flask import Flask
from markupsafe import Markup

TILE_COLORS = 8


def install(app: Flask) -> None:
    """Make the filters known to all templates."""
    app.jinja_env.filters.update(day=day, moment=moment, iso=iso, tile_color=tile_color)


def iso(value: datetime) -> str:
    """A time as SAML and the System Log write it: UTC, three decimals, ``Z``."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def day(value: datetime | None) -> Markup | str:
    """A date such as "Mar 13, 2025", with the exact time for machines."""
    if value is None:
        return ""
    return Markup('<time datetime="{}">{} {}, {}</time>').format(
        iso(value), value.strftime("%b"), value.day, value.year
    )


def moment(value: datetime | None) -> Markup | str:
    """A time such as "2025-03-13 23:50:03 UTC", with the exact time for machines."""
    if value is None:
        return ""
    return Markup('<time datetime="{}">{}</time>').format(iso(value), value.strftime("%Y-%m-%d %H:%M:%S UTC"))


def tile_color(name: str) -> int:
    """Which of the tile colours stands for an app without a logo: the same for the same name, always."""
    return zlib.crc32(name.encode()) % TILE_COLORS
