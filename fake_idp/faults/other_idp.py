"""Faults of trust between IdPs: one that nobody registered, or one that speaks for another.

``context.data["other_idp"]`` is ``{"entity_id": ..., "key": SigningKey}`` of a second IdP that the SP knows.
"""

from __future__ import annotations

from typing import Any

from fake_idp.faults.edit import OTHER_IDP, change_signing
from fake_idp.faults.registry import on
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.pipeline import FaultContext


def other_idp(context: FaultContext) -> dict[str, Any]:
    """The second IdP; without one, an entity ID that nobody knows and a key that nobody trusts."""
    given = context.data.get("other_idp") or {}
    return {"entity_id": given.get("entity_id", OTHER_IDP), "key": given.get("key") or context.foreign_key}


@on(
    "claims", "idp-unknown-issuer", source="SAML Profiles 4.1.4.2, lines 544-546; NIST SP 800-63C section 7.2"
)
def issuer_unknown_idp(claims: ResponseClaims, context: FaultContext) -> None:
    """A valid response of an IdP that the SP does not know: its own entity ID, key and certificate."""
    claims.issuer = OTHER_IDP
    change_signing(context, key=context.foreign_key)


@on("claims", "idp-key-of-other-idp", source="SAML Core 2.3.3, lines 597-601; NIST SP 800-63C section 6.2.2")
def signed_by_other_idp(_claims: ResponseClaims, context: FaultContext) -> None:
    """The Issuer is this IdP, but the key is that of the other one."""
    change_signing(context, key=other_idp(context)["key"])


@on("claims", "idp-mixup", source="SAML Profiles 4.1.4.3, lines 580-582; NIST SP 800-63C section 7.2")
def answered_by_other_idp(claims: ResponseClaims, context: FaultContext) -> None:
    """The other IdP, with its own Issuer and key, answers the request that was sent to this one."""
    other = other_idp(context)
    claims.issuer = other["entity_id"]
    change_signing(context, key=other["key"])
