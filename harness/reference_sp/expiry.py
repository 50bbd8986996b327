"""Warnings before the IdP's certificate ends: a banner for whoever looks, a mail for whoever does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.x509 import Certificate

from harness.reference_sp.certificates import fingerprint
from harness.reference_sp.core import Core
from harness.reference_sp.idp import IdentityProvider

THRESHOLDS = (60, 30, 7, 0)
"""Days before the end at which a warning is sent."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate that ends soon, or has ended."""

    certificate: Certificate
    days: int
    """Days from today to its last day, by the calendar."""
    threshold: int
    ended: bool

    @property
    def sentence(self) -> str:
        """For the banner and the mail."""
        day = f"{self.certificate.not_valid_after_utc:%Y-%m-%d}"
        if self.ended:
            return f"The certificate of your identity provider ended on {day}."
        when = {0: "today", 1: "tomorrow"}.get(self.days, f"in {self.days} days")
        return f"The certificate of your identity provider ends on {day}, {when}."


def expiry_of(idp: IdentityProvider | None, now: datetime) -> Expiry | None:
    """The warning that is due. Of several certificates the one that lasts longest counts: until then people get in."""
    if idp is None or not idp.certificates:
        return None
    last = max(idp.certificates, key=lambda certificate: certificate.not_valid_after_utc)
    left = last.not_valid_after_utc - now
    days = (last.not_valid_after_utc.date() - now.date()).days
    reached = [threshold for threshold in THRESHOLDS if left <= timedelta(days=threshold)]
    return Expiry(last, days, min(reached), left < timedelta(0)) if reached else None


def send_warnings(core: Core) -> None:
    """Mail every admin of an organization whose IdP's certificate reached a threshold, once for each."""
    for organization in core.organizations.all():
        expiry = expiry_of(core.organizations.idp(organization), core.now()) if organization.sso_on else None
        if expiry is None:
            continue
        name = fingerprint(expiry.certificate)
        text = (
            f"{expiry.sentence}\n\nSHA-256 {name}\n\nGenerate and activate a new certificate in Okta (Sign On > SAML "
            "Signing Certificates), then give its metadata to Access & SSO Settings and save.\n"
        )
        for member in core.members.all(organization.id):
            if member.role == "admin" and member.status == "joined":
                topic = f"certificate {name} {expiry.threshold}"
                core.outbox.send(organization.id, topic, member.email, expiry.sentence, text)
