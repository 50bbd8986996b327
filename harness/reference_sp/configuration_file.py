"""An organization's SSO settings as a file, to take them to another instance of the SP. There is no secret in it."""

from __future__ import annotations

import base64
import json
from typing import Any

from harness.difference import Difference
from harness.reference_sp.codes import difference, sp
from harness.reference_sp.core import Core
from harness.reference_sp.hints import shown
from harness.reference_sp.metadata import Imported
from harness.reference_sp.organizations import Organization, SsoSettings
from harness.reference_sp.settings import ROLES, VENDORS

FORMAT = "reference-sp/sso-settings"
VERSION = 1
_EXPORT = sp("Export configuration", "export the settings of the other instance once more")
_TYPES: dict[str, type] = {
    "vendor": str,
    "require_sso": bool,
    "jit": bool,
    "jit_role": str,
    "metadata_url": str,
}


def exported(organization: Organization) -> bytes:
    """What is saved, as JSON. Left out: members, sessions, logs, and every key of the SP's own."""
    saved = organization.saved
    document = {
        "format": FORMAT,
        "version": VERSION,
        "settings": {name: getattr(saved, name) for name in _TYPES},
        "idp_entity_id": saved.idp_entity_id,
        **_written(organization.saved_metadata),
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def _written(metadata: bytes) -> dict[str, str]:
    """The metadata as text where that keeps every byte, else in base64 (UTF-16, for example)."""
    try:
        return {"idp_metadata": metadata.decode(), "idp_metadata_as": "text"}
    except UnicodeDecodeError:
        return {"idp_metadata": base64.b64encode(metadata).decode(), "idp_metadata_as": "base64"}


def import_into_draft(core: Core, org_id: str, data: bytes) -> SsoSettings | Difference:
    """Put the settings of a file into the draft; a refused file changes nothing."""
    document = _read(data, core.settings.metadata_max_bytes * 2)
    if isinstance(document, Difference):
        return document
    settings, metadata = document["settings"], document["idp_metadata"].encode()
    if document["idp_metadata_as"] == "base64":
        metadata = base64.b64decode(metadata)
    if metadata:
        imported = core.organizations.upload(
            org_id, metadata, document["idp_entity_id"], settings["metadata_url"]
        )
        if not isinstance(imported, Imported):
            return imported
    else:
        settings["metadata_url"] = ""
    core.organizations.edit(org_id, **settings)
    return core.organizations.get(org_id).shown


def _read(data: bytes, limit: int) -> dict[str, Any] | Difference:
    if len(data) > limit:
        return _refused(f"at most {limit} bytes", f"{len(data)} bytes")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _refused("JSON", shown(data[:60].decode("utf-8", "replace")) if data else "an empty file")
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return _refused(f'"format": "{FORMAT}"', "another file")
    if document.get("version") != VERSION:
        return _refused(f'"version": {VERSION}', shown(str(document.get("version"))))
    settings = document.get("settings")
    wanted = {**_TYPES, "idp_entity_id": str, "idp_metadata": str, "idp_metadata_as": str}
    held = {**settings, **document} if isinstance(settings, dict) else document
    for name, kind in wanted.items():
        if type(held.get(name)) is not kind:
            return _refused(f'"{name}": {kind.__name__}', shown(json.dumps(held.get(name))))
    for name, known in (("vendor", VENDORS), ("jit_role", ROLES), ("idp_metadata_as", ("text", "base64"))):
        if held[name] not in known:
            return _refused(f'"{name}": one of {", ".join(known)}', shown(held[name]))
    return {**document, "settings": {name: held[name] for name in _TYPES}}


def _refused(expected: str, received: str) -> Difference:
    return difference("cfg_import", _EXPORT, expected=expected, received=received)
