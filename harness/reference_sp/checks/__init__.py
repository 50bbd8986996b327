"""Every check of a sign-on answer, in the one order in which they run.

A message with several faults therefore always gets the same first code. Each check is a small function that
returns a difference or nothing. ``weaknesses.py`` leaves some out.
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
    needed: bool = False


CHECKS: tuple[Check, ...] = (
    Check(transport.came_by_post),
    Check(transport.has_message, needed=True),
    Check(transport.one_message),
    Check(transport.bounded_size, needed=True),
    Check(transport.is_base64, needed=True),
    Check(document.is_safe_xml, needed=True),
    Check(document.is_a_response, needed=True),
    Check(document.no_instructions),
    Check(document.saml_2_0),
    Check(document.follows_the_schema),
    Check(document.no_hidden_assertion),
    Check(document.succeeded),
    Check(document.one_assertion, needed=True),
    Check(document.known_issuer, needed=True),
    Check(signatures.ids_are_unique),
    Check(signatures.response_signature),
    Check(signatures.found_assertion, needed=True),
    Check(signatures.assertion_signature),
    Check(destination.destination),
    Check(correlation.in_response_to),
    Check(conditions.issued_just_now),
    Check(conditions.readable_times, needed=True),
    Check(conditions.not_too_early),
    Check(conditions.not_expired),
    Check(conditions.not_valid_too_long),
    Check(conditions.known_conditions),
    Check(conditions.has_audience),
    Check(conditions.right_audience),
    Check(subject.has_bearer_confirmation),
    Check(subject.one_confirmation_holds),
    Check(subject.not_used_before),
    Check(authn.says_signed_in),
    Check(authn.authenticated_in_the_past),
    Check(authn.session_not_over),
    Check(authn.requested_context),
    Check(identity.names_the_subject),
    Check(identity.steady_name),
    Check(identity.named_for_this_sp),
    Check(authn.not_ended_by_the_idp),
    Check(identity.usable_attributes),
    Check(identity.has_email, needed=True),
)
