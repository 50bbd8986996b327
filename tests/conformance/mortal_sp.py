"""The stub as a program that dies: of its hundredth request, or of a message with a DOCTYPE.

``python -m tests.conformance.mortal_sp REQUESTS|doctype``, with ``SP_PORT`` and ``IDP_METADATA`` in the environment.
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from threading import Event

from flask import request

from fake_idp.server import Server
from harness.targets.model import Configure, SignedIn, TargetFile
from tests.conformance.stub_sp import StubSp

STATUS = 3
LAST_WORDS = "out of memory"


def target(dies_of: str) -> TargetFile:
    """The target file of an SP that dies of this."""
    url = "http://localhost:${SP_PORT}"
    command = (sys.executable, "-m", "tests.conformance.mortal_sp", dies_of)
    return TargetFile(
        name="mortal",
        entity_id="stub-sp",
        acs_url=f"{url}/acs",
        login_url=f"{url}/login",
        signed_in=SignedIn(f"{url}/me", "hello {name_id}"),
        configure=Configure("command", command=command, cwd=Path(__file__).parents[2]),
        app={"Application username": "Email"},
    )


def main(dies_of: str) -> None:
    """Serve until it is time."""
    sp = StubSp(Path(os.environ["IDP_METADATA"]))
    app = sp.app()
    served = 0

    @app.before_request
    def perhaps_die() -> None:
        nonlocal served
        served += 1
        message = base64.b64decode(request.form.get("SAMLResponse", ""))
        if (dies_of == "doctype" and b"<!DOCTYPE" in message) or str(served) == dies_of:
            os.write(1, LAST_WORDS.encode())
            os._exit(STATUS)

    sp.server = Server(app, "localhost", int(os.environ["SP_PORT"])).start()
    Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
