"""One value of one field, from whatever a form, a YAML file, the API or Python gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.fields import ATTRIBUTE_NAME_FORMATS, GROUP_FILTERS, Choice, Field
from fake_idp.org.saml_settings import AcsEndpoint, AttributeStatement, GroupAttributeStatement
from fake_idp.saml.names import ATTRNAME_UNSPECIFIED

_TRUE = {"true", "yes", "on", "1", "checked", "enabled"}
_FALSE = {"false", "no", "off", "0", "unchecked", "disabled", ""}


def read_value(row: Field, value: Any) -> Any:
    """The value as :class:`SamlSettings` keeps it.

    :raises InvalidSetting: when it is no value for this field; the error names what would be.
    """
    match row.kind:
        case "url" | "text":
            return _text(row, value)
        case "checkbox":
            return _truth(row, value)
        case "choice":
            return _choice(row, value)
        case "number":
            return _number(row, value)
        case "certificate":
            return _certificate(row, value)
        case "acs_rows":
            return tuple(_acs_endpoint(row, i, item) for i, item in enumerate(_rows(row, value)))
        case "attribute_rows":
            rows = list(_rows(row, value))
            plain = tuple(_attribute(row, item) for item in rows if not _is_group(item))
            return plain, tuple(_group(row, item) for item in rows if _is_group(item))
        case "group_rows":
            return tuple(_group(row, item) for item in _rows(row, value))


def _refused(row: Field, value: Any, expected: str, advice: str = "") -> InvalidSetting:
    return InvalidSetting(row.attribute, row.label, value, expected, advice)


def _text(row: Field, value: Any) -> str:
    if value is None:
        return ""
    if row.attribute == "inline_hook" and isinstance(value, list):
        return str(value[0].get("id", "")) if value and isinstance(value[0], Mapping) else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refused(row, value, "text")
    return str(value).strip()


def _truth(row: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = "" if value is None else str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _refused(row, value, "true or false")


def _choice(row: Field, value: Any) -> Any:
    if value in (None, ""):
        return row.default
    found = _match(row.choices, value)
    if found is not None:
        return found.value
    if isinstance(row.default, bool):
        word = str(value).strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
    labels = [choice.label for choice in row.choices]
    raise _refused(row, value, f"one of {', '.join(labels)}")


def _match(choices: Iterable[Choice], value: Any) -> Choice | None:
    """By stored value, by label, or by the last part of a URI; case and punctuation do not matter."""
    plain = _plain(value)
    for choice in choices:
        # "value is": True == 1 must not make the number 1 a choice of a Yes/No field.
        if choice.value is value or plain in (_plain(choice.label), _plain(choice.value)):
            return choice
    for choice in choices:
        if (
            isinstance(choice.value, str)
            and ":" in choice.value
            and plain == _plain(choice.value.rsplit(":", 1)[1])
        ):
            return choice
    return None


def _plain(value: object) -> str:
    return "".join(c for c in str(value).lower() if c.isalnum())


def _number(row: Field, value: Any) -> int | None:
    if value in (None, ""):
        return row.default  # type: ignore[no-any-return]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    raise _refused(row, value, "a whole number")


def _certificate(row: Field, value: Any) -> str:
    """A PEM certificate, from PEM text or bytes, a path, bare base64, or the API's ``x5c`` list."""
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    if isinstance(value, Path):
        value = value.read_bytes()
    if isinstance(value, bytes):
        value = _from_bytes(row, value)
    text = "" if value is None else str(value).strip()
    return _checked_pem(row, text) if text else ""


def _from_bytes(row: Field, value: bytes) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if value.startswith(b"\x30"):
        try:
            return x509.load_der_x509_certificate(value).public_bytes(Encoding.PEM).decode("ascii")
        except ValueError:
            raise _refused(row, "a file that is no certificate", "a PEM certificate") from None
    return value.decode("utf-8", "replace")


