"""What the person who runs a check may choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from harness.conformance.requirements import Profile
from harness.result import CaseResult

CheckProfile = Literal["all", Profile]
CHECK_PROFILES: tuple[str, ...] = ("all", *get_args(Profile))


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Options of one check."""

    profile: str = "all"
    """``all`` runs every case; the others are filters: `harness.conformance.requirements.Profile`."""
    only: str | None = None
    """Run only the cases whose id, requirement, fault or group matches this text (``*`` and ``?`` allowed)."""
    seed: int | None = None
    """Decides names, IDs and keys of the run; random when ``None``, and printed with the result."""
    known_deviations: Path | None = None
    """File of accepted failures; the target file may name one, too."""
    consent: bool = False
    """The target's operator agrees to cases that load it: expansion, depth, size, floods, races."""
    slow: bool = False
    """Run the cases that wait for minutes."""
    marks_all: bool = False
    """Work out for the messages of passed cases, too, what faults changed and signatures cover: for a report."""
    jobs: int | None = None
    """Worker processes. ``None``: two for the reference SP, one for a target of one's own."""
    on_case: Callable[[CaseResult], None] | None = None
    """Called with each result as it comes, in the parent process."""
    on_manual: Callable[[str], None] | None = None
    """Called with the text for a target that is configured by hand; returns when that is done."""
