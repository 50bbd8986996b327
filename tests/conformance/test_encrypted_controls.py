"""What an SP makes of an encrypted message counts next to a good encrypted login, and an acceptance without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.result import CaseResult
from tests.conformance.decrypting_sp import DecryptingSp

FORGERY = "enc-unsigned-forgery/encrypted-unsigned-forgery"
RSA_15 = "enc-rsa15-oracle/accept/rsa-1.5-rightly-used"
Judge = Callable[..., list[CaseResult]]


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    """Judges a stub with this trouble by the cases that match."""
    running: list[DecryptingSp] = []

    def judged(trouble: str, only: str, **more: Any) -> list[CaseResult]:
        running.append(DecryptingSp(tmp_path / "idp.xml", trouble, **more))
        running[-1].start()
        return check(running[-1].target(), CheckOptions(only=only, seed=1, jobs=1)).cases

    yield judged
    for sp in running:
        sp.stop()


def verdicts(found: list[CaseResult]) -> set[str]:
    return {case.verdict for case in found}


@pytest.mark.parametrize(
    "case", [FORGERY, RSA_15, "enc-mixed-plain-encrypted/encrypted-forgery-beside-plain"]
)
def test_a_refusal_by_an_sp_that_cannot_decrypt_counts_for_nothing(judge: Judge, case: str) -> None:
    found = judge("cannot decrypt", case)
    assert verdicts(found) == {"not verified"}
    assert all("the good login before it failed, too" in result.reason for result in found)
    assert all(", encrypted, as " in result.reason for result in found)


@pytest.mark.parametrize("case", [FORGERY, RSA_15])
def test_the_same_refusal_counts_where_good_encrypted_logins_work(judge: Judge, case: str) -> None:
    assert verdicts(judge("wants a signature", case)) == {"passed"}


def test_a_forgery_that_is_accepted_fails(judge: Judge) -> None:
    assert verdicts(judge("", FORGERY)) == {"failed"}


def test_a_forgery_that_is_accepted_fails_although_the_good_login_is_refused(judge: Judge) -> None:
    found = judge("takes what is plain", "enc-mixed-plain-encrypted/plain-forgery-*")
    assert verdicts(found) == {"failed"}
    assert {case.differences[0].code for case in found} == {"forged"}


def test_a_refusal_counts_for_nothing_when_decryption_fails_from_then_on(judge: Judge) -> None:
    found = judge("wants a signature", FORGERY, opens=1)
    assert verdicts(found) == {"not verified"}


def test_where_one_layout_is_refused_the_others_are_tried_and_tell_why(judge: Judge) -> None:
    seen = {case.id: case for case in judge("looks in KeyInfo only", "enc-*")}
    assert seen["enc-assertion-accepted/accept"].verdict == "failed"
    assert seen["enc-key-placement/encryption-key-inside-keyinfo/encrypted"].verdict == "passed"
    for case in ("enc-key-placement/encryption-key-recipient", "enc-oaep-variants/encryption-oaep-11"):
        assert seen[f"{case}/encrypted"].verdict == "not verified"
    assert seen["enc-gcm-accepted/accept/aes-128-gcm"].verdict == "not verified"


def test_where_that_layout_is_read_the_others_are_judged_by_themselves(judge: Judge) -> None:
    seen = {case.id: case.verdict for case in judge("", "enc-*")}
    assert seen["enc-assertion-accepted/accept"] == "passed"
    assert seen["enc-gcm-accepted/accept/aes-128-gcm"] == "passed"
    assert seen["enc-key-placement/encryption-key-recipient/encrypted"] == "passed"
