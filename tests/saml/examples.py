"""One login, as plain values, and the keys it is signed and encrypted with: the same on every machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from fake_idp.saml.claims import Attribute, ResponseClaims
from fake_idp.saml.encryption import EncryptionOptions
from fake_idp.saml.ids import message_ids, session_index
from fake_idp.saml.keys import SigningKey, deterministic_private_key, new_signing_key
from fake_idp.saml.metadata import MetadataClaims, name_id_formats_for
from fake_idp.saml.names import NAMEID_UNSPECIFIED
from fake_idp.saml.pipeline import SigningOptions

NOW = datetime(2026, 3, 29, 7, 42, 22, 136000, tzinfo=UTC)
CREATED = datetime(2026, 3, 13, 23, 50, 3, 508000, tzinfo=UTC)
ISSUER = "http://www.okta.com/exkkwraz4e5opgu6j1d7"
ACS_URL = "http://localhost:9000/saml/acs"
AUDIENCE = "http://localhost:9000/saml/metadata"
REQUEST_ID = "ARQe1f7cfa-a797-4310-b677-ecb765006909"


@lru_cache
def signing_key(name: str = "okta") -> SigningKey:
    """The IdP's key."""
    return new_signing_key(
        "acme", CREATED, private_key=deterministic_private_key(name), rng=Random(f"kid of {name}")
    )


@lru_cache
def sp_key() -> SigningKey:
    """The SP's key: encrypts for it, signs its requests."""
    return new_signing_key("sp", CREATED, private_key=deterministic_private_key("sp"), rng=Random("sp"))


def claims(*, sp_initiated: bool = True, attributes: bool = True, **changes: object) -> ResponseClaims:
    """A success response for ada@acme.test, who authenticated 35 minutes ago."""
    rng = Random("login")
    response_id, assertion_id = message_ids(rng, NOW)
    request = REQUEST_ID if sp_initiated else None
    values: dict[str, object] = {
        "response_id": response_id,
        "assertion_id": assertion_id,
        "issue_instant": NOW,
        "destination": ACS_URL,
        "in_response_to": request,
        "subject_in_response_to": request,
        "issuer": ISSUER,
        "name_id": "ada@acme.test",
        "recipient": ACS_URL,
        "audience": AUDIENCE,
        "not_before": NOW - timedelta(minutes=5),
        "not_on_or_after": NOW + timedelta(minutes=5),
        "subject_not_on_or_after": NOW + timedelta(minutes=5),
        "authn_instant": NOW - timedelta(minutes=35),
        "session_index": request or session_index(rng, NOW),
        "attributes": [
            Attribute("firstName", values=["Ada"]),
            Attribute("groups", values=["Everyone", "R&D <core>"]),
            Attribute("nickname"),
        ]
        if attributes
        else [],
    }
    return ResponseClaims(**(values | changes))  # type: ignore[arg-type]


def signing(**changes: object) -> SigningOptions:
    """Okta's defaults: both elements signed, RSA-SHA256, SHA-256."""
    return SigningOptions(**({"key": signing_key()} | changes))  # type: ignore[arg-type]


def encryption(data_algorithm: str = "AES256_CBC", key_transport: str = "RSA_OAEP") -> EncryptionOptions:
    """Encryption for the SP."""
    return EncryptionOptions(sp_key().certificate, data_algorithm, key_transport)


def metadata_claims(**changes: object) -> MetadataClaims:
    """An app without single logout."""
    values: dict[str, object] = {
        "entity_id": ISSUER,
        "keys": [signing_key()],
        "name_id_formats": name_id_formats_for(NAMEID_UNSPECIFIED),
        "sso_url": "http://127.0.0.1:8080/app/acme_amplitude_1/exkkwraz4e5opgu6j1d7/sso/saml",
    }
    return MetadataClaims(**(values | changes))  # type: ignore[arg-type]
