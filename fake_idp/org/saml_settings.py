"""The SAML settings of an app: one frozen value whose field names are those of Okta's API in snake_case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fake_idp.saml.names import ATTRNAME_UNSPECIFIED, AUTHN_CONTEXTS, NAMEID_UNSPECIFIED

DEFAULT_ISSUER = "http://www.okta.com/${org.externalKey}"

FilterType = Literal["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]


@dataclass(frozen=True, slots=True)
class AttributeStatement:
    """One row of Attribute Statements: an attribute and the expression, or the static text, of its value.

    The API allows several ``values``, the wizard one.
    """

    name: str
    values: tuple[str, ...] = ("",)
    name_format: str = ATTRNAME_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class GroupAttributeStatement:
    """One row of Group Attribute Statements: the names of those of the person's groups that pass the filter."""

    name: str
    filter_type: FilterType = "STARTS_WITH"
    filter_value: str = ""
    name_format: str = ATTRNAME_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class AcsEndpoint:
    """One row of Other Requestable SSO URLs."""

    url: str
    index: int


@dataclass(frozen=True, slots=True)
class SamlSettings:
    """Everything that the wizard's step Configure SAML sets, General and Advanced.

    What each field means, its label, choices and default stand in :data:`fake_idp.org.settings.FIELDS`. An
    empty ``recipient`` or ``destination`` means the same as ``sso_acs_url``. Certificates are PEM text.
    """

    sso_acs_url: str = ""
    recipient: str = ""
    destination: str = ""
    audience: str = ""
    default_relay_state: str = ""
    subject_name_id_format: str = NAMEID_UNSPECIFIED
    response_signed: bool = True
    assertion_signed: bool = True
    signature_algorithm: str = "RSA_SHA256"
    digest_algorithm: str = "SHA256"
    assertion_encrypted: bool = False
    encryption_algorithm: str = "AES256_CBC"
    key_transport_algorithm: str = "RSA_OAEP"
    encryption_certificate: str = ""
    sp_certificate: str = ""
    signed_requests: bool = False
    slo_enabled: bool = False
    slo_logout_url: str = ""
    slo_issuer: str = ""
    participate_slo: bool = False
    participate_slo_url: str = ""
    participate_slo_binding: str = "POST"
    participate_slo_session_index: bool = True
    acs_endpoints: tuple[AcsEndpoint, ...] = ()
    inline_hook: str = ""
    authn_context_class_ref: str = AUTHN_CONTEXTS["PasswordProtectedTransport"]
    honor_force_authn: bool = True
    idp_issuer: str = DEFAULT_ISSUER
    assertion_lifetime_seconds: int = 300
    max_session_lifetime_minutes: int | None = None
    attribute_statements: tuple[AttributeStatement, ...] = ()
    group_attribute_statements: tuple[GroupAttributeStatement, ...] = ()

    @property
    def effective_recipient(self) -> str:
        """The Recipient that is sent: the configured one, else the Single sign-on URL."""
        return self.recipient or self.sso_acs_url

    @property
    def effective_destination(self) -> str:
        """The Destination that is sent: the configured one, else the Single sign-on URL."""
        return self.destination or self.sso_acs_url
