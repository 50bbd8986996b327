"""Importing the metadata of an identity provider: a fixed order of small checks, stopped at the first failure."""

from __future__ import annotations

from collections.abc import Callable, Collection

from harness.difference import Difference
from harness.reference_sp.metadata import entity_checks, file_checks, read, signed
from harness.reference_sp.metadata.upload import Imported, MetadataTools, Upload
from harness.reference_sp.need import need

__all__ = ["CHECKS", "ImportCheck", "Imported", "MetadataTools", "Upload", "import_metadata"]

ImportCheck = Callable[[Upload], Difference | None]

CHECKS: tuple[ImportCheck, ...] = (
    file_checks.not_empty,
    file_checks.not_too_large,
    file_checks.readable_encoding,
    file_checks.ascii_only,
    file_checks.not_a_web_page,
    file_checks.not_a_certificate,
    file_checks.is_safe_xml,
    file_checks.is_metadata,
    entity_checks.not_the_own_or_sp_metadata,
    entity_checks.one_entity,
    entity_checks.has_entity_id,
    entity_checks.describes_an_idp,
    entity_checks.usable_binding,
    entity_checks.web_locations,
    entity_checks.https_sign_on,
    entity_checks.has_signing_certificate,
    entity_checks.good_certificates,
    entity_checks.strong_keys,
    entity_checks.current_certificates,
    entity_checks.not_expired,
    signed.signature_holds,
)
"""The checks in their order."""


def import_metadata(
    upload: Upload, left_out: Collection[Callable[..., object]] = ()
) -> Imported | Difference:
    """The IdP that the document describes, or why it cannot be used. Only weaknesses leave checks out."""
    for check in CHECKS:
        found = None if check in left_out else check(upload)
        if found is not None:
            return found
    entity = need(upload.entity, "one_entity has run")
    idp = read.read_idp(entity, upload.tools, first_key_only=upload.settings.signing_keys == "first")
    return Imported(idp, tuple(upload.warnings))
