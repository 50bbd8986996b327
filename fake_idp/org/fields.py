"""The wizard's fields as one table: label, API name, hint, choices and default of each.

The console's form, the org file, keyword arguments in Python and the scenario steps all read this table, so
a field is called the same everywhere. Labels and order follow Okta's application integration wizard
(help.okta.com, "Application Integration Wizard SAML field reference"); API names follow ``settings.signOn``
of the Management API.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from dataclasses import fields as dataclass_fields
from typing import Any, Literal

from fake_idp.org.saml_settings import SamlSettings
from fake_idp.saml import names

Kind = Literal[
    "url", "text", "choice", "checkbox", "number", "certificate", "acs_rows", "attribute_rows", "group_rows"
]
Section = Literal["general", "advanced", "attributes"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select: what is stored, and what the admin reads."""

    value: object
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the wizard's step Configure SAML.

    ``attribute`` is the field of :class:`SamlSettings`, or of ``App`` where ``on_app``. ``api_name`` is dotted where
    the API nests it (``slo.logoutUrl``). ``shown_when`` names the attribute and the value that make the field appear.
    """

    attribute: str
    api_name: str
    label: str
    kind: Kind
    section: Section
    default: Any = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    synonyms: tuple[str, ...] = ()
    required: bool = False
    on_app: bool = False
    shown_when: tuple[str, object] | None = None

    def choice_label(self, value: object) -> str:
        """The label of a stored value; the value itself where it is none of the choices."""
        return next((choice.label for choice in self.choices if choice.value == value), str(value))


def _choices(*pairs: tuple[object, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, label) for value, label in pairs)


_SIGNED = _choices((True, "Signed"), (False, "Unsigned"))
_YES_NO = _choices((True, "Yes"), (False, "No"))
_ENCRYPTED = ("assertion_encrypted", True)
_SLO = ("slo_enabled", True)
_CERTIFICATE = ("sp_certificate", True)
_FRONT_CHANNEL = ("participate_slo", True)

APPLICATION_USERNAMES = (
    "Okta username", "Okta username prefix", "Email", "Email prefix", "Custom",
    "AD SAM account name", "AD SAM account name (lower case)", "AD SAM account name prefix",
    "AD user principal name", "AD user principal name prefix", "AD employee ID", "(None)",
)  # fmt: skip
"""The forms of Application username, in the wizard's words."""

USERNAME_UPDATES = ("Create and update", "Create only")

ATTRIBUTE_NAME_FORMATS = _choices(
    (names.ATTRNAME_UNSPECIFIED, "Unspecified"),
    (names.ATTRNAME_URI, "URI Reference"),
    (names.ATTRNAME_BASIC, "Basic"),
)
GROUP_FILTERS = _choices(
    ("STARTS_WITH", "Starts with"), ("EQUALS", "Equals"), ("CONTAINS", "Contains"), ("REGEX", "Matches regex")
)

_DEFAULTS = {f.name: f.default for f in dataclass_fields(SamlSettings) if f.default is not MISSING}


def _field(attribute: str, api_name: str, label: str, kind: Kind, section: Section, **more: Any) -> Field:
    more.setdefault("default", _DEFAULTS.get(attribute, ""))
    return Field(attribute, api_name, label, kind, section, **more)


