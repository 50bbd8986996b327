"""Certificates for tests, made once a process."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from fake_idp.saml.keys import SigningKey, new_signing_key


@cache
def sp_key() -> SigningKey:
    """The SP's own key."""
    return new_signing_key("sp", datetime(2026, 1, 1, tzinfo=UTC))


@cache
def other_key() -> SigningKey:
    """A key that nobody trusts."""
    return new_signing_key("other", datetime(2026, 1, 1, tzinfo=UTC))


def sp_certificate() -> str:
    """The SP's certificate, PEM."""
    return sp_key().certificate_pem
