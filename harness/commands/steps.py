"""``okta-harness steps``: every step and field of the scenario language, from the model that checks the files."""

from __future__ import annotations

import difflib
import json
import textwrap

import click

from harness.exits import USAGE


@click.command("steps")
@click.argument("names", nargs=-1)
@click.option("--schema", is_flag=True, help="Print the JSON Schema for editors instead.")
def command(names: tuple[str, ...], schema: bool) -> int:
    """Describe all steps, or only those named (`okta.assign`, or `okta` for all of one actor)."""
    from harness.scenario import json_schema, step_catalogue

    if schema:
        click.echo(json.dumps(json_schema(), indent=2))
        return 0
    catalogue = {step.name: step for step in step_catalogue()}
    actors = {name.partition(".")[0] for name in catalogue}
    for name in names:
        if name not in catalogue and name not in actors:
            close = difflib.get_close_matches(name, [*catalogue, *actors], n=1)
            hint = f" Did you mean '{close[0]}'?" if close else f" Valid: {', '.join(catalogue)}"
            click.echo(f"error: there is no step '{name}'.{hint}", err=True)
            return USAGE
    for step in catalogue.values():
        if names and step.name not in names and step.name.partition(".")[0] not in names:
            continue
        click.secho(step.name, bold=True)
        click.echo(textwrap.indent(textwrap.fill(step.summary, 100), "  "))
        for field in step.fields:
            needed = " (required)" if field.required else ""
            click.echo(f"    {field.name}: {field.kind}{needed}")
            click.echo(textwrap.indent(textwrap.fill(field.summary, 94), "        "))
        click.echo()
    return 0
