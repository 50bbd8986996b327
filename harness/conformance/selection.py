"""Which cases run, in which shape and order, and why the others do not."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.conformance.bench import Bench
from harness.conformance.cases import SHAPES, Case, Shape, cases
from harness.conformance.options import CheckOptions
from harness.conformance.procedures.registry import DEFERRED

BATCH = 6
"""Cases that share a good login at the most. More would be quicker, and a login that fails would say less."""

PATIENCE = 20.0
"""Seconds that a case may wait for the SP to fetch metadata again."""
LONG = {"refresh-waits": 150, "replay-concurrent": 45, "skew-bounded": 20, "padding-forged": 15}
"""Procedures that take as long as so many plain messages. Only the division of the work depends on it."""
CHANGES_METADATA = {"reconfigure", "metadata_by_url", "tenants_enter_url"}
"""What cases need that give the target other metadata."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A few cases that need the same kind of message: they share the good login before them and the one after."""

    cases: tuple[Case, ...]
    shape: Shape

    @property
    def length(self) -> int:
        """How long it takes, in plain messages; the good login beside it is one, too."""
        return 1 + sum(LONG.get(case.procedure, 1) for case in self.cases)


def chosen(options: CheckOptions) -> list[Case]:
    """The cases of the profile that match ``only``."""
    return [case for case in cases() if in_profile(case, options.profile) and _matches(case, options.only)]


def in_profile(case: Case, profile: str) -> bool:
    """Whether a profile has this case."""
    return profile == "all" or profile in case.requirement.profiles


def _matches(case: Case, only: str | None) -> bool:
    if not only:
        return True
    names = (case.id, case.requirement.id, case.requirement.group, case.procedure, *case.faults)
    if any(character in only for character in "*?["):
        return any(fnmatch.fnmatchcase(name, only) for name in names)
    return any(only == name for name in names) or only in case.id


def why_skipped(case: Case, bench: Bench, options: CheckOptions) -> str:
    """Why a case does not run at this target; empty when it does."""
    if case.consent and not options.consent:
        return "It loads the target; run with --consent to include it."
    reasons = {need: reason for need, (met, reason) in _needs(bench).items() if not met}
    unmet = next((reasons[need] for need in case.needs if need in reasons), "")
    if unmet:
        return unmet
    if case.slow and not (options.slow or bench.running.move_clock(0)):
        return "It waits for minutes; run with --slow to include it."
    return ""


def _needs(bench: Bench) -> dict[str, tuple[bool, str]]:
    capabilities = bench.target.capabilities
    slo = capabilities.slo is not False and bool(
        bench.sp.slo or bench.target.slo_url or bench.target.logout_url
    )
    return {
        "encryption": (
            bench.idp.encryption_certificate is not None,
            "The SP publishes no encryption certificate, or the target file says encryption: false.",
        ),
        "slo": (slo, "The SP offers no single logout."),
        "several_idps": (bench.other is not None, "The target has one tenant and one IdP only."),
        "reconfigure": (
            bench.running.can_reconfigure,
            "The SP cannot be given other metadata during the run.",
        ),
        "metadata_by_url": _metadata_by_url(bench),
        "tenants_enter_url": (
            bench.running.tenants_enter_url,
            "No tenant of the SP, whom the suite could be, enters the URL of IdP metadata.",
        ),
        "unsolicited": (bench.idp_initiated is True, "The SP does not accept unsolicited responses."),
        "requested_context": (bench.asks_for_context, "The SP asks for no class of authentication."),
        "forced_authn": (bench.forces_authn, "The SP's requests do not ask for a fresh authentication."),
        "restart": (bench.running.can_restart, "The suite cannot stop the SP and start it again."),
        "second_acs": (bool(bench.further_acs_urls), "The SP's metadata lists one ACS only."),
        "movable_clock": (bench.running.move_clock(0), "The SP's clock cannot be moved."),
        "domains": (
            bool(bench.target.domains),
            "The target file names no domains that the IdP may speak for.",
        ),
        "two_encryption_keys": (
            len(set(bench.sp.encryption_certificates)) > 1,
            "The SP does not publish two keys for encryption.",
        ),
        "new_users": (bench.people.anyone, "The target signs in its own accounts only."),
        "own_users_only": (not bench.people.anyone, "The target signs in whomever the IdP vouches for."),
        "attributes_shown": (
            bool(capabilities.echo_attributes),
            "The target file does not say echo_attributes: true, so nothing can be seen.",
        ),
        "accounts_by_name_id": (
            bool(capabilities.accounts_by_name_id),
            "The target file does not say accounts_by_name_id: true; elsewhere the e-mail address may decide.",
        ),
        "no_requested_context": (not bench.asks_for_context, "The SP asks for a class of authentication."),
    }


def _metadata_by_url(bench: Bench) -> tuple[bool, str]:
    """Whether the SP reads its IdP's metadata from the suite's address, and does so again while the cases run."""
    seconds = bench.running.refresh_seconds
    if not bench.running.by_url:
        return False, "The target file does not say that the SP reads its IdP's metadata from a URL."
    if seconds is None:
        return False, "The target file does not say how the SP reads that URL again (configure.refresh)."
    if seconds > PATIENCE and not bench.slow:
        return (
            False,
            f"The SP reads its metadata again after {seconds:g} s only; run with --slow to include it.",
        )
    return True, ""


def shapes_of(case: Case, bench: Bench) -> Sequence[Shape]:
    """The shapes in which a case runs: those that it names and the target accepts."""
    if not case.shapes:
        return bench.shapes[:1]
    if case.requirement.id.startswith("resp-accept-"):
        return case.shapes
    return [shape for shape in case.shapes if shape in bench.shapes]


def batches(selected: Iterable[Case], bench: Bench) -> list[Batch]:
    """Shape by shape, so that the login before a batch is also the one after the batch before.

    Cases that give the target other metadata, and those that load it, come last and row by row.
    """
    plain = [case for case in selected if case.procedure not in DEFERRED]
    rough = [case for case in plain if _is_rough(case)]
    calm = [case for case in plain if not _is_rough(case)]
    calm.sort(key=_message)
    return [
        *_in_shapes(calm, bench, _message, BATCH),
        *_in_shapes(rough, bench, lambda case: case.where, len(rough)),
    ]


def share(every: Sequence[Batch], index: int, of: int) -> list[Batch]:
    """What one of ``of`` processes does, in the order of all; they end at about the same time.

    By the lengths alone, not by who is quicker today: so a seed gives each process the same messages again.
    """
    ends = [0] * of
    mine = set()
    for place in sorted(range(len(every)), key=lambda place: -every[place].length):
        first = ends.index(min(ends))
        ends[first] += every[place].length
        if first == index:
            mine.add(place)
    return [batch for place, batch in enumerate(every) if place in mine]


def _is_rough(case: Case) -> bool:
    return case.consent or not CHANGES_METADATA.isdisjoint(case.needs)


def _message(case: Case) -> str:
    """What the message of a case, and the good login beside it, have to look like, apart from the shape."""
    if not (case.to_decrypt or case.settings):
        return ""
    return f"{case.to_decrypt}{case.encrypted}{sorted(case.settings.items())}"


def _in_shapes(
    selected: Sequence[Case], bench: Bench, alike: Callable[[Case], str], size: int
) -> Iterator[Batch]:
    for shape in SHAPES:
        fitting = [case for case in selected if shape in shapes_of(case, bench)]
        for _, group in groupby(fitting, key=alike):
            together = tuple(group)
            for start in range(0, len(together), size):
                yield Batch(together[start : start + size], shape)
