"""What an org admin does to the SSO settings, with the audit entry of each action."""

from __future__ import annotations

from dataclasses import asdict

from harness.difference import Difference
from harness.reference_sp import metadata_source
from harness.reference_sp.audit import Caller
from harness.reference_sp.certificates import fingerprint
from harness.reference_sp.configuration_file import import_into_draft
from harness.reference_sp.core import Core
from harness.reference_sp.metadata import Imported
from harness.reference_sp.organizations import SsoSettings


def upload(
    core: Core, org_id: str, data: bytes, email: str, caller: Caller | None = None, entity_id: str = ""
) -> Imported | Difference:
    """Put metadata into the draft."""
    result = core.organizations.upload(org_id, data, entity_id)
    if isinstance(result, Difference):
        _note(core, org_id, "upload metadata", email, caller, error=result.code)
    else:
        keys = [fingerprint(certificate) for certificate in result.idp.certificates]
        _note(core, org_id, "upload metadata", email, caller, idp=result.idp.entity_id, certificates=keys)
    return result


def fetch(
    core: Core, org_id: str, url: str, email: str, caller: Caller | None = None, entity_id: str = ""
) -> Imported | Difference:
    """Fetch metadata from its address and put it into the draft."""
    data = metadata_source.fetch(core, url)
    result = data if isinstance(data, Difference) else core.organizations.upload(org_id, data, entity_id, url)
    _note(core, org_id, "fetch metadata", email, caller, error=_code_of(result), url=url)
    return result


def import_configuration(
    core: Core, org_id: str, data: bytes, email: str, caller: Caller | None = None
) -> SsoSettings | Difference:
    """Put the settings of an exported file into the draft."""
    result = import_into_draft(core, org_id, data)
    _note(core, org_id, "import configuration", email, caller, error=_code_of(result))
    return result


def _code_of(result: object) -> str:
    return result.code if isinstance(result, Difference) else ""


def save(
    core: Core, org_id: str, email: str, caller: Caller | None = None, *, signed_in_by_sso: bool = True
) -> Difference | None:
    """Make the draft count. Turning Require SSO on or off gets an entry of its own."""
    before = core.organizations.get(org_id)
    problem = core.organizations.save(org_id, signed_in_by_sso=signed_in_by_sso)
    if problem is not None or before.draft is None:
        if problem is not None:
            _note(core, org_id, "change settings", email, caller, error=problem.code)
        return problem
    old, new = asdict(before.saved), asdict(before.draft)
    changes = {name: {"from": old[name], "to": new[name]} for name in new if old[name] != new[name]}
    if before.draft_metadata != before.saved_metadata:
        changes["metadata"] = {"from": bool(before.saved_metadata), "to": True}
    _note(core, org_id, "change settings", email, caller, changes=changes)
    if "require_sso" in changes:
        _note(core, org_id, "require sso on" if new["require_sso"] else "require sso off", email, caller)
        if new["require_sso"] and core.settings.require_sso_sessions == "end":
            core.sessions.end_passwords(org_id, but=core.members.key(email))
    return None


def remove_configuration(
    core: Core, org_id: str, email: str, caller: Caller | None = None
) -> Difference | None:
    """Forget the identity provider."""
    problem = core.organizations.remove_configuration(org_id)
    _note(core, org_id, "remove configuration", email, caller, error=problem.code if problem else "")
    return problem


def _note(
    core: Core,
    org_id: str,
    action: str,
    email: str,
    caller: Caller | None,
    error: str = "",
    **properties: object,
) -> None:
    core.audit.add(
        org_id,
        action,
        email,
        domain="organization",
        feature="sso settings",
        target=org_id,
        risk="medium",
        caller=caller,
        error=error,
        **properties,
    )
