"""Settings of the whole org, above all the switches for what nobody outside Okta knows.

Where Okta's documentation, recorded traffic and public reports do not settle a question, the answer is a named
field here with a documented default, so that a test can try both answers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fake_idp.org.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class OrgSettings:
    """One org's switches. Names work as keyword arguments of ``FakeOkta`` and, in camelCase, in org files."""

    sign_metadata: bool = True
    """Whether metadata carries an enveloped signature by the org's metadata key. ``False`` gives Okta's own bytes:
    Okta does not sign its metadata."""

    passive_without_session: Literal["sign_in", "no_passive"] = "sign_in"
    """What ``IsPassive="true"`` gets from a browser without a session. No sample of Okta answering ``NoPassive`` is
    known, so the default shows the sign-in page; ``no_passive`` posts the status that SAML Core 3.4.1 asks for."""

    unlisted_acs_url: Literal["ignore", "refuse"] = "ignore"
    """What an ``AssertionConsumerServiceURL`` gets that is neither the Single sign-on URL nor one of Other Requestable
    SSO URLs. Without that list Okta ignores it (recorded 2024); with a list nobody knows. ``refuse`` answers 400."""

    name_id_policy: Literal["when_present", "signed_requests", "off"] = "when_present"
    """When the Format of a request's NameIDPolicy has to equal the app's Name ID format. ``when_present`` is the help
    text of today, ``signed_requests`` that of 2023. With Signed Requests on, both refuse a missing Format too."""

    check_request_destination: bool = False
    """Whether a request whose Destination names another URL than the app's is refused. Not documented by Okta."""

    validate_before_sign_in: bool = False
    """Whether an AuthnRequest is checked before the sign-in page. Reports say that Okta checks after it."""

    empty_attributes: Literal["omit", "send_empty"] = "omit"
    """What an attribute statement without a value becomes: nothing, or an Attribute with one empty AttributeValue.
    Reports of a missing AttributeStatement suggest the first."""

    array_attributes: bool = True
    """Whether a profile attribute with several values becomes several AttributeValues. Old Okta orgs without the flag
    SAML_SUPPORT_ARRAY_ATTRIBUTES join them with commas."""

    failed_logout_status: Literal["top_level", "nested"] = "top_level"
    """Where a refused LogoutRequest's answer carries AuthnFailed: as the only status code, or inside Responder.
    Java-saml printed it as the status, so the default is the first."""

    failed_logout_signed: bool = False
    """Whether that answer is signed. One report says it came unsigned."""

    logout_session_index: Literal["match", "ignore"] = "match"
    """Whether a SessionIndex in a LogoutRequest has to be one that the app was sent. Okta does not say."""

    logout_without_session: Literal["success", "unknown_principal"] = "success"
    """What a good LogoutRequest gets for a person who has no session any more. No report tells; the wish is met."""

    logout_request_max_age_minutes: int = 5
    """How far IssueInstant of a LogoutRequest may be from the org's time. Okta does not publish it."""

    session_lifetime_minutes: int = 120
    """How long an unused Okta session lives. Two hours is Okta's default global session policy."""

    remember_session_days: int = 15
    """How long a session lives whose owner ticked Keep me signed in. Okta leaves it to policies."""

    require_email_logins: bool = True
    """Whether usernames have to be email addresses, as in a new Okta org."""

    remote_hooks: bool = False
    """Whether inline hooks may live beyond this machine's loopback. Off, so that a test never calls out by mistake."""

    hook_timeout_seconds: float = 3.0
    """How long an inline hook may take. Three seconds is Okta's documented limit; it then tries once more."""

    hook_retries: int = 1
    """How often a hook that timed out or answered 5xx is called again. Once, as documented."""

    hook_error: Literal["ignore", "deny"] = "ignore"
    """What an ``error`` object in a hook's answer does besides a failure in the System Log: the assertion goes out
    unchanged, as Okta documents it, or the sign-in is denied."""

    access_error_url: str = ""
    """The org's Application Access Error Page: where people without an assignment are sent. Empty shows Okta's page."""

    log_max_events: int = 20_000
    """How many events the System Log keeps, so that an org can run for weeks. Okta keeps 90 days."""

    deterministic_keys: bool = False
    """Whether RSA keys are made from the seed, so that the same seed gives the same bytes. Slow, for golden tests."""

    def with_values(self, **values: Any) -> OrgSettings:
        """The settings with some values replaced, each checked against its field.

        :raises InvalidValue: for an unknown name or a value of the wrong kind; the message names what is valid.
        """
        hints = get_type_hints(OrgSettings)
        for name, value in values.items():
            if name not in hints:
                close = get_close_matches(name, hints, n=1)
                advice = f"did you mean {close[0]!r}?" if close else f"the settings are {', '.join(hints)}"
                raise InvalidValue(name, f"the org has no such setting; {advice}")
            _check(name, hints[name], value)
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """All values by name."""
        return asdict(self)

    def changed(self) -> dict[str, Any]:
        """The values that differ from the defaults, by name."""
        plain = OrgSettings()
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(plain, f.name)
        }


def _check(name: str, hint: Any, value: Any) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise InvalidValue(
                name, f"expected one of {', '.join(map(repr, get_args(hint)))}, received {value!r}"
            )
        return
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return
    if isinstance(hint, type | UnionType) and (
        not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool)
    ):
        expected = getattr(hint, "__name__", str(hint))
        raise InvalidValue(name, f"expected {expected}, received {value!r}")
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        raise InvalidValue(name, f"expected 0 or more, received {value!r}")
