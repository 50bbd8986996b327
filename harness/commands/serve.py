"""``okta-harness serve``: a fake Okta and a reference SP to click through by hand, or for a test in any language."""

from __future__ import annotations

import json
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from fake_idp.org.clock import Clock
from harness.commands.options import WholeNumber, existing, seed_option

if TYPE_CHECKING:
    from fake_idp import FakeOkta
    from harness.reference_sp import ReferenceSP

OKTA_PORT = 8400
SP_PORT = 8500
_LAST_LINE = "For tests only. Ctrl+C stops."


@click.command("serve")
@click.option(
    "--okta-port",
    type=WholeNumber(0, 65535),
    default=OKTA_PORT,
    show_default=True,
    help="0: any free port.",
)
@click.option(
    "--sp-port", type=WholeNumber(0, 65535), default=SP_PORT, show_default=True, help="0: any free port."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep everything in this folder.",
)
@click.option(
    "--org",
    "org_file",
    type=existing,
    metavar="FILE",
    help="Start with the people, groups and apps of an org file.",
)
@click.option("--profile", default="amplitude", show_default=True, help="Which SP the reference SP imitates.")
@click.option("--plan", default="growth", show_default=True, help="The plan of the SP's organization.")
@click.option(
    "--weakness",
    "weaknesses",
    multiple=True,
    metavar="ID",
    help="Switch off one check of the SP (repeatable).",
)
@click.option("--set-up", is_flag=True, help="Do the nine steps of the set-up first.")
@click.option(
    "--clock", metavar="TIME", help="Start at another time: 2030-01-01T12:00:00Z, or +5m, -1h30m from now."
)
@click.option("--freeze", is_flag=True, help="Let time stand still (the console's Org clock lets it run).")
@click.option("--https", is_flag=True, help="Serve HTTPS with a certificate authority made for this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on one line when ready.")
@seed_option
def command(
    okta_port: int,
    sp_port: int,
    data: Path | None,
    org_file: Path | None,
    profile: str,
    plan: str,
    weaknesses: tuple[str, ...],
    set_up: bool,
    clock: str | None,
    freeze: bool,
    https: bool,
    as_json: bool,
    seed: int,
) -> int:
    """Serve a fake Okta and a reference SP on this machine until you press Ctrl+C."""
    from fake_idp import FakeOkta
    from harness.reference_sp import ReferenceSP
    from harness.setup import set_up_sso

    if org_file is not None and org_file.is_dir():
        wanted = "one org file: YAML with users, groups and apps"
        raise click.BadParameter(f"'{org_file}' is a folder; give {wanted}", param_hint="--org")
    if data is not None:
        _check_writable(data)
    if set_up:
        _check_plan(plan)
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_signals())
        okta = stack.enter_context(
            FakeOkta(
                seed=seed, port=okta_port, data_dir=data and data / "okta", org_file=org_file, https=https
            )
        )
        sp = stack.enter_context(
            ReferenceSP(
                profile=profile,
                plan=plan,
                port=sp_port,
                weaknesses=weaknesses,
                data_dir=data and data / "sp",
                seed=seed,
                tls=okta.tls,
                clock=_clock(clock, freeze),
            )
        )
        if set_up and not sp.organization().saved_metadata:
            _check_plan(sp.organization().plan, kept=True)
            set_up_sso(okta, sp)
        people = okta.credentials()
        ready: dict[str, object] = {
            "okta_url": okta.url,
            "admin_url": okta.admin_url,
            "admin_username": okta.admin_username,
            "admin_password": okta.admin_password,
            "api_token": None,
            "sp_url": sp.url,
            "sp_admin_username": sp.admin_email,
            "sp_admin_password": sp.admin_password,
            "inspector_url": None,
            "data_dir": str(data.resolve()) if data else None,
            "ca_certificate": str(okta.tls.ca_certificate) if okta.tls else None,
            "people": [{"login": login, "password": password} for login, password in people],
            "seed": int(okta.seed) if okta.seed.isdecimal() else okta.seed,
        }
        if as_json:
            click.echo(json.dumps(ready))
        else:
            for line in (*_greeting(ready, people, okta.trust_hint), *_next(okta, sp), "", _LAST_LINE):
                click.echo(line)
        stopping.recv(1)
    return 0


def _clock(at: str | None, freeze: bool) -> Clock | None:
    """A clock as asked for; the org and the SP get one each, so that the console moves the org's alone."""
    if at is None and not freeze:
        return None
    clock = Clock()
    try:
        if at is not None:
            (clock.move if at.startswith(("+", "-")) else clock.set)(at)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error), param_hint="--clock") from error
    if freeze:
        clock.freeze()
    return clock


