"""Faults of RelayState: where the browser is to go after the login."""

from __future__ import annotations

from urllib.parse import urlsplit

from fake_idp.faults.edit import EVIL_HOST
from fake_idp.faults.registry import register
from fake_idp.saml.pipeline import FaultContext, Wire

_VALUES: dict[str, tuple[str, str, str]] = {
    "foreign-url": ("is a URL of another site", f"https://{EVIL_HOST}/", "relaystate-open-redirect"),
    "scheme-relative": (
        "is a URL of another site without scheme",
        f"//{EVIL_HOST}/",
        "relaystate-open-redirect",
    ),
    "backslash": ("starts with a slash and a backslash", f"/\\{EVIL_HOST}/", "relaystate-open-redirect"),
    "scheme-no-slashes": ("is https: and a foreign host", f"https:{EVIL_HOST}", "relaystate-open-redirect"),
    "userinfo": (
        "has the SP's host as user name of a foreign one",
        f"https://{{host}}@{EVIL_HOST}/",
        "relaystate-open-redirect",
    ),
    "host-prefix": (
        "is a host that begins with the SP's",
        f"https://{{host}}.{EVIL_HOST}/",
        "relaystate-open-redirect",
    ),
    "encoded": ("is a foreign URL, percent-encoded", f"%2f%2f{EVIL_HOST}/", "relaystate-open-redirect"),
    "tabbed": (
        "is a foreign URL with a tab after its first slash",
        f"/\t/{EVIL_HOST}/",
        "relaystate-open-redirect",
    ),
    "leading-blank": ("is a foreign URL after a blank", f" //{EVIL_HOST}/", "relaystate-open-redirect"),
    "javascript": ("is a javascript: URL", "javascript:alert(1)", "relaystate-dangerous-scheme"),
    "javascript-mixed-case": ("is a JaVaScRiPt: URL", "JaVaScRiPt:alert(1)", "relaystate-dangerous-scheme"),
    "javascript-control-character": (
        "is a javascript: URL after a control character",
        "\x01javascript:alert(1)",
        "relaystate-dangerous-scheme",
    ),
    "data": ("is a data: URL", "data:text/html,<script>alert(1)</script>", "relaystate-dangerous-scheme"),
    "vbscript": ("is a vbscript: URL", "vbscript:msgbox(1)", "relaystate-dangerous-scheme"),
    "markup": ("holds quotes and a script", "\"'><script>alert(1)</script>", "relaystate-reflection"),
    "header-split": ("holds CR LF and a header", "/x\r\nX-Injected: 1\r\n\r\n<b>", "relaystate-reflection"),
    "unknown": ("is a value that nobody gave out", "b3f1c2d4-nobody-knows-me", "relaystate-lost"),
    "81-bytes": ("has 81 bytes", "/" + "x" * 80, "relaystate-oversized"),
    "4-kb": ("has 4 kB", "/" + "x" * 4095, "relaystate-oversized"),
    "64-kb": ("has 64 kB", "/" + "x" * 65535, "relaystate-oversized"),
    "json-identity": (
        "is JSON that names a user",
        '{"user":"admin","role":"admin"}',
        "relaystate-no-authority",
    ),
}
SOURCE = "Errata E90; SAML Bindings 3.1.1 and 3.5.3; OWASP unvalidated redirects"


def relay_state_value(name: str, acs_url: str) -> str:
    """The value of the fault ``relay-state-{name}`` for an SP with this ACS URL."""
    return _VALUES[name][1].replace("{host}", urlsplit(acs_url).netloc)


def _fault(name: str, phrase: str, requirement: str) -> None:
    def apply(message: Wire, context: FaultContext) -> None:
        message.fields["RelayState"] = relay_state_value(
            name, context.claims.recipient if context.claims else ""
        )

    register(f"relay-state-{name}", f"RelayState {phrase}.", "wire", apply, requirement, source=SOURCE)


for _name, (_phrase, _value, _requirement) in _VALUES.items():
    _fault(_name, _phrase, _requirement)
