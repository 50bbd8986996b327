"""The four things that every check relies on. Weaknesses put careless ones in their place, and change nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.need import need
from harness.reference_sp.signature import Rules, Verified, verify_element
from harness.reference_sp.xml import Element

if TYPE_CHECKING:
    from harness.reference_sp.exchange import Exchange

Certificates = tuple[x509.Certificate, ...]


def metadata_keys(exchange: Exchange, element: Element) -> Certificates:
    """The keys that count for ``element``: those of its IdP's metadata, whatever the message carries."""
    del element  # the message itself has no say in it
    return need(exchange.idp, "known_issuer has run").certificates


@dataclass(frozen=True, slots=True)
class Tools:
    """How XML is read, how a value's text is read, whose keys count, and how a signature is verified."""

    parse: Callable[[bytes], Element] = xml.parse
    text: Callable[[Element], str] = xml.text_of
    keys: Callable[[Exchange, Element], Certificates] = metadata_keys
    verify: Callable[[Element, Certificates, Rules, datetime], Verified | Difference] = verify_element
