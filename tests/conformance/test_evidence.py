"""What reports show of a message: what a fault changed, and what the signatures cover."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_idp.faults import fault
from fake_idp.saml.bindings import MessageParameter, redirect_url
from harness.conformance.bench import Bench
from harness.conformance.changes import changes
from harness.conformance.covered import covered
from harness.conformance.engine import check
from harness.conformance.idp import Sent, Variation
from harness.conformance.opening import open_bench
from harness.conformance.options import CheckOptions
from harness.conformance.visitor import carried
from harness.result import Mark
from harness.targets.model import TargetFile


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with open_bench(TargetFile("reference", reference={}), CheckOptions(), "evidence") as opened:
        yield opened


def sent(bench: Bench, *faults: str, shape: str = "both") -> Sent:
    genuine, victim = bench.people.stranger(), bench.people.stranger()
    data = {"forge": {genuine.email: victim.email}, "marker": "marker-1"}
    return bench.idp.message(genuine, Variation(shape), faults=[fault(name) for name in faults], data=data)  # type: ignore[arg-type]


def changed(message: Sent) -> tuple[list[str], list[str]]:
    """The texts that a fault put in, and those that it took out."""
    assert message.twin is not None
    xml = message.issued.xml.decode()
    marks = changes(xml, message.twin().xml.decode())
    return (
        [xml[mark.start : mark.end] for mark in marks if mark.kind == "fault"],
        [mark.text for mark in marks if mark.kind == "removed"],
    )


def test_a_message_and_its_twin_without_faults_are_the_same_but_for_the_fault(bench: Bench) -> None:
    message = sent(bench, "audience-empty")
    assert message.twin is not None
    assert changed(message) == ([], [bench.sp.entity_id])
    assert changes(message.twin().xml.decode(), message.twin().xml.decode()) == ()


def test_a_changed_attribute_is_marked_alone(bench: Bench) -> None:
    added, removed = changed(sent(bench, "response-version-3-0"))
    assert (added, removed) == (['Version="3.0"'], ['Version="2.0"'])


def test_a_changed_name_shows_both_names(bench: Bench) -> None:
    (added,), (removed,) = changed(sent(bench, "tampered-name-id"))
    assert added.endswith("@acme.test") and removed.endswith("@acme.test") and added != removed


def test_signature_values_count_only_when_nothing_else_has_changed(bench: Bench) -> None:
    added, removed = changed(sent(bench, "assertion-signature-broken", shape="assertion"))
    assert len(added) == 1 and len(added[0]) == 344 and removed == []


def test_a_removed_element_is_told_by_its_beginning_and_its_end(bench: Bench) -> None:
    added, (removed,) = changed(sent(bench, "signature-removed", shape="response"))
    assert added == []
    assert removed.startswith("<ds:Signature ") and removed.endswith("[...] </ds:Signature>")


def states(bench: Bench, message: Sent) -> list[str]:
    xml = message.issued.xml.decode()
    marks = covered(xml, bench.idp.key.certificate)
    for mark in marks:
        assert xml[mark.start : mark.end].startswith("<saml2") and xml[mark.end - 1] == ">"
    return [mark.kind for mark in marks]


def test_what_a_signature_covers_is_told_from_what_it_only_names(bench: Bench) -> None:
    assert states(bench, sent(bench)) == ["signed", "signed"]
    assert states(bench, sent(bench, shape="assertion")) == ["signed"]
    assert states(bench, sent(bench, "tampered-name-id", shape="assertion")) == ["unverified"]
    assert states(bench, sent(bench, "signature-removed")) == []


def test_the_forged_assertion_of_a_wrapped_message_has_no_bar(bench: Bench) -> None:
    message = sent(bench, "xsw3", shape="assertion")
    xml = message.issued.xml.decode()
    (mark,) = covered(xml, bench.idp.key.certificate)
    assert mark == Mark(mark.start, mark.end, "signed")
    assert xml.count("<saml2:Assertion ") == 2 and xml[mark.start : mark.end].count("<saml2:Assertion ") == 1


@pytest.mark.parametrize(
    ("name", "kind"), [("SAMLRequest", "LogoutRequest"), ("SAMLResponse", "LogoutResponse")]
)
def test_a_logout_message_in_a_query_string_is_read_for_the_report(name: MessageParameter, kind: str) -> None:
    xml = f'<saml2p:{kind} ID="_1"/>'
    assert carried(redirect_url("http://sp.test/slo", name, xml.encode(), "state")) == (kind, xml)
    assert carried(redirect_url("http://sp.test/slo", name, b"<saml2p:AuthnRequest/>", None)) == ("", "")
    assert carried(f"http://sp.test/slo?{name}=no-base64") == ("", "")


def test_a_failed_logout_case_shows_the_logout_messages() -> None:
    target = TargetFile("reference", reference={"weaknesses": ["no-logout-signature-check"]})
    wanted = CheckOptions(only="redirect-signature-missing-parts", seed=1, jobs=1)

    (case,) = check(target, wanted).cases

    assert case.verdict == "failed"
    shown = [evidence for evidence in case.evidence if evidence.title == "LogoutRequest that was sent by GET"]
    assert shown and all("<saml2p:LogoutRequest" in evidence.text for evidence in shown)
    answers = [evidence.text for evidence in case.evidence if evidence.title == "That was answered"]
    assert any("SAMLRequest=" in answer for answer in answers)


def test_what_is_no_xml_has_no_bars() -> None:
    assert covered("<a", None) == ()  # type: ignore[arg-type]
