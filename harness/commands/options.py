"""Flags that several commands share, so that they are named and explained the same everywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

existing = click.Path(exists=True, path_type=Path)
new_file = click.Path(dir_okay=False, path_type=Path)

SEED_BITS = 32


class WholeNumber(click.IntRange):
    """A whole number within limits, called so in messages."""

    name = "whole number"


def seed_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--seed N``: names, ids and passwords follow from it; a run prints the one it used."""
    return click.option(
        "--seed",
        type=WholeNumber(min=0),
        default=lambda: secrets.randbits(SEED_BITS),
        metavar="N",
        help="Repeat a run: give back the seed that it printed.",
    )(function)


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json FILE``, ``--junit FILE``, ``--report DIR``."""
    for option in (
        click.option(
            "--report",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Write report.html there.",
        ),
        click.option("--junit", "junit_file", type=new_file, metavar="FILE", help="Write JUnit XML."),
        click.option("--json", "json_file", type=new_file, metavar="FILE", help="Write the result as JSON."),
    ):
        function = option(function)
    return function
