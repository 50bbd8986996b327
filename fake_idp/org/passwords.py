"""Passwords of test people. They open nothing but a fake org, and still they are not kept in the clear."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

# Cheap on purpose: a sign-in in a test must not cost what it costs in life.
_COST = 2**4


def hashed(password: str) -> str:
    """A salted scrypt hash."""
    salt = secrets.token_bytes(12)
    return f"scrypt${base64.b64encode(salt).decode()}${_scrypt(password, salt)}"


def matches(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed."""
    _, salt, expected = stored.split("$")
    return hmac.compare_digest(_scrypt(password, base64.b64decode(salt)), expected)


def _scrypt(password: str, salt: bytes) -> str:
    digest = hashlib.scrypt(password.encode("utf-8"), salt=salt, n=_COST, r=8, p=1, dklen=24)
    return base64.b64encode(digest).decode()