def _checked_pem(row: Field, text: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding

    if "PRIVATE KEY" in text:
        raise _refused(
            row,
            "a private key",
            "a PEM certificate",
            "Upload the certificate alone; a private key stays at the SP.",
        )
    if "-----BEGIN" not in text:
        body = "".join(text.split())
        lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
        text = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    try:
        certificate = x509.load_pem_x509_certificate(text.encode("utf-8"))
        public_key = certificate.public_key()
    except Exception as trouble:
        # cryptography raises several classes for a broken body, an unknown curve or an odd version.
        raise _refused(
            row, text[:40], "a PEM certificate", f"It begins with -----BEGIN CERTIFICATE----- ({trouble})"
        ) from None
    if not isinstance(public_key, RSAPublicKey):
        raise _refused(row, type(public_key).__name__, "a certificate with an RSA key")
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _rows(row: Field, value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        # The short form {name: expression} of hand-written files.
        return [{"name": name, "value": item} for name, item in value.items()]
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _refused(row, value, "a list of rows")
    return value


def _cells(row: Field, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise _refused(row, item, "a row with named cells")
    return {_plain(name): cell for name, cell in item.items()}


def _cell(cells: Mapping[str, Any], *names: str) -> Any:
    return next((cells[name] for name in names if name in cells), None)


def _name_format(row: Field, value: Any) -> str:
    if value in (None, ""):
        return ATTRNAME_UNSPECIFIED
    found = _match(ATTRIBUTE_NAME_FORMATS, value)
    if found is None:
        labels = ", ".join(choice.label for choice in ATTRIBUTE_NAME_FORMATS)
        raise _refused(row, value, f"a name format: {labels}")
    return str(found.value)


def _is_group(item: Any) -> bool:
    if isinstance(item, Mapping):
        return str(item.get("type", "")).upper() == "GROUP" or "filterType" in item
    return isinstance(item, GroupAttributeStatement)


def _attribute(row: Field, item: Any) -> AttributeStatement:
    if isinstance(item, AttributeStatement):
        return item
    cells = _cells(row, item)
    _no_others(row, cells, {"type", "name", "nameformat", "namespace", "value", "values"})
    values = _cell(cells, "values", "value")
    texts = values if isinstance(values, list | tuple) else ["" if values is None else values]
    return AttributeStatement(
        name=str(_cell(cells, "name") or "").strip(),
        values=tuple(str(text) for text in texts),
        name_format=_name_format(row, _cell(cells, "nameformat", "namespace")),
    )


def _group(row: Field, item: Any) -> GroupAttributeStatement:
    if isinstance(item, GroupAttributeStatement):
        return item
    cells = _cells(row, item)
    _no_others(
        row, cells,
        {"type", "name", "nameformat", "namespace", "filter", "filtertype", "value", "filtervalue", "values"},
    )  # fmt: skip
    wanted = _cell(cells, "filtertype", "filter")
    found = _match(GROUP_FILTERS, wanted if wanted not in (None, "") else "STARTS_WITH")
    if found is None:
        raise _refused(row, wanted, f"a filter: {', '.join(choice.label for choice in GROUP_FILTERS)}")
    return GroupAttributeStatement(
        name=str(_cell(cells, "name") or "").strip(),
        filter_type=found.value,  # type: ignore[arg-type]
        filter_value=str(_cell(cells, "filtervalue", "value") or ""),
        name_format=_name_format(row, _cell(cells, "nameformat", "namespace")),
    )


def _no_others(row: Field, cells: Mapping[str, Any], known: set[str]) -> None:
    for name in cells:
        if name not in known:
            raise _refused(
                row, name, "rows with the cells Name, Name format and Value (and Filter for groups)"
            )


def _acs_endpoint(row: Field, position: int, item: Any) -> AcsEndpoint:
    if isinstance(item, AcsEndpoint):
        return item
    if isinstance(item, str):
        return AcsEndpoint(item.strip(), position)
    cells = _cells(row, item)
    index = _cell(cells, "index")
    try:
        number = position if index in (None, "") else int(index)
    except (TypeError, ValueError):
        raise _refused(row, index, "a whole number as Index") from None
    return AcsEndpoint(str(_cell(cells, "url") or "").strip(), number)
