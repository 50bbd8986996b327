"""``okta-harness faults``: the catalogue of misbehaviour, as it works from Python, scenarios and the console."""

from __future__ import annotations

import textwrap
from fnmatch import fnmatch
from itertools import groupby

import click

from harness.exits import USAGE

WIDTH = 100


@click.command("faults")
@click.argument("patterns", nargs=-1)
def command(patterns: tuple[str, ...]) -> int:
    """List all faults, or those whose id, class, stage or requirement matches (`xsw*`, `tree`, `audience-missing`)."""
    from fake_idp.faults import catalogue, fault

    chosen = [
        one
        for one in catalogue()
        if not patterns
        or any(
            fnmatch(word, pattern)
            for pattern in patterns
            for word in (one.id, one.group, one.group.replace("_", " "), one.stage, *one.requirements)
        )
    ]
    if not chosen:
        if len(patterns) == 1:
            fault(patterns[0])  # raises with the nearest ids
        click.echo(
            f"error: no fault matches {' or '.join(patterns)}; without a pattern all are listed", err=True
        )
        return USAGE
    for group, members in groupby(
        sorted(chosen, key=lambda one: (one.group, one.id)), key=lambda one: one.group
    ):
        click.secho(group.replace("_", " "), bold=True)
        for one in members:
            click.echo(f"  {one.id}  [{one.stage}]" + (" (asks for --consent)" if one.needs_consent else ""))
            click.echo(textwrap.indent(textwrap.fill(one.title, WIDTH - 6), "      "))
            told = f"{', '.join(one.requirements) or 'no requirement'}; {one.source}"
            click.echo(textwrap.indent(textwrap.fill(told, WIDTH - 6), "      "))
        click.echo()
    click.echo(f"{len(chosen)} fault{'s' if len(chosen) > 1 else ''}")
    return 0
