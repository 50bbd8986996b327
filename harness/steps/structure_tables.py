"""What the SAML schemas allow in the messages and the metadata that scenarios look at, as a table.

Sources: saml-schema-protocol-2.0.xsd, saml-schema-assertion-2.0.xsd, saml-schema-metadata-2.0.xsd (OASIS, 2005).
The content of XML signatures and of encrypted elements is left to those who verify and decrypt them.
"""

from __future__ import annotations

from dataclasses import dataclass

OPEN = "*"
"""Elements that the schema leaves to others."""
MIXED = "**"
"""Elements and text that the schema leaves to others."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may hold.

    ``content`` is a content model as in a DTD (``md:Extensions? md:KeyDescriptor*``), `OPEN`, `MIXED`, or the type of
    its text in square brackets (``[anyURI]``); empty means no content. ``attributes`` are ``name: type`` by blanks,
    required ones with an exclamation mark. ``foreign`` lets attributes of other namespaces in.
    """

    content: str = ""
    attributes: str = ""
    foreign: bool = False


_NAMED = "NameQualifier: string SPNameQualifier: string"
_NAME_ID = Shape("[string]", f"{_NAMED} Format: anyURI SPProvidedID: string")
_REQUEST = "ID!: ID Version!: string IssueInstant!: dateTime Destination: anyURI Consent: anyURI"
_ENCRYPTED = Shape("xenc:EncryptedData xenc:EncryptedKey*")
_IDENTIFIER = "(saml:BaseID|saml:NameID|saml:EncryptedID)"
_CONTEXT_DECLARATION = "saml:AuthnContextDecl|saml:AuthnContextDeclRef"
_URI = Shape("[anyURI]")
_STRING = Shape("[string]")

MESSAGES: dict[str, Shape] = {
    "samlp:AuthnRequest": Shape(
        "saml:Issuer? ds:Signature? samlp:Extensions? saml:Subject? samlp:NameIDPolicy? saml:Conditions? "
        "samlp:RequestedAuthnContext? samlp:Scoping?",
        f"{_REQUEST} ForceAuthn: boolean IsPassive: boolean ProtocolBinding: anyURI "
        "AssertionConsumerServiceIndex: unsignedShort AssertionConsumerServiceURL: anyURI "
        "AttributeConsumingServiceIndex: unsignedShort ProviderName: string",
    ),
    "samlp:NameIDPolicy": Shape("", "Format: anyURI SPNameQualifier: string AllowCreate: boolean"),
    "samlp:RequestedAuthnContext": Shape(
        "(saml:AuthnContextClassRef+|saml:AuthnContextDeclRef+)", "Comparison: exact|minimum|maximum|better"
    ),
    "samlp:Scoping": Shape("samlp:IDPList? samlp:RequesterID*", "ProxyCount: nonNegativeInteger"),
    "samlp:IDPList": Shape("samlp:IDPEntry+ samlp:GetComplete?"),
    "samlp:IDPEntry": Shape("", "ProviderID!: anyURI Name: string Loc: anyURI"),
    "samlp:GetComplete": _URI,
    "samlp:RequesterID": _URI,
    "samlp:Response": Shape(
        "saml:Issuer? ds:Signature? samlp:Extensions? samlp:Status (saml:Assertion|saml:EncryptedAssertion)*",
        f"{_REQUEST} InResponseTo: NCName",
    ),
    "samlp:Extensions": Shape(OPEN),
    "samlp:Status": Shape("samlp:StatusCode samlp:StatusMessage? samlp:StatusDetail?"),
    "samlp:StatusCode": Shape("samlp:StatusCode?", "Value!: anyURI"),
    "samlp:StatusMessage": _STRING,
    "samlp:StatusDetail": Shape(OPEN),
}

