"""Careless reading of logout messages."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote_plus, unquote_plus

from cryptography import x509

from harness.difference import Difference
from harness.reference_sp.careless.signature import naively_verifies
from harness.reference_sp.core import Core
from harness.reference_sp.logout.incoming import Arrival, Incoming, verified
from harness.reference_sp.names import ds
from harness.reference_sp.sessions import Session
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element


def verified_anew(
    incoming: Incoming, certificates: tuple[x509.Certificate, ...], settings: Settings, now: datetime
) -> Element | Difference:
    """Decode the query and encode it again before verifying: whoever encodes in another way is refused."""
    pairs = [pair.partition("=") for pair in incoming.signed_query.split("&")]
    query = "&".join(f"{name}={quote_plus(unquote_plus(value))}" for name, _, value in pairs)
    return verified(replace(incoming, signed_query=query), certificates, settings, now)


def verified_anywhere(
    incoming: Incoming, certificates: tuple[x509.Certificate, ...], settings: Settings, now: datetime
) -> Element | Difference:
    """Believe the whole message when something in it is signed."""
    strict = verified(incoming, certificates, settings, now)
    if isinstance(strict, Difference):
        for signature in incoming.root.iter(ds("Signature")):
            if any(naively_verifies(signature, certificate) for certificate in certificates):
                return incoming.root
    return strict


def without_encoding(arrival: Arrival) -> Arrival:
    """Never mind what SAMLEncoding says."""
    parts = [part for part in arrival.query.split("&") if not part.startswith("SAMLEncoding=")]
    return replace(arrival, query="&".join(parts))


def sessions_in_reach(core: Core, org_id: str) -> list[Session]:
    """The sessions that a request at this organization's endpoint may end."""
    if not core.weak("ends-sessions-of-other-idps"):
        return core.sessions.all(org_id)
    return [session for one in core.organizations.all() for session in core.sessions.all(one.id)]


def inflate_all(data: bytes, limit: int) -> bytes | None:
    """Inflate to any size, piece by piece, each time copying what is there already."""
    del limit
    engine, inflated, piece = zlib.decompressobj(wbits=-15), b"", 1 << 17
    try:
        while data and not engine.eof:
            inflated = b"".join((inflated, engine.decompress(data, piece)))
            data = engine.unconsumed_tail
    except zlib.error:
        return None
    return inflated
