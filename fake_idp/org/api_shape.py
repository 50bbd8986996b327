"""Settings as Okta's API writes them: names, nesting and order of ``settings.signOn`` and ``userNameTemplate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.fields import FIELD_BY_ATTRIBUTE, FIELDS
from fake_idp.org.saml_settings import SamlSettings
from fake_idp.org.username import BUILT_IN_TEMPLATES

_UPDATES = {"PUSH": "Create and update", "NOT_CONFIGURED": "Create and update", "DONT_PUSH": "Create only"}
_FORMS = {template: form for form, template in BUILT_IN_TEMPLATES.items()}


def sign_on_object(settings: SamlSettings) -> dict[str, Any]:
    """The settings that differ from the wizard's defaults, by API name; ``parse_fields`` reads them back."""
    shown: dict[str, Any] = {}
    for row in FIELDS:
        if row.on_app or getattr(settings, row.attribute) == row.default:
            continue
        outer, _, inner = row.api_name.partition(".")
        value = _api_value(settings, row.attribute)
        if row.attribute == "group_attribute_statements":
            shown["attributeStatements"] = shown.get("attributeStatements", []) + value
        elif inner:
            shown.setdefault(outer, {})[inner] = value
        else:
            shown[outer] = value
    return shown


def _api_value(settings: SamlSettings, attribute: str) -> Any:
    value = getattr(settings, attribute)
    if FIELD_BY_ATTRIBUTE[attribute].kind == "certificate":
        return ["".join(value.splitlines()[1:-1])]
    match attribute:
        case "acs_endpoints":
            return [{"url": endpoint.url, "index": endpoint.index} for endpoint in value]
        case "attribute_statements":
            return [
                {"type": "EXPRESSION", "name": s.name, "namespace": s.name_format, "values": list(s.values)}
                for s in value
            ]
        case "group_attribute_statements":
            return [
                {
                    "type": "GROUP",
                    "name": s.name,
                    "namespace": s.name_format,
                    "filterType": s.filter_type,
                    "filterValue": s.filter_value,
                }
                for s in value
            ]
        case "inline_hook":
            return [{"id": value}] if value.startswith("cal") else value
        case _:
            return value


def user_name_template(form: str, expression: str, update: str) -> dict[str, str]:
    """The app's ``credentials.userNameTemplate``."""
    if form == "(None)":
        template = {"type": "NONE"}
    elif form == "Custom":
        template = {"template": expression, "type": "CUSTOM"}
    else:
        template = {"template": BUILT_IN_TEMPLATES[form], "type": "BUILT_IN"}
    if update != "Create and update":
        template["pushStatus"] = "DONT_PUSH"
    return template


def user_name_fields(template: Mapping[str, Any]) -> dict[str, str]:
    """The app's own fields that a ``userNameTemplate`` stands for.

    :raises InvalidSetting: for a type or push status that the API does not have.
    """
    kind = str(template.get("type", "BUILT_IN"))
    text = str(template.get("template") or "")
    suffix = str(template.get("userSuffix") or "")
    text = text.replace("${instance.userSuffix}", suffix)
    if suffix and suffix not in text:
        text += suffix
    if kind not in ("NONE", "BUILT_IN", "CUSTOM"):
        raise _refused("application_username", kind, "NONE, BUILT_IN or CUSTOM")
    push = str(template.get("pushStatus") or "NOT_CONFIGURED")
    if push not in _UPDATES:
        raise _refused("username_update", push, ", ".join(_UPDATES))
    fields = {"username_update": _UPDATES[push]}
    if kind == "NONE":
        return fields | {"application_username": "(None)"}
    if text in _FORMS and kind == "BUILT_IN":
        return fields | {"application_username": _FORMS[text]}
    if not text and kind == "BUILT_IN":
        return fields | {"application_username": "Okta username"}
    return fields | {"application_username": "Custom", "username_expression": text}


def _refused(attribute: str, received: str, expected: str) -> InvalidSetting:
    return InvalidSetting(attribute, FIELD_BY_ATTRIBUTE[attribute].label, received, expected)
