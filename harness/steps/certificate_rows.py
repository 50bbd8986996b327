"""Rows of the table *SAML Signing Certificates*, as scenarios name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.steps.failure import fail
from harness.steps.fields import Field, choice

if TYPE_CHECKING:
    from fake_idp.handles import SamlApp

ACTIVE, INACTIVE, NEWEST = "Active", "Inactive", "Newest"
CERTIFICATE: Field = choice(
    "certificate",
    "row of *SAML Signing Certificates*: the active one, the first inactive one, or the one generated last",
    ACTIVE,
    INACTIVE,
    NEWEST,
    default=ACTIVE,
)


def row_of(app: SamlApp, which: str) -> str:
    """What the page calls the row."""
    if which == NEWEST:
        return name_of(app, [key.kid for key in app.keys if not key.org_wide][-1:])
    wanted = which.upper()
    return name_of(app, [key.kid for key in app.keys if key.status == wanted][:1])


def inactive_row_of_its_own(app: SamlApp) -> str:
    """The app's own inactive certificate that was generated last; the org's old SHA-1 one does not count."""
    return name_of(app, [key.kid for key in app.keys if key.status == "INACTIVE" and not key.org_wide][-1:])


def name_of(app: SamlApp, kids: list[str]) -> str:
    """The accessible name of a row, from the certificate's key id."""
    if not kids:
        raise fail(
            "no_certificate",
            "the table SAML Signing Certificates has no such row.",
            expected="another certificate",
            received="; ".join(f"{key.type} {key.status.capitalize()}" for key in app.keys),
        )
    return f"Certificate {kids[0]}"
