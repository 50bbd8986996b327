"""Deliberate holes, one check each, to see whether a test suite notices: ``ReferenceSP(weaknesses=["..."])``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from harness.reference_sp.careless.signature import careless_verifier
from harness.reference_sp.effects import Effects
from harness.reference_sp.metadata.upload import MetadataTools
from harness.reference_sp.signature.structure import STRUCTURE
from harness.reference_sp.tools import Tools
from harness.reference_sp.weaknesses import behaviour, signatures, statements
from harness.reference_sp.weaknesses.model import Weakness

__all__ = ["WEAKNESSES", "UnknownWeakness", "Weakness", "check_weaknesses", "effects_of"]


class UnknownWeakness(ValueError):
    """There is no weakness of that name."""


GROUPS: dict[str, tuple[Weakness, ...]] = {
    "requests": behaviour.REQUESTS,
    "documents": signatures.DOCUMENTS,
    "signatures": signatures.SIGNATURES,
    "encryption": signatures.ENCRYPTION,
    "addresses": statements.ADDRESSES,
    "correlation": statements.CORRELATION,
    "conditions": statements.CONDITIONS,
    "confirmation": statements.CONFIRMATION,
    "replay": statements.REPLAY,
    "names and attributes": statements.NAMES,
    "accounts": behaviour.ACCOUNTS,
    "sessions": behaviour.SESSIONS,
    "redirects": behaviour.REDIRECTS,
    "errors": behaviour.ERRORS,
    "logout": behaviour.LOGOUT,
    "metadata": behaviour.METADATA,
}
"""The weaknesses by what they concern."""

WEAKNESSES: dict[str, Weakness] = {one.id: one for group in GROUPS.values() for one in group}


def check_weaknesses(names: Iterable[str]) -> frozenset[str]:
    """The names as a set.

    :raises UnknownWeakness: for one that does not exist, with the nearest that does.
    """
    wanted = frozenset(names)
    for name in sorted(wanted - WEAKNESSES.keys()):
        near = difflib.get_close_matches(name, WEAKNESSES, n=1)
        advice = f" Did you mean {near[0]!r}?" if near else f" Weaknesses: {', '.join(WEAKNESSES)}"
        raise UnknownWeakness(f"the reference SP has no weakness {name!r}.{advice}")
    return wanted


@lru_cache(maxsize=256)
def effects_of(names: frozenset[str]) -> Effects:
    """What these weaknesses do, taken together."""
    chosen = [WEAKNESSES[name] for name in sorted(names)]
    left_out = frozenset(check for one in chosen for check in one.leaves_out)
    tools, metadata_tools = Tools(), MetadataTools()
    for one in chosen:
        tools = replace(tools, **one.tools)
        metadata_tools = replace(metadata_tools, **one.metadata_tools)
    signature_rules = left_out.intersection(STRUCTURE)
    if signature_rules:
        tools = replace(tools, verify=careless_verifier(signature_rules))
    return Effects(
        left_out=left_out,
        replaced={old: new for one in chosen for old, new in one.replaces.items()},
        settings={name: value for one in chosen for name, value in one.settings.items()},
        tools=tools,
        metadata_tools=metadata_tools,
        keeps_removed_keys="keeps-removed-keys" in names,
    )
