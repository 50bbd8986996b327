"""The forms of identifiers in Okta's messages and objects, drawn from a given random source.

Forms as seen in recorded Okta traffic; every function is pure in ``rng`` and ``now``.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

_ALPHANUMERIC: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
OKTA_ID_LENGTH: Final = 20
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 of an aware datetime, without the rounding of floats."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def okta_id(prefix: str, rng: Random, cell: str = "1d7", stem: str = "") -> str:
    """An Okta object id: 20 alphanumeric characters that begin with the type and end with the cell.

    Types: app ``0oa``, SAML external key ``exk``, app link ``aln``, user ``00u``, group ``00g``, org ``00o``, app
    user ``0ua``. Objects made together share the first characters after the type: pass them as ``stem``.
    """
    free = OKTA_ID_LENGTH - len(prefix) - len(stem) - len(cell)
    return prefix + stem + "".join(rng.choices(_ALPHANUMERIC, k=free)) + cell


def app_ids(rng: Random, cell: str = "1d7") -> tuple[str, str, str]:
    """The three ids of a new SAML app (``0oa``, ``exk``, ``aln``); they differ only in the middle."""
    stem = "".join(rng.choices(_ALPHANUMERIC[:36], k=5))
    return (
        okta_id("0oa", rng, cell, stem),
        okta_id("exk", rng, cell, stem),
        okta_id("aln", rng, cell, stem[:3]),
    )


def _uptime_nanoseconds(now: datetime) -> int:
    """A 15-digit count of nanoseconds that grows with ``now``, as the clock of a JVM a few days old does."""
    epoch = (now - _EPOCH) // timedelta(microseconds=1) * 1000
    return 10**14 + epoch % (9 * 10**14)


def message_ids(rng: Random, now: datetime, count: int = 2) -> tuple[str, ...]:
    """Ids of messages made in one go: ``id``, nanoseconds, a random int; 23 to 25 digits.

    The Response and the Assertion of one login are some 100 microseconds apart, so their ids share the first
    nine digits or more.
    """
    uptime = _uptime_nanoseconds(now)
    made = []
    for _ in range(count):
        made.append(f"id{uptime}{rng.randrange(10**7, 2**31)}")
        uptime += rng.randrange(80_000, 240_000)
    return tuple(made)


def message_id(rng: Random, now: datetime) -> str:
    """The id of one message (see :func:`message_ids`)."""
    return message_ids(rng, now, 1)[0]


def session_index(rng: Random, now: datetime) -> str:
    """The SessionIndex of an IdP-initiated login: ``id{epoch milliseconds}.{random int}``.

    In an SP-initiated login Okta sends the AuthnRequest's ID instead.
    """
    return f"id{epoch_milliseconds(now)}.{rng.randrange(10**7, 2**31)}"


def xenc_id(rng: Random) -> str:
    """The Id of an EncryptedData or EncryptedKey: ``_`` and 32 hexadecimal digits."""
    return f"_{rng.getrandbits(128):032x}"


def key_id(rng: Random) -> str:
    """A ``kid``: 43 base64url characters; how Okta computes it is not known, so it is random here."""
    return base64.urlsafe_b64encode(rng.randbytes(32)).rstrip(b"=").decode()


def error_id(rng: Random) -> str:
    """The errorId of an API error or error page: ``oae`` and 22 base64url characters."""
    return "oae" + base64.urlsafe_b64encode(rng.randbytes(17)).decode()[:22]
