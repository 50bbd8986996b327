"""What survives a restart, and who may read it."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from harness.reference_sp import ReferenceSP
from harness.reference_sp.store import DataDirUnusable
from tests.reference_sp.conftest import Pair
from tests.reference_sp.small_idp import SmallIdp


def running(data_dir: Path, port: int = 0) -> ReferenceSP:
    return ReferenceSP(data_dir=data_dir, port=port).start()


def test_settings_members_sessions_and_used_messages_survive_a_restart(tmp_path: Path) -> None:
    sp = running(tmp_path)
    port = int(sp.url.rpartition(":")[2])
    idp = SmallIdp(sp.acs_url, sp.entity_id)
    sp.upload_metadata(idp.metadata())
    sp.save()
    pair = Pair(sp, idp)
    browser, used = pair.browser(), idp.response()
    pair.deliver(used, browser)
    pending = pair.browser()
    request, state = pair.start(pending, "/10001/charts/3")
    certificate = sp.signing_certificate
    sp.stop()

    again = Pair(running(tmp_path, port), idp)
    try:
        assert browser.signed_in() == "ada@acme.test"
        assert again.code(used) == "replayed"
        page = again.deliver(idp.response(in_response_to=request.get("ID")), pending, state)
        assert page.location == "/10001/charts/3"
        assert again.sp.signing_certificate == certificate
        assert [member.email for member in again.sp.members()] == ["admin@acme.test", "ada@acme.test"]
        assert again.sp.audit(action="upload metadata")
    finally:
        again.sp.stop()


def test_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    sp = running(folder)
    assert sp.signing_certificate.startswith("-----BEGIN CERTIFICATE-----")
    sp.stop()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("name", ["reference-sp.sqlite", "reference-sp-signing.pem"])
def test_a_damaged_file_is_named_at_the_start_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    sp = running(tmp_path)
    assert sp.signing_certificate
    sp.stop()
    damaged = tmp_path / name
    damaged.write_bytes(b"not what it was" * 100)
    with pytest.raises(DataDirUnusable, match=rf"{name} (cannot be read|holds no RSA key)"):
        ReferenceSP(data_dir=tmp_path)
    assert damaged.read_bytes() == b"not what it was" * 100


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    running(tmp_path).stop()
    with closing(sqlite3.connect(tmp_path / "reference-sp.sqlite")) as database:
        database.execute("PRAGMA user_version=1")
    with pytest.raises(DataDirUnusable, match=r"written by another version \(schema 1, this one has \d+\)"):
        ReferenceSP(data_dir=tmp_path)


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    with ReferenceSP() as sp:
        assert sp.signing_certificate
    assert list(tmp_path.iterdir()) == []


def test_mounted_under_a_base_url_it_opens_no_socket() -> None:
    from werkzeug.test import Client

    with ReferenceSP(base_url="http://sp.localhost:8080/") as sp:
        assert sp.acs_url == "http://sp.localhost:8080/saml/2/acs/10001"
        assert Client(sp.wsgi).get("/login", base_url=sp.url).status_code == 200
