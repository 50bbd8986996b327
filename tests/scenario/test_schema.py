"""The JSON Schema for editors, and the catalogue of steps, come from the model that checks the files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

import harness.scenario
from harness.scenario import discover, json_schema, step_catalogue
from harness.steps.definition import ACTORS
from harness.yamlfile import parse_document

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = discover([SCENARIOS])
PUBLISHED = Path(harness.scenario.__file__).with_name("scenario.schema.json")
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_published_schema_is_fresh() -> None:
    """``OKTA_HARNESS_REGENERATE=1 python -m pytest tests/scenario/test_schema.py`` writes it anew."""
    text = json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("OKTA_HARNESS_REGENERATE"):
        PUBLISHED.write_text(text)
    assert PUBLISHED.read_text() == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_scenario_that_ships_fits_the_schema(
    path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    validator.validate(parse_document(path.read_text(), path.name).value)


@pytest.mark.parametrize(
    "kind",
    [
        "unknown_key",
        "unknown_step",
        "unknown_field",
        "missing_field",
        "unknown_choice",
        "unknown_fault",
        "unknown_weakness",
        "unknown_requirement",
        "unknown_code",
        "unknown_audit_action",
        "bad_id",
        "no_steps",
        "not_a_step",
        "bad_drivers",
        "number_out_of_range",
    ],
)
def test_what_the_checker_refuses_by_shape_the_schema_refuses_too(
    kind: str, validator: jsonschema.Draft202012Validator
) -> None:
    document = parse_document((GOLDEN / f"{kind}.yaml").read_text(), kind).value
    assert list(validator.iter_errors(document))


def test_a_required_field_may_stand_under_its_api_name(validator: jsonschema.Draft202012Validator) -> None:
    step = {"okta.create_saml_app": {"App name": "x", "ssoAcsUrl": "http://localhost/acs", "audience": "y"}}
    validator.validate({"id": "x", "title": "x", "steps": [step]})


def test_every_step_and_field_is_documented() -> None:
    for entry in step_catalogue():
        assert entry.summary.endswith((".", ":")), entry.name
        assert entry.name.partition(".")[0] in ACTORS
        for field in entry.fields:
            assert field.summary, f"{entry.name}: {field.name}"


def test_each_of_the_nine_steps_of_the_article_has_a_step() -> None:
    covered = {entry.article_step for entry in step_catalogue()}
    assert covered == set(range(10))
