"""Weaknesses of addresses, correlation, times, audience, confirmation, replay, names and attributes."""

from __future__ import annotations

from harness.reference_sp.careless import values as careless
from harness.reference_sp.checks import authn, conditions, correlation, destination, identity, subject
from harness.reference_sp.weaknesses.model import Weakness, weakness

ADDRESSES: tuple[Weakness, ...] = (
    weakness(
        "no-destination-check",
        "Does not look at Destination.",
        "resp-destination-mismatch",
        "resp-destination-missing-signed",
        leaves_out=(destination.destination,),
    ),
    weakness(
        "destination-may-be-missing",
        "Does without Destination even in a signed response.",
        "resp-destination-missing-signed",
        replaces={destination.destination: careless.missing_destination_is_fine},
    ),
    weakness(
        "destination-by-prefix",
        "Is content when Destination begins with the right address.",
        "resp-destination-near-miss",
        replaces={destination.destination: careless.destination_by_prefix},
    ),
    weakness(
        "no-recipient-check",
        "Does not look at Recipient.",
        "sc-recipient-mismatch",
        leaves_out=(subject.recipient,),
    ),
    weakness(
        "recipient-may-be-missing",
        "Does without Recipient.",
        "sc-recipient-missing",
        replaces={subject.recipient: careless.missing_recipient_is_fine},
    ),
    weakness(
        "similar-recipient-is-enough",
        "Is content when Recipient contains the right address.",
        "sc-recipient-near-miss",
        replaces={subject.recipient: careless.similar_recipient},
    ),
)

CORRELATION: tuple[Weakness, ...] = (
    weakness(
        "no-request-check",
        "Does not look for the login that an answer belongs to.",
        "resp-irt-unknown",
        "unsolicited-with-irt",
        leaves_out=(correlation.in_response_to,),
    ),
    weakness(
        "no-browser-binding",
        "Accepts an answer in another browser than the one that started the login.",
        "resp-irt-other-browser",
        replaces={correlation.in_response_to: careless.any_browser},
    ),
    weakness(
        "answers-a-request-twice",
        "Accepts a second answer to the same login.",
        "resp-irt-already-answered",
        replaces={correlation.in_response_to: careless.answered_again},
    ),
    weakness(
        "reads-inner-request-only",
        "Looks at the inner InResponseTo and not at the outer one.",
        "resp-irt-levels-disagree",
        "resp-irt-missing",
        leaves_out=(subject.same_request,),
        replaces={correlation.in_response_to: careless.inner_request_only},
    ),
    weakness(
        "reads-outer-request-only",
        "Looks at the outer InResponseTo and not at the inner one.",
        "sc-irt-mismatch",
        "sc-irt-missing",
        "resp-irt-levels-disagree",
        leaves_out=(subject.same_request,),
    ),
    weakness(
        "remembers-requests-for-ever",
        "Accepts an answer to a login that was started days ago.",
        "resp-irt-stale-request",
        settings={"request_lifetime": 10 * 365 * 86400},
    ),
)

