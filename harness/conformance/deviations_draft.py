"""A draft of a file of known deviations: what has failed in a check, with the reasons left to write.

It cannot be used as it is: a line without a reason is refused when the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.conformance.deviations import GONE
from harness.conformance.requirements import requirements
from harness.result import CaseResult, RunResult

LONGEST = 110
EXAMPLES = 2
"""How many of the things seen in a group are told."""


def write_draft(result: RunResult, path: Path) -> int:
    """Write the failures that nobody has accepted yet; return how many cases they are. None: nothing is written."""
    failed = [
        case for case in result.cases if case.verdict == "failed" and not case.id.startswith(f"{GONE}/")
    ]
    ids = dict.fromkeys(case.id for case in failed)
    if ids:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(_lines(result, failed)) + "\n", encoding="utf-8")
    return len(ids)


def _lines(result: RunResult, failed: list[CaseResult]) -> Iterator[str]:
    yield f"# Failures of {result.target} in a check with seed {result.seed}."
    yield "# Write why each of them is accepted; delete those that are not."
    yield "deviations:"
    groups: dict[tuple[str, str], list[CaseResult]] = {}
    for case in failed:
        groups.setdefault((case.requirements[0], _signed(result, case)), []).append(case)
    for (requirement, signed), members in groups.items():
        yield f"  # {requirement}: {requirements()[requirement].sentence}"
        seen = (_in_one_line(difference.received) for case in members for difference in case.differences)
        yield from (f"  # Seen: {text}" for text in list(dict.fromkeys(seen))[:EXAMPLES] if text)
        ids = list(dict.fromkeys(case.id for case in members))
        if len(ids) == 1:
            yield f"  - case: {ids[0]}"
        else:
            yield "  - cases:"
            yield from (f"      - {name}" for name in ids)
        if signed:
            yield f"    signed: {signed}"
        yield "    reason:"


def _in_one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _signed(result: RunResult, case: CaseResult) -> str:
    """The shapes that fail, as the file names them; nothing when all fail in which the case was sent."""
    sent = [other for other in result.cases if other.id == case.id and other.verdict != "skipped"]
    shapes = [other.signed for other in sent if other.verdict == "failed"]
    if len(shapes) == len(sent):
        return ""
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
