"""Cases that need a reference SP with other settings than the default ones: they apply there, and they pass."""

from __future__ import annotations

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.targets.model import TargetFile

TILE_ACS = "{url}/saml/2/tile/{org}"


@pytest.mark.parametrize(
    ("settings", "requirement"),
    [
        ({"idp_initiated_acs_url": TILE_ACS}, "replay-other-endpoint"),
        ({"idp_initiated_acs_url": TILE_ACS}, "unsolicited-non-default-acs"),
        ({"former_encryption_key": True}, "enc-two-decryption-keys"),
        ({"jit": False}, "err-unknown-user"),
        ({"require_assertion_signed": True}, "sig-want-assertions-signed"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_the_case_applies_and_passes(settings: dict[str, object], requirement: str) -> None:
    target = TargetFile("reference", reference=settings)
    result = check(target, CheckOptions(only=requirement, seed=1, jobs=1))
    assert {case.verdict for case in result.cases} == {"passed"}
