"""Requirements, controls and verdicts: which SAML rules a service provider meets."""
