"""SAML messages as data and bytes: pure functions, no sockets, no web, no database."""
