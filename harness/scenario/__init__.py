"""Scenario files: from YAML to a model, checked before anything runs, and from the model to a verdict."""

from harness.scenario.catalogue import FieldEntry, StepEntry, step_catalogue
from harness.scenario.json_schema import json_schema
from harness.scenario.load import discover, load, load_all
from harness.scenario.model import Scenario, Step
from harness.scenario.parallel import run_side_by_side
from harness.scenario.run import RunOptions, ScenarioRunner, run_scenario
from harness.scenario.source import SUFFIX, ScenarioFileError

__all__ = [
    "SUFFIX",
    "FieldEntry",
    "RunOptions",
    "Scenario",
    "ScenarioFileError",
    "ScenarioRunner",
    "Step",
    "StepEntry",
    "discover",
    "json_schema",
    "load",
    "load_all",
    "run_scenario",
    "run_side_by_side",
    "step_catalogue",
]
