"""The same seed, clock and keys give the same bytes."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import hashlib
from fake_idp import FakeOkta

okta = FakeOkta(seed="golden", clock="2026-03-01T12:00:00Z", deterministic_keys=True, base_url="http://127.0.0.1:8080")
app = okta.create_saml_app("Golden", acs_url="http://localhost:9000/acs", audience="sp",
                           attribute_statements={"name": 'user.firstName + " " + user.lastName'})
app.assign(okta.add_person())
person = okta.org.people()[-1]
parts = [app.metadata.bytes, app.sign_in(person).xml]
okta.clock.move("5m")
parts += [app.sign_in(person, relay_state="/x").xml, str([e.as_json() for e in okta.log()]).encode()]
parts += [person.login.encode()]
okta.misbehave("destination-missing")
parts += [app.sign_in(person).xml, app.rotate().certificate_pem.encode()]
print(" ".join(hashlib.sha256(part).hexdigest() for part in parts))
"""


def run(hash_seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True, text=True, check=True, timeout=60, env={"PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    return done.stdout.split()


def test_two_processes_make_the_same_bytes() -> None:
    first, second = run("1"), run("2")
    assert len(set(first)) == len(first) == 7
    assert first == second
