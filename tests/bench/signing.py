"""Signed responses against the floor: two raw RSA-2048 signatures, one for each signed element."""

from __future__ import annotations

from tests.saml.bench_sign import measure as _measure


def measure() -> dict[str, float]:
    """``sign_ratio``: 1.0 would mean that XML costs nothing."""
    return _measure()
