"""Scenario files: from YAML to a model, checked before anything runs, and from the model to a verdict."""

from harness.scenario.load import discover, load
from harness.scenario.model import Scenario, Step
from harness.scenario.source import SUFFIX, ScenarioFileError

__all__ = ["SUFFIX", "Scenario", "ScenarioFileError", "Step", "discover", "load"]
