"""``okta-harness``: a thin skin over the library.

Exit codes: 0 all passed; 1 something failed; 2 wrong usage or a bad file; 3 the target could not be brought to a
state where anything can be judged.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from importlib import import_module, metadata

import click

from harness.exits import CANNOT_JUDGE, INTERRUPTED, USAGE, exit_code_of

COMMANDS = ("run", "check", "serve", "faults", "steps", "init")


class Commands(click.Group):
    """Loads a command when it is asked for: ``okta-harness steps`` must not wait for a web framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import ``harness.commands.<name>`` and return its ``command``."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"harness.commands.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"harness.commands.{cmd_name}.command is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a mistyped one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"The commands are {', '.join(COMMANDS)}."
            raise click.UsageError(f"there is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version("okta-harness"), prog_name="okta-harness")
def group() -> None:
    """A local Okta and a reference SAML service provider, with scenarios that test the whole sign-in.

    Start with `okta-harness serve` to click through it by hand, or `okta-harness run scenarios/`.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Never raises, never shows a traceback unless asked to."""
    try:
        code = group.main(args=argv, prog_name="okta-harness", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except BrokenPipeError:  # `okta-harness steps | head`
        return 0
    except Exception as error:
        code = exit_code_of(error)
        if code is not None:
            text = str(error)
            click.echo(text if text.startswith("error:") else f"error: {text}", err=True)
            return code
        if os.environ.get("OKTA_HARNESS_DEBUG"):
            raise
        click.echo(
            f"error: okta-harness itself failed: {type(error).__name__}: {error}\n"
            "This is a fault of okta-harness, not of your files. Run it again with OKTA_HARNESS_DEBUG=1 to see "
            "where, and please report that.",
            err=True,
        )
        return CANNOT_JUDGE
