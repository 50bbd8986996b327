"""What Okta checks before it saves SAML settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.fields import FIELD_BY_ATTRIBUTE, FIELDS
from fake_idp.org.saml_settings import SamlSettings

MAX_ACS_ENDPOINTS = 100
MAX_ATTRIBUTE_NAME = 512
MAX_ATTRIBUTE_VALUE = 1024


def validate(settings: SamlSettings) -> None:
    """Refuse settings that Okta would refuse.

    :raises InvalidSetting: for the first problem, in the order of the wizard's fields.
    """
    for problem in problems(settings):
        raise problem


def problems(settings: SamlSettings) -> list[InvalidSetting]:
    """Every reason to refuse the settings, in the order of the wizard's fields."""
    found = [*_required(settings), *_urls(settings), *_choices(settings), *_signing(settings)]
    found += [*_logout(settings), *_endpoints(settings), *_numbers(settings), *_statements(settings)]
    order = {row.attribute: position for position, row in enumerate(FIELDS)}
    return sorted(found, key=lambda problem: order.get(problem.field, len(order)))


def _problem(attribute: str, received: object, expected: str, advice: str = "") -> InvalidSetting:
    return InvalidSetting(attribute, FIELD_BY_ATTRIBUTE[attribute].label, received, expected, advice)


def _required(settings: SamlSettings) -> Iterator[InvalidSetting]:
    if not settings.sso_acs_url:
        yield _problem("sso_acs_url", "", "a URL", "The SP shows it as its ACS URL.")
    if not settings.audience:
        yield _problem("audience", "", "a value", "The SP shows it as its entity ID.")
    if not settings.idp_issuer:
        yield _problem("idp_issuer", "", "a value", "Okta's own is http://www.okta.com/${org.externalKey}.")


def _urls(settings: SamlSettings) -> Iterator[InvalidSetting]:
    for row in FIELDS:
        if row.kind == "url" and not row.on_app:
            value = getattr(settings, row.attribute)
            expected = unacceptable_url(value) if value else None
            if expected:
                yield _problem(row.attribute, value, expected)


def unacceptable_url(url: str) -> str | None:
    """What a URL should be instead, or None where it can be taken."""
    if re.search(r"\s", url):
        return "a URL without spaces"
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        return "a URL with a port from 1 to 65535"
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok:
        return "a full URL that begins with http:// or https://"
    if "_" in parts.hostname:
        return "a host name without underscores"
    return None


def _choices(settings: SamlSettings) -> Iterator[InvalidSetting]:
    for row in FIELDS:
        if row.kind == "choice" and not row.on_app:
            value = getattr(settings, row.attribute)
            if value not in [choice.value for choice in row.choices]:
                labels = ", ".join(choice.label for choice in row.choices)
                yield _problem(row.attribute, value, f"one of {labels}")


def _signing(settings: SamlSettings) -> Iterator[InvalidSetting]:
    if not settings.response_signed and not settings.assertion_signed:
        yield _problem(
            "response_signed", "Unsigned", "Response or Assertion Signature to be Signed",
            "At least one of the two has to be signed.",
        )  # fmt: skip
    if settings.assertion_encrypted and not settings.encryption_certificate:
        yield _problem(
            "encryption_certificate",
            "",
            "a PEM certificate",
            "Encryption needs the certificate of the SP's key.",
        )


def _logout(settings: SamlSettings) -> Iterator[InvalidSetting]:
    if settings.signed_requests and not settings.sp_certificate:
        yield _problem(
            "signed_requests", "on", "a Signature Certificate first", "Upload the SP's certificate."
        )
    if settings.slo_enabled:
        if not settings.sp_certificate:
            yield _problem(
                "slo_enabled", "on", "a Signature Certificate first", "Upload the SP's certificate."
            )
        if not settings.slo_logout_url:
            yield _problem(
                "slo_logout_url", "", "a URL", "Single Logout has to know where to send its answer."
            )
        if not settings.slo_issuer:
            yield _problem("slo_issuer", "", "a value", "Use the SP's entity ID.")
    if settings.participate_slo and not settings.participate_slo_url:
        yield _problem(
            "participate_slo_url", "", "a URL", "Okta has to know where to send its logout requests."
        )


def _endpoints(settings: SamlSettings) -> Iterator[InvalidSetting]:
    endpoints = settings.acs_endpoints
    if len(endpoints) > MAX_ACS_ENDPOINTS:
        yield _problem("acs_endpoints", len(endpoints), f"at most {MAX_ACS_ENDPOINTS} URLs")
    for endpoint in endpoints:
        expected = unacceptable_url(endpoint.url)
        if expected:
            yield _problem("acs_endpoints", endpoint.url, expected)
        if not 0 <= endpoint.index <= 65535:
            yield _problem("acs_endpoints", endpoint.index, "an Index from 0 to 65535")
    for index, times in Counter(endpoint.index for endpoint in endpoints).items():
        if times > 1:
            yield _problem("acs_endpoints", index, "a different Index for each URL")


def _numbers(settings: SamlSettings) -> Iterator[InvalidSetting]:
    if settings.assertion_lifetime_seconds < 1:
        yield _problem("assertion_lifetime_seconds", settings.assertion_lifetime_seconds, "at least 1 second")
    minutes = settings.max_session_lifetime_minutes
    if minutes is not None and minutes < 1:
        yield _problem("max_session_lifetime_minutes", minutes, "at least 1 minute, or nothing")


def _statements(settings: SamlSettings) -> Iterator[InvalidSetting]:
    from fake_idp.org.expressions import ExpressionError, check_value

    named = [("attribute_statements", statement.name) for statement in settings.attribute_statements]
    named += [
        ("group_attribute_statements", statement.name) for statement in settings.group_attribute_statements
    ]
    for attribute, name in named:
        if not name:
            yield _problem(attribute, "", "a Name in each row")
        elif len(name) > MAX_ATTRIBUTE_NAME:
            yield _problem(attribute, name, f"a Name of at most {MAX_ATTRIBUTE_NAME} characters")
    for plain in settings.attribute_statements:
        for value in plain.values:
            if len(value) > MAX_ATTRIBUTE_VALUE:
                yield _problem(
                    "attribute_statements", value, f"a Value of at most {MAX_ATTRIBUTE_VALUE} characters"
                )
                continue
            try:
                check_value(value)
            except ExpressionError as trouble:
                yield _problem(
                    "attribute_statements", value, f"a valid expression for {plain.name!r}", str(trouble)
                )
    for group in settings.group_attribute_statements:
        if len(group.filter_value) > MAX_ATTRIBUTE_VALUE:
            yield _problem(
                "group_attribute_statements",
                group.filter_value,
                f"a filter of at most {MAX_ATTRIBUTE_VALUE} characters",
            )
        if group.filter_type == "REGEX":
            try:
                re.compile(group.filter_value)
            except re.error as trouble:
                yield _problem(
                    "group_attribute_statements", group.filter_value, "a regular expression", str(trouble)
                )
    for name, times in Counter(name for _, name in named if name).items():
        if times > 1:
            attribute = next(attribute for attribute, own in reversed(named) if own == name)
            yield _problem(attribute, name, "a different Name in each row, over both tables")
