"""Names that steps check before anything runs are those that the two sides have: no more, no fewer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import fake_idp
import harness.reference_sp
from harness.steps.known_names import AUDIT_ACTIONS, IDP_CODES

REFUSALS = {
    "RequestRefused": "idp_",
    "XmlRefused": "idp_",
    "SsoRefused": "",
    "bad_request": "",
    "_bad_request": "",
}
"""Calls whose first argument is a code, and what stands before it when it reaches a page."""
NOT_ON_A_PAGE = {"idp_not_well_formed"}
"""A code that becomes another before a page shows it (``fake_idp.saml.messages``)."""


def calls(package: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the sources of a package, by the name of what is called."""
    for path in sorted(Path(package).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func).rpartition(".")[2], node


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def test_the_codes_of_okta_are_those_that_its_sources_raise() -> None:
    raised = {
        REFUSALS[name] + code
        for name, call in calls(fake_idp.__file__)
        if name in REFUSALS and call.args
        for code in texts(call.args[0])
    }

    assert raised - NOT_ON_A_PAGE == set(IDP_CODES)


def test_the_audit_actions_are_those_that_the_sp_writes_down() -> None:
    """Each is a text among the first arguments of ``audit.add`` or of a ``_note`` that calls it."""
    written = {
        action
        for name, call in calls(harness.reference_sp.__file__)
        if name == "_note" or ast.unparse(call.func).endswith("audit.add")
        for argument in call.args[1:3]
        for action in texts(argument)
    }
    outcomes = {"", "signed in", "refused", "test passed", "test failed"}

    assert written - outcomes == set(AUDIT_ACTIONS)