FIELDS: tuple[Field, ...] = (
    _field(
        "sso_acs_url", "ssoAcsUrl", "Single sign-on URL", "url", "general", required=True,
        hint="Where the assertion is sent with an HTTP POST. Service providers call it the Assertion Consumer "
        "Service (ACS) URL.",
        synonyms=("acs_url", "ACS URL", "Single sign on URL", "Assertion Consumer Service URL"),
    ),
    _field(
        "recipient", "recipient", "Recipient URL", "url", "general",
        hint="The Recipient of the assertion, where it differs from the Single sign-on URL.",
        synonyms=("Recipient",),
    ),
    _field(
        "destination", "destination", "Destination URL", "url", "general",
        hint="The Destination of the response, where it differs from the Single sign-on URL.",
        synonyms=("Destination",),
    ),
    _field(
        "audience", "audience", "Audience URI (SP Entity ID)", "text", "general", required=True,
        hint="The application's unique identifier, most often its SP entity ID.",
        synonyms=("Audience URI", "Audience Restriction", "SP Entity ID", "entity_id"),
    ),
    _field(
        "default_relay_state", "defaultRelayState", "Default RelayState", "text", "general",
        hint="If no value is set, a blank RelayState is sent.",
        synonyms=("Default Relay State",),
    ),
    _field(
        "subject_name_id_format", "subjectNameIdFormat", "Name ID format", "choice", "general",
        hint="How the username in the subject is to be read.",
        choices=_choices(
            (names.NAMEID_UNSPECIFIED, "Unspecified"),
            (names.NAMEID_EMAIL, "EmailAddress"),
            (names.NAMEID_X509, "x509SubjectName"),
            (names.NAMEID_PERSISTENT, "Persistent"),
            (names.NAMEID_TRANSIENT, "Transient"),
        ),
        synonyms=("NameID format",),
    ),
    _field(
        "application_username", "userNameTemplate", "Application username", "choice", "general", on_app=True,
        default="Okta username", choices=_choices(*((name, name) for name in APPLICATION_USERNAMES)),
        hint="The default value of a person's application username, which becomes the subject of the assertion.",
    ),
    _field(
        "username_expression", "userNameTemplate.template", "Custom username expression", "text", "general",
        on_app=True, default="", shown_when=("application_username", "Custom"),
        hint="An expression, such as String.substringBefore(user.email, \"@\").",
        synonyms=("Custom application username",),
    ),
    _field(
        "username_update", "userNameTemplate.pushStatus", "Update application username on", "choice", "general",
        on_app=True, default="Create and update",
        choices=_choices(*((name, name) for name in USERNAME_UPDATES)),
    ),
    _field(
        "response_signed", "responseSigned", "Response", "choice", "advanced", choices=_SIGNED,
        hint="Whether the SAML response message is signed.", synonyms=("Response Signature",),
    ),
    _field(
        "assertion_signed", "assertionSigned", "Assertion Signature", "choice", "advanced", choices=_SIGNED,
        hint="Whether the SAML assertion is signed.", synonyms=("Assertion",),
    ),
    _field(
        "signature_algorithm", "signatureAlgorithm", "Signature Algorithm", "choice", "advanced",
        choices=_choices(("RSA_SHA256", "RSA-SHA256"), ("RSA_SHA1", "RSA-SHA1")),
    ),
    _field(
        "digest_algorithm", "digestAlgorithm", "Digest Algorithm", "choice", "advanced",
        choices=_choices(("SHA256", "SHA256"), ("SHA1", "SHA1")),
    ),
    _field(
        "assertion_encrypted", "assertionEncryption.enabled", "Assertion Encryption", "choice", "advanced",
        choices=_choices((False, "Unencrypted"), (True, "Encrypted")),
    ),
    _field(
        "encryption_algorithm", "assertionEncryption.encryptionAlgorithm", "Encryption Algorithm", "choice",
        "advanced", shown_when=_ENCRYPTED,
        choices=_choices(
            ("AES128_CBC", "AES128-CBC"), ("AES256_CBC", "AES256-CBC"),
            ("AES128_GCM", "AES128-GCM"), ("AES256_GCM", "AES256-GCM"),
        ),
    ),
    _field(
        "key_transport_algorithm", "assertionEncryption.keyTransportAlgorithm", "Key Transport Algorithm", "choice",
        "advanced", shown_when=_ENCRYPTED, choices=_choices(("RSA_OAEP", "RSA-OAEP"), ("RSA_15", "RSA-1.5")),
    ),
    _field(
        "encryption_certificate", "assertionEncryption.x5c", "Encryption Certificate", "certificate", "advanced",
        shown_when=_ENCRYPTED, hint="The PEM certificate whose key decrypts the assertion at the service provider.",
    ),
    _field(
        "sp_certificate", "spCertificate.x5c", "Signature Certificate", "certificate", "advanced",
        hint="The PEM certificate that verifies signed SAML requests and logout requests.",
    ),
    _field(
        "slo_enabled", "slo.enabled", "Enable Single Logout", "checkbox", "advanced", shown_when=_CERTIFICATE,
        hint="Allow application to initiate Single Logout.",
        synonyms=("Allow application to initiate Single Logout",),
    ),
    _field(
        "slo_logout_url", "slo.logoutUrl", "Single Logout URL", "url", "advanced", shown_when=_SLO,
        hint="Where the logout response is sent.",
    ),
    _field(
        "slo_issuer", "slo.issuer", "SP Issuer", "text", "advanced", shown_when=_SLO,
        hint="The issuer of the service provider's logout requests.",
    ),
    _field(
        "signed_requests", "samlSignedRequestEnabled", "Signed Requests", "checkbox", "advanced",
        shown_when=_CERTIFICATE, hint="Validate SAML requests with signature certificates.",
        synonyms=("Validate SAML requests with signature certificates",),
    ),
    _field(
        "acs_endpoints", "acsEndpoints", "Other Requestable SSO URLs", "acs_rows", "advanced", default=(),
        hint="URLs that a request may ask for, by URL or by index.",
    ),
    _field(
        "participate_slo", "participateSlo.enabled", "Front-channel Single Logout", "checkbox", "advanced",
        hint="Send this app a logout request when the person's Okta session ends elsewhere.",
        synonyms=("App logs out when another app or Okta logs out",),
    ),
    _field(
        "participate_slo_url", "participateSlo.logoutRequestUrl", "Logout Request URL", "url", "advanced",
        shown_when=_FRONT_CHANNEL, hint="Where Okta sends its logout requests.", synonyms=("Response URL",),
    ),
    _field(
        "participate_slo_binding", "participateSlo.bindingType", "Logout Request Binding", "choice", "advanced",
        shown_when=_FRONT_CHANNEL, choices=_choices(("POST", "HTTP Post"), ("REDIRECT", "HTTP Redirect")),
    ),
    _field(
        "participate_slo_session_index", "participateSlo.sessionIndexRequired", "Include user session details",
        "checkbox", "advanced", shown_when=_FRONT_CHANNEL,
        hint="Send the SessionIndex of the login in the logout request.",
    ),
    _field(
        "inline_hook", "inlineHooks", "Assertion Inline Hook", "text", "advanced",
        hint="The name of an inline hook of this org, or a URL. None when empty.",
    ),
    _field(
        "authn_context_class_ref", "authnContextClassRef", "Authentication context class", "choice", "advanced",
        choices=_choices(*((uri, label) for label, uri in names.AUTHN_CONTEXTS.items())),
    ),
    _field(
        "honor_force_authn", "honorForceAuthn", "Honor Force Authentication", "choice", "advanced",
        choices=_YES_NO, hint="Ask people to sign in again when a request says ForceAuthn.",
    ),
    _field(
        "idp_issuer", "idpIssuer", "SAML Issuer ID", "text", "advanced",
        hint="The issuer of assertions and the entity ID of the metadata; ${org.externalKey} is the app's exk id.",
    ),
    _field(
        "max_session_lifetime_minutes", "maxSessionLifetimeMinutes", "Maximum app session lifetime", "number",
        "advanced", default=None, hint="Send value in response, in minutes. Nothing is sent when empty.",
    ),
    _field(
        "assertion_lifetime_seconds", "samlAssertionLifetimeSeconds", "Assertion lifetime", "number", "advanced",
        hint="Seconds that an assertion is valid after it is issued. In the API only.",
    ),
    _field(
        "attribute_statements", "attributeStatements", "Attribute Statements", "attribute_rows", "attributes",
        default=(), hint="Name, name format and value of each attribute.",
        synonyms=("Attribute Statements (optional)",),
    ),
    _field(
        "group_attribute_statements", "groupAttributeStatements", "Group Attribute Statements", "group_rows",
        "attributes", default=(), hint="Names of the person's groups that pass the filter.",
        synonyms=("Group Attribute Statements (optional)",),
    ),
)  # fmt: skip

FIELD_BY_ATTRIBUTE: dict[str, Field] = {row.attribute: row for row in FIELDS}
