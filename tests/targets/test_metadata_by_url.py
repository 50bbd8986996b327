"""A target that reads its IdP's metadata from a URL is given one, and is seen to read it: once, and again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from harness.conformance.bench import Bench
from harness.conformance.cases import cases
from harness.conformance.idp import Variation
from harness.conformance.opening import open_bench
from harness.conformance.options import CheckOptions
from harness.conformance.publisher import Publisher
from harness.conformance.selection import why_skipped
from harness.targets.errors import SetUpError
from harness.targets.model import Configure, Refresh, SignedIn, TargetFile
from harness.targets.reference import ReferenceTarget
from harness.targets.running import CommandTarget
from tests.conformance.stub_sp import StubSp

FETCH = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
"""What a refresh command may be: this SP looks whether it is time whenever somebody opens its login."""
BY_URL = "metadata_by_url"
URL = "http://localhost:${SP_PORT}"


def target(seconds: int, refresh: Refresh | None) -> TargetFile:
    command = (sys.executable, "-m", "tests.targets.sp_by_url", str(seconds))
    return TargetFile(
        "by url",
        metadata=f"{URL}/saml/2/metadata/10001",
        login_url=f"{URL}/sso/login/10001",
        signed_in=SignedIn(f"{URL}/me", "Signed in as {email}"),
        configure=Configure(
            "command", command=command, cwd=Path(__file__).parents[2], by_url=True, refresh=refresh
        ),
        app={"Application username": "Email"},
    )


@pytest.fixture(
    params=[
        (1, Refresh(seconds=1)),
        (0, Refresh(command=(sys.executable, "-c", FETCH, f"{URL}/sso/login/10001"), seconds=5)),
    ],
    ids=["by itself", "by command"],
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with open_bench(target(*request.param), CheckOptions(), "by url") as opened:
        yield opened


def accepts(bench: Bench, key: object) -> bool:
    visitor = bench.visitor()
    started = bench.start(visitor)
    person = bench.people.somebody()
    sent = bench.idp.message(person, Variation("both"), request=started.request, key=key)  # type: ignore[arg-type]
    landed = bench.deliver(visitor, sent)
    return bench.look(visitor, sent.person, landed=landed).who == "subject"


def test_new_metadata_counts_once_the_sp_has_read_it_again(bench: Bench) -> None:
    new = bench.idp.spare_key()
    assert not accepts(bench, new)
    bench.publisher.publish(bench.idp.metadata([new]))
    bench.refresh()
    assert accepts(bench, new)


def test_it_is_told_no_file_that_it_could_read_instead(bench: Bench) -> None:
    assert isinstance(bench.running, CommandTarget)
    told = bench.running._environment
    assert told["IDP_METADATA_URL"] == bench.publisher.url
    assert told["IDP_ENTITY_ID"] == bench.idp.entity_id
    assert "IDP_METADATA" not in told


def test_an_sp_that_does_not_read_it_again_cannot_be_judged_by_it() -> None:
    with open_bench(target(3600, Refresh(seconds=0.1)), CheckOptions(), "by url") as bench:
        with pytest.raises(SetUpError) as caught:
            bench.refresh()
        assert caught.value.code == "metadata_not_fetched"
        assert "configure.refresh" in caught.value.advice


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sh", "-c", "echo no such admin; exit 4"), ("status 4", "no such admin")),
        (("./nowhere",), ("cannot be started",)),
    ],
)
def test_a_refresh_command_that_fails_is_shown_with_what_it_said(
    words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    with open_bench(target(3600, Refresh(command=words, seconds=5)), CheckOptions(), "by url") as bench:
        with pytest.raises(SetUpError) as caught:
            bench.refresh()
        assert caught.value.code == "refresh_command"
        assert all(part in str(caught.value) for part in told)


@pytest.mark.parametrize(
    ("refresh", "told"),
    [
        (None, "The target file does not say how the SP reads that URL again (configure.refresh)."),
        (
            Refresh(seconds=60),
            "The SP reads its metadata again after 60 s only; run with --slow to include it.",
        ),
        (Refresh(seconds=1), ""),
    ],
)
def test_cases_that_need_it_read_again_are_skipped_where_that_cannot_be_or_takes_too_long(
    refresh: Refresh | None, told: str
) -> None:
    with open_bench(target(3600, refresh), CheckOptions(), "by url") as bench:
        needing = [case for case in cases() if BY_URL in case.needs and not case.slow]
        assert {why_skipped(case, bench, CheckOptions()) for case in needing} == {told}


def by_hand(sp: StubSp) -> TargetFile:
    return sp.target(configure=Configure("manual", by_url=True))


def test_a_person_is_told_the_url_and_not_the_document(tmp_path: Path) -> None:
    asked: list[str] = []
    sp = StubSp(tmp_path / "idp.xml", "no request").start()
    try:
        with (
            pytest.raises(SetUpError) as caught,
            open_bench(by_hand(sp), CheckOptions(on_manual=asked.append), "by url"),
        ):
            raise AssertionError("unreachable")
    finally:
        sp.stop()
    assert "http://127.0.0.1:" in asked[0]
    assert "EntityDescriptor" not in asked[0]
    assert caught.value.code == "metadata_not_fetched"
    assert "IDP_METADATA_URL" in caught.value.advice


@pytest.mark.parametrize(("hosts", "by_url"), [(("127.0.0.1",), True), ((), False)], ids=["url", "upload"])
def test_the_reference_sp_reads_a_url_if_it_may_read_this_machine(
    hosts: tuple[str, ...], by_url: bool
) -> None:
    described = TargetFile("reference", reference={"metadata_hosts": hosts})
    with open_bench(described, CheckOptions(), "by url") as bench:
        assert isinstance(bench.running, ReferenceTarget)
        assert bench.running.sp.organization().saved.metadata_url == (bench.publisher.url if by_url else "")
        assert (bench.running.refresh_seconds is not None) == by_url


def test_a_request_that_is_counted_after_its_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    count = Publisher._count

    def late(*counted: Any) -> None:
        Timer(0.05, count, counted).start()

    with open_bench(TargetFile("reference", reference={}), CheckOptions(), "late") as bench:
        monkeypatch.setattr(Publisher, "_count", late)
        bench.publisher.publish(bench.idp.metadata())
        bench.refresh()