CONDITIONS: tuple[Weakness, ...] = (
    weakness(
        "no-issue-time-check",
        "Does not look at IssueInstant.",
        "resp-issue-instant-implausible",
        leaves_out=(conditions.issued_just_now,),
    ),
    weakness(
        "unreadable-times-are-absent",
        "Takes times in Conditions that cannot be read for missing, and never compares the two.",
        "conditions-malformed-time",
        "conditions-window-inverted",
        replaces={conditions.readable_times: careless.unreadable_times_are_absent},
    ),
    weakness(
        "forgets-time-zones",
        "Takes every time for UTC, whatever its offset.",
        "resp-datetime-offset",
        replaces={conditions.readable_times: careless.times_without_zone},
    ),
    weakness(
        "no-not-before-check",
        "Does not look at NotBefore.",
        "conditions-not-before",
        leaves_out=(conditions.not_too_early,),
    ),
    weakness(
        "no-expiry-check",
        "Does not look at NotOnOrAfter of Conditions.",
        "conditions-not-on-or-after",
        leaves_out=(conditions.not_expired,),
    ),
    weakness(
        "generous-clock-skew",
        "Allows for clocks that are hours apart.",
        "conditions-skew-bounded",
        settings={"clock_skew": 4 * 3600},
    ),
    weakness(
        "no-clock-skew",
        "Allows for no difference between clocks.",
        "conditions-skew-tolerated",
        settings={"clock_skew": 0},
    ),
    weakness(
        "no-validity-limit",
        "Accepts assertions that are valid for years.",
        "conditions-far-future",
        settings={"max_validity": 100 * 365 * 86400},
    ),
    weakness(
        "ignores-unknown-conditions",
        "Ignores conditions that it does not know.",
        "conditions-unknown",
        leaves_out=(conditions.known_conditions,),
    ),
    weakness(
        "audience-may-be-missing",
        "Accepts an assertion that names no audience.",
        "audience-missing",
        leaves_out=(conditions.has_audience,),
    ),
    weakness(
        "no-audience-check",
        "Does not look at the audience.",
        "audience-mismatch",
        "audience-missing",
        leaves_out=(conditions.has_audience, conditions.right_audience),
    ),
    weakness(
        "similar-audience-is-enough",
        "Is content when the audience contains the entity ID or a part of it.",
        "audience-near-miss",
        replaces={conditions.right_audience: careless.similar_audience},
    ),
    weakness(
        "one-audience-restriction-is-enough",
        "Is content when one of several AudienceRestrictions holds.",
        "audience-restrictions-and",
        replaces={conditions.right_audience: careless.one_restriction_is_enough},
    ),
    weakness(
        "reads-first-audience-only",
        "Reads the first Audience and no other.",
        "audience-several-or",
        replaces={conditions.right_audience: careless.first_audience_only},
    ),
)

CONFIRMATION: tuple[Weakness, ...] = (
    weakness(
        "no-bearer-check",
        "Does not need a bearer confirmation.",
        "sc-bearer-required",
        "sc-missing",
        "sc-data-missing",
        leaves_out=(subject.has_bearer_confirmation,),
        replaces={subject.one_confirmation_holds: careless.confirmation_when_given},
    ),
    weakness(
        "no-confirmation-time-check",
        "Does not look at the times of the confirmation.",
        "sc-not-on-or-after-expired",
        "sc-not-before-present",
        leaves_out=(subject.in_time,),
    ),
    weakness(
        "confirmation-time-may-be-missing",
        "Does without NotOnOrAfter on the confirmation.",
        "sc-not-on-or-after-missing",
        replaces={subject.in_time: careless.confirmation_times_optional},
    ),
    weakness(
        "mixes-confirmations",
        "Lets each condition be fulfilled by another confirmation.",
        "sc-several-none-valid",
        replaces={subject.one_confirmation_holds: careless.mixed_confirmations},
    ),
    weakness(
        "reads-first-confirmation-only",
        "Reads the first confirmation and no other.",
        "sc-several-one-valid",
        replaces={subject.one_confirmation_holds: careless.first_confirmation_only},
    ),
    weakness(
        "no-authn-statement-needed",
        "Does without an AuthnStatement.",
        "authn-statement-required",
        leaves_out=(authn.says_signed_in,),
    ),
    weakness(
        "no-authn-instant-check",
        "Does not look at AuthnInstant.",
        "authn-instant-future",
        "authn-instant-forced",
        leaves_out=(authn.authenticated_in_the_past,),
    ),
    weakness(
        "no-authn-context-check",
        "Asks for an authentication class and does not look at the answer's.",
        "authn-context-enforced",
        leaves_out=(authn.requested_context,),
    ),
    weakness(
        "ignores-session-end",
        "Does not look at SessionNotOnOrAfter.",
        "authn-session-expired",
        "sess-not-on-or-after",
        leaves_out=(authn.session_not_over,),
    ),
    weakness(
        "reads-last-session-end",
        "Of several AuthnStatements lets the last one say when the session ends.",
        "authn-several-statements",
        replaces={authn.session_not_over: careless.last_session_end},
    ),
    weakness(
        "accepts-late-assertions",
        "Opens a session again that the IdP has ended.",
        "slo-inbound-late-assertion",
        leaves_out=(authn.not_ended_by_the_idp,),
    ),
)

