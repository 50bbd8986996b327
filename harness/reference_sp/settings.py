"""Everything that can be set about the SP: one flat list. A profile is a preset over it (``profiles.py``)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

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
    """Id of the organization that the SP starts with; part of the entity ID and of the addresses."""
    org_name: str = "Acme"
    """Its name, as the pages show it."""
    plan: str = "Growth"
    """Its plan; Scholarship, Growth and Enterprise have single sign-on."""
    admin_email: str = "admin@acme.test"
    """Its first member, an admin who can also sign in by password."""

    # The SP's own names; {url} is its base URL, {org} the organization's id
    entity_id: str = "{url}/saml/2/metadata/{org}"
    """The SP's name, which Okta's Audience URI must hold."""
    acs_url: str = "{url}/saml/2/acs/{org}"
    """Where answers are posted, which Okta's Single sign-on URL must hold."""
    idp_initiated_acs_url: str = ""
    """A second address for answers that nobody asked for, as Datadog has it; the first one then takes none of them."""
    slo_url: str = "{url}/saml/2/slo/{org}"
    """Where logout messages come."""
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
    """Largest metadata file."""
    metadata_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Hosts that metadata may be fetched from."""
    metadata_timeout: int = 5
    """How long a fetch may take, from the first look at the address to the last byte."""
    metadata_refresh: int = 3600
    """After how long metadata by URL is fetched again."""
    metadata_encodings: tuple[str, ...] = ("utf-8", "utf-16")
    """Encodings of metadata that are read."""
    metadata_ascii_only: bool = False
    """Refuse metadata with characters outside ASCII."""
    metadata_certificate: str = ""
    """PEM of the key that must have signed the IdP's metadata. Empty: a signature is only checked for damage."""
    require_https_sso: bool = False
    """Refuse an SSO URL with plain http. Off, because the fake Okta listens on loopback without TLS."""
    expired_certificate: Literal["ignore", "warn", "reject"] = "warn"
    """What to do about IdP certificates outside their dates. The key counts, not the dates (IIP-MD12)."""
    signing_keys: Literal["all", "first"] = "all"
    """Which signing keys of the metadata count. Only with ``all`` a certificate can be changed without a gap."""

    # The request
    request_binding: Literal["redirect", "post"] = "redirect"
    """Preferred binding; the other one is used when the IdP's metadata offers only that."""
    sign_requests: bool = False
    """Sign AuthnRequests, whether the IdP's metadata asks for that or not."""
    percent_encoding: Literal["upper case", "lower case"] = "upper case"
    """Letters of the escapes in the query of HTTP-Redirect. Libraries for .NET write them small."""
    name_id_policy: str | None = ""
    """``None``: no NameIDPolicy. Empty: one without Format. Else the Format."""
    requested_authn_context: str = ""
    """The one class that every request asks for, compared exactly; empty asks for none."""
    force_authn: bool = False
    """Ask the IdP to have the person sign in again; an older sign-in is then refused."""
    is_passive: bool = False
    """Ask the IdP not to show anything to the person."""
    request_lifetime: int = 3600
    """How long the answer to a request is waited for."""

    # The response
    require_response_signed: bool = False
    """Refuse an answer of which only the assertion is signed."""
    require_assertion_signed: bool = False
    """Refuse an answer of which only the response is signed."""
    signature_algorithms: tuple[str, ...] = STRONG_SIGNATURES
    """Accepted signature algorithms: ``rsa-`` or ``ecdsa-`` and the hash; ``rsa-sha1`` must be named to count."""
    digest_algorithms: tuple[str, ...] = STRONG_DIGESTS
    """Accepted digest algorithms; ``sha1`` must be named to count."""
    encryption: Literal["off", "optional", "required"] = "optional"
    """Whether assertions may or must be encrypted; ``off`` publishes no encryption key either."""
    former_encryption_key: bool = False
    """Start amid a change of the encryption key: the former one is published beside the present one, and decrypts."""
    allow_rsa_15: bool = False
    """Accept the key transport RSA 1.5, which has known attacks."""
    clock_skew: int = 180
    """How far the IdP's clock and the SP's may differ."""
    max_issue_age: int = 3600
    """How long ago a message may have been issued."""
    max_validity: int = 7 * 24 * 3600
    """Longest time from now to NotOnOrAfter. Bounds how long the replay record must be kept."""
    allow_unsolicited: bool = True
    """Accept IdP-initiated sign-in: answers to no request."""
    destination: Literal["always", "if signed", "if present"] = "if signed"
    """When the response must have a Destination; one that is there must always be right."""
    accepted_destinations: tuple[str, ...] = ()
    """Further addresses that Destination may hold; the ACS always counts."""
    accepted_recipients: tuple[str, ...] = ()
    """Further addresses that Recipient may hold; the ACS always counts."""
    name_id_required: bool = False
    """Refuse an answer without NameID even if an attribute holds the email."""
    name_id_formats: tuple[str, ...] = ()
    """Accepted NameID formats; empty accepts any."""
    attribute_statement: Literal["any", "not empty", "required"] = "not empty"
    """Whether an AttributeStatement is needed. Amplitude refuses an empty one and does without any."""
    duplicate_attributes: Literal["allow", "refuse"] = "allow"
    """What to do with an attribute that comes twice; ``allow`` keeps the values of both."""
    attribute_name_format: Literal["any", "unspecified", "basic", "uri"] = "any"
    """Which attributes are read: all, or those whose NameFormat is this one (SAML Core 2.7.3.1)."""
    message_max_bytes: int = 400_000
    """Largest SAMLResponse field, base64."""

    # Who it is
    email_sources: tuple[str, ...] = ("subject", names.CLAIM_EMAIL, "emailaddress", "email")
    """Where the email is looked for, in order: ``subject`` or an attribute name; names without ``:`` in any case."""
    fold_email_case: bool = True
    """Take addresses that differ in upper and lower case alone for one."""
    identity: Literal["email", "name id"] = "email"
    """Whose account it is: the one with that address, or the one that first signed in with that NameID."""
    email_change: Literal["refuse", "follow"] = "refuse"
    """What happens when a known NameID comes with another address. Without ``identity: name id`` it is unknown."""

    # Membership
    require_sso: bool = False
    """Start with *Require SSO* on: nobody can use a password."""
    jit: bool = True
    """Start with *Enable JIT Provisioning* on: who comes by SSO for the first time gets an account."""
    jit_role: str = "member"
    """Start with this *User Role* for accounts made by JIT."""
    pending_joins: bool = True
    """An invited person joins at the first SSO login; else ``user_pending``."""
    allowed_domains: tuple[str, ...] = ()
    """Email domains that the IdP may speak for; empty accepts any."""
    removed_members: Literal["recreate", "refuse"] = "recreate"
    """What happens when a removed member comes by SSO and JIT is on."""
    require_sso_sessions: Literal["keep", "end"] = "keep"
    """What *Require SSO*, when it is switched on, does to sessions of a password; that of who saves it goes on."""
    lockout_guard: bool = False
    """Let *Require SSO* be switched on only by an admin who came by SSO."""
    test_required: bool = False
    """Save only after a successful test login with the draft."""

    # Sessions and logout
    session_lifetime: int = 24 * 3600
    """How long a session lasts; SessionNotOnOrAfter of the assertion can shorten it."""
    session_idle: int = 0
    """After how many seconds without a request a session ends; 0 means never."""
    session_cookie_same_site: Literal["Lax", "None", "Strict"] = "Lax"
    """With Strict the page that a login ends on does not yet see the session: the browser came from the IdP's site."""
    single_logout: bool = True
    """Offer single logout; without it there is no endpoint for it."""
    logout_binding: Literal["redirect", "post"] = "redirect"
    """Preferred binding of logout requests."""
    sign_out_url: str = ""
    """Where *Log out* leads somebody who came by SSO: a plain address, without SAML. Empty: the login page."""

    # What is shown
    verbosity: Literal["explain", "opaque"] = "explain"
    """``opaque`` answers every failed login with the same page and status 500, as some SPs do."""
    opaque_text: str = "Something went wrong. Please try again later."
    """What that page says."""


_KINDS = {bool: "True or False", int: "a whole number", str: "a text"}


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
        if name == "plan":
            changes[name] = plan_name(value)
        _check(name, changes[name])
    return replace(settings, **changes)


def _check(name: str, value: object) -> None:
    hint = _hints()[name]
    choices = ROLES if name == "jit_role" else get_args(hint) if get_origin(hint) is Literal else ()
    if choices and value not in choices:
        raise UnknownSetting(f"{name}={value!r}; expected one of {', '.join(map(repr, choices))}")
    if hint in (bool, int, str) and type(value) is not hint:
        raise UnknownSetting(f"{name}={value!r}; expected {_KINDS[hint]}")


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Settings)


def plan_name(plan: str) -> str:
    """The plan as it is written, whatever the case of ``plan``."""
    for name in PLANS:
        if name.lower() == plan.lower():
            return name
    raise UnknownSetting(f"there is no plan {plan!r}; plans: {', '.join(PLANS)}")
