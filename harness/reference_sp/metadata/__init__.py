"""Importing the metadata of an identity provider: a fixed order of small checks, stopped at the first failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.difference import Difference
from harness.reference_sp.metadata import entity_checks, file_checks, read, signed
from harness.reference_sp.metadata.upload import Imported, Upload
from harness.reference_sp.need import need

__all__ = ["CHECKS", "ImportCheck", "Imported", "Upload", "import_metadata"]


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """One check and the weakness that switches it off (empty: it cannot be left out)."""

    run: Callable[[Upload], Difference | None]
    weakness: str = ""


CHECKS: tuple[ImportCheck, ...] = (
    ImportCheck(file_checks.not_empty),
    ImportCheck(file_checks.not_too_large, "no-metadata-size-limit"),
    ImportCheck(file_checks.readable_encoding),
    ImportCheck(file_checks.ascii_only),
    ImportCheck(file_checks.not_a_web_page),
    ImportCheck(file_checks.not_a_certificate),
    ImportCheck(file_checks.is_safe_xml),
    ImportCheck(file_checks.is_metadata),
    ImportCheck(entity_checks.not_the_own_or_sp_metadata),
    ImportCheck(entity_checks.one_entity),
    ImportCheck(entity_checks.has_entity_id),
    ImportCheck(entity_checks.describes_an_idp),
    ImportCheck(entity_checks.usable_binding),
    ImportCheck(entity_checks.web_locations, "accepts-any-endpoint-scheme"),
    ImportCheck(entity_checks.https_sign_on),
    ImportCheck(entity_checks.has_signing_certificate),
    ImportCheck(entity_checks.good_certificates),
    ImportCheck(entity_checks.current_certificates),
    ImportCheck(entity_checks.not_expired, "ignores-metadata-expiry"),
    ImportCheck(signed.signature_holds, "ignores-metadata-signature"),
)


def import_metadata(upload: Upload) -> Imported | Difference:
    """The IdP that the document describes, or why it cannot be used."""
    for check in CHECKS:
        if check.weakness and check.weakness in upload.weaknesses:
            continue
        found = check.run(upload)
        if found is not None:
            return found
    first = upload.settings.signing_keys == "first" or "first-signing-key-only" in upload.weaknesses
    any_use = "trusts-encryption-keys" in upload.weaknesses
    return Imported(
        read.read_idp(need(upload.entity, "one_entity has run"), first_key_only=first, any_use=any_use),
        tuple(upload.warnings),
    )
