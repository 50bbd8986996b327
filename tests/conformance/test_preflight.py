"""What is wrong with the set-up is told as such, with advice; an SP that believes everything is never green."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.targets.errors import SetUpError
from harness.targets.model import Account, SignedIn
from tests.conformance import mortal_sp
from tests.conformance.stub_sp import Start, StubSp

OPTIONS = CheckOptions(only="sig-none", seed=1)


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("no request", "no_request"),
        ("other idp", "other_idp"),
        ("refuses all", "no_session"),
        ("acs differs", "acs_differs"),
        ("issuer differs", "issuer_differs"),
    ],
)
def test_a_target_that_is_set_up_wrongly_is_told_apart(start: Start, trouble: str, code: str) -> None:
    with pytest.raises(SetUpError) as caught:
        check(start(trouble).target(), OPTIONS)
    assert caught.value.code == code
    assert caught.value.advice
    assert f"({code})" in str(caught.value)


def test_a_page_that_names_a_user_without_a_login_is_a_set_up_error(start: Start) -> None:
    target = start("everybody").target(user=Account("ada@acme.test", "ada@acme.test"))
    with pytest.raises(SetUpError) as caught:
        check(target, OPTIONS)
    assert caught.value.code == "always_signed_in"


def test_what_the_sp_answered_is_shown_when_no_login_works(start: Start) -> None:
    with pytest.raises(SetUpError, match="wrong audience"):
        check(start("refuses all").target(), OPTIONS)


def test_a_page_that_says_it_in_other_words_is_told_apart_from_no_session(start: Start) -> None:
    sp = start()
    with pytest.raises(SetUpError) as caught:
        check(sp.target(signed_in=SignedIn(f"{sp.url}/me", "Welcome {name_id}")), OPTIONS)
    assert caught.value.code == "contains_differs"
    assert caught.value.received.startswith("hello ")
    assert caught.value.expected.startswith(f"'Welcome {caught.value.received.removeprefix('hello ')}'")


def test_a_page_that_is_not_there_is_told_apart_from_no_session(start: Start) -> None:
    sp = start()
    with pytest.raises(SetUpError) as caught:
        check(sp.target(signed_in=SignedIn(f"{sp.url}/nowhere", "{name_id}")), OPTIONS)
    assert caught.value.code == "signed_in_missing"
    assert caught.value.received.startswith("HTTP 404; the ACS had answered HTTP 200")


def test_an_sp_that_waits_at_another_port_than_the_target_file_says() -> None:
    target = replace(mortal_sp.target("nothing"), login_url="http://localhost:9/login")
    assert target.configure is not None
    impatient = replace(target, configure=replace(target.configure, ready_seconds=0.5))
    with pytest.raises(SetUpError) as caught:
        check(impatient, OPTIONS)
    assert caught.value.code == "target_not_ready"
    assert caught.value.advice.startswith("write ${SP_PORT} in place of 9 into login_url")


def test_a_target_that_is_down_is_a_set_up_error(start: Start) -> None:
    sp = start("")
    target = sp.target()
    sp.stop()
    with pytest.raises(SetUpError) as caught:
        check(target, OPTIONS)
    assert caught.value.code in ("signed_in_unreachable", "login_unreachable")


def test_a_target_that_never_answers_is_a_set_up_error(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.conformance.opening.ANSWER_SECONDS", 0.5)
    with pytest.raises(SetUpError, match="did not answer within") as caught:
        check(start("slow").target(), OPTIONS)
    assert caught.value.code == "login_unanswered"


def test_nothing_is_sent_to_a_host_that_the_target_file_does_not_name(start: Start) -> None:
    sp = start("")
    target = replace(
        sp.target(), metadata=str(_metadata(sp, "http://127.0.0.1:9/acs")), acs_url="", entity_id=""
    )
    with pytest.raises(SetUpError) as caught:
        check(target, OPTIONS)
    assert caught.value.code == "acs_host"


def test_an_acs_in_the_target_file_that_metadata_does_not_list_is_a_set_up_error(start: Start) -> None:
    sp = start("")
    target = replace(sp.target(), metadata=str(_metadata(sp, f"{sp.url}/acs")), acs_url=f"{sp.url}/acs2")
    with pytest.raises(SetUpError) as caught:
        check(target, OPTIONS)
    assert caught.value.code == "acs_url_differs"


def _metadata(sp: StubSp, acs: str) -> Path:
    path = sp.metadata_file.parent / "sp.xml"
    path.write_text(
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="stub-sp"><SPSSODescriptor '
        'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService '
        f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}" index="0"/>'
        "</SPSSODescriptor></EntityDescriptor>"
    )
    return path


def test_an_sp_that_believes_everything_fails(start: Start) -> None:
    found = check(start("").target(), OPTIONS).cases
    assert [case.verdict for case in found if case.requirements == ("sig-none",)] == ["failed"] * 3
    assert {case.signed for case in found} == {"both", "assertion", "response"}


def test_its_failure_says_what_was_sent_what_came_back_and_what_to_change(start: Start) -> None:
    case = check(start("").target(), CheckOptions(only="sig-tampered/tampered-name-id", seed=1)).cases[0]
    titles = [evidence.title for evidence in case.evidence]
    assert titles[0].startswith("What was sent")
    assert any(title.startswith("What was sent") for title in titles)
    assert any(title.startswith("What came back") for title in titles)
    assert "The control" in titles
    assert case.differences[0].fixes[0].side == "sp"
    assert case.differences[0].fixes[0].advice
    assert any(exchange.message == "Response" for exchange in case.exchanges)


def test_what_the_fault_put_into_the_message_is_marked(start: Start) -> None:
    case = check(start("").target(), CheckOptions(only="resp-version/response-version-3-0", seed=1)).cases[0]
    sent = next(evidence for evidence in case.evidence if evidence.kind == "xml")
    marked = [sent.text[mark.start : mark.end] for mark in sent.marks if mark.kind == "fault"]
    assert marked == ['Version="3.0"']


def test_an_unsolicited_login_needs_no_request(start: Start) -> None:
    found = check(start("").target(), CheckOptions(only="unsolicited-handled", seed=1)).cases
    assert found[0].reason == "Recorded: Unsolicited responses are accepted."
