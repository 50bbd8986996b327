"""Cases: rows of requirement, fault and expectation, read from ``scenarios/conformance`` and ``scenarios/attacks``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from fake_idp.faults import fault
from harness.conformance.requirements import Expected, Requirement, requirements
from harness.yamlfile import Node, closest, load_document

Shape = Literal["both", "assertion", "response"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
"""Which elements are signed. An attack is sent in every shape that the target accepts."""

IfNot = Literal["failed", "warning", "report"]
Need = Literal[
    "encryption",
    "slo",
    "several_idps",
    "reconfigure",
    "metadata_by_url",
    "tenants_enter_url",
    "unsolicited",
    "requested_context",
    "no_requested_context",
    "forced_authn",
    "movable_clock",
    "domains",
    "new_users",
    "own_users_only",
    "two_encryption_keys",
    "restart",
    "second_acs",
    "attributes_shown",
    "accounts_by_name_id",
]
"""What a target must have for a case to apply."""
ONCE = "once"
"""Value of ``shapes`` for rows that run once, in the first shape that the target accepts."""
FOLDERS = ("conformance", "attacks")
_ONE_LOGIN = ("message", "accept", "attributes-shown", "each-encryption-key")
"""Procedures that see nothing but whether logins are accepted."""
NOT_COVERED = "not-covered.yaml"


def scenarios_folder() -> Path:
    """The folder ``scenarios``: inside an installed package, else beside it in the checkout."""
    package = Path(__file__).parent.parent
    installed = package / "scenario_files"
    return installed if installed.is_dir() else package.parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try at the target, once in each signing shape."""

    id: str
    """``requirement/fault``, or the requirement alone where no fault is sent."""
    requirement: Requirement
    title: str
    procedure: str = "message"
    """How it goes; ``message`` sends one response with the faults in it."""
    faults: tuple[str, ...] = ()
    expect: Expected = "reject"
    if_not: IfNot = "failed"
    """Verdict when the expectation is not met."""
    hint: str = ""
    """What a report says besides when it is not met: why it is only a warning, or how to tell this hole from others."""
    shapes: tuple[Shape, ...] = ()
    """Empty: once, in the first shape that the target accepts."""
    flow: Literal["sp", "idp"] = "sp"
    """Who starts the login."""
    needs: tuple[Need, ...] = ()
    encrypted: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Changes to the app's SAML settings for this case alone."""
    consent: bool = False
    """It loads the target: only run when its operator agrees."""
    slow: bool = False
    """It waits for minutes, unless the target's clock can be moved."""
    within: float | None = None
    """Seconds in which the target must have answered."""
    where: str = ""

    @property
    def to_decrypt(self) -> bool:
        """Whether the SP has something to decrypt: then the good login beside it has to be encrypted, too."""
        return self.encrypted or any(fault(name).encrypts for name in self.faults)

    @property
    def proves_itself(self) -> bool:
        """Whether it passes by a login that is accepted, which means something without a good login beside it."""
        return self.expect == "accept" and self.procedure in _ONE_LOGIN

    @property
    def is_tried_anyway(self) -> bool:
        """Whether it is sent although the good login beside it fails: an acceptance would be evidence all the same."""
        return self.proves_itself or (self.to_decrypt and self.procedure in _ONE_LOGIN)


@dataclass(frozen=True, slots=True)
class NotCovered:
    """A requirement without a case, and why."""

    requirement: Requirement
    reason: str


