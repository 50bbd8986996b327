"""Signed requests: whether they are, whether they verify, and with what."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fake_idp.saml.messages import RequestRefused, verify_request_signature
from harness.conformance.request_checks.reading import DSIG, Check, ReadRequest, Requests
from harness.conformance.verdicts import Outcome, not_verified, skipped

MIN_RSA_BITS = 2048
MIN_EC_BITS = 256
_WEAK = ("sha1", "md5", "hmac", "#dsa")


def weak_key(certificate: x509.Certificate) -> str:
    """Why a key is too weak; empty when it is not."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA with {key.key_size} bits" if key.key_size < MIN_RSA_BITS else ""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC with {key.curve.key_size} bits" if key.curve.key_size < MIN_EC_BITS else ""
    return f"a key of the kind {type(key).__name__}"


def signed_when_promised(run: Requests) -> Outcome:
    """Signed where the SP's metadata says so."""
    if not run.signatures_promised:
        return skipped(
            "The SP's metadata does not promise signed requests, and Okta's does not ask for them."
        )
    return run.all(
        lambda request: "" if request.message.signed else "an unsigned request",
        "a signature on every request, as the SP's metadata promises",
        "Signed",
    )


def _verifies(run: Requests, binding: str) -> Outcome:
    signed = run.only(lambda request: request.message.signed and binding in ("", request.seen.binding))
    if not signed.requests:
        return skipped(f"The SP sends no signed requests{f' by {binding}' if binding else ''}.")
    if not signed.requests[0].certificates:
        return not_verified("The SP publishes no signing key.")

    def problem(request: ReadRequest) -> str:
        try:
            verify_request_signature(request.message, request.certificates)
        except RequestRefused as refusal:
            return str(refusal)
        return ""

    return signed.all(problem, "a signature that a published key verifies", "Verified")


def strong(run: Requests) -> Outcome:
    """SHA-256 or better, and keys of today's strength."""
    signed = run.only(lambda request: request.message.signed)
    if not signed.requests:
        return skipped("The SP does not sign its requests.")
    keys = [why for certificate in signed.requests[0].certificates if (why := weak_key(certificate))]
    if keys:
        return run.not_met(
            f"RSA with {MIN_RSA_BITS} bits or EC with {MIN_EC_BITS} bits at least", ", ".join(keys)
        )

    def problem(request: ReadRequest) -> str:
        named = [unquote_plus(text) for text in re.findall(r"SigAlg=([^&]*)", request.seen.raw_query)]
        methods = request.root.iter(f"{DSIG}SignatureMethod", f"{DSIG}DigestMethod")
        named += [str(method.get("Algorithm", "")) for method in methods]
        return ", ".join(name for name in named if any(word in name.lower() for word in _WEAK))

    return signed.all(problem, "SHA-256 or better", "Strong")


CHECKS: dict[str, Check] = {
    "req-signed-when-required": signed_when_promised,
    "req-redirect-signature-correct": lambda run: _verifies(run, "Redirect"),
    "req-post-signature-correct": lambda run: _verifies(run, "POST"),
    "req-signing-key-published": lambda run: _verifies(run, ""),
    "req-signature-alg-strong": strong,
}
