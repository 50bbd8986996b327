"""What each fault changes, pinned as a difference that a person can read.

The golden files hold, for each fault, the lines that its message loses (-) and gains (+) against the good twin. After
a wanted change: ``OKTA_HARNESS_GOLDEN=write pytest tests/faults/test_differences.py``, then read the difference.
"""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

import pytest

from fake_idp.faults import CatalogueFault, catalogue
from tests.faults.messages import PIPELINE, issue, shapes_of
from tests.faults.readable import difference

GOLDEN = Path(__file__).parent / "golden"
GROUPS = {
    name: list(faults)
    for name, faults in groupby((f for f in catalogue() if f.stage in PIPELINE), lambda f: f.group)
}


def described(fault: CatalogueFault) -> str:
    """The fault, its sentence and its difference."""
    shape = shapes_of(fault)[0]
    good, bad = issue(shape), issue(shape, fault)
    rows = difference(good.xml, bad.xml)
    if bad.fields:
        rows += [f"+ form field {name}: {value[:100]!r}" for name, value in list(bad.fields.items())[:3]]
    encoded = bad.saml_response
    if bad.xml == good.xml and encoded != good.saml_response:
        rows.append(f"+ SAMLResponse: {encoded[:100]!r}")
    head = f"== {fault.id}  ({fault.stage}; {shape})\n   {fault.title}\n"
    return head + "\n".join(rows) + "\n"


@pytest.mark.parametrize("group", GROUPS)
def test_each_fault_makes_the_difference_that_it_promises(group: str) -> None:
    text = "\n".join(described(fault) for fault in GROUPS[group])
    file = GOLDEN / f"{group}.txt"
    if os.environ.get("OKTA_HARNESS_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")

    assert text == file.read_text(encoding="utf-8")