_KEYS = (
    "requirement", "title", "procedure", "faults", "expect", "if_not", "hint", "shapes", "flow", "needs",
    "encrypted", "settings", "consent", "slow", "within",
)  # fmt: skip


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Every case, in the order of the files."""
    folder = scenarios_folder()
    files = [path for name in FOLDERS for path in sorted((folder / name).glob("*.yaml"))]
    found = [case for path in files if path.name != NOT_COVERED for case in read_cases(load_document(path))]
    seen: dict[str, Case] = {}
    for case in found:
        if case.id in seen:
            raise ValueError(f"two cases are called {case.id!r}: {seen[case.id].where} and {case.where}")
        seen[case.id] = case
    return tuple(found)


@lru_cache(maxsize=1)
def not_covered() -> tuple[NotCovered, ...]:
    """The requirements without a case, each with its reason."""
    root = load_document(scenarios_folder() / "conformance" / NOT_COVERED)
    return tuple(
        NotCovered(_requirement(name), reason.text())
        for entry in root.mapping(valid=("reasons",))["reasons"].sequence()
        for reason in (entry.mapping(valid=("reason", "requirements"))["reason"],)
        for name in entry.mapping()["requirements"].sequence()
    )


def read_cases(root: Node) -> list[Case]:
    """The cases of one document."""
    rows = root.mapping(valid=("cases",), required=("cases",))["cases"].sequence()
    return [case for row in rows for case in _expand(row)]


def _requirement(node: Node) -> Requirement:
    known = requirements()
    if node.text() not in known:
        near = closest(node.raw, known)
        advice = f"Did you mean {near!r}?" if near else "`okta-harness check --list` shows all"
        raise node.problem(f"there is no requirement {node.raw!r}", advice=advice)
    return known[node.raw]


def _expand(row: Node) -> list[Case]:
    keys = row.mapping(valid=_KEYS, required=("requirement",), what="case")
    base = _requirement(keys["requirement"])
    faults = _faults(keys.get("faults"))
    procedure = keys["procedure"].text() if "procedure" in keys else "message"
    if procedure == "message" and not faults:
        raise row.problem("a case without a procedure needs faults", breadcrumb=f"case of {base.id}")
    together = procedure in _TAKES_ALL_FAULTS
    return [
        _case(row, keys, base, procedure, each) for each in ([_flat(faults)] if together else faults or [()])
    ]


_TAKES_ALL_FAULTS = ("skew-tolerated", "skew-bounded", "oracle")
"""Procedures that compare faults with each other."""


def _flat(faults: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for names in faults for name in names)


def _case(
    row: Node, keys: Mapping[str, Node], base: Requirement, procedure: str, faults: tuple[str, ...]
) -> Case:
    expect = cast(
        "Expected", keys["expect"].text(choices=get_args(Expected)) if "expect" in keys else base.expected
    )
    title = keys["title"].text() if "title" in keys else ""
    settings = keys["settings"].value if "settings" in keys else {}
    flags = {key: keys[key].boolean(what=key) for key in ("encrypted", "consent", "slow") if key in keys}
    needs = tuple(cast("Need", need.text(choices=get_args(Need))) for need in _list(keys, "needs"))
    return Case(
        id="/".join((base.id, *_suffix(procedure, faults, title, keys))),
        requirement=base,
        title=title,
        procedure=procedure,
        faults=faults,
        expect=expect,
        if_not=_if_not(keys, base, expect),
        hint=keys["hint"].text() if "hint" in keys else "",
        shapes=_shapes(keys, procedure),
        flow="idp" if "flow" in keys and keys["flow"].text(choices=("sp", "idp")) == "idp" else "sp",
        needs=(*needs, "encryption") if flags.get("encrypted") and "encryption" not in needs else needs,
        settings=settings if isinstance(settings, dict) else {},
        within=keys["within"].number(what="within", minimum=0.1) if "within" in keys else None,
        where=row.where,
        **flags,
    )


def _shapes(keys: Mapping[str, Node], procedure: str) -> tuple[Shape, ...]:
    """Messages go out in every shape; stories of several steps once, unless the row says otherwise."""
    if "shapes" not in keys:
        return SHAPES if procedure in _IN_EVERY_SHAPE else ()
    if keys["shapes"].value == ONCE:
        return ()
    return tuple(
        cast("Shape", shape.text(choices=SHAPES)) for shape in keys["shapes"].sequence(what="shapes")
    )


_IN_EVERY_SHAPE = (
    "message", "levels-disagree", "one-subject", "split-name", "unsolicited-with-irt", "downgrade",
    "replay-same-browser", "replay-other-browser",
    "attributes-shown",
)  # fmt: skip


def _suffix(procedure: str, faults: tuple[str, ...], title: str, keys: Mapping[str, Node]) -> list[str]:
    """What tells the cases of one requirement apart."""
    named = [] if procedure in ("message", "requests", "sp-metadata", "over-the-run") else [procedure]
    if title:
        named.append(title.lower().replace(" ", "-").replace(",", ""))
    if procedure not in _TAKES_ALL_FAULTS:
        named.extend(faults)
    if "encrypted" in keys and faults:
        named.append("encrypted")
    if "flow" in keys and not keys["requirement"].raw.startswith("unsolicited"):
        named.append("unsolicited")
    return named


def _if_not(keys: Mapping[str, Node], base: Requirement, expect: Expected) -> IfNot:
    if "if_not" in keys:
        return cast("IfNot", keys["if_not"].text(choices=get_args(IfNot)))
    if expect == "report":
        return "report"
    return {"MUST": "failed", "SECURITY": "failed", "SHOULD": "warning", "MAY": "report"}[base.level]  # type: ignore[return-value]


def _list(keys: Mapping[str, Node], key: str) -> tuple[Node, ...]:
    return keys[key].sequence(what=key) if key in keys else ()


def _faults(node: Node | None) -> list[tuple[str, ...]]:
    if node is None:
        return []
    return [
        tuple(name.text() for name in item.sequence()) if item.kind == "sequence" else (item.text(),)
        for item in node.sequence(what="faults")
    ]
