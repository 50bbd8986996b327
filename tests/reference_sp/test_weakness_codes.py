"""Every code of the SP is one that some weakness takes away, or it is told here why no weakness can."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from types import FunctionType

from harness.reference_sp.codes import SENTENCES
from harness.reference_sp.weaknesses import WEAKNESSES

ELSEWHERE = {
    "md_dtd": "allows-dtd-in-metadata",
    "md_url_refused": "fetches-metadata-from-anywhere",
    "md_url_fetch": "ignores-metadata-status",
    "md_other_idp": "takes-metadata-of-another-idp",
    "resp_dtd": "allows-dtd",
    "resp_too_large": "no-size-limit",
    "time_too_long": "no-validity-limit",
    "sig_untrusted_key": "no-signature-check",
    "sig_digest": "no-signature-check",
    "domain_refused": "no-domain-check",
    "identity_conflict": "links-by-email-alone",
    "email_changed": "lets-email-change-unnoticed",
    "slo_unsigned": "no-logout-signature-check",
    "slo_unknown_session": "ends-sessions-of-any-name",
}
"""Codes that a weakness takes away by its name, a setting or a tool, where no check is left out or replaced."""

NOTHING_TO_READ = "Without it there is nothing to read on with, so that no hole would come of it."
FURTHER_HELP = "It tells what was mistaken for metadata; a later check would refuse the same document."
BY_SETTING = (
    "A setting decides it, not a requirement of SAML; another value of the setting is the other behaviour."
)
OWN_PAGES = "It is about the SP's own pages and passwords, and no case of the catalogue is."
REPORTED = "It reports what came of a logout, and refuses nothing."
EXCUSED = {
    NOTHING_TO_READ: {
        "md_empty", "md_not_xml", "md_encoding", "md_not_metadata", "md_no_entity_id", "md_no_sso",
        "md_no_usable_binding", "md_no_signing_cert", "md_many_entities", "resp_missing", "resp_not_xml",
        "resp_encoding", "org_unknown", "sso_off", "slo_message", "slo_not_supported",
    },
    FURTHER_HELP: {
        "md_html", "md_is_certificate", "md_is_saml_message", "md_is_sp_metadata", "md_is_own_metadata",
    },
    BY_SETTING: {
        "md_non_ascii", "md_http_sso", "md_cert_expired", "md_cert_not_yet_valid", "cert_expired", "user_unknown",
        "user_pending", "user_disabled",
    },
    OWN_PAGES: {
        "cfg_not_admin", "cfg_plan", "cfg_unsaved", "cfg_incomplete", "cfg_test_required", "cfg_lockout_guard",
        "cfg_import", "cfg_remove_while_on", "sso_required", "bad_password",
    },
    REPORTED: {"slo_status"},
}  # fmt: skip


def refusals(function: object, seen: set[object] | None = None) -> Iterator[str]:
    """The codes that stand in a function, and in the SP's own functions that it names."""
    seen = set() if seen is None else seen
    if function in seen or not isinstance(function, FunctionType):
        return
    seen.add(function)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Constant) and node.value in SENTENCES:
            yield str(node.value)
        if isinstance(node, ast.Name):
            other = function.__globals__.get(node.id)
            if getattr(other, "__module__", "").startswith("harness.reference_sp"):
                yield from refusals(other, seen)


def taken_away() -> set[str]:
    """The codes of every check that some weakness leaves out or replaces."""
    weaknesses = WEAKNESSES.values()
    return {
        code for one in weaknesses for check in (*one.leaves_out, *one.replaces) for code in refusals(check)
    }


def test_every_code_is_taken_away_by_a_weakness_or_excused() -> None:
    excused = {code for codes in EXCUSED.values() for code in codes}
    assert set(SENTENCES) - taken_away() - set(ELSEWHERE) - excused == set()


def test_nothing_is_excused_for_which_there_is_a_weakness() -> None:
    excused = [code for codes in EXCUSED.values() for code in codes]
    assert len(excused) == len(set(excused))
    assert set(excused) <= set(SENTENCES)
    assert set(excused) & (taken_away() | set(ELSEWHERE)) == set()
    assert set(ELSEWHERE) & taken_away() == set()
    assert set(ELSEWHERE.values()) <= set(WEAKNESSES)
