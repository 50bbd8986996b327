"""Filling in the wizard's step *Configure SAML*."""

from __future__ import annotations

from fake_idp.org import fields as wizard
from harness.drivers.agent import Agent
from harness.steps.definition import Values
from harness.steps.world import World

SAME_URLS = "Use this for Recipient URL and Destination URL"
_ADVANCED = "Show Advanced Settings"


def fill_configure_saml(world: World, window: Agent, given: Values) -> None:
    """Fill in the given fields in the order of the page; what is not given keeps what it holds."""
    rows = [each for each in wizard.FIELDS if each.label in given]
    if any(each.section == "advanced" for each in rows) and window.has("summary", _ADVANCED):
        window.unfold(_ADVANCED)
    if any(each.attribute in ("recipient", "destination") for each in rows):
        window.tick(SAME_URLS, on=False)
    for field in rows:
        _fill(world, window, field, given)


def _fill(world: World, window: Agent, field: wizard.Field, given: Values) -> None:
    match field.kind:
        case "choice":
            window.choose(field.label, given.text(field.label))
        case "checkbox":
            window.tick(field.label, given.flag(field.label))
        case "certificate":
            name = given.text(field.label)
            window.attach(field.label, name, world.file(name), "application/x-pem-file")
        case "attribute_rows":
            for number, row in enumerate(given.records(field.label), start=1):
                _row(
                    window,
                    number,
                    row,
                    {"Name": "Name", "Name format": "Name format", "Value": "Value"},
                    f"{field.label} (optional)",
                )
        case "group_rows":
            columns = {
                "Name": "Group name",
                "Name format": "Group name format",
                "Filter": "Filter",
                "Value": "Filter value",
            }
            for number, row in enumerate(given.records(field.label), start=1):
                _row(window, number, row, columns, f"{field.label} (optional)")
        case "acs_rows":
            columns = {"URL": "Requestable SSO URL", "Index": "Index"}
            for number, row in enumerate(given.records(field.label), start=1):
                _row(window, number, row, columns, field.label)
        case _:
            window.fill(field.label, given.text(field.label))


def _row(window: Agent, number: int, row: Values, columns: dict[str, str], table: str) -> None:
    """One row of a table that grows by *Add Another*."""
    first = f"{next(iter(columns.values()))} {number}"
    if not window.has("field", first):
        window.press("Add Another", within=table)
    for name, label in columns.items():
        if name not in row:
            continue
        if name in ("Name format", "Filter"):
            window.choose(f"{label} {number}", row.text(name))
        else:
            window.fill(f"{label} {number}", row.text(name))
