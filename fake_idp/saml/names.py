"""The names that SAML, XML Signature, XML Encryption and Okta's API give to things.

Sources: SAML Core, Bindings, Metadata and Authentication Context (OASIS, 2005); XML Signature and XML
Encryption (W3C); the enums of Okta's Management API for ``settings.signOn``.
"""

from __future__ import annotations

NS_SAML2P = "urn:oasis:names:tc:SAML:2.0:protocol"
NS_SAML2 = "urn:oasis:names:tc:SAML:2.0:assertion"
NS_MD = "urn:oasis:names:tc:SAML:2.0:metadata"
NS_DS = "http://www.w3.org/2000/09/xmldsig#"
NS_EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
NS_XENC = "http://www.w3.org/2001/04/xmlenc#"
NS_XS = "http://www.w3.org/2001/XMLSchema"
NS_XSI = "http://www.w3.org/2001/XMLSchema-instance"

NAMESPACES = {"saml2p": NS_SAML2P, "saml2": NS_SAML2, "md": NS_MD, "ds": NS_DS, "ec": NS_EC, "xenc": NS_XENC}
"""The prefixes that Okta writes; handy as the ``namespaces`` of an lxml XPath."""

BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BINDING_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

NAMEID_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAMEID_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
NAMEID_X509 = "urn:oasis:names:tc:SAML:1.1:nameid-format:x509SubjectName"
"""As Okta's API spells it, with a small x; SAML Core 8.3.3 has a capital X."""
NAMEID_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMEID_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
NAMEID_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

STATUS_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
STATUS_REQUESTER = "urn:oasis:names:tc:SAML:2.0:status:Requester"
STATUS_RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
STATUS_VERSION_MISMATCH = "urn:oasis:names:tc:SAML:2.0:status:VersionMismatch"
STATUS_AUTHN_FAILED = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
STATUS_INVALID_NAMEID_POLICY = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
STATUS_NO_AUTHN_CONTEXT = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
STATUS_NO_PASSIVE = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
STATUS_PARTIAL_LOGOUT = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
STATUS_REQUEST_DENIED = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
STATUS_UNKNOWN_PRINCIPAL = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"

CM_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

C14N_EXCLUSIVE = NS_EC
C14N_EXCLUSIVE_WITH_COMMENTS = f"{NS_EC}WithComments"
TRANSFORM_ENVELOPED = f"{NS_DS}enveloped-signature"

SIGNATURE_ALGORITHMS = {
    "RSA_SHA256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "RSA_SHA1": f"{NS_DS}rsa-sha1",
}
"""The choices of Okta's Signature Algorithm, by the name that the Management API uses."""

DIGEST_ALGORITHMS = {"SHA256": f"{NS_XENC}sha256", "SHA1": f"{NS_DS}sha1"}
"""The choices of Okta's Digest Algorithm, by the name that the Management API uses."""

MORE_SIGNATURE_ALGORITHMS = SIGNATURE_ALGORITHMS | {
    "RSA_SHA384": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "RSA_SHA512": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
}
"""What the signer can do besides, for faults and requirements that go beyond Okta (RFC 4051)."""

MORE_DIGEST_ALGORITHMS = DIGEST_ALGORITHMS | {
    "SHA384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "SHA512": f"{NS_XENC}sha512",
}

ENCRYPTION_ALGORITHMS = {
    "AES128_CBC": f"{NS_XENC}aes128-cbc",
    "AES256_CBC": f"{NS_XENC}aes256-cbc",
    "AES128_GCM": "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "AES256_GCM": "http://www.w3.org/2009/xmlenc11#aes256-gcm",
}
KEY_TRANSPORT_ALGORITHMS = {"RSA_OAEP": f"{NS_XENC}rsa-oaep-mgf1p", "RSA_15": f"{NS_XENC}rsa-1_5"}

AC_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
AUTHN_CONTEXTS = {
    "X.509 Certificate": f"{AC_CLASSES}X509",
    "Integrated Windows Authentication": "urn:federation:authentication:windows",
    "Kerberos": "oasis:names:tc:SAML:2.0:ac:classes:Kerberos",  # Okta's enum lacks the leading "urn:"
    "PasswordProtectedTransport": f"{AC_CLASSES}PasswordProtectedTransport",
    "Password": f"{AC_CLASSES}Password",
    "TLSClient": f"{AC_CLASSES}TLSClient",
    "Unspecified": f"{AC_CLASSES}unspecified",
}
"""The choices of Okta's Authentication context class: wizard label to the URI that the assertion carries."""

ATTRNAME_UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
ATTRNAME_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
ATTRNAME_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
ATTRNAME_FORMATS = {
    "Unspecified": ATTRNAME_UNSPECIFIED,
    "URI Reference": ATTRNAME_URI,
    "Basic": ATTRNAME_BASIC,
}
"""The choices of Name format in Okta's attribute statements: wizard label to URI."""
