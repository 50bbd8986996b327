"""Apps from a real Okta: the app object of ``GET /api/v1/apps/{id}``, the IdP metadata, or both.

The app here gets the same ids, names, settings and entity ID as there, so that an SP's configuration keeps its shape.
The host differs, and so does the signing key, which never leaves a real Okta: the certificate is a new one for tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fake_idp.org.errors import InvalidOrgFile
from fake_idp.org.model import App, AppIdentity
from fake_idp.org.org import Org
from fake_idp.org.settings import app_arguments
from fake_idp.saml.names import NAMEID_EMAIL, NAMESPACES
from fake_idp.saml.xml import XmlRefused, parse

_OVERRIDES = {
    "ssoAcsUrlOverride": "ssoAcsUrl",
    "audienceOverride": "audience",
    "recipientOverride": "recipient",
    "destinationOverride": "destination",
}
_WITHOUT_EFFECT = {"subjectNameIdTemplate", "spIssuer", "requestCompressed", "allowMultipleAcsEndpoints"}
_ENTITY_ID = re.compile(r"http://www\.okta\.com/(exk\w+)")


@dataclass(frozen=True, slots=True)
class ForeignMetadata:
    """What IdP metadata tells of an app."""

    entity_id: str
    external_key: str
    app_name: str
    name_id_format: str
    has_single_logout: bool


def read_metadata(metadata: str | bytes | Path) -> ForeignMetadata:
    """What an Okta app's metadata file tells of the app.

    :raises InvalidOrgFile: when it is no IdP metadata of Okta's shape.
    """
    data = metadata.read_bytes() if isinstance(metadata, Path) else metadata
    try:
        root = parse(data)
    except XmlRefused as refusal:
        raise InvalidOrgFile("metadata", refusal.reason) from None
    descriptor = root.find("md:IDPSSODescriptor", NAMESPACES)
    service = descriptor.find("md:SingleSignOnService", NAMESPACES) if descriptor is not None else None
    if descriptor is None or service is None:
        raise InvalidOrgFile(
            "metadata", "expected an EntityDescriptor with an IDPSSODescriptor and a SingleSignOnService"
        )
    path = urlsplit(service.get("Location", "")).path.strip("/").split("/")
    if len(path) < 5 or path[0] != "app" or path[3:5] != ["sso", "saml"]:
        raise InvalidOrgFile(
            "metadata", "expected a SingleSignOnService at /app/{name}/{key}/sso/saml, as Okta's are, received "
            f"{service.get('Location')!r}",
        )  # fmt: skip
    formats = [(element.text or "").strip() for element in descriptor.findall("md:NameIDFormat", NAMESPACES)]
    others = [each for each in formats if each != NAMEID_EMAIL]
    return ForeignMetadata(
        entity_id=root.get("entityID", ""),
        external_key=path[2],
        app_name=path[1],
        name_id_format=others[0] if others else NAMEID_EMAIL,
        has_single_logout=descriptor.find("md:SingleLogoutService", NAMESPACES) is not None,
    )


def import_okta_app(
    org: Org,
    app: Mapping[str, Any] | str | Path | None = None,
    metadata: str | bytes | Path | None = None,
    *,
    label: str | None = None,
    **settings: Any,
) -> App:
    """Make the app of a real Okta here, from its app object, its metadata, or both.

    ``app`` is the object, its JSON text, or the path of a file with it. Metadata alone tells neither the Single sign-on
    URL nor the audience: give ``sso_acs_url`` and ``audience``. ``settings`` override what was read.

    :raises InvalidOrgFile: when what was given is not what Okta gives out.
    :raises InvalidSetting: when a setting is missing or cannot be taken.
    """
    if app is None and metadata is None:
        raise InvalidOrgFile("", "give an app object, metadata, or both")
    source = _app_object(app) if app is not None else {}
    told = read_metadata(metadata) if metadata is not None else None
    values = _settings(source)
    if told is not None:
        # The app object says more, where there is one.
        values = _told(told) | values
    arguments = app_arguments(values | settings)
    identity = AppIdentity(
        id=str(source.get("id", "")),
        name=str(source.get("name") or (told.app_name if told else "")),
        external_key=told.external_key if told else "",
        link_id=_link_id(source),
        signing_kid=_signing_kid(source),
    )
    visibility = source.get("visibility") or {}
    return org.create_saml_app(
        label or str(source.get("label") or identity.name),
        identity=identity,
        active=source.get("status", "ACTIVE") == "ACTIVE",
        hidden=bool((visibility.get("hide") or {}).get("web")),
        access_error_url=str((source.get("accessibility") or {}).get("errorRedirectUrl") or ""),
        notes=str(((source.get("settings") or {}).get("notes") or {}).get("admin") or ""),
        **arguments,
    )


def _told(told: ForeignMetadata) -> dict[str, Any]:
    values: dict[str, Any] = {"subjectNameIdFormat": told.name_id_format}
    if not _ENTITY_ID.fullmatch(told.entity_id):
        values["idpIssuer"] = told.entity_id
    return values


def _app_object(app: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    if isinstance(app, Path):
        app = app.read_text("utf-8")
    if isinstance(app, str):
        try:
            app = json.loads(app)
        except ValueError as trouble:
            raise InvalidOrgFile("app", f"no JSON: {trouble}") from None
    if not isinstance(app, Mapping):
        raise InvalidOrgFile("app", "expected one app object, as GET /api/v1/apps/{id} gives it")
    mode = app.get("signOnMode")
    if mode != "SAML_2_0":
        raise InvalidOrgFile("app.signOnMode", f"expected SAML_2_0, received {mode!r}")
    return app


def _settings(source: Mapping[str, Any]) -> dict[str, Any]:
    """The sign-on settings under the names that the field table knows."""
    sign_on = (source.get("settings") or {}).get("signOn") or {}
    values: dict[str, Any] = {}
    for name, value in sign_on.items():
        if name not in _WITHOUT_EFFECT and value is not None:
            values[_OVERRIDES.get(name, name)] = value
    # The API repeats the Single sign-on URL where the wizard's checkbox is ticked.
    for name in ("recipient", "destination"):
        if values.get(name) == values.get("ssoAcsUrl"):
            values.pop(name, None)
    template = (source.get("credentials") or {}).get("userNameTemplate")
    return values | ({"userNameTemplate": template} if template else {})


def _signing_kid(source: Mapping[str, Any]) -> str:
    return str(((source.get("credentials") or {}).get("signing") or {}).get("kid") or "")


def _link_id(source: Mapping[str, Any]) -> str:
    for link in (source.get("_links") or {}).get("appLinks") or []:
        last = urlsplit(str(link.get("href", ""))).path.rpartition("/")[2]
        if last.startswith("aln"):
            return last
    return ""
