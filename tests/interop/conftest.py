"""An org without pages, and each SP program set up with it as an admin would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fake_idp import FakeOkta
from fake_idp.handles import PersonHandle, SamlApp
from fake_idp.org.settings import AttributeStatement
from tests.interop.running import PROGRAMS, RunningSP, Visitor

ATTRIBUTES = [
    AttributeStatement("firstName", ("user.firstName",)),
    AttributeStatement("greeting", ('"Grüße & <Küsse>"',)),
]
WITHOUT_ATTRIBUTES = {"sp_minisaml"}
"""minisaml leaves the PrefixList of exclusive C14N out of account, and Okta sends one where there are attributes."""


@dataclass(frozen=True)
class Site:
    """An SP that knows the org, the org's app for it, and somebody who may use it."""

    sp: RunningSP
    app: SamlApp
    ada: PersonHandle

    @property
    def name(self) -> str:
        """The library."""
        return self.sp.program.removeprefix("sp_")

    def visitor(self) -> Visitor:
        """A browser that has never been here."""
        return Visitor(self.sp)


@pytest.fixture(scope="session")
def okta() -> Iterator[FakeOkta]:
    """An org whose messages are made without HTTP."""
    with FakeOkta(base_url="http://127.0.0.1:9") as okta:
        yield okta


@pytest.fixture(scope="session")
def ada(okta: FakeOkta) -> PersonHandle:
    """The person who signs in."""
    return okta.add_person("ada@acme.test", first_name="Ada", last_name="Lovelace")


def start_site(program: str, okta: FakeOkta, ada: PersonHandle, folder: Path) -> Iterator[Site]:
    """Create the app for a program, hand its metadata over, start it."""
    sp = RunningSP(program, folder)
    app = okta.create_saml_app(
        f"Interop {program}",
        acs_url=sp.acs_url,
        audience=sp.entity_id,
        application_username="Email",
        attribute_statements=[] if program in WITHOUT_ATTRIBUTES else ATTRIBUTES,
    )
    app.assign(ada)
    with sp.configure(app.metadata.bytes):
        yield Site(sp, app, ada)


@pytest.fixture(scope="session", params=PROGRAMS, ids=[p.removeprefix("sp_") for p in PROGRAMS])
def site(
    request: pytest.FixtureRequest,
    okta: FakeOkta,
    ada: PersonHandle,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Each of the three libraries in turn."""
    yield from start_site(request.param, okta, ada, tmp_path_factory.mktemp("sp"))
