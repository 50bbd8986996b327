"""An org as a YAML file: people, groups, apps and inline hooks, to start from or to take along.

Written out and read back it is the same file again. Keys of apps are those of Okta's API (``ssoAcsUrl``), and the
wizard's labels are taken too. Private keys, password hashes and the seed are written only on request: whoever has them
can sign as this org.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from fake_idp.org.api_shape import sign_on_object, user_name_template
from fake_idp.org.clock import parse_time
from fake_idp.org.errors import InvalidOrgFile, InvalidSetting, InvalidValue, OrgError
from fake_idp.org.model import App, AppIdentity, AppKey, Person
from fake_idp.org.org import Org
from fake_idp.org.org_settings import OrgSettings
from fake_idp.org.settings import FIELDS, app_arguments
from fake_idp.org.yaml_marks import MarkedDocument
from fake_idp.saml.keys import SigningKey, load_signing_key

_SECTIONS = ("org", "users", "groups", "inlineHooks", "apps")
_ORG_KEYS = ("subdomain", "name", "seed", "settings", "keys")
_USER_KEYS = (
    "id", "login", "email", "firstName", "lastName", "status", "admin", "password", "passwordHash", "profile",
)  # fmt: skip
_GROUP_KEYS = ("id", "name", "description", "members")
_HOOK_KEYS = ("id", "name", "url", "headerName", "headerValue")
_APP_KEYS = (
    "label", "name", "id", "externalKey", "linkId", "status", "hidden", "notes", "accessErrorUrl", "users", "groups",
    "keys",
)  # fmt: skip
_KEY_KEYS = ("kid", "created", "active", "privateKey", "certificate")


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines, such as PEM, as a block."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def export_org(org: Org, *, secrets: bool = False) -> str:
    """The org as YAML text. ``secrets`` adds private keys, password hashes, hook headers and the seed."""
    with org.store.lock:
        document = {
            "org": _org_section(org, secrets),
            "users": [_user(org, person, secrets) for person in org.people()],
            "groups": [_group(org, group) for group in org.groups() if group.type != "BUILT_IN"],
            "inlineHooks": [_hook(hook, secrets) for hook in org.inline_hooks()],
            "apps": [_app(org, app, secrets) for app in org.apps()],
        }
    shown = {name: value for name, value in document.items() if value}
    return yaml.dump(shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _given(**values: Any) -> dict[str, Any]:
    """Only what is not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _org_section(org: Org, secrets: bool) -> dict[str, Any]:
    section = {"subdomain": org.subdomain, "name": org.name}
    settings = {_camel(name): value for name, value in org.settings.changed().items()}
    if secrets:
        section["seed"] = org.seed
        made = {"metadata": org.metadata_key, "sha1": org.sha1_key}
        return section | _given(settings=settings) | {"keys": {name: _key(key) for name, key in made.items()}}
    return section | _given(settings=settings)


def _user(org: Org, person: Person, secrets: bool) -> dict[str, Any]:
    return {
        "login": person.login,
        **({} if person.id == org.admin.id else {"id": person.id}),
        "email": person.email,
        "firstName": person.first_name,
        "lastName": person.last_name,
        **_given(status="" if person.status == "ACTIVE" else person.status, admin=person.is_admin),
        **_given(passwordHash=org.password_hash(person) if secrets else "", profile=dict(person.profile)),
    }


def _group(org: Org, group: Any) -> dict[str, Any]:
    members = [person.login for person in org.members(group)]
    return {"name": group.name, "id": group.id, **_given(description=group.description, members=members)}


def _hook(hook: Any, secrets: bool) -> dict[str, Any]:
    header = _given(headerName=hook.header_name, headerValue=hook.header_value if secrets else "")
    return {"name": hook.name, "id": hook.id, "url": hook.url, **header}


def _app(org: Org, app: App, secrets: bool) -> dict[str, Any]:
    people: list[Any] = []
    groups: list[str] = []
    for row in org.assignments(app):
        if row.scope == "GROUP":
            groups.append(row.target_name)
            continue
        login = org.person(row.target_id).login
        people.append({"login": login, "userName": row.user_name} if row.user_name else login)
    template = user_name_template(app.application_username, app.username_expression, app.username_update)
    return {
        "label": app.label,
        "name": app.name,
        "id": app.id,
        "externalKey": app.external_key,
        "linkId": app.link_id,
        **_given(status="" if app.is_active else app.status, hidden=app.hidden, notes=app.notes),
        **_given(accessErrorUrl=app.access_error_url),
        **sign_on_object(app.settings),
        **({} if template == user_name_template("Okta username", "", "Create and update") else
           {"userNameTemplate": template}),
        **_given(users=people, groups=groups),
        **({"keys": [_app_key(row) for row in org.keys(app) if not row.org_wide]} if secrets else {}),
    }  # fmt: skip


def _app_key(row: AppKey) -> dict[str, Any]:
    return _given(active=row.status == "ACTIVE") | _key(row.key)


