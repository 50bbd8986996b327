"""A data directory: what survives, who may read it, who may open it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fake_idp.org.clock import Clock
from fake_idp.org.errors import DataDirInUse, DataDirUnusable, InvalidValue, NotAllowed
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from tests.org.conftest import NOON

WRITER = """
import sys
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings

org = Org(seed="kept", subdomain="globex", data_dir=sys.argv[1])
app = org.create_saml_app("Kept", SamlSettings(sso_acs_url="http://localhost:9000/acs", audience="sp"), logo=b"GIF89a")
ada = org.add_person("ada@globex.test", first_name="Ada", last_name="L", password="secret", department="R&D")
staff = org.add_group("Staff")
org.add_member(staff, ada)
org.assign_group(app, staff)
session = org.start_session(ada)
org.record_app_session(session.id, app, "_i", "ada@globex.test")
org.add_inline_hook("Hook", "http://127.0.0.1:1/")
org.clock.move("10 days")
org.change_settings(sign_metadata=False)
print(app.id, app.signing_kid, org.signing_key(app).sha256_fingerprint, session.id, len(org.log()), flush=True)
sys.stdin.read()
"""


def test_everything_survives_kill_dash_nine(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin and writer.stdout
    app_id, kid, fingerprint, session_id, events = writer.stdout.readline().split()
    with pytest.raises(DataDirInUse, match="in use by another process"):
        Org(data_dir=data_dir)
    writer.send_signal(signal.SIGKILL)
    writer.wait(10)
    writer.stdin.close()
    writer.stdout.close()
    with Org(data_dir=data_dir) as org:
        app = org.app(app_id)
        assert (org.seed, org.subdomain, org.settings.sign_metadata) == ("kept", "globex", False)
        assert app.signing_kid == kid
        assert org.signing_key(app).sha256_fingerprint == fingerprint
        assert org.logo(app) is not None
        ada = org.check_password("ada@globex.test", "secret")
        assert ada is not None and ada.attributes["department"] == "R&D"
        assert org.is_assigned(app, ada)
        assert org.admin.login == "admin@globex.test"
        assert org.check_password(org.admin.login, org.admin_password)
        assert org.clock.offset.days in (9, 10)
        assert len(org.log()) == int(events)
        assert [hook.name for hook in org.inline_hooks()] == ["Hook"]
        org.clock.move("-10 days")
        assert org.session(session_id) is not None
        assert len(org.app_sessions(session_id)) == 1


def test_only_the_owner_can_read_the_directory_and_its_files(tmp_path: Path, settings: SamlSettings) -> None:
    data_dir = tmp_path / "data"
    old = os.umask(0)
    try:
        with Org(data_dir=data_dir) as org:
            org.create_saml_app("X", settings)
            assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
            files = list(data_dir.iterdir())
            assert len(files) >= 2
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    finally:
        os.umask(old)


def test_a_directory_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o755)
    (data_dir / "org.sqlite3").touch(mode=0o644)
    with Org(data_dir=data_dir):
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE((data_dir / "org.sqlite3").stat().st_mode) == 0o600


def test_ids_are_not_drawn_twice_over_a_restart(tmp_path: Path, settings: SamlSettings) -> None:
    with Org(seed=1, data_dir=tmp_path) as org:
        first = org.create_saml_app("A", settings)
    with Org(data_dir=tmp_path) as org:
        second = org.create_saml_app("A", settings)
        assert len({first.id, second.id, first.external_key, second.external_key}) == 4
        assert second.name == "acme_a_2"


def test_a_frozen_clock_is_still_frozen_after_a_restart_unless_another_is_given(tmp_path: Path) -> None:
    with Org(data_dir=tmp_path) as org:
        org.clock.freeze(NOON)
    with Org(data_dir=tmp_path) as org:
        assert org.clock.frozen and org.now().isoformat() == "2026-03-01T12:00:00+00:00"
    with Org(data_dir=tmp_path, clock=Clock()) as org:
        assert not org.clock.frozen


def test_an_org_keeps_its_seed_and_subdomain_and_takes_another_name(tmp_path: Path) -> None:
    with Org(seed=1, data_dir=tmp_path):
        pass
    with Org(seed=2, data_dir=tmp_path) as org:
        assert org.seed == "1"
    with pytest.raises(NotAllowed, match="subdomain 'acme'"):
        Org(subdomain="other", data_dir=tmp_path)
    with Org(seed="1", subdomain="acme", name="Renamed", data_dir=tmp_path) as org:
        assert org.name == "Renamed"


def test_a_closed_org_lets_the_directory_go(tmp_path: Path) -> None:
    for _ in range(2):
        Org(data_dir=tmp_path).close()


def test_a_unit_of_work_that_fails_leaves_no_trace(tmp_path: Path, settings: SamlSettings) -> None:
    with Org(data_dir=tmp_path) as org:
        events = len(org.log())
        with pytest.raises(RuntimeError), org._unit():
            org.create_saml_app("X", settings)
            raise RuntimeError
        assert org.apps() == []
        assert len(org.log()) == events


@pytest.mark.parametrize("subdomain", ["a b", "a/b", "ü"])
def test_a_subdomain_has_only_letters_digits_and_hyphens(subdomain: str) -> None:
    with pytest.raises(InvalidValue, match="subdomain"):
        Org(subdomain=subdomain)
    Org(subdomain="dev-813354").close()


def test_a_damaged_store_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    Org(data_dir=tmp_path).close()
    store = tmp_path / "org.sqlite3"
    store.write_bytes(b"not what it was" * 100)
    with pytest.raises(
        DataDirUnusable, match=r"org\.sqlite3 cannot be read: file is not a database; restore"
    ):
        Org(data_dir=tmp_path)
    assert store.read_bytes() == b"not what it was" * 100
