"""The names that SAML, XML Signature and XML Encryption give to things, as this SP knows them.

Written down here a second time on purpose: the SP shares no code with the IdP that it judges, so that a misspelt
name cannot hide on both sides. Sources: SAML 2.0 Core, Bindings, Profiles and Metadata; XML Signature; XML
Encryption.
"""

from __future__ import annotations

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DSIG_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"

NAMESPACES = {"samlp": SAMLP, "saml": SAML, "md": MD, "ds": DS, "ec": EC, "xenc": XENC, "xenc11": XENC11}

BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BINDING_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
NAMEID_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
NAMEID_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAMEID_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMEID_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = f"{STATUS}Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

ENVELOPED = f"{DS}enveloped-signature"
EXCLUSIVE_C14N = EC
EXCLUSIVE_C14N_COMMENTS = f"{EC}WithComments"

CLAIM_EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


def samlp(name: str) -> str:
    """The Clark name of an element of the SAML protocol namespace."""
    return f"{{{SAMLP}}}{name}"


def saml(name: str) -> str:
    """The Clark name of an element of the SAML assertion namespace."""
    return f"{{{SAML}}}{name}"


def md(name: str) -> str:
    """The Clark name of an element of the SAML metadata namespace."""
    return f"{{{MD}}}{name}"


def ds(name: str) -> str:
    """The Clark name of an element of the XML Signature namespace."""
    return f"{{{DS}}}{name}"


def xenc(name: str) -> str:
    """The Clark name of an element of the XML Encryption namespace."""
    return f"{{{XENC}}}{name}"