def _key(key: SigningKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "created": key.created.isoformat(),
        "privateKey": key.private_key_pem,
        "certificate": key.certificate_pem,
    }


def read_org_file(file: str | Path) -> MarkedDocument:
    """The document of a path, or of YAML text (which has a line end or a colon and a blank in it).

    :raises InvalidOrgFile: when it cannot be read, is empty or no YAML, or a part is unknown or of the wrong kind.
    """
    if isinstance(file, Path) or ("\n" not in file and ": " not in file):
        path = Path(file)
        document = MarkedDocument(_file_text(path), str(path))
    else:
        document = MarkedDocument(file)
    if document.value is None:
        # Whoever wants an org without people gives no file: this one was cut off, or is another than was meant.
        raise document.error("", f"the file is empty; an org file has one or more of {', '.join(_SECTIONS)}")
    _check_keys(document, "", document.value, _SECTIONS)
    _check_keys(document, "org", document.value.get("org", {}), _ORG_KEYS)
    for section in _SECTIONS[1:]:
        _check_rows(document, section, document.value.get(section))
    return document


def _file_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as trouble:
        raise InvalidOrgFile(
            str(path), f"cannot be read: {trouble.strerror}; an org file is one YAML file"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        good = data[: trouble.start].decode("utf-8-sig")
        place = f"{path}:{good.count(chr(10)) + 1}:{len(good.rpartition(chr(10))[2]) + 1}"
        byte = data[trouble.start]
        raise InvalidOrgFile(
            place,
            f"byte 0x{byte:02x} is not UTF-8 text; save the file as UTF-8 (Latin-1 and UTF-16 are not read)",
        ) from None


def org_arguments(document: MarkedDocument) -> dict[str, Any]:
    """Keyword arguments for :class:`Org` that the file's section ``org`` asks for.

    :raises InvalidOrgFile: for a setting that the org does not have.
    """
    section = document.value.get("org", {})
    given = section.get("settings") or {}
    _check_keys(document, "org.settings", given, tuple(_camel(field.name) for field in fields(OrgSettings)))
    for name, value in given.items():
        try:
            OrgSettings().with_values(**{_snake(name): value})
        except InvalidValue as trouble:
            raise document.error(f"org.settings.{name}", trouble.message) from None
    settings = {_snake(name): value for name, value in given.items()}
    return {
        **_given(subdomain=section.get("subdomain"), name=section.get("name"), seed=section.get("seed")),
        **settings,
    }


def import_org(org: Org, file: str | Path | MarkedDocument, *, settings: bool = True) -> None:
    """Add what the file holds to an org: all of it, or nothing when a part cannot be taken.

    Ids, names in URLs and keys are those of the file where it gives them, new ones where it does not. The section
    ``org`` counts when the org is made (:func:`org_arguments`); here only its keys are taken, and its settings unless
    ``settings`` is false.

    :raises InvalidOrgFile: with file, line and column of what cannot be taken.
    """
    document = file if isinstance(file, MarkedDocument) else read_org_file(file)
    asked = {k: v for k, v in org_arguments(document).items() if k not in ("subdomain", "name", "seed")}
    with org.unit():
        if settings and asked:
            org.change_settings(**asked)
        for purpose, key in (document.value.get("org", {}).get("keys") or {}).items():
            _adopt_key(org, document, purpose, key)
        for take, section in (
            (_take_user, "users"), (_take_group, "groups"), (_take_hook, "inlineHooks"), (_take_app, "apps"),
        ):  # fmt: skip
            for number, row in enumerate(document.value.get(section) or []):
                path = f"{section}[{number}]"
                try:
                    take(org, document, path, row)
                except (OrgError, TypeError, ValueError) as trouble:
                    raise _placed(document, path, row, trouble) from None


def _placed(document: MarkedDocument, path: str, row: Any, trouble: Exception) -> Exception:
    if isinstance(trouble, InvalidOrgFile):
        return trouble
    if isinstance(trouble, InvalidSetting | InvalidValue) and isinstance(row, Mapping):
        key = _key_for(trouble.field, row)
        if key is not None:
            path = f"{path}.{key}"
    return document.error(path, str(trouble))


def _key_for(field: str, row: Mapping[str, Any]) -> str | None:
    """The key of the row that stands for a field, in whatever spelling it is written."""
    spellings = {
        field,
        *(name for f in FIELDS if f.attribute == field for name in (f.api_name, f.label, *f.synonyms)),
    }
    plain = {"".join(c for c in name.lower() if c.isalnum()) for name in spellings}
    outer = {"".join(c for c in name.split(".")[0].lower() if c.isalnum()) for name in spellings}
    for wanted in (plain, outer):
        for key in row:
            if "".join(c for c in str(key).lower() if c.isalnum()) in wanted:
                return str(key)
    return None


def _check_keys(document: MarkedDocument, path: str, value: Any, known: tuple[str, ...]) -> None:
    if not isinstance(value, Mapping):
        raise document.error(path, f"expected the keys {', '.join(known)}")
    for key in value:
        if key not in known:
            close = get_close_matches(str(key), known, n=1)
            advice = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            raise document.error(f"{path}.{key}" if path else str(key), f"unknown key; {advice}")


def _check_rows(document: MarkedDocument, section: str, rows: Any) -> None:
    if rows is None:
        return
    if not isinstance(rows, list):
        raise document.error(section, "expected a list")
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise document.error(f"{section}[{number}]", "expected keys and values")


def _moment(value: Any) -> datetime:
    return parse_time(value.isoformat() if isinstance(value, datetime) else str(value))


def _read_key(document: MarkedDocument, path: str, value: Any) -> SigningKey:
    _check_keys(document, path, value, _KEY_KEYS)
    try:
        return load_signing_key(
            value["privateKey"], value["certificate"], str(value["kid"]), _moment(value["created"])
        )
    except KeyError as missing:
        raise document.error(path, f"the key has no {missing.args[0]}") from None
    except (ValueError, TypeError) as trouble:
        raise document.error(path, f"this is no key with its certificate: {trouble}") from None


def _adopt_key(org: Org, document: MarkedDocument, purpose: str, value: Any) -> None:
    path = f"org.keys.{purpose}"
    key = _read_key(document, path, value)
    match purpose:
        case "metadata" | "sha1":
            org.adopt_org_key(purpose, key)
        case _:
            raise document.error(path, "unknown key; there are metadata and sha1")


def _take_user(org: Org, document: MarkedDocument, path: str, row: Mapping[str, Any]) -> None:
    values = dict(row)
    for key in values:
        close = get_close_matches(str(key), _USER_KEYS, n=1, cutoff=0.85)
        if key not in _USER_KEYS and close:
            raise document.error(f"{path}.{key}", f"unknown key; did you mean {close[0]!r}?")
    profile = {**values.pop("profile", {}), **{k: values.pop(k) for k in list(values) if k not in _USER_KEYS}}
    first, last = values.get("firstName"), values.get("lastName")
    if values.get("login") == org.admin.login:
        base = {name: values[name] for name in ("email", "firstName", "lastName") if name in values}
        org.update_person(org.admin, **base, **profile)
        if values.get("passwordHash"):
            org.set_password_hash(org.admin, values["passwordHash"])
        return
    org.add_person(
        values.get("login"), values.get("email"), first, last, values.get("password"), bool(values.get("admin")),
        status=values.get("status", "ACTIVE"), person_id=values.get("id"),
        password_hash=values.get("passwordHash"), **profile,
    )  # fmt: skip


def _take_group(org: Org, document: MarkedDocument, path: str, row: Mapping[str, Any]) -> None:
    _check_keys(document, path, row, _GROUP_KEYS)
    group = org.add_group(str(row.get("name", "")), str(row.get("description", "")), group_id=row.get("id"))
    for login in row.get("members") or []:
        org.add_member(group, str(login))


def _take_hook(org: Org, document: MarkedDocument, path: str, row: Mapping[str, Any]) -> None:
    _check_keys(document, path, row, _HOOK_KEYS)
    org.add_inline_hook(
        str(row.get("name", "")), str(row.get("url", "")), str(row.get("headerName", "")),
        str(row.get("headerValue", "")), hook_id=row.get("id"),
    )  # fmt: skip


def _take_app(org: Org, document: MarkedDocument, path: str, row: Mapping[str, Any]) -> None:
    own = {key: row[key] for key in row if key in _APP_KEYS}
    arguments = app_arguments({key: row[key] for key in row if key not in _APP_KEYS})
    keys = [_read_key(document, f"{path}.keys[{n}]", value) for n, value in enumerate(own.get("keys") or [])]
    active = [key for key, value in zip(keys, own.get("keys") or [], strict=True) if value.get("active")]
    if keys and len(active) > 1:
        raise document.error(f"{path}.keys", "only one key can be active")
    identity = AppIdentity(
        id=own.get("id", ""), name=own.get("name", ""), external_key=own.get("externalKey", ""),
        link_id=own.get("linkId", ""),
    )  # fmt: skip
    first = keys[0] if keys else None
    app = org.create_saml_app(
        str(own.get("label", "")), identity=identity, key=first, active=own.get("status", "ACTIVE") == "ACTIVE",
        hidden=bool(own.get("hidden")), notes=str(own.get("notes", "")),
        access_error_url=str(own.get("accessErrorUrl", "")), **arguments,
    )  # fmt: skip
    for key in keys[1:]:
        org.add_key(app, key)
    if keys and not active:
        org.activate_key(app, org.sha1_key.kid)
    for key in active:
        if key.kid != app.signing_kid:
            org.activate_key(app, key.kid)
    for name in own.get("groups") or []:
        org.assign_group(app, str(name))
    for person in own.get("users") or []:
        login, user_name = (
            (person["login"], person.get("userName")) if isinstance(person, Mapping) else (person, None)
        )
        org.assign_person(app, str(login), user_name)
