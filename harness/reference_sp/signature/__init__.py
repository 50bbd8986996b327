"""XML signatures as SAML uses them (SAML Core 5.4), and nothing else that XML Signature allows.

First the shape of the signature is checked, one small check per rule; then signxml verifies it with a key from the
metadata, never with one that travels in the message; and what the caller gets is what signxml saw signed, read
again from the canonical bytes. The original element is not looked at any more after that.
"""

from __future__ import annotations

from harness.reference_sp.signature.structure import Rules, unique_ids
from harness.reference_sp.signature.verify import Verified, verify_element

__all__ = ["Rules", "Verified", "unique_ids", "verify_element"]
