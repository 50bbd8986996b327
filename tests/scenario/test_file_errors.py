"""Every kind of mistake in a scenario file has a golden text: what its author reads.

``golden/<kind>.yaml`` is the file, ``golden/<kind>.err`` the text. After a wanted change of words write them anew with
``OKTA_HARNESS_REGENERATE=1 python -m pytest tests/scenario/test_file_errors.py`` and read the diff.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.scenario import ScenarioFileError, discover, load, load_all
from harness.scenario.source import MAX_BYTES

GOLDEN = Path(__file__).parent / "golden"
KINDS = sorted(path.stem for path in GOLDEN.glob("*.yaml"))
NOBODY = 65534
FOLDERS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def in_golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages show paths relative to the working directory."""
    monkeypatch.chdir(GOLDEN)


def text_of(action: Callable[[], object]) -> str:
    with pytest.raises(ScenarioFileError) as raised:
        action()
    return f"{raised.value}\n"


def check(name: str, text: str) -> None:
    golden = GOLDEN / f"{name}.err"
    if os.environ.get("OKTA_HARNESS_REGENERATE"):
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_author_reads_where_what_and_how_to_mend_it(kind: str) -> None:
    check(kind, text_of(lambda: load(f"{kind}.yaml")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_mistakes_across_files_are_shown_together(folder: str) -> None:
    check(folder, text_of(lambda: load_all(discover([folder]))))


def test_a_twin_may_stand_in_the_folder_or_beside_it_when_its_file_is_run_alone(tmp_path: Path) -> None:
    def write(place: str, id_: str, twin: str = "") -> Path:
        path = tmp_path / f"{place}.scenario.yaml"
        path.parent.mkdir(exist_ok=True)
        more = f"twin_of: {twin}\n" if twin else ""
        path.write_text(f"id: {id_}\ntitle: One of several\n{more}steps: [sp.save]\n")
        return path

    write("near/another-name", "in-the-folder")
    write("beside/in-a-folder-beside", "in-a-folder-beside")
    given = write("far/given", "given")
    for twin in ("in-the-folder", "in-a-folder-beside"):
        assert load(write("near/alone", "alone", twin))[0].twin_of == twin
    (tmp_path / "near/braces.scenario.yaml").write_text('{"id": "in-braces", title: T, steps: [sp.save]}')
    assert load(write("near/alone", "alone", "in-braces"))[0].twin_of == "in-braces"
    alone = write("near/deeper", "deeper", "givn")
    assert "Did you mean 'given'?" in text_of(lambda: load_all([alone, given]))


def test_the_twin_of_a_file_with_a_mistake_is_there_all_the_same(tmp_path: Path) -> None:
    for name, text in (("good", "twin_of: bad\nsteps: [sp.save]"), ("bad", "steps: [sp.sav]")):
        (tmp_path / f"{name}.scenario.yaml").write_text(f"id: {name}\ntitle: {name}\n{text}\n")

    assert text_of(lambda: load_all(discover([tmp_path]))).count("error:") == 1


def test_a_file_that_does_not_exist() -> None:
    check("absent", text_of(lambda: load("absent.yaml")))


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory" in text_of(lambda: load(tmp_path))


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything, so root becomes somebody else for the test."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(me)


def test_a_file_without_permission(nobody: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secret.scenario.yaml"
        path.write_text("id: x")
        path.chmod(0)
        assert "cannot be read: Permission denied" in text_of(lambda: load(path))


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "huge.scenario.yaml"
    path.write_text("# " + "x" * MAX_BYTES)
    assert f"at most {MAX_BYTES} are read." in text_of(lambda: load(path))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "bom.scenario.yaml"
    path.write_bytes(b"\xef\xbb\xbfid: bom\ntitle: With a BOM\nsteps: [sp.save]\n")
    assert load(path)[0].id == "bom"


def test_every_golden_text_names_file_line_and_column() -> None:
    for golden in GOLDEN.glob("*.err"):
        for block in golden.read_text().split("\n\n"):
            assert " --> " in block, golden.name
            assert "^" in block, golden.name


def test_no_golden_text_is_left_over() -> None:
    kinds = {*KINDS, *FOLDERS, "absent"}
    assert {path.stem for path in GOLDEN.glob("*.err")} == kinds
