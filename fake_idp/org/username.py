"""Application usernames: every form of the wizard, and the API's ``${...}`` templates for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.expressions import (
    Context,
    ExpressionError,
    evaluate_text,
    parse,
    parse_template,
    render_template,
)
from fake_idp.org.fields import APPLICATION_USERNAMES, FIELD_BY_ATTRIBUTE


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _prefix(value: object) -> str:
    return _text(value).partition("@")[0]


_FORMS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "Okta username": lambda who: _text(who.get("login")),
    "Okta username prefix": lambda who: _prefix(who.get("login")),
    "Email": lambda who: _text(who.get("email")),
    "Email prefix": lambda who: _prefix(who.get("email")),
    "AD SAM account name": lambda who: _text(who.get("samAccountName")),
    "AD SAM account name (lower case)": lambda who: _text(who.get("samAccountName")).lower(),
    "AD SAM account name prefix": lambda who: _prefix(who.get("samAccountName")),
    "AD user principal name": lambda who: _text(who.get("userName")),
    "AD user principal name prefix": lambda who: _prefix(who.get("userName")),
    "AD employee ID": lambda who: _text(who.get("employeeID")),
    "(None)": lambda _who: "",
}

BUILT_IN_TEMPLATES: dict[str, str] = {
    "Okta username": "${source.login}",
    "Okta username prefix": '${fn:substringBefore(source.login, "@")}',
    "Email": "${source.email}",
    "Email prefix": '${fn:substringBefore(source.email, "@")}',
    "AD SAM account name": "${source.samAccountName}",
    "AD SAM account name (lower case)": "${fn:toLowerCase(source.samAccountName)}",
    "AD SAM account name prefix": '${fn:substringBefore(source.samAccountName, "@")}',
    "AD user principal name": "${source.userName}",
    "AD user principal name prefix": '${fn:substringBefore(source.userName, "@")}',
    "AD employee ID": "${source.employeeID}",
}
"""The API's ``userNameTemplate.template`` of each form; ``(None)`` has the type NONE, Custom its own text."""


def known_form(form: str) -> str | None:
    """The wizard's spelling of a form, or None where it is none."""
    plain = "".join(c for c in form.lower() if c.isalnum())
    return next(
        (
            known
            for known in APPLICATION_USERNAMES
            if "".join(c for c in known.lower() if c.isalnum()) == plain
        ),
        None,
    )


def check_expression(expression: str) -> None:
    """Refuse a Custom username that is empty or no expression.

    :raises InvalidSetting: with the column of the trouble.
    """
    label = FIELD_BY_ATTRIBUTE["username_expression"].label
    if not expression.strip():
        raise InvalidSetting("username_expression", label, "", "an expression", "Custom needs one.")
    try:
        if "${" in expression:
            parse_template(expression)
        else:
            parse(expression)
    except ExpressionError as trouble:
        raise InvalidSetting(
            "username_expression", label, expression, "a valid expression", str(trouble)
        ) from None


def application_username(form: str, expression: str, context: Context) -> str:
    """The username that an app has for the person of ``context``; empty where nothing can be made of the profile."""
    if form != "Custom":
        return _FORMS[form](context.user)
    try:
        return (
            render_template(expression, context) if "${" in expression else evaluate_text(expression, context)
        )
    except ExpressionError:
        # Checked when it was saved; what is left are values that do not fit, such as text where a number is due.
        return ""
