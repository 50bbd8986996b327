"""Names that scenario files take from catalogues: faults, weaknesses, requirements, codes of refusals, audit actions.

The catalogues are imported when a file first uses one of their names: reading other files must not wait for them.
"""

from __future__ import annotations

from harness.steps.fields import Name

IDP_CODES = (
    "idp_acs_url", "idp_app_inactive", "idp_bad_value", "idp_bad_version", "idp_base64url", "idp_deflated",
    "idp_destination", "idp_dtd", "idp_embedded_signature", "idp_empty", "idp_encoded_twice", "idp_hook_denied",
    "idp_logout_response", "idp_name_id_policy", "idp_no_id", "idp_no_message", "idp_no_user_name", "idp_not_base64",
    "idp_not_deflate", "idp_not_deflated", "idp_not_encoded", "idp_not_xml", "idp_plus_lost",
    "idp_repeated_parameter", "idp_request_signature", "idp_signature", "idp_signature_algorithm",
    "idp_signature_form", "idp_slo_off", "idp_too_deep", "idp_too_large", "idp_unassigned", "idp_unsigned",
    "idp_wrong_message", "idp_zlib_header",
)  # fmt: skip
"""Codes on the error pages of the fake Okta; a test holds them to its sources."""

AUDIT_ACTIONS = (
    "change email", "change role", "change settings", "export configuration", "fetch metadata", "forget identity",
    "import configuration", "invite", "join", "login", "logout", "refresh metadata", "register", "remove",
    "remove configuration", "require sso off", "require sso on", "upload metadata", "view",
)  # fmt: skip
"""What the reference SP writes into its audit log; a test holds them to its sources."""


def _faults() -> tuple[str, ...]:
    from fake_idp.faults import catalogue

    return tuple(fault.id for fault in catalogue())


def _weaknesses() -> tuple[str, ...]:
    from harness.reference_sp.weaknesses import WEAKNESSES

    return tuple(WEAKNESSES)


def _requirements() -> tuple[str, ...]:
    from harness.conformance.requirements import requirements

    return tuple(requirements())


def _codes() -> tuple[str, ...]:
    from harness.reference_sp.codes import SENTENCES

    return (*SENTENCES, *IDP_CODES)


def _audit_actions() -> tuple[str, ...]:
    return AUDIT_ACTIONS


FAULT = Name("fault", _faults, "`okta-harness faults` lists them all")
WEAKNESS = Name("weakness", _weaknesses, "docs/reference-sp.md lists them all")
REQUIREMENT = Name("requirement", _requirements, "`okta-harness check --list` lists them all")
CODE = Name("code", _codes, "docs/reference-sp.md lists the codes of the SP; those of Okta begin with idp_")
AUDIT_ACTION = Name("audit action", _audit_actions)