ASSERTIONS: dict[str, Shape] = {
    "saml:Issuer": _NAME_ID,
    "saml:Assertion": Shape(
        "saml:Issuer ds:Signature? saml:Subject? saml:Conditions? saml:Advice? "
        "(saml:Statement|saml:AuthnStatement|saml:AuthzDecisionStatement|saml:AttributeStatement)*",
        "Version!: string ID!: ID IssueInstant!: dateTime",
    ),
    "saml:EncryptedAssertion": _ENCRYPTED,
    "saml:EncryptedID": _ENCRYPTED,
    "saml:EncryptedAttribute": _ENCRYPTED,
    "saml:Subject": Shape(f"({_IDENTIFIER} saml:SubjectConfirmation*|saml:SubjectConfirmation+)"),
    "saml:NameID": _NAME_ID,
    "saml:BaseID": Shape(OPEN, _NAMED),
    "saml:SubjectConfirmation": Shape(f"{_IDENTIFIER}? saml:SubjectConfirmationData?", "Method!: anyURI"),
    "saml:SubjectConfirmationData": Shape(
        MIXED,
        "NotBefore: dateTime NotOnOrAfter: dateTime Recipient: anyURI InResponseTo: NCName Address: string",
        foreign=True,
    ),
    "saml:Conditions": Shape(
        "(saml:Condition|saml:AudienceRestriction|saml:OneTimeUse|saml:ProxyRestriction)*",
        "NotBefore: dateTime NotOnOrAfter: dateTime",
    ),
    "saml:Condition": Shape(OPEN),
    "saml:AudienceRestriction": Shape("saml:Audience+"),
    "saml:Audience": _URI,
    "saml:OneTimeUse": Shape(),
    "saml:ProxyRestriction": Shape("saml:Audience*", "Count: nonNegativeInteger"),
    "saml:Advice": Shape(OPEN),
    "saml:Statement": Shape(OPEN),
    "saml:AuthzDecisionStatement": Shape(OPEN, "Resource!: anyURI Decision!: Permit|Deny|Indeterminate"),
    "saml:AuthnStatement": Shape(
        "saml:SubjectLocality? saml:AuthnContext",
        "AuthnInstant!: dateTime SessionIndex: string SessionNotOnOrAfter: dateTime",
    ),
    "saml:SubjectLocality": Shape("", "Address: string DNSName: string"),
    "saml:AuthnContext": Shape(
        f"(saml:AuthnContextClassRef ({_CONTEXT_DECLARATION})?|({_CONTEXT_DECLARATION})) saml:AuthenticatingAuthority*"
    ),
    "saml:AuthnContextClassRef": _URI,
    "saml:AuthnContextDeclRef": _URI,
    "saml:AuthnContextDecl": Shape(MIXED),
    "saml:AuthenticatingAuthority": _URI,
    "saml:AttributeStatement": Shape("(saml:Attribute|saml:EncryptedAttribute)+"),
    "saml:Attribute": Shape(
        "saml:AttributeValue*", "Name!: string NameFormat: anyURI FriendlyName: string", foreign=True
    ),
    "saml:AttributeValue": Shape(MIXED),
}

_DATED = "ID: ID validUntil: dateTime cacheDuration: duration"
_ENDPOINT = "Binding!: anyURI Location!: anyURI ResponseLocation: anyURI"
_SERVICE = Shape(OPEN, _ENDPOINT, foreign=True)
_INDEXED = Shape(OPEN, f"{_ENDPOINT} index!: unsignedShort isDefault: boolean", foreign=True)
_ROLE = "ds:Signature? md:Extensions? md:KeyDescriptor* md:Organization? md:ContactPerson*"
_SSO_ROLE = (
    f"{_ROLE} md:ArtifactResolutionService* md:SingleLogoutService* md:ManageNameIDService* md:NameIDFormat*"
)
_ROLE_ATTRIBUTES = f"{_DATED} protocolSupportEnumeration!: anyURIs errorURL: anyURI"
_ROLES = (
    "md:RoleDescriptor|md:IDPSSODescriptor|md:SPSSODescriptor|md:AuthnAuthorityDescriptor|"
    "md:AttributeAuthorityDescriptor|md:PDPDescriptor"
)
_IN_A_LANGUAGE = Shape("[string]", "xml:lang!: language")

