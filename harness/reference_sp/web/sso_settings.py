"""*Settings > Organization settings > Access & SSO Settings*: for org admins of a plan that has SSO."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from harness.difference import Difference
from harness.reference_sp import admin
from harness.reference_sp.codes import difference, sp
from harness.reference_sp.configuration_file import exported
from harness.reference_sp.expiry import expiry_of
from harness.reference_sp.metadata import Imported
from harness.reference_sp.organizations import Organization
from harness.reference_sp.settings import ROLES, VENDORS
from harness.reference_sp.web.account import to_login, wanted_page
from harness.reference_sp.web.refusals import refusal
from harness.reference_sp.web.state import caller, core, member, organization, session

blueprint = Blueprint("sso_settings", __name__, url_prefix="/settings/organization")
PAGE = "/settings/organization/access-sso"


def org_admin(*, needs_plan: bool = False) -> Organization | BaseResponse:
    """The organization of the signed-in admin, or the page that says why there is nothing to see."""
    person, org = member(), organization()
    if person is None or org is None:
        return to_login(wanted_page() if request.method == "GET" else PAGE)
    if person.role != "admin":
        core().audit.add(
            org.id,
            "view",
            person.email,
            domain="organization",
            feature="sso settings",
            caller=caller(),
            error="cfg_not_admin",
        )
        found = difference(
            "cfg_not_admin", sp("Members > Role"), expected="role admin", received=f"role {person.role}"
        )
        return refusal(found, detail=(found,), title="Only for admins")
    if needs_plan and not org.plan_has_sso:
        found = difference(
            "cfg_plan",
            sp("Plan", "move the organization to one of these plans"),
            expected="Scholarship, Growth or Enterprise",
            received=org.plan,
        )
        return refusal(found, detail=(found,), title="Not part of your plan")
    return org


@blueprint.get("/access-sso")
def show() -> BaseResponse:
    """The settings page."""
    org = org_admin(needs_plan=True)
    return _page(org) if isinstance(org, Organization) else org


@blueprint.post("/access-sso")
def change() -> BaseResponse:
    """Upload, Save, Cancel or Remove, by the button that was pressed."""
    org = org_admin(needs_plan=True)
    if not isinstance(org, Organization):
        return org
    action = request.form.get("action", "")
    if action == "cancel":
        core().organizations.cancel(org.id)
        return redirect(f"{PAGE}?done=cancelled", 303)
    if action == "import":
        file = request.files.get("configuration")
        taken = admin.import_configuration(core(), org.id, file.read() if file else b"", _email(), caller())
        if isinstance(taken, Difference):
            return _page(core().organizations.get(org.id), taken, status=422)
        return redirect(f"{PAGE}?done=imported", 303)
    if action == "remove":
        return _answer(org, admin.remove_configuration(core(), org.id, _email(), caller()), "removed")
    _edit(org)
    file = request.files.get("metadata")
    entity_id = request.form.get("entity_id", "").strip()
    imported: Imported | None = None
    if action == "upload" or (file is not None and file.filename):
        data = file.read() if file is not None else b""
        result = admin.upload(core(), org.id, data, _email(), caller(), entity_id)
        if isinstance(result, Difference):
            return _page(core().organizations.get(org.id), result, status=422)
        imported = result
    url = request.form.get("metadata_url", "").strip()
    if action == "fetch" or (action == "save" and url and url != org.shown.metadata_url):
        fetched = admin.fetch(core(), org.id, url, _email(), caller(), entity_id)
        if isinstance(fetched, Difference):
            return _page(core().organizations.get(org.id), fetched, status=422)
        imported = fetched
    if action == "save":
        live = session()
        by_sso = live is not None and live.method == "sso"
        return _answer(org, admin.save(core(), org.id, _email(), caller(), signed_in_by_sso=by_sso), "saved")
    return _page(core().organizations.get(org.id), imported=imported)


def _email() -> str:
    person = member()
    return "" if person is None else person.email


def _edit(org: Organization) -> None:
    form = request.form
    changes = {
        "vendor": form.get("vendor", org.shown.vendor),
        "require_sso": "require_sso" in form,
        "jit": "jit" in form,
        "jit_role": form.get("jit_role", org.shown.jit_role),
    }
    if changes["vendor"] not in VENDORS or changes["jit_role"] not in ROLES:
        return
    if any(asdict(org.shown)[name] != value for name, value in changes.items()):
        core().organizations.edit(org.id, **changes)


def _answer(org: Organization, problem: Difference | None, done: str) -> BaseResponse:
    if problem is not None:
        return _page(core().organizations.get(org.id), problem, status=422)
    return redirect(f"{PAGE}?done={done}", 303)


def _page(
    org: Organization, problem: Difference | None = None, status: int = 200, imported: Imported | None = None
) -> Response:
    idp = core().organizations.idp(org, draft=True)
    warnings = imported.warnings if imported is not None else ()
    same = imported is not None and org.draft_metadata == org.saved_metadata
    text = render_template(
        "sso_settings.html",
        org=org,
        problem=problem,
        idp=idp,
        imported=imported is not None,
        expiry=expiry_of(core().organizations.idp(org), core().now()),
        warnings=warnings,
        same=same,
        done=request.args.get("done", "") if request.method == "GET" else "",
        entity_id=core().entity_id(org.id),
        acs_url=core().acs_url(org.id),
        slo_url=core().slo_url(org.id) if core().settings.single_logout else "",
        metadata_url=core().metadata_url(org.id),
        roles=ROLES,
        vendors=VENDORS,
    )
    return make_response(text, status)


@blueprint.get("/access-sso/metadata")
def show_metadata() -> BaseResponse:
    """*Show uploaded metadata*."""
    org = org_admin(needs_plan=True)
    if not isinstance(org, Organization):
        return org
    if not org.shown_metadata:
        return redirect(PAGE, 303)
    idp = core().organizations.idp(org, draft=True)
    text = org.shown_metadata.decode("utf-8", errors="replace")
    return make_response(render_template("metadata.html", idp=idp, xml=text, draft=org.draft is not None))


@blueprint.get("/access-sso/configuration.json")
def download_configuration() -> BaseResponse:
    """*Export configuration*: what is saved, without any secret."""
    org = org_admin(needs_plan=True)
    if not isinstance(org, Organization):
        return org
    response = make_response(exported(org))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="sso-settings.json"'
    core().audit.add(
        org.id,
        "export configuration",
        _email(),
        domain="organization",
        feature="sso settings",
        caller=caller(),
    )
    return response


@blueprint.get("/access-sso/metadata.xml")
def download_metadata() -> BaseResponse:
    """The uploaded file, byte for byte."""
    org = org_admin(needs_plan=True)
    if not isinstance(org, Organization):
        return org
    response = make_response(org.shown_metadata)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="idp-metadata.xml"'
    return response
