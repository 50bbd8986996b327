"""Everything that can be set about the SP: one flat list. A profile is a preset over it (``profiles.py``)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from harness.reference_sp import names

SSO_PLANS = ("Scholarship", "Growth", "Enterprise")
PLANS = ("Starter", "Plus", *SSO_PLANS)
ROLES = ("viewer", "member", "manager", "admin")
VENDORS = ("Auth0", "Google", "Microsoft Azure Active Directory", "Okta", "OneLogin", "Other")

STRONG_SIGNATURES = ("rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512")
STRONG_DIGESTS = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this SP asks for and accepts. Times are in seconds unless the name says otherwise."""

    # The organization and who may set SSO up
    org_id: str = "10001"
    org_name: str = "Acme"
    plan: str = "Growth"
    admin_email: str = "admin@acme.test"

    # The SP's own names; {url} is its base URL, {org} the organization's id
    entity_id: str = "{url}/saml/2/metadata/{org}"
    acs_url: str = "{url}/saml/2/acs/{org}"
    slo_url: str = "{url}/saml/2/slo/{org}"
    extra_audiences: tuple[str, ...] = ()
    """Further names that count as this SP in an AudienceRestriction."""
    default_page: str = "/me"
    """Where a login without a known deep link ends."""
    metadata_hours: int = 0
    """How long the SP's own metadata is valid once fetched: its validUntil. 0 leaves validUntil out."""
    deep_links: Literal["login page", "sso"] = "login page"
    """What an anonymous visitor of an organization's page gets: the login page with both ways in, or at once SSO."""

    # Metadata import
    metadata_max_bytes: int = 1_000_000
    metadata_encodings: tuple[str, ...] = ("utf-8", "utf-16")
    metadata_ascii_only: bool = False
    metadata_certificate: str = ""
    """PEM of the key that must have signed the IdP's metadata. Empty: a signature is only checked for damage."""
    require_https_sso: bool = False
    """Refuse an SSO URL with plain http. Off, because the fake Okta listens on loopback without TLS."""
    expired_certificate: Literal["ignore", "warn", "reject"] = "warn"
    """What to do about IdP certificates outside their dates. The key counts, not the dates (IIP-MD12)."""
    signing_keys: Literal["all", "first"] = "all"

    # The request
    request_binding: Literal["redirect", "post"] = "redirect"
    """Preferred binding; the other one is used when the IdP's metadata offers only that."""
    sign_requests: bool = False
    percent_encoding: Literal["upper case", "lower case"] = "upper case"
    """Letters of the escapes in the query of HTTP-Redirect. Libraries for .NET write them small."""
    name_id_policy: str | None = ""
    """``None``: no NameIDPolicy. Empty: one without Format. Else the Format."""
    requested_authn_context: str = ""
    force_authn: bool = False
    is_passive: bool = False
    request_lifetime: int = 3600

    # The response
    require_response_signed: bool = False
    require_assertion_signed: bool = False
    signature_algorithms: tuple[str, ...] = STRONG_SIGNATURES
    digest_algorithms: tuple[str, ...] = STRONG_DIGESTS
    encryption: Literal["off", "optional", "required"] = "optional"
    allow_rsa_15: bool = False
    clock_skew: int = 180
    max_issue_age: int = 3600
    max_validity: int = 7 * 24 * 3600
    """Longest time from now to NotOnOrAfter. Bounds how long the replay record must be kept."""
    allow_unsolicited: bool = True
    destination: Literal["always", "if signed", "if present"] = "if signed"
    accepted_destinations: tuple[str, ...] = ()
    """Further addresses that Destination may hold; the ACS always counts."""
    accepted_recipients: tuple[str, ...] = ()
    """Further addresses that Recipient may hold; the ACS always counts."""
    name_id_required: bool = False
    name_id_formats: tuple[str, ...] = ()
    """Accepted NameID formats; empty accepts any."""
    attribute_statement: Literal["any", "not empty", "required"] = "not empty"
    duplicate_attributes: Literal["allow", "refuse"] = "allow"
    attribute_name_format: Literal["any", "unspecified", "basic", "uri"] = "any"
    """Which attributes are read: all, or those whose NameFormat is this one (SAML Core 2.7.3.1)."""
    message_max_bytes: int = 400_000
    """Largest SAMLResponse field, base64."""

    # Who it is
    email_sources: tuple[str, ...] = ("subject", names.CLAIM_EMAIL, "emailaddress", "email")
    """Where the email is looked for, in order: ``subject`` or an attribute name; names without ``:`` in any case."""
    fold_email_case: bool = True
    identity: Literal["email", "name id"] = "email"
    """Whose account it is: the one with that address, or the one that first signed in with that NameID."""
    email_change: Literal["refuse", "follow"] = "refuse"
    """What happens when a known NameID comes with another address. Without ``identity: name id`` it is unknown."""

    # Membership
    require_sso: bool = False
    jit: bool = True
    jit_role: str = "member"
    pending_joins: bool = True
    """An invited person joins at the first SSO login; else ``user_pending``."""
    allowed_domains: tuple[str, ...] = ()
    """Email domains that the IdP may speak for; empty accepts any."""
    removed_members: Literal["recreate", "refuse"] = "recreate"
    lockout_guard: bool = False
    test_required: bool = False
    """Save only after a successful test login with the draft."""

    # Sessions and logout
    session_lifetime: int = 24 * 3600
    session_cookie_same_site: Literal["Lax", "None", "Strict"] = "Lax"
    """With Strict the page that a login ends on does not yet see the session: the browser came from the IdP's site."""
    single_logout: bool = True
    logout_binding: Literal["redirect", "post"] = "redirect"

    # What is shown
    verbosity: Literal["explain", "opaque"] = "explain"
    opaque_text: str = "Something went wrong. Please try again later."


class UnknownSetting(ValueError):
    """A setting that does not exist, or a value that it cannot have."""


def change(settings: Settings, **changes: Any) -> Settings:
    """``settings`` with some of them changed.

    :raises UnknownSetting: for a name that does not exist, with the nearest one that does.
    """
    known = [field.name for field in fields(settings)]
    for name in changes:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownSetting(
                f"the reference SP has no setting {name!r}.{advice} Settings: {', '.join(known)}"
            )
    for name, value in changes.items():
        if isinstance(value, list):
            changes[name] = tuple(value)
    if "plan" in changes:
        changes["plan"] = plan_name(changes["plan"])
    for name in ("jit_role",):
        if name in changes and changes[name] not in ROLES:
            raise UnknownSetting(f"{name}={changes[name]!r}; expected one of {', '.join(ROLES)}")
    return replace(settings, **changes)


def plan_name(plan: str) -> str:
    """The plan as it is written, whatever the case of ``plan``."""
    for name in PLANS:
        if name.lower() == plan.lower():
            return name
    raise UnknownSetting(f"there is no plan {plan!r}; plans: {', '.join(PLANS)}")