@contextmanager
def stop_signals() -> Iterator[socket.socket]:
    """A socket that can be read from once Ctrl+C or SIGTERM came.

    An event that a handler sets will not do: Python runs the handler between two steps of the program, and a signal
    that comes just before a wait for the event is only noticed after the wait, which then never ends.
    """
    here, there = socket.socketpair()
    there.setblocking(False)
    with here, there:
        former = signal.set_wakeup_fd(there.fileno())
        handlers = {number: signal.signal(number, _do_nothing) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield here
        finally:
            signal.set_wakeup_fd(former)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """A signal must have a handler of Python's to be written to the socket."""


def _check_writable(data: Path) -> None:
    """Find out before anything is served whether the folder can keep it, and say which option is wrong."""
    try:
        for part in (data / "okta", data / "sp"):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=part):
                pass
    except OSError as error:
        problem = f"'{error.filename or data}': {error.strerror}"
        advice = "give a folder that you may write to, or leave it out to keep everything in memory"
        raise click.BadParameter(
            f"'{data}' cannot be written to ({problem}); {advice}", param_hint="--data"
        ) from error


def _check_plan(plan: str, *, kept: bool = False) -> None:
    """Refuse to set up what the SP would refuse at the first login; an organization that is kept keeps its plan."""
    from harness.reference_sp.settings import SSO_PLANS, plan_name

    name = plan_name(plan)
    if name in SSO_PLANS:
        return
    problem = f"the plan {name} has no single sign-on, so --set-up cannot set it up"
    choices = f"{', '.join(SSO_PLANS[:-1])} and {SSO_PLANS[-1]} have it"
    if kept:
        message = f"in this folder {problem}; {choices}: give another folder"
        raise click.BadParameter(message, param_hint="--data")
    message = (
        f"{problem}; {choices}: give one of them, or leave --set-up out to see what such a customer sees"
    )
    raise click.BadParameter(message, param_hint="--plan")


def _greeting(ready: dict[str, object], people: list[tuple[str, str]], trust_hint: str) -> list[str]:
    lines = [
        f"Okta admin console  {ready['admin_url']}",
        f"    sign in as      {ready['admin_username']}  {ready['admin_password']}",
        f"Okta for people     {ready['okta_url']}",
        *(f"    sign in as      {login}  {password}" for login, password in people),
        f"Service provider    {ready['sp_url']}",
        f"    sign in as      {ready['sp_admin_username']}  {ready['sp_admin_password']}",
        f"Kept in             {ready['data_dir'] or 'memory only; --data DIR keeps it'}",
        f"Seed                {ready['seed']}",
        "",
    ]
    return [*lines, f"Trust its certificates  {trust_hint}", ""] if trust_hint else lines


def _next(okta: FakeOkta, sp: ReferenceSP) -> list[str]:
    """What to do now, which follows from what is there: given, set up, or kept from an earlier run."""
    from harness.setup import trusting_app

    app, organization = trusting_app(okta, sp), sp.organization()
    if app is not None:
        return [
            f"Single sign-on is set up, with the app {app.label!r}. "
            f"Next: open {sp.login_url} and press 'Sign in with SSO'."
        ]
    there = _there_already(okta, sp)
    if not organization.plan_has_sso:
        no_sso = f"The plan {organization.plan} has no single sign-on, and {sp.settings_url} says so."
        return [
            *there,
            no_sso,
            "To set it up, start with another --plan, and another folder if this one is kept.",
        ]
    if okta.apps() and organization.saved_metadata:
        return [
            *there,
            f"Next: put that right in Okta or at {sp.settings_url}, or start with the former ports.",
        ]
    return [*there, "Next, the set-up that your customers do:", *_steps(okta, sp)]


def _there_already(okta: FakeOkta, sp: ReferenceSP) -> list[str]:
    from harness.setup import amiss

    lines = [f"  The app {app.label!r}: {'; '.join(amiss(app, sp))}." for app in okta.apps()]
    if sp.organization().saved_metadata:
        lines.append(f"  The SP has saved the metadata of {sp.organization().saved.idp_entity_id}.")
    return ["Of the set-up this is there:", *lines, ""] if lines else []


def _steps(okta: FakeOkta, sp: ReferenceSP) -> list[str]:
    only_the_administrator = len(okta.org.people()) == 1
    person = "In Okta, Directory, People, Add person: nobody but the administrator is there yet."
    steps = [
        f"In the SP, open {sp.settings_url}: Entity ID and ACS URL.",
        f"In Okta, open {okta.admin_url}: Applications, Create App Integration, SAML 2.0.",
        *([person] if only_the_administrator else []),
        "In the new app, Sign On: View IdP metadata, save it; Assignments: assign somebody.",
        "In the SP, upload the file and save. Then sign in with SSO.",
    ]
    lines = [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    return (
        lines if sp.organization().saved_metadata else [*lines, "  (--set-up does all of it at the start.)"]
    )