METADATA: dict[str, Shape] = {
    "md:EntityDescriptor": Shape(
        f"ds:Signature? md:Extensions? (({_ROLES})+|md:AffiliationDescriptor) md:Organization? md:ContactPerson* "
        "md:AdditionalMetadataLocation*",
        f"entityID!: entityID {_DATED}",
        foreign=True,
    ),
    "md:Extensions": Shape(OPEN),
    "md:RoleDescriptor": Shape(OPEN, _ROLE_ATTRIBUTES, foreign=True),
    "md:AuthnAuthorityDescriptor": Shape(OPEN, _ROLE_ATTRIBUTES, foreign=True),
    "md:AttributeAuthorityDescriptor": Shape(OPEN, _ROLE_ATTRIBUTES, foreign=True),
    "md:PDPDescriptor": Shape(OPEN, _ROLE_ATTRIBUTES, foreign=True),
    "md:AffiliationDescriptor": Shape(OPEN, f"affiliationOwnerID!: entityID {_DATED}", foreign=True),
    "md:IDPSSODescriptor": Shape(
        f"{_SSO_ROLE} md:SingleSignOnService+ md:NameIDMappingService* md:AssertionIDRequestService* "
        "md:AttributeProfile* saml:Attribute*",
        f"{_ROLE_ATTRIBUTES} WantAuthnRequestsSigned: boolean",
        foreign=True,
    ),
    "md:SPSSODescriptor": Shape(
        f"{_SSO_ROLE} md:AssertionConsumerService+ md:AttributeConsumingService*",
        f"{_ROLE_ATTRIBUTES} AuthnRequestsSigned: boolean WantAssertionsSigned: boolean",
        foreign=True,
    ),
    "md:KeyDescriptor": Shape("ds:KeyInfo md:EncryptionMethod*", "use: encryption|signing"),
    "md:EncryptionMethod": Shape(OPEN, "Algorithm!: anyURI"),
    "md:NameIDFormat": _URI,
    "md:SingleSignOnService": _SERVICE,
    "md:SingleLogoutService": _SERVICE,
    "md:ManageNameIDService": _SERVICE,
    "md:NameIDMappingService": _SERVICE,
    "md:AssertionIDRequestService": _SERVICE,
    "md:AttributeProfile": _URI,
    "md:ArtifactResolutionService": _INDEXED,
    "md:AssertionConsumerService": _INDEXED,
    "md:AttributeConsumingService": Shape(
        "md:ServiceName+ md:ServiceDescription* md:RequestedAttribute+",
        "index!: unsignedShort isDefault: boolean",
    ),
    "md:ServiceName": _IN_A_LANGUAGE,
    "md:ServiceDescription": _IN_A_LANGUAGE,
    "md:RequestedAttribute": Shape(
        "saml:AttributeValue*",
        "Name!: string NameFormat: anyURI FriendlyName: string isRequired: boolean",
        foreign=True,
    ),
    "md:Organization": Shape(
        "md:Extensions? md:OrganizationName+ md:OrganizationDisplayName+ md:OrganizationURL+", foreign=True
    ),
    "md:OrganizationName": _IN_A_LANGUAGE,
    "md:OrganizationDisplayName": _IN_A_LANGUAGE,
    "md:OrganizationURL": _IN_A_LANGUAGE,
    "md:ContactPerson": Shape(
        "md:Extensions? md:Company? md:GivenName? md:SurName? md:EmailAddress* md:TelephoneNumber*",
        "contactType!: technical|support|administrative|billing|other",
        foreign=True,
    ),
    "md:Company": _STRING,
    "md:GivenName": _STRING,
    "md:SurName": _STRING,
    "md:EmailAddress": _URI,
    "md:TelephoneNumber": _STRING,
    "md:AdditionalMetadataLocation": Shape("[anyURI]", "namespace!: anyURI"),
}

SHAPES: dict[str, Shape] = {**MESSAGES, **ASSERTIONS, **METADATA}
