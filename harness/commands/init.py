"""``okta-harness init``: a commented scenario file and target file to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from harness.exits import USAGE

STARTERS = ("first.scenario.yaml", "target.yaml")


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def command(directory: Path, force: bool) -> int:
    """Write first.scenario.yaml and target.yaml into DIRECTORY (default: here)."""
    there = [name for name in STARTERS if (directory / name).exists()]
    if there and not force:
        click.echo(f"error: {directory / there[0]} is there already; --force overwrites it", err=True)
        return USAGE
    directory.mkdir(parents=True, exist_ok=True)
    for name in STARTERS:
        text = (files("harness.commands") / "starters" / name).read_text(encoding="utf-8")
        (directory / name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {directory / name}")
    click.echo(f"Next: okta-harness run {directory / STARTERS[0]}")
    return 0
