"""``okta-harness check``: which SAML requirements a service provider meets, and which attacks it withstands."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.commands.options import WholeNumber, existing, new_file, report_options, seed_option
from harness.commands.output import Progress, check_outputs, finish
from harness.exits import USAGE
from harness.result import CaseResult


@click.command("check")
@click.argument("target", required=False)
@click.option(
    "--profile", default="all", show_default=True, help="Which rules to judge by; a wrong name lists them."
)
@click.option("--only", metavar="PATTERN", help="Only cases whose id, requirement, fault or group matches.")
@click.option(
    "--known-deviations", type=existing, metavar="FILE", help="Accepted failures, with their reasons."
)
@click.option(
    "--write-deviations",
    "draft",
    type=new_file,
    metavar="FILE",
    help="Write the failures that nobody has accepted yet, with the reasons left to fill in.",
)
@click.option("--consent", is_flag=True, help="The target's operator agrees to cases that load it.")
@click.option("--slow", is_flag=True, help="Run the cases that wait for minutes, too.")
@click.option("-v", "--verbose", is_flag=True, help="Print every failure in full, not only the causes.")
@click.option("--jobs", type=WholeNumber(1, 64), metavar="N", help="Worker processes.")
@click.option(
    "--list", "list_only", is_flag=True, help="Show every requirement with its cases, or why it has none."
)
@seed_option
@report_options
def command(
    target: str | None,
    profile: str,
    only: str | None,
    known_deviations: Path | None,
    draft: Path | None,
    consent: bool,
    slow: bool,
    verbose: bool,
    jobs: int | None,
    list_only: bool,
    seed: int,
    json_file: Path | None,
    junit_file: Path | None,
    report: Path | None,
) -> int:
    """Check the SP that TARGET describes: a target file, or `reference` for the SP that ships here."""
    from harness.conformance.deviations_draft import write_draft
    from harness.conformance.engine import check
    from harness.conformance.listing import listing
    from harness.conformance.options import CHECK_PROFILES, CheckOptions
    from harness.conformance.selection import chosen
    from harness.targets.file import load_target

    if profile not in CHECK_PROFILES:
        click.echo(
            f"error: there is no profile {profile!r}; choose from {', '.join(CHECK_PROFILES)}", err=True
        )
        return USAGE
    if list_only:
        click.echo(listing(profile))
        return 0
    if target is None:
        click.echo(
            "error: say what to check: a target file (`okta-harness init` writes one), or reference", err=True
        )
        return USAGE

    if not chosen(CheckOptions(profile=profile, only=only)):
        click.echo(f"error: no case of profile {profile} matches {only!r}; --list shows all", err=True)
        return USAGE

    if draft is not None and draft.exists():
        click.echo(f"error: {draft} exists, and the reasons in it would be lost; name a new file", err=True)
        return USAGE

    described = load_target(target)
    check_outputs(json_file=json_file, junit_file=junit_file, report=report, draft=draft)
    with Progress() as progress:

        def show(case: CaseResult) -> None:
            progress.show(case)

        options = CheckOptions(
            profile=profile,
            only=only,
            seed=seed,
            known_deviations=known_deviations,
            consent=consent,
            slow=slow,
            marks_all=report is not None,
            jobs=jobs,
            on_case=show,
            on_manual=_ask_to_configure,
        )
        result = check(described, options)
    code = finish(result, json_file=json_file, junit_file=junit_file, report=report, verbose=verbose)
    if draft is not None:
        click.echo(_told(draft, write_draft(result, draft)))
    return code


def _told(draft: Path, cases: int) -> str:
    if not cases:
        return f"{draft} is not written: nothing failed that is not accepted already"
    return f"known deviations: {draft}, cases: {cases}; write a reason for each group before you use it"


def _ask_to_configure(text: str) -> None:
    from harness.targets.running import nobody_to_ask

    click.echo(text)
    click.echo("Press Enter when the SP trusts this metadata ", nl=False)
    if not sys.stdin.readline():
        click.echo()
        raise nobody_to_ask()
