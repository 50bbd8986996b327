"""Testing, Faults: QA arms the next login with a deviation from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.org.errors import NotFound
from fake_idp.web.context import org, redirect_to
from fake_idp.web.notices import notify

if TYPE_CHECKING:
    from fake_idp.faults import CatalogueFault

TIMES = (("1", "The next message"), ("5", "The next five messages"), ("", "Every message until disarmed"))
LOGIN_STAGES = frozenset({"claims", "tree", "assertion", "signed", "wire", "binding"})
"""Stages of a response; metadata and logout messages are armed from Python and scenarios."""


@blueprint.get("/testing/faults")
def misbehaviour() -> Response:
    """The catalogue with a search field, and what is armed."""
    return _page()


@blueprint.post("/testing/faults")
def arm_fault() -> Response:
    """Arm one fault for one app or all of them."""
    from fake_idp.faults import UnknownFault, fault

    name, app_id, times = (request.form.get(field, "").strip() for field in ("fault", "app", "times"))
    try:
        chosen = fault(name)
    except UnknownFault as problem:
        text = str(problem)
        return _page({"fault": text[:1].upper() + text[1:]})
    if chosen not in _login_faults():
        return _page({"fault": f"{name} is a fault of metadata or logout messages, not of a login."})
    if times not in dict(TIMES):
        return _page({"times": "Choose how often."})
    try:
        armed_for = org().app(app_id).id if app_id else None
    except NotFound:
        return _page({"app": "This app is not there any more."})
    org().faults.arm([chosen], app_id=armed_for, times=int(times) if times else None)
    notify(f"Armed: {chosen.id}.")
    return redirect_to(url_for("console.misbehaviour"))


@blueprint.post("/testing/faults/disarm")
def disarm_faults() -> Response:
    """Behave again."""
    org().faults.clear()
    notify("Disarmed. The org behaves.")
    return redirect_to(url_for("console.misbehaviour"))


def _login_faults() -> list[CatalogueFault]:
    # Here and not at the top: an org that behaves need not wait for a catalogue of 40 modules.
    from fake_idp.faults import catalogue

    return [one for one in catalogue() if one.stage in LOGIN_STAGES]


def _page(errors: dict[str, str] | None = None) -> Response:
    labels = {app.id: app.label for app in org().apps()}
    wanted = request.args.get("q", "").strip().lower()
    shown = [one for one in _login_faults() if wanted in f"{one.id} {one.title} {one.group}".lower()]
    armed = [
        (each, labels.get(order.app_id or "", "All apps"), order.remaining)
        for order in org().faults.orders()
        for each in order.faults
    ]
    return make_response(
        render_template(
            "console/faults.html",
            active="faults",
            faults=shown,
            armed=armed,
            apps=[("", "All apps"), *labels.items()],
            times=TIMES,
            q=request.args.get("q", ""),
            form=request.form,
            errors=errors or {},
        )
    )
