"""The pytest plugin: collects scenario files and offers the fixtures ``fake_okta``, ``reference_sp`` and ``sso``.

Collection needs pytest alone; the fixtures need pytest-httpserver (``pip install okta-harness[test]``).
Everything heavy is imported when it is used, so that a project that merely has the plugin installed pays nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fake_idp import FakeOkta
    from harness.mounting import MountedServer
    from harness.reference_sp import ReferenceSP
    from harness.result import CaseResult
    from harness.scenario import Scenario, ScenarioRunner
    from harness.setup import Sso

SUFFIX = ".scenario.yaml"
RUNNER = pytest.StashKey["ScenarioRunner"]()
SEED = pytest.StashKey[int]()


class ScenarioFailed(Exception):
    """A scenario did not pass; carries what happened, which pytest then prints."""

    def __init__(self, case: CaseResult) -> None:
        super().__init__(case.id)
        self.case = case


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the flags of ``okta-harness run`` that make sense here."""
    group = parser.getgroup("okta-harness", "scenario files of okta-harness")
    group.addoption(
        "--scenario-driver",
        choices=["http", "browser"],
        default="http",
        help="how scenario steps are carried out",
    )
    group.addoption(
        "--scenario-seed", type=int, metavar="N", help="repeat a run with the seed that it printed"
    )
    group.addoption("--scenario-report", type=Path, metavar="DIR", help="keep screenshots of scenarios there")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that selects scenario files, and settle on one seed for the run."""
    config.addinivalue_line("markers", "scenario: a scenario file of okta-harness (select with -m scenario)")
    seed = config.getoption("--scenario-seed")
    config.stash[SEED] = secrets.randbits(32) if seed is None else seed


def pytest_report_header(config: pytest.Config) -> str:
    """Name the seed, so that a failure can be repeated."""
    return f"okta-harness: seed {config.stash[SEED]}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect ``*.scenario.yaml`` wherever pytest is pointed at them."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the browser, if one was opened."""
    runner = config.stash.get(RUNNER, None)
    if runner is not None:
        runner.close()


class ScenarioFile(pytest.File):
    """One file: one test, or one for each row of its matrix."""

    def collect(self) -> Iterable[pytest.Item]:
        """Read the file; a mistake in it is a collection error that shows the line."""
        from harness.scenario import load
        from harness.yamlfile import YamlFileError

        try:
            scenarios = load(self.path)
        except YamlFileError as error:
            raise self.CollectError(str(error)) from error
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.id, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scenario = scenario
        self.add_marker(pytest.mark.scenario)
        if self.config.getoption("--scenario-driver") == "browser":
            self.add_marker("browser")

    def runtest(self) -> None:
        """Run it; what is not a pass or a skip raises ``ScenarioFailed``."""
        case = _runner(self.config).run(self.scenario)
        if case.verdict == "skipped":
            pytest.skip(case.reason)
        if case.verdict not in ("passed", "warning"):
            raise ScenarioFailed(case)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the failing step as ``okta-harness run`` does, without a Python traceback."""
        if isinstance(excinfo.value, ScenarioFailed):
            from harness.report.console import failure_lines

            return "\n".join(failure_lines(excinfo.value.case))
        from harness.drivers.errors import DriverUnavailable

        if isinstance(excinfo.value, DriverUnavailable):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the file and the scenario."""
        return self.path, 0, f"scenario: {self.name}"


def _runner(config: pytest.Config) -> ScenarioRunner:
    """One runner, and so one browser, for the whole run."""
    if RUNNER not in config.stash:
        from harness.scenario import RunOptions, ScenarioRunner

        options = RunOptions(
            driver=config.getoption("--scenario-driver"),
            seed=config.stash[SEED],
            report_dir=config.getoption("--scenario-report"),
        )
        config.stash[RUNNER] = ScenarioRunner(options)
    return config.stash[RUNNER]


@pytest.fixture(scope="session")
def okta_server() -> Iterator[MountedServer]:
    """The pytest-httpserver that ``fake_okta`` is mounted on, at 127.0.0.1."""
    yield from _server("127.0.0.1")


@pytest.fixture(scope="session")
def sp_server() -> Iterator[MountedServer]:
    """The pytest-httpserver that ``reference_sp`` is mounted on, at localhost: another site than the Okta."""
    yield from _server("localhost")


def _server(host: str) -> Iterator[MountedServer]:
    from harness.mounting import MountedServer

    server = MountedServer(host)
    server.start()
    yield server
    server.clear()
    server.stop()


@pytest.fixture
def fake_okta(okta_server: MountedServer, pytestconfig: pytest.Config) -> Iterator[FakeOkta]:
    """A fresh Okta org on a real socket. ``okta_server`` is its server: add handlers, read its log."""
    from fake_idp import FakeOkta

    okta_server.reset()
    with FakeOkta(seed=pytestconfig.stash[SEED], base_url=okta_server.base_url) as okta:
        okta_server.mount(okta.wsgi)
        yield okta
    okta_server.reset()


@pytest.fixture
def reference_sp(sp_server: MountedServer, pytestconfig: pytest.Config) -> Iterator[ReferenceSP]:
    """A fresh reference SP on a real socket. ``sp_server`` is its server: add handlers, read its log."""
    from harness.reference_sp import ReferenceSP

    sp_server.reset()
    with ReferenceSP(seed=pytestconfig.stash[SEED], base_url=sp_server.base_url) as sp:
        sp_server.mount(sp.wsgi)
        yield sp
    sp_server.reset()


@pytest.fixture
def sso(fake_okta: FakeOkta, reference_sp: ReferenceSP) -> Sso:
    """Both, set up to trust each other, with one person who may sign in: ``sso.sign_in()``."""
    from harness.setup import set_up_sso

    return set_up_sso(fake_okta, reference_sp)
