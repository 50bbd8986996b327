"""The form of the step Configure SAML, made from the table of fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request

from fake_idp.console.drafts import Draft
from fake_idp.console.wizard_values import EMPTY_ROWS, ROW_CELLS, WIZARD_FIELDS, form_value
from fake_idp.org.errors import InvalidSetting
from fake_idp.org.fields import ATTRIBUTE_NAME_FORMATS, GROUP_FILTERS, Field
from fake_idp.org.settings import SAME_URLS_LABEL

_MAX_ROWS = 100


@dataclass(frozen=True, slots=True)
class Steps:
    """The wizard's three steps and where one is."""

    draft: Draft
    current: int
    titles: tuple[str, ...] = ("General Settings", "Configure SAML", "Feedback")

    @property
    def heading(self) -> str:
        """The wizard's title."""
        return "Edit SAML Integration" if self.draft.app else "Create SAML Integration"


def configure_page(
    draft: Draft, problems: Sequence[InvalidSetting] = (), *, add_row: str = "", preview: str = ""
) -> Response:
    """The step with what is in the draft, the problems beside their fields, and the preview when asked for."""
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(problem.field, error_text(problem))
    page = render_template(
        "console/wizard_configure.html",
        active="apps",
        draft=draft,
        steps=Steps(draft, 2),
        fields_of={
            section: [row for row in WIZARD_FIELDS if row.section == section]
            for section in ("general", "advanced", "attributes")
        },
        values=draft.values,
        errors=errors,
        labels={row.attribute: row.label for row in WIZARD_FIELDS},
        row_counts={
            row.attribute: _row_count(draft, row, add_row) for row in WIZARD_FIELDS if row.kind in ROW_CELLS
        },
        choices=_choices,
        name_formats=[(choice.value, choice.label) for choice in ATTRIBUTE_NAME_FORMATS],
        group_filters=[(choice.value, choice.label) for choice in GROUP_FILTERS],
        same_urls_label=SAME_URLS_LABEL,
        advanced_open=_advanced_used(draft)
        or any(row.attribute in errors for row in WIZARD_FIELDS if row.section == "advanced"),
        added_row=add_row,
        preview=preview,
        certificate=describe_certificate,
    )
    return make_response(page)


def error_text(problem: InvalidSetting) -> str:
    """A problem as it stands beside its field, whose label need not be said again."""
    if problem.received in ("", None):
        return f"This field cannot be left blank. {problem.advice}".strip()
    text = str(problem).removeprefix(f"{problem.label}: ")
    return text[:1].upper() + text[1:]


def _choices(row: Field) -> list[tuple[str, str]]:
    return [(form_value(choice.value), choice.label) for choice in row.choices]


def _row_count(draft: Draft, row: Field, add_row: str) -> int:
    filled = len(draft.values[row.attribute])
    posted = request.form.get(f"{row.attribute}-rows", "")
    shown = int(posted) if posted.isdigit() else filled + EMPTY_ROWS
    if add_row == row.attribute:
        shown += 1
    return max(filled, min(shown, _MAX_ROWS))


def _advanced_used(draft: Draft) -> bool:
    """Whether anything under Advanced Settings differs from what a new app has."""
    for row in WIZARD_FIELDS:
        if row.section != "advanced":
            continue
        value: Any = draft.values[row.attribute]
        if value != ([] if row.kind in ROW_CELLS else form_value(row.default)):
            return True
    return False


def describe_certificate(pem: str) -> dict[str, Any]:
    """What an admin recognises a certificate by."""
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    return {"subject": certificate.subject.rfc4514_string(), "expires": certificate.not_valid_after_utc}
