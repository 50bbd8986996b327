"""Every check of a sign-on answer, in the one order in which they run.

A message with several faults therefore always gets the same first code. Each check is a small function that
returns a difference or nothing, and names the weaknesses that leave it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.difference import Difference
from harness.reference_sp.checks import (
    authn,
    conditions,
    correlation,
    destination,
    document,
    identity,
    signatures,
    subject,
    transport,
)
from harness.reference_sp.exchange import Exchange

__all__ = ["CHECKS", "Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``needed``: after its failure nothing that follows could run, not even to collect differences."""

    run: Callable[[Exchange], Difference | None]
    left_out_by: tuple[str, ...] = ()
    needed: bool = False


CHECKS: tuple[Check, ...] = (
    Check(transport.came_by_post, ("accepts-redirect-at-acs",)),
    Check(transport.has_message, needed=True),
    Check(transport.one_message, ("accepts-repeated-parameters",)),
    Check(transport.bounded_size, ("no-size-limit",), needed=True),
    Check(transport.is_base64, needed=True),
    Check(document.is_safe_xml, needed=True),
    Check(document.is_a_response, needed=True),
    Check(document.no_instructions, ("reads-values-up-to-instruction",)),
    Check(document.saml_2_0, ("no-version-check",)),
    Check(document.follows_the_schema, ("no-schema-check",)),
    Check(document.no_hidden_assertion, ("no-schema-check",)),
    Check(document.succeeded, ("no-status-check",)),
    Check(document.one_assertion, ("accepts-several-assertions",), needed=True),
    Check(document.known_issuer, needed=True),
    Check(signatures.ids_are_unique, ("accepts-duplicate-ids",)),
    Check(signatures.response_signature),
    Check(signatures.found_assertion, needed=True),
    Check(signatures.assertion_signature),
    Check(destination.destination, ("no-destination-check",)),
    Check(correlation.in_response_to),
    Check(conditions.issued_just_now, ("no-issue-time-check",)),
    Check(conditions.readable_times, needed=True),
    Check(conditions.not_too_early, ("no-not-before-check",)),
    Check(conditions.not_expired, ("no-expiry-check",)),
    Check(conditions.not_valid_too_long),
    Check(conditions.known_conditions, ("ignores-unknown-conditions",)),
    Check(conditions.has_audience, ("no-audience-needed",)),
    Check(conditions.right_audience, ("no-audience-check",)),
    Check(subject.has_bearer_confirmation, ("no-bearer-check",)),
    Check(subject.one_confirmation_holds),
    Check(subject.not_used_before, ("no-replay-check",)),
    Check(authn.says_signed_in, ("no-authn-statement-needed",)),
    Check(authn.authenticated_in_the_past, ("no-authn-instant-check",)),
    Check(authn.session_not_over, ("ignores-session-end",)),
    Check(authn.requested_context, ("no-authn-context-check",)),
    Check(identity.names_the_subject),
    Check(identity.named_for_this_sp, ("ignores-name-qualifiers",)),
    Check(identity.usable_attributes),
    Check(identity.has_email, needed=True),
)
