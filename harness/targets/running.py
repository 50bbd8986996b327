"""A target that is up: started or found, given the IdP's metadata, and stopped at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from harness.drivers.errors import DriverError
from harness.drivers.http.transport import Transport
from harness.targets.errors import SetUpError
from harness.targets.file import with_port
from harness.targets.model import TargetFile
from harness.targets.process import TargetProcess, free_port
from harness.targets.sp_metadata import SpMetadata, by_hand, read_sp_metadata

METADATA_FILE = "idp-metadata.xml"
MAX_METADATA_BYTES = 5_000_000


class RunningTarget(ABC):
    """What a check needs of a service provider."""

    def __init__(self, target: TargetFile) -> None:
        self.target = target

    @abstractmethod
    def trust(self, idp_metadata: bytes, metadata_url: str) -> None:
        """Make the SP trust exactly this IdP metadata. May be called again where `can_reconfigure`.

        :raises SetUpError: when the SP does not come up with it.
        """

    @property
    @abstractmethod
    def can_reconfigure(self) -> bool:
        """Whether `trust` can be called in the middle of a run."""

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
    """An SP that the suite starts, with IDP_METADATA, IDP_METADATA_URL and SP_PORT in its environment."""

    def __init__(self, target: TargetFile, folder: Path) -> None:
        self._port = free_port()
        super().__init__(with_port(target, self._port))
        self._folder = folder
        self._process: TargetProcess | None = None
        self._said = ""

    def trust(self, idp_metadata: bytes, metadata_url: str) -> None:
        """Start the SP, or start it anew, with this metadata."""
        self.stop()
        path = self._folder / METADATA_FILE
        path.write_bytes(idp_metadata)
        configure = self.target.configure
        assert configure is not None  # noqa: S101 - a target file without reference has one
        environment = {
            "IDP_METADATA": str(path),
            "IDP_METADATA_URL": metadata_url,
            "SP_PORT": str(self._port),
        }
        log = self._folder / "target.log"
        self._process = TargetProcess(configure.command, configure.cwd, environment, log)
        self._process.wait_until_it_answers(self.target.login_url, configure.ready_seconds)

    @property
    def can_reconfigure(self) -> bool:
        """Always: it is started anew."""
        return True

    @property
    def output(self) -> str:
        """What it wrote so far."""
        return self._process.output if self._process else self._said

    def stop(self) -> None:
        """Stop it."""
        if self._process:
            self._process.stop()
            self._said = self._process.output
            self._process = None


class FileTarget(RunningTarget):
    """An SP that runs already and reads its IdP metadata from a file."""

    def trust(self, idp_metadata: bytes, metadata_url: str) -> None:  # noqa: ARG002 - the file is enough
        """Write the file."""
        configure = self.target.configure
        assert configure is not None  # noqa: S101 - see CommandTarget
        assert configure.file is not None  # noqa: S101 - kind "file"
        try:
            configure.file.write_bytes(idp_metadata)
        except OSError as error:
            raise SetUpError(
                "metadata_file",
                f"the IdP's metadata cannot be written to {configure.file}",
                received=error.strerror or str(error),
                advice="correct configure.file in the target file",
            ) from error

    @property
    def can_reconfigure(self) -> bool:
        """No: nobody tells when the SP has read the file again."""
        return False

    def stop(self) -> None:
        """Nothing to stop: the SP was there before."""


class ManualTarget(RunningTarget):
    """An SP that a person configures: they are told what to do, and say when it is done."""

    def __init__(self, target: TargetFile, ask: Callable[[str], None] | None, folder: Path) -> None:
        super().__init__(target)
        self._ask = ask
        self._folder = folder

    def trust(self, idp_metadata: bytes, metadata_url: str) -> None:
        """Say where the metadata is, and wait."""
        if self._ask is None:
            raise SetUpError(
                "manual_alone",
                "this target is configured by hand, and there is nobody to ask",
                advice="run the check at a terminal, or use configure.command or configure.file",
            )
        path = self._folder / METADATA_FILE
        path.write_bytes(idp_metadata)
        self._ask(
            f"Give the SP this IdP metadata, then go on.\n  file: {path}\n  URL:  {metadata_url}\n\n"
            f"{idp_metadata.decode('utf-8', 'replace')}\n"
        )

    @property
    def can_reconfigure(self) -> bool:
        """No: a person would have to do it over and over."""
        return False

    def stop(self) -> None:
        """Nothing to stop."""


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
