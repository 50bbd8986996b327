"""A target that is up: started or found, given the IdP's metadata, and stopped at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from harness.drivers.errors import DriverError
from harness.drivers.http.transport import Transport
from harness.targets.errors import SetUpError
from harness.targets.file import with_port
from harness.targets.model import PORT_PLACEHOLDER, IdpMetadata, TargetFile
from harness.targets.process import TargetProcess, free_port, run_to_its_end
from harness.targets.sp_metadata import SpMetadata, by_hand, read_sp_metadata

METADATA_FILE = "idp-metadata.xml"
MAX_METADATA_BYTES = 5_000_000
ENDING_SECONDS = 0.5
"""How long a process may take to end after it has let go of its connections."""


class RunningTarget(ABC):
    """What a check needs of a service provider."""

    def __init__(self, target: TargetFile) -> None:
        self.target = target

    @abstractmethod
    def trust(self, idp: IdpMetadata) -> None:
        """Make the SP trust exactly this IdP metadata. May be called again where `can_reconfigure`.

        The document stands at ``idp.url`` already.

        :raises SetUpError: when the SP does not come up with it.
        """

    @property
    @abstractmethod
    def can_reconfigure(self) -> bool:
        """Whether `trust` can be called in the middle of a run."""

    @property
    def by_url(self) -> bool:
        """Whether the SP reads its IdP's metadata from the URL that it was given."""
        return self.target.configure is not None and self.target.configure.by_url

    @property
    def rereads(self) -> bool:
        """Whether the SP reads its file again when that has changed, and trusts nothing else."""
        return self.target.configure is not None and self.target.configure.rereads

    @property
    def refresh_seconds(self) -> float | None:
        """How long it takes at the most until the SP has read that URL again; None where it cannot be brought to."""
        configure = self.target.configure
        return configure.refresh.seconds if configure is not None and configure.refresh is not None else None

    def refresh(self) -> None:
        """Have the SP read the URL again. An SP that does so by itself needs no more than `refresh_seconds`.

        :raises SetUpError: when the command that is to bring it about fails.
        """
        configure = self.target.configure
        if configure is not None and configure.refresh is not None and configure.refresh.command:
            run_to_its_end(configure.refresh.command, configure.cwd, self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        """What commands of the target file find in their environment."""
        return {}

    def enter_metadata_url(self, url: str) -> None:
        """Give the SP this URL as a tenant's admin does, where `tenants_enter_url`.

        :raises SetUpError: when the SP refuses it, or what it finds there; or no tenant can enter one.
        """
        raise SetUpError(
            "no_tenant", f"no tenant of {self.target.name} enters the URL of IdP metadata: {url}"
        )

    @property
    def tenants_enter_url(self) -> bool:
        """Whether tenants of the SP may say from which URL it reads metadata, and the suite may do so as one."""
        return False

    @property
    def can_restart(self) -> bool:
        """Whether the suite can stop the SP and start it again as it was."""
        return False

    def restart(self) -> None:
        """Stop the SP and start it again, with all that it keeps, where `can_restart`.

        :raises SetUpError: when it does not come up again, or the suite did not start it.
        """
        raise SetUpError("no_restart", f"the suite did not start {self.target.name}, and cannot do it again")

    def second_tenant(self, idp_metadata: bytes) -> TargetFile | None:  # noqa: ARG002 - most SPs have none
        """Another tenant of the same SP that trusts another IdP, where the SP has tenants."""
        return None

    def move_clock(self, seconds: float) -> bool:  # noqa: ARG002 - most clocks cannot be moved
        """Move the SP's clock, where that is possible; says whether it was."""
        return False

    @property
    def output(self) -> str:
        """What the SP wrote, where the suite started it: evidence."""
        return ""

    def exit_status(self) -> int | None:
        """How an SP has ended that the suite started and that does not answer any more; None where it has not."""
        return None

    @abstractmethod
    def stop(self) -> None:
        """Take the SP down again, if the suite brought it up."""

    def sp_metadata(self, transport: Transport) -> SpMetadata:
        """The SP's own names and addresses: from its metadata, or as the target file gives them.

        :raises SetUpError: when the metadata cannot be had or used, or contradicts the target file.
        """
        return sp_metadata_of(self.target, transport)


def sp_metadata_of(target: TargetFile, transport: Transport) -> SpMetadata:
    """The names and addresses of the SP that a target file describes; see `RunningTarget.sp_metadata`."""
    if not target.metadata:
        return by_hand(target.entity_id, target.acs_url, target.slo_url)
    read = read_sp_metadata(_fetched(target.metadata, transport), target.metadata)
    for name, ours, theirs in (
        ("entity_id", target.entity_id, (read.entity_id,)),
        ("acs_url", target.acs_url, read.acs_urls),
    ):
        if ours and ours not in theirs:
            raise SetUpError(
                f"{name}_differs",
                f"{name} of the target file is not what the SP's metadata says",
                expected=" or ".join(theirs),
                received=ours,
                advice=f"correct {name}, or leave it out: metadata names it",
            )
    return read


def _fetched(source: str, transport: Transport) -> bytes:
    if not source.startswith(("http://", "https://")):
        return Path(source).read_bytes()
    try:
        answer = transport.send(
            "GET", source, {"Accept": "application/samlmetadata+xml, application/xml, */*"}
        )
    except DriverError as error:
        raise SetUpError(
            "metadata_unreachable",
            f"the SP's metadata cannot be fetched: {error}",
            advice="correct `metadata` in the target file, or give entity_id and acs_url by hand",
        ) from error
    if answer.status != 200:
        raise SetUpError(
            "metadata_unreachable",
            f"the SP's metadata cannot be fetched from {source}",
            expected="HTTP 200",
            received=f"HTTP {answer.status} {answer.header('Location')}".strip(),
            advice="metadata must be readable without a login; else name a file, or give entity_id and acs_url",
        )
    return answer.body[:MAX_METADATA_BYTES]


class CommandTarget(RunningTarget):
    """An SP that the suite starts, with what it needs to know in its environment."""

    def __init__(self, target: TargetFile, folder: Path) -> None:
        self._port = free_port()
        super().__init__(with_port(target, self._port))
        self._folder = folder
        self._process: TargetProcess | None = None
        self._said = ""
        self._told: dict[str, str] = {}

    def trust(self, idp: IdpMetadata) -> None:
        """Start the SP, or start it anew, with this metadata; one that `rereads` is not disturbed."""
        running = self._process if self.rereads and self._process and self._process.ended is None else None
        if running is None:
            self.stop()
        self._told = {"IDP_METADATA_URL": idp.url, "IDP_ENTITY_ID": idp.entity_id}
        if (
            not self.by_url
        ):  # else an SP that reads the file all the same would be judged by the wrong document
            path = self._folder / METADATA_FILE
            path.write_bytes(idp.xml)
            self._told["IDP_METADATA"] = str(path)
        if running is None:
            self._start()
        else:
            self._wait(running)

    def _start(self) -> None:
        configure = self.target.configure
        assert configure is not None  # noqa: S101 - a target file without reference has one
        log = self._folder / "target.log"
        self._process = TargetProcess(configure.command, configure.cwd, self._environment, log)
        self._wait(self._process)

    def _wait(self, process: TargetProcess) -> None:
        configure = self.target.configure
        assert configure is not None  # noqa: S101 - see above
        try:
            process.wait_until_it_answers(self.target.login_url, configure.ready_seconds)
        except SetUpError as error:
            port = urlsplit(self.target.login_url).port
            if error.code != "target_not_ready" or port == self._port:
                raise
            raise SetUpError(
                error.code,
                error.message,
                received=error.received,
                advice=f"write {PORT_PLACEHOLDER} in place of {port} into login_url, and have the SP listen on the "
                f"port in SP_PORT ({self._port} this time); or have it listen on {port}",
            ) from error

    @property
    def can_reconfigure(self) -> bool:
        """Always: it is started anew, or reads its file again."""
        return True

    @property
    def can_restart(self) -> bool:
        """Always."""
        return True

    def restart(self) -> None:
        """Stop the process, and start another one with the same environment."""
        self.stop()
        self._start()

    @property
    def _environment(self) -> dict[str, str]:
        return {**self._told, "SP_PORT": str(self._port)}

    @property
    def output(self) -> str:
        """What it wrote so far."""
        return self._process.output if self._process else self._said

    def exit_status(self) -> int | None:
        """Of the process."""
        return self._process.status_in(ENDING_SECONDS) if self._process else None

    def stop(self) -> None:
        """Stop it."""
        if self._process:
            self._process.stop()
            self._said = self._process.output
            self._process = None


class FileTarget(RunningTarget):
    """An SP that runs already and reads its IdP metadata from a file."""

    def trust(self, idp: IdpMetadata) -> None:
        """Write the file."""
        configure = self.target.configure
        assert configure is not None  # noqa: S101 - see CommandTarget
        assert configure.file is not None  # noqa: S101 - kind "file"
        try:
            configure.file.write_bytes(idp.xml)
        except OSError as error:
            raise SetUpError(
                "metadata_file",
                f"the IdP's metadata cannot be written to {configure.file}",
                received=error.strerror or str(error),
                advice="correct configure.file in the target file",
            ) from error

    @property
    def can_reconfigure(self) -> bool:
        """Only where the target file says that the SP reads the file again when that has changed."""
        return self.rereads

    def stop(self) -> None:
        """Nothing to stop: the SP was there before."""


class ManualTarget(RunningTarget):
    """An SP that a person configures: they are told what to do, and say when it is done."""

    def __init__(self, target: TargetFile, ask: Callable[[str], None] | None, folder: Path) -> None:
        super().__init__(target)
        self._ask = ask
        self._folder = folder

    def trust(self, idp: IdpMetadata) -> None:
        """Say where the metadata is, and wait."""
        if self._ask is None:
            raise nobody_to_ask()
        if self.by_url:
            self._ask(f"Have the SP read its IdP metadata from this URL, then go on.\n  URL: {idp.url}\n")
            return
        path = self._folder / METADATA_FILE
        path.write_bytes(idp.xml)
        self._ask(
            f"Give the SP this IdP metadata, then go on.\n  file: {path}\n  URL:  {idp.url}\n\n"
            f"{idp.xml.decode('utf-8', 'replace')}\n"
        )

    @property
    def can_reconfigure(self) -> bool:
        """No: a person would have to do it over and over."""
        return False

    def stop(self) -> None:
        """Nothing to stop."""


def nobody_to_ask() -> SetUpError:
    """What is raised where a person would have to configure the target, and none is there."""
    return SetUpError(
        "manual_alone",
        "this target is configured by hand, and there is nobody to ask",
        advice="run the check at a terminal, or use configure.command or configure.file",
    )


def start_target(
    target: TargetFile, folder: Path, ask: Callable[[str], None] | None = None, seed: str = ""
) -> RunningTarget:
    """The target, not yet configured; call `RunningTarget.trust` next. ``folder`` takes what it writes."""
    if target.reference is not None:
        from harness.targets.reference import ReferenceTarget

        return ReferenceTarget(target, seed)
    assert target.configure is not None  # noqa: S101 - checked when the file was read
    if target.configure.kind == "command":
        return CommandTarget(target, folder)
    if target.wants_port:
        raise SetUpError(
            "port_placeholder",
            "the port placeholder ${SP_PORT} is only known for a target that is started by command",
            advice="write the port of the running SP into the target file",
        )
    return FileTarget(target) if target.configure.kind == "file" else ManualTarget(target, ask, folder)
