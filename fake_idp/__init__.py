"""A fake Okta organisation that speaks SAML 2.0 the way Okta does. For tests only."""
