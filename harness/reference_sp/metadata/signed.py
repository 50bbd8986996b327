"""The signature that metadata may carry (SAML Metadata 3)."""

from __future__ import annotations

from dataclasses import replace

from harness.difference import Difference
from harness.reference_sp import signature, xml
from harness.reference_sp.certificates import BadCertificate, load_certificate
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.metadata.upload import Upload
from harness.reference_sp.names import ds
from harness.reference_sp.need import need
from harness.reference_sp.xml import Element


def signature_holds(upload: Upload) -> Difference | None:
    """A signature on the document verifies: with the configured key, else with the one it carries.

    Without a configured key this finds damage, not forgery: who may upload metadata is trusted anyway. A
    document without a signature is refused only when a key is configured.
    """
    pinned = upload.settings.metadata_certificate
    candidates = (need(upload.root, "is_safe_xml has run"), need(upload.entity, "one_entity has run"))
    signed = next((e for e in candidates if e.find(ds("Signature")) is not None), None)
    if signed is None:
        if pinned:
            return difference(
                "md_bad_signature", sp("Upload Metadata XML"), expected="a signature", received="(none)"
            )
        return None
    try:
        certificate = load_certificate(pinned or _carried(signed))
    except BadCertificate as error:
        return difference(
            "md_bad_signature", expected="a signature with its certificate", received=str(error)
        )
    rules = signature.Rules.of(upload.settings)
    if not pinned:
        rules = replace(rules, refuse_expired=False)  # a key that nobody was told of has no dates to keep
    verified = signature.verify_element(signed, (certificate,), rules, upload.now)
    if isinstance(verified, Difference):
        return difference(
            "md_bad_signature",
            okta("Sign On > View IdP metadata", "download the metadata again and do not edit it"),
            expected=verified.expected,
            received=f"{verified.code}: {verified.received}",
            hint=verified.hint,
        )
    return None


def _carried(signed: Element) -> str:
    found = signed.find(f"{ds('Signature')}/{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    return xml.text_of(found) if found is not None else ""
