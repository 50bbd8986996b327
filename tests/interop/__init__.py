"""Independent SAML libraries run as service providers: someone else to ask whether our Okta is right."""
