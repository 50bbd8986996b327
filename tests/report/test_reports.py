"""Each report tells the whole result tree, and survives what a hostile target puts into it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
from lxml import etree, html

from harness.difference import Difference
from harness.report.console import (
    case_line,
    failure_lines,
    finding_case_lines,
    finding_lines,
    summary_lines,
)
from harness.report.html import html_text, write_html
from harness.report.json_file import SCHEMA_PATH, write_json
from harness.report.junit import junit_text, write_junit
from harness.report.marking import excerpt, marked_xml
from harness.result import CaseResult, Mark, RunResult
from tests.report.conftest import AUDIENCE


def test_the_json_report_fits_its_published_schema(result: RunResult, tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.json"

    write_json(result, path)

    report = json.loads(path.read_text())
    jsonschema.validate(report, json.loads(SCHEMA_PATH.read_text()))
    assert report["summary"] == {"passed": 1, "failed": 2, "warning": 1, "skipped": 1, "not verified": 1}
    assert report["cases"][1]["differences"][0]["code"] == "aud_mismatch"
    assert [case["failed_step"] for case in report["cases"]] == [
        None,
        {"number": 2, "title": "user.sign_in", "where": "login-01.scenario.yaml:12"},
        *[None] * 4,
    ]


def test_junit_gives_the_reason_for_which_a_failure_is_accepted() -> None:
    difference = Difference("accepted", "A message that must be refused was accepted.")
    case = CaseResult(
        "x", "X", verdict="warning", reason="Known deviation: a gateway checks it.", differences=[difference]
    )
    case.accepted = True
    text = junit_text(RunResult("sp", 1, [case], 0.0))
    assert "warning: Known deviation: a gateway checks it.\n" in text
    assert difference.message in text


def test_junit_tells_a_failure_from_an_error_and_from_what_is_unknown(
    result: RunResult, tmp_path: Path
) -> None:
    path = tmp_path / "out.xml"

    write_junit(result, path)

    suite = etree.fromstring(path.read_bytes()).find("testsuite")
    assert suite is not None
    assert tuple(suite.get(key) for key in ("tests", "failures", "errors", "skipped")) == ("6", "1", "1", "2")
    outcome = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert outcome["login-01-sp-initiated (both signed)"] == ["failure"]
    assert outcome["x-broken"] == ["error"]
    assert outcome["x-unknown"] == ["skipped"]
    assert outcome["setup-01"] == []
    places = {(case.get("file"), case.get("line")) for case in suite.iter("testcase")}
    assert places == {(None, None), ("login-01.scenario.yaml", "12")}


def test_the_html_report_is_one_file_without_scripts_or_outside_resources(
    result: RunResult, tmp_path: Path
) -> None:
    page = html.fromstring(write_html(result, tmp_path).read_text())

    assert page.xpath("//script | //link | //iframe") == []
    assert all(src.startswith("data:") for src in page.xpath("//@src"))
    assert all(href.startswith("#") for href in page.xpath("//@href"))


def test_the_html_report_shows_the_difference_and_what_to_change(result: RunResult) -> None:
    page = html.fromstring(html_text(result))

    row = page.xpath("//h2[.='What failed']/following-sibling::table[1]//tr[td]")[0].text_content()
    assert "login-01-sp-initiated" in row
    assert "in Okta, field 'Audience URI (SP Entity ID)': paste the Entity ID" in row


def test_where_nothing_tells_what_to_change_the_html_report_says_where_to_begin(result: RunResult) -> None:
    def said() -> list[str]:
        rows = html.fromstring(html_text(result)).xpath(
            "//h2[.='What failed']/following-sibling::table[1]//tr[td]"
        )
        return [row.xpath("string(td[3])") for row in rows]

    case = result.cases[1]
    case.differences = [replace(AUDIENCE, fixes=())]
    assert said()[0] == AUDIENCE.hint
    case.differences = [replace(AUDIENCE, fixes=(), hint="")]
    assert said() == [
        "Begin at login-01.scenario.yaml:12, step user.sign_in",
        "Begin at the evidence of the case",
    ]


def test_several_lines_received_stay_several_lines_in_the_html_report(result: RunResult) -> None:
    several = replace(AUDIENCE, received="one\ntwo\n  three")
    result.cases[1].differences = [several]

    text = html_text(result)

    assert "dl.difference dd, .received { white-space: pre-wrap; }" in text
    page = html.fromstring(text)
    assert page.xpath("string(//td/span[contains(@class, 'received')])") == f"Received: {several.received}"
    assert several.received in page.xpath("//dl[@class='difference']/dd/text()")


def test_links_of_the_failed_table_lead_to_the_case(result: RunResult) -> None:
    page = html.fromstring(html_text(result))

    for link in page.xpath("//td/a"):
        (target,) = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert link.text in target.text_content()


def test_the_html_report_draws_the_exchange_and_marks_the_fault(result: RunResult) -> None:
    page = html.fromstring(html_text(result))

    assert "GET /login AuthnRequest → 302" in page.xpath("string(//svg)")
    assert "AuthnRequest" in page.xpath("//svg/@aria-label")[0]
    sent = page.xpath("//pre[@class='excerpt'][mark]")[0]
    assert [mark.text for mark in sent.xpath("mark")] == ["evil@x"]
    assert [gone.text for gone in sent.xpath("del")] == ["good@x"]


def test_what_a_target_sent_is_shown_as_text(result: RunResult) -> None:
    assert "<script>" not in html_text(result)


def test_a_failing_case_prints_step_place_values_and_evidence(result: RunResult) -> None:
    text = "\n".join(failure_lines(result.cases[1]))

    for part in (
        "at login-01.scenario.yaml:12",
        "| user.sign_in: {as: ada@acme.test}",
        "expected: http://localhost/saml/2/metadata/10001",
        "received: <script>",
        "hint: differs only by a trailing slash",
        "to fix: in Okta, field 'Audience URI (SP Entity ID)': paste the Entity ID",
        "step-1.png",
    ):
        assert part in text


def test_a_long_value_in_an_address_is_cut_where_nothing_is_lost_by_it(result: RunResult) -> None:
    def said(expected: str, received: str) -> list[str]:
        case = CaseResult("x", "x", "failed", differences=[Difference("c", "m.", expected, received)])
        return [line.strip() for line in failure_lines(case) if "ected: " in line or "ceived: " in line]

    at = "the page (200 http://localhost:1/sso?a=b&SAMLRequest="
    assert said("", f"{at}{'A' * 300}&b=c)") == [f"received: {at}AAAAAAAAAAAA…&b=c)"]
    assert said(f"{at}{'A' * 300}1)", f"{at}{'A' * 300}2)") == [
        f"expected: {at}{'A' * 300}1)",
        f"received: {at}{'A' * 300}2)",
    ]


def test_lines_name_the_case_the_shape_and_the_reason(result: RunResult) -> None:
    assert case_line(result.cases[0]) == "PASS  setup-01  0.00 s"
    assert case_line(result.cases[1]) == "FAIL  login-01-sp-initiated  [both signed]  0.25 s"
    assert case_line(result.cases[5]) == "ERR   x-broken  0.00 s  the browser died\\x07"
    assert list(summary_lines(result)) == [
        "1 passed, 2 failed, 1 warning, 1 skipped, 1 not verified in 1.5 s (target reference, seed 42)"
    ]


def test_xml_is_indented_without_being_parsed() -> None:
    broken = '<a ID="i"><Reference URI="#i"/><b>text</b><!DOCTYPE x><c'

    lines = marked_xml(broken).split("\n")

    assert lines[0] == '<span class="referenced">&lt;a ID="i"&gt;</span>'
    assert lines[2] == '<span class="referenced">  &lt;b&gt;text&lt;/b&gt;</span>'


def test_signed_elements_are_barred_from_end_to_end_by_the_innermost_signature() -> None:
    xml = '<r ID="r"><a ID="a"><b/></a><c/></r>'
    bars = (Mark(0, len(xml), "unverified"), Mark(10, 28, "signed"))

    rows = [row.partition(">")[0] for row in marked_xml(xml, bars).split("\n")]

    assert rows == [f'<span class="{kind}"' for kind in ("unverified", *["signed"] * 3, *["unverified"] * 2)]


def test_an_excerpt_shows_what_a_fault_touched_and_nothing_else() -> None:
    xml = "<r><a/><b/><c/><d/><e/></r>"

    assert (
        excerpt(xml, [Mark(11, 15, "fault")], 1)
        == "…\n  &lt;b/&gt;\n  <mark>&lt;c/&gt;</mark>\n  &lt;d/&gt;\n…"
    )
    assert excerpt(xml, [Mark(0, len(xml), "signed")]) == ""
    assert excerpt("", [Mark(0, 0, "removed", "<all/>")]) == ""


def test_long_base64_is_cut_and_control_characters_are_written_out() -> None:
    shown = marked_xml(f"<a>{'A' * 500}</a><b>\x00\x07</b>")

    assert "[... 404 more characters ...]" in shown
    assert "\\x00\\x07" in shown and "\x00" not in shown


def test_findings_stand_first_with_count_advice_and_one_row_a_case(checked: RunResult) -> None:
    page = html.fromstring(html_text(checked))

    first, second = page.xpath("//article[contains(@class, 'finding')]")
    text = " ".join(first.text_content().split())
    assert text.startswith("1 The Audience is not compared. Answers for others work here.")
    assert "Change, in the SP: Compare it." in text and "2 failures in 1 case." in text
    assert [
        cell.text_content() for cell in first.xpath(".//tbody/tr/td[position() > 1 and position() < 5]")
    ] == [
        "failed",
        "",
        "failed",
    ]
    assert "Change, in the test: Report it." in " ".join(second.text_content().split())


def test_every_link_of_a_check_leads_somewhere_and_cases_name_their_cause(checked: RunResult) -> None:
    page = html.fromstring(html_text(checked))

    for href in page.xpath("//a/@href"):
        assert page.xpath("count(//*[@id=$name])", name=href[1:]) == 1, href
    case = page.xpath("//details[contains(@class, 'case')][contains(., 'x-broken')]")[0]
    assert "Cause: The suite itself broke." in " ".join(case.text_content().split())


def test_addresses_of_cases_stay_the_same_from_run_to_run(checked: RunResult) -> None:
    page = html.fromstring(html_text(checked))

    assert page.xpath("//summary[@id='case-login-01-sp-initiated.both']")
    assert page.xpath("//summary[@id='case-login-01-sp-initiated.response']")


def test_the_console_tells_causes_in_short(checked: RunResult) -> None:
    finding = checked.findings[0]

    assert list(finding_case_lines(finding)) == [
        "The Audience is not compared.",
        "  FAIL  login-01-sp-initiated  [both, response signed]",
    ]
    assert list(finding_lines(1, finding)) == [
        "1. The Audience is not compared.  (2 failed)",
        "   Answers for others work here.",
        "   Change, in the SP: Compare it.",
        "   For example login-01-sp-initiated [both signed]: Sign in from the SP",
    ]


def test_findings_are_in_the_json_report(checked: RunResult, tmp_path: Path) -> None:
    write_json(checked, tmp_path / "out.json")

    report = json.loads((tmp_path / "out.json").read_text())
    jsonschema.validate(report, json.loads(SCHEMA_PATH.read_text()))
    assert report["findings"][0]["cases"] == [
        {"id": "login-01-sp-initiated", "signed": "both"},
        {"id": "login-01-sp-initiated", "signed": "response"},
    ]
