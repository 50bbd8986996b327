"""How fast responses are signed, against the floor: two raw RSA-2048 signatures by ``cryptography``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import process_time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from fake_idp.saml.pipeline import issue_response
from tests.saml.examples import claims, signing, signing_key


def measure(rounds: int = 7, responses: int = 60) -> dict[str, float]:
    """Responses a second of CPU (both elements signed, one core), the floor, and ``sign_ratio`` between them.

    Both are measured in turns and the best round of each counts, so that a busy machine disturbs neither more.
    """
    login, options, rng = claims(), signing(), Random(1)
    key, data = signing_key().private_key, b"x" * 4000

    def floor() -> None:
        key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def response() -> None:
        issue_response(login, options, rng=rng)

    floors, ours = [], []
    for _ in range(rounds):
        floors.append(_rate(floor, responses))
        ours.append(_rate(response, responses))
    return {
        "sign_ratio": max(ours) / max(floors),
        "signed_responses_per_second": max(ours),
        "raw_signature_pairs_per_second": max(floors),
    }


def sign_ratio() -> float:
    """1.0 would mean that XML costs nothing."""
    return measure()["sign_ratio"]


def _rate(work: Callable[[], None], times: int) -> float:
    work()
    start = process_time()
    for _ in range(times):
        work()
    return times / (process_time() - start)
