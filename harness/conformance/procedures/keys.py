"""Keys of the IdP that are too weak, of another kind, or open to a forger; and the SP's own keys for encryption."""

from __future__ import annotations

from fake_idp.faults.padding import exponent_three_key
from fake_idp.saml.metadata import build_metadata
from fake_idp.saml.pipeline import Fault, FaultContext, SigningOptions
from harness.conformance.attempt import Attempt
from harness.conformance.bench import NoRequest
from harness.conformance.procedures.metadata import login_with, metadata_of, spare_keys, told
from harness.conformance.procedures.registry import procedure
from harness.conformance.sight import Sight
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded
from harness.targets.errors import SetUpError


def _published(attempt: Attempt) -> tuple[bytes, FaultContext]:
    """The IdP's metadata with the case's faults of metadata in it, and what they left behind."""
    idp = attempt.bench.idp
    context = FaultContext(SigningOptions(key=idp.key), idp.rng, {})
    faults = [fault for fault in attempt.faults if fault.stage == "metadata"]
    return build_metadata(idp.metadata_claims(), faults=faults, context=context), context


def _of_messages(attempt: Attempt) -> tuple[Fault, ...]:
    return tuple(fault for fault in attempt.faults if fault.stage != "metadata")


@procedure("weak-signing-key")
def weak_signing_key(attempt: Attempt) -> Outcome:
    """Metadata with another key, first one of the usual length, then a weak one."""
    idp = attempt.bench.idp
    with spare_keys(attempt, 1) as (usual,), metadata_of(attempt, idp.metadata([usual])):
        if login_with(attempt, usual).sight.who != "subject":
            return not_verified("Another key of the usual length is not accepted either.")
    metadata, context = _published(attempt)
    try:
        with metadata_of(attempt, metadata):
            sight = login_with(attempt, context.data["weak_key"]).sight
    except (SetUpError, NoRequest) as error:
        return passed(f"Metadata with such a key is refused: {told(error)}")
    return judge(attempt.case, sight, "reject")


@procedure("elliptic-signing-key")
def elliptic_signing_key(attempt: Attempt) -> Outcome:
    """A key on an elliptic curve in metadata, and a login that it signed."""
    metadata, _ = _published(attempt)
    try:
        with metadata_of(attempt, metadata):
            sight = attempt.login(faults=_of_messages(attempt)).sight
    except (SetUpError, NoRequest) as error:
        return recorded(f"Metadata with an elliptic key is refused: {told(error)}")
    return recorded(f"A login signed with an elliptic key: {sight.describe()}")


@procedure("padding-forged")
def padding_forged(attempt: Attempt) -> Outcome:
    """A key with the exponent 3 in metadata: first it signs, then somebody forges its signature."""
    metadata, _ = _published(attempt)
    try:
        with metadata_of(attempt, metadata):
            if login_with(attempt, exponent_three_key()).sight.who != "subject":
                return passed("No login works with a key of the exponent 3.")
            sight = attempt.login(faults=_of_messages(attempt)).sight
    except (SetUpError, NoRequest) as error:
        return passed(f"Metadata with a key of the exponent 3 is refused: {told(error)}")
    return judge(attempt.case, sight, "reject")


@procedure("each-encryption-key")
def each_encryption_key(attempt: Attempt) -> Outcome:
    """One login for each key for encryption that the SP publishes, encrypted with it."""
    certificates = attempt.bench.sp.encryption_certificates
    for number, certificate in enumerate(certificates, start=1):
        sight = _encrypted_for(attempt, number - 1)
        if sight.who != "subject":
            return not_met(
                attempt.case, "refused", "a session, whichever of the published keys was used",
                f"Key {number} of {len(certificates)} ({certificate.serial_number:x}): {sight.describe()}",
            )  # fmt: skip
    return passed(f"Each of the {len(certificates)} keys decrypts.")


def _encrypted_for(attempt: Attempt, index: int) -> Sight:
    idp = attempt.bench.idp
    usual, idp.encryption_certificate = (
        idp.encryption_certificate,
        attempt.bench.sp.encryption_certificates[index],
    )
    try:
        return attempt.good_login().sight
    finally:
        idp.encryption_certificate = usual