REPLAY: tuple[Weakness, ...] = (
    weakness(
        "no-replay-check",
        "Accepts an assertion again and again.",
        "replay-same-response",
        "replay-rewrapped-assertion",
        "unsolicited-replay",
        "replay-other-endpoint",
        leaves_out=(subject.not_used_before,),
    ),
    weakness(
        "remembers-response-ids",
        "Remembers the IDs of responses instead of assertions.",
        "replay-rewrapped-assertion",
        replaces={subject.not_used_before: careless.used_by_response_id},
    ),
    weakness(
        "forgets-assertions-at-expiry",
        "Forgets an assertion at its end, although it is accepted some minutes longer.",
        "replay-late",
        replaces={subject.not_used_before: careless.used_until_expiry},
    ),
    weakness(
        "forgets-assertions-after-minutes",
        "Forgets an assertion five minutes after it was made, however long it is good for.",
        "replay-long-validity",
        replaces={subject.not_used_before: careless.used_for_five_minutes},
    ),
    weakness(
        "forgets-assertions-at-restart",
        "Remembers used assertions in its process alone.",
        "replay-long-validity",
    ),
    weakness(
        "checks-then-stores",
        "Looks for a used assertion first and remembers it later, so that two answers at once are both accepted.",
        "replay-concurrent",
    ),
    weakness(
        "remembers-unverified-messages",
        "Remembers the ID of an assertion before its signature was verified.",
        "replay-id-squatting",
    ),
)

NAMES: tuple[Weakness, ...] = (
    weakness(
        "ignores-name-qualifiers",
        "Takes a name that was made for another SP.",
        "nameid-qualifiers",
        leaves_out=(identity.named_for_this_sp,),
    ),
    weakness(
        "lowers-name-ids",
        "Writes NameIDs in lower case and trims them.",
        "nameid-verbatim",
        replaces={identity.names_the_subject: careless.lowered_name_id},
    ),
    weakness(
        "wants-email-in-name-id",
        "Refuses a NameID that is no email address, whatever its Format.",
        "nameid-persistent-opaque",
        replaces={identity.names_the_subject: careless.email_names_only},
    ),
    weakness(
        "transient-names-own-accounts",
        "Lets accounts belong to transient names.",
        "nameid-transient-not-key",
        leaves_out=(identity.steady_name,),
    ),
    weakness(
        "empty-name-is-the-first-account",
        "Takes an answer that names nobody for one about the first account.",
        "nameid-empty",
        replaces={identity.has_email: careless.empty_name_is_the_first_account},
    ),
    weakness(
        "keeps-one-value",
        "Keeps one value of an attribute that has several.",
        "attr-multivalued",
        replaces={identity.usable_attributes: careless.first_value_of_each_attribute},
    ),
    weakness(
        "reads-first-attribute-statement-only",
        "Reads the first AttributeStatement and no other.",
        "attr-second-statement",
        replaces={identity.usable_attributes: careless.first_statement_only},
    ),
    weakness(
        "refuses-unknown-attributes",
        "Refuses attributes that nobody asked for.",
        "attr-unknown-ignored",
        replaces={identity.usable_attributes: careless.known_attributes_only},
    ),
    weakness(
        "keeps-former-attributes",
        "Keeps the attributes of earlier logins beside those of the present one.",
        "attr-roles-refreshed",
    ),
    weakness(
        "reads-friendly-names",
        "Lets an attribute go by its FriendlyName.",
        "attr-friendlyname-ignored",
        replaces={identity.usable_attributes: careless.friendly_names},
    ),
)
