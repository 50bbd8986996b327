"""What a Response says, as plain values: the first of the four stages that a message goes through."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fake_idp.saml.names import (
    ATTRNAME_UNSPECIFIED,
    AUTHN_CONTEXTS,
    NAMEID_UNSPECIFIED,
    STATUS_SUCCESS,
)

_INSTANT = re.compile(
    r"(?P<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?"
)


def format_instant(moment: datetime) -> str:
    """A moment as Okta writes it: UTC, exactly three decimals (cut, not rounded), ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read an ``xs:dateTime``; without a zone it is taken as UTC (SAML Core 1.3.3). Raises ``ValueError``."""
    match = _INSTANT.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not an xs:dateTime such as 2024-03-29T07:42:22.136Z")
    fraction = ((match["fraction"] or ".0")[:7]).ljust(7, "0")
    zone = (match["zone"] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(match["seconds"] + fraction + zone).astimezone(UTC)


@dataclass(slots=True)
class Attribute:
    """One attribute of the AttributeStatement, with one or more values."""

    name: str
    name_format: str = ATTRNAME_UNSPECIFIED
    values: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ResponseClaims:
    """Every value that a Response carries. Mutable, so that faults of the stage *claims* can change one.

    Times are aware datetimes. ``in_response_to`` stands on the Response, ``subject_in_response_to`` on the
    SubjectConfirmationData; Okta sends the same value in both, or neither in an IdP-initiated login.
    ``None`` leaves an optional part out. A response whose ``status`` is not Success carries no assertion.
    """

    response_id: str
    assertion_id: str
    issue_instant: datetime
    destination: str
    issuer: str
    recipient: str
    audience: str
    name_id: str
    not_before: datetime
    not_on_or_after: datetime
    subject_not_on_or_after: datetime
    authn_instant: datetime
    session_index: str | None
    in_response_to: str | None = None
    subject_in_response_to: str | None = None
    name_id_format: str = NAMEID_UNSPECIFIED
    status: str = STATUS_SUCCESS
    sub_status: str | None = None
    status_message: str | None = None
    session_not_on_or_after: datetime | None = None
    authn_context_class: str = AUTHN_CONTEXTS["PasswordProtectedTransport"]
    attributes: list[Attribute] = field(default_factory=list)

    def copy(self) -> ResponseClaims:
        """A copy that can be changed without touching this one, attribute values included."""
        return copy.deepcopy(self)

    @property
    def successful(self) -> bool:
        """Whether the status is Success, so that there is an assertion."""
        return self.status == STATUS_SUCCESS

    @property
    def has_attribute_values(self) -> bool:
        """Whether there is an AttributeStatement; Okta leaves it out when no attribute yields a value."""
        return any(a.values for a in self.attributes)
