"""HTTPS with a local authority: trusted by who is given it, by nobody else, kept in the data directory."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from fake_idp.org.errors import DataDirUnusable
from fake_idp.server import Server
from fake_idp.tls import LocalTls, local_tls


@pytest.fixture
def tls() -> Iterator[LocalTls]:
    made = local_tls()
    yield made
    made.close()


def _hello(_environ: object, start_response: object) -> list[bytes]:
    assert callable(start_response)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture
def url(tls: LocalTls) -> Iterator[str]:
    server = Server(_hello, ssl=tls)
    server.start()
    yield server.url
    server.stop()


def test_a_client_that_is_given_the_authority_reads_the_page(url: str, tls: LocalTls) -> None:
    for host in ("127.0.0.1", "localhost"):
        with urllib3.PoolManager(ca_certs=str(tls.ca_certificate)) as http:
            assert http.request("GET", url.replace("127.0.0.1", host)).data == b"hello"


def test_a_client_that_is_not_given_it_refuses(url: str) -> None:
    with urllib3.PoolManager(retries=False) as http, pytest.raises(urllib3.exceptions.SSLError):
        http.request("GET", url)


def test_the_authority_of_another_directory_is_not_trusted(url: str, tmp_path: Path) -> None:
    other = local_tls(tmp_path)

    with (
        urllib3.PoolManager(ca_certs=str(other.ca_certificate), retries=False) as http,
        pytest.raises(urllib3.exceptions.SSLError),
    ):
        http.request("GET", url)


def test_a_data_directory_keeps_its_authority(tmp_path: Path) -> None:
    first = local_tls(tmp_path / "tls").ca_certificate.read_bytes()
    second = local_tls(tmp_path / "tls").ca_certificate.read_bytes()

    assert first == second


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    local_tls(tmp_path / "tls")

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "tls", *(tmp_path / "tls").iterdir()]
    }
    assert modes == {"tls": 0o700, "ca.pem": 0o600, "ca-key.pem": 0o600, "server.pem": 0o600}


def test_a_temporary_authority_leaves_nothing_behind() -> None:
    made = local_tls()
    home = made.ca_certificate.parent
    made.close()

    assert not home.exists()


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem"])
def test_a_damaged_authority_is_named_and_not_replaced(tmp_path: Path, name: str) -> None:
    local_tls(tmp_path)
    (tmp_path / name).write_text("not what it was")
    with pytest.raises(
        DataDirUnusable, match=r"ca\.pem and ca-key\.pem hold no certificate authority; restore"
    ):
        local_tls(tmp_path)
    assert (tmp_path / name).read_text() == "not what it was"
