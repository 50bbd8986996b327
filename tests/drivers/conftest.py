"""Two sites on real sockets, and a window of each driver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_idp.server import Server
from harness.drivers import DRIVERS, Agent, Drivers
from tests.drivers.pages import Shop


@pytest.fixture(scope="module")
def drivers() -> Iterator[Drivers]:
    with Drivers() as drivers:
        yield drivers


@pytest.fixture(params=DRIVERS)
def agent(request: pytest.FixtureRequest, drivers: Drivers) -> Iterator[Agent]:
    """Ada's window, once with each driver."""
    window = drivers.window(request.param, "Ada")
    yield window
    window.close()


@pytest.fixture
def sites() -> Iterator[tuple[Shop, Shop, str, str]]:
    """The shop on 127.0.0.1, the shop on localhost, and their URLs."""
    here, there = Shop(), Shop()
    with Server(here.app()) as first, Server(there.app(), host="localhost") as second:
        here.other, there.other = second.url, first.url
        yield here, there, first.url, second.url


@pytest.fixture
def shop(sites: tuple[Shop, Shop, str, str]) -> Shop:
    return sites[0]


@pytest.fixture
def url(sites: tuple[Shop, Shop, str, str]) -> str:
    return sites[2]
