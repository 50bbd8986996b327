"""The scenarios that ship: names, places, twins, completeness."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake_idp.org.settings import FIELDS
from harness.scenario import SUFFIX, Scenario, discover, load_all

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ALL = load_all(discover([SCENARIOS]))
PREFIXES = {
    "wizard": "wizard-",
    "setup": "setup-",
    "login": "login-",
    "provisioning": "prov-",
    "session": "sess-",
    "lifecycle": "life-",
    "mistakes": "mistakes-m",
    "shape": "conf-",
}
_MISTAKES = (1, 2, 4, 5, 10, 12, 13, 14, 15, 18, 20, 22, 23, 25, 27, 28, 35, 40, 44)
ASKED_FOR = (
    *(f"setup-{number}" for number in ("01", "02", "03", "04", "05", "12", "14", "16", "18")),
    *(f"login-{number}" for number in ("01", "02", "03", "04", *map(str, range(10, 23)), "24", "26")),
    *(f"prov-{number}" for number in ("01", "02", "03")),
    *(f"sess-{number:02}" for number in range(1, 14)),
    *(f"mistakes-m{number:02}" for number in _MISTAKES),
    *(f"conf-{number:02}" for number in range(1, 16)),
    *(f"life-{number}" for number in ("01", "02", "03", "04", "05", "06", "08", "12", "13", "17")),
)


@pytest.mark.parametrize("scenario", ALL, ids=lambda each: each.id)
def test_a_scenario_is_named_by_its_file_and_lies_in_its_folder(scenario: Scenario) -> None:
    file_id, path = scenario.file_id, scenario.path
    assert path.name == f"{file_id}{SUFFIX}"
    assert file_id.startswith(PREFIXES[path.parent.name])


def test_every_twin_exists() -> None:
    known = {scenario.file_id for scenario in ALL}
    assert {scenario.twin_of for scenario in ALL if scenario.twin_of} <= known


@pytest.mark.parametrize("beginning", ASKED_FOR)
def test_every_scenario_that_was_promised_is_there(beginning: str) -> None:
    assert any(scenario.file_id.startswith(f"{beginning}-") for scenario in ALL)


def test_every_scenario_says_where_it_comes_from() -> None:
    assert [scenario.id for scenario in ALL if not scenario.source] == []


def test_every_control_of_the_wizard_is_set_in_some_scenario() -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in {scenario.path for scenario in ALL})
    controls = [
        field.label for field in FIELDS if field.attribute != "assertion_lifetime_seconds"
    ]  # the API's alone

    assert [label for label in controls if f"{label}:" not in told] == []
