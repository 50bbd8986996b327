"""``okta-harness serve``: a fake Okta and a reference SP to click through by hand, or for a test in any language."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import click

from fake_idp.org.clock import Clock
from harness.commands.options import existing, seed_option

OKTA_PORT = 8400
SP_PORT = 8500


@click.command("serve")
@click.option(
    "--okta-port",
    type=click.IntRange(0, 65535),
    default=OKTA_PORT,
    show_default=True,
    help="0: any free port.",
)
@click.option(
    "--sp-port", type=click.IntRange(0, 65535), default=SP_PORT, show_default=True, help="0: any free port."
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

    stopping = threading.Event()
    _stop_on_signals(stopping)
    with ExitStack() as stack:
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
        if set_up and not okta.apps():
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
            "seed": seed,
        }
        if as_json:
            click.echo(json.dumps(ready))
        else:
            for line in _greeting(ready, people, set_up=set_up, trust_hint=okta.trust_hint):
                click.echo(line)
        stopping.wait()
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


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _greeting(
    ready: dict[str, object], people: list[tuple[str, str]], *, set_up: bool, trust_hint: str
) -> list[str]:
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
    if trust_hint:
        lines += [f"Trust its certificates  {trust_hint}", ""]
    if set_up:
        lines += [
            f"Single sign-on is set up. Next: open {ready['sp_url']}/login and press 'Sign in with SSO'."
        ]
    else:
        lines += [
            "Next, the set-up that your customers do:",
            f"  1. In the SP, open {ready['sp_url']}/settings/organization/access-sso: Entity ID and ACS URL.",
            f"  2. In Okta, open {ready['admin_url']}: Applications, Create App Integration, SAML 2.0.",
            "  3. In the new app, Sign On: View IdP metadata, save it; Assignments: assign yourself somebody.",
            "  4. In the SP, upload the file and save. Then sign in with SSO.",
            "  (--set-up does all of it at the start.)",
        ]
    return [*lines, "", "For tests only. Ctrl+C stops."]
