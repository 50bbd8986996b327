"""Faults of metadata: what differs, and that the document is signed as usual where that is not the fault."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from lxml import etree
from signxml.exceptions import InvalidSignature as SignxmlRefused

from fake_idp.faults import CatalogueFault, catalogue, fault
from fake_idp.saml.faults import FaultContext
from fake_idp.saml.metadata import MetadataClaims, build_metadata
from fake_idp.saml.names import NAMEID_EMAIL
from tests.faults.messages import LISTENER, signing
from tests.faults.readable import difference
from tests.saml import examples
from tests.saml.oracles import verify_with_signxml

GOLDEN = Path(__file__).parent / "golden" / "metadata.txt"
FAULTS = [f for f in catalogue() if f.stage == "metadata" and not f.needs_consent]
VOLATILE = {
    "metadata-valid-until-past",
    "metadata-valid-until-ten-years",
    "metadata-role-expired",
    "metadata-weak-key",
}
"""They depend on today, and are looked at below."""
UNSIGNED = {
    "metadata-tampered",
    "metadata-signed-by-unknown-key",
    "metadata-signature-removed",
    "metadata-wrapped",
    "metadata-truncated",
    "metadata-empty",
    "metadata-html-page",
    "metadata-certificate-only",
    "metadata-doctype",
    "metadata-external-entity",
    "metadata-two-entities",
}
"""Not signed by the IdP, or no single XML document without a DTD."""
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def publish(*faults: CatalogueFault) -> bytes:
    """The app's metadata, signed with the org's metadata key."""
    claims = MetadataClaims(
        entity_id=examples.ISSUER,
        keys=[examples.signing_key()],
        name_id_formats=[NAMEID_EMAIL],
        sso_url="http://127.0.0.1:8000/app/acme_app_1/exk1/sso/saml",
        slo_url="http://127.0.0.1:8000/app/acme_app_1/exk1/slo/saml",
    )
    context = FaultContext(signing("both"), Random(3), {"listener": LISTENER})
    return build_metadata(claims, examples.signing_key("metadata"), faults=faults, context=context)


def certificates(xml: bytes) -> list[x509.Certificate]:
    """The certificates that the IdP role publishes."""
    role = etree.fromstring(xml).find(f"{MD}IDPSSODescriptor")
    assert role is not None
    return [
        x509.load_pem_x509_certificate(
            f"-----BEGIN CERTIFICATE-----\n{c.text}\n-----END CERTIFICATE-----\n".encode()
        )
        for c in role.iter(f"{DS}X509Certificate")
    ]


def test_each_fault_makes_the_difference_that_it_promises() -> None:
    good = publish()
    text = "\n".join(
        f"== {f.id}\n   {f.title}\n" + "\n".join(difference(good, publish(f))) + "\n"
        for f in FAULTS
        if f.id not in VOLATILE
    )
    text = re.sub(r"id\d{20,}", "id(of the content)", text)
    if os.environ.get("OKTA_HARNESS_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [f for f in FAULTS if f.id not in UNSIGNED], ids=lambda f: f.id)
def test_the_org_signs_what_is_wrong(wrong: CatalogueFault) -> None:
    xml = publish(wrong)
    name = etree.QName(etree.fromstring(xml)).localname

    if name == "EntityDescriptor":
        verify_with_signxml(xml, examples.signing_key("metadata"), name)
    else:
        assert name == "EntitiesDescriptor"
        assert etree.fromstring(xml)[0].tag == f"{DS}Signature"


@pytest.mark.parametrize("name", ["metadata-tampered", "metadata-signed-by-unknown-key"])
def test_a_bad_signature_is_bad(name: str) -> None:
    verify_with_signxml(publish(), examples.signing_key("metadata"), "EntityDescriptor")

    with pytest.raises((SignxmlRefused, AssertionError)):
        verify_with_signxml(publish(fault(name)), examples.signing_key("metadata"), "EntityDescriptor")


def test_wrapped_metadata_verifies_but_what_is_signed_is_not_what_is_read() -> None:
    xml = publish(fault("metadata-wrapped"))
    signed = verify_with_signxml(xml, examples.signing_key("metadata"), "EntityDescriptor")
    genuine = examples.signing_key().certificate_b64_wrapped

    assert signed.findtext(f".//{DS}X509Certificate") == genuine
    assert etree.fromstring(xml).findtext(f"{MD}IDPSSODescriptor//{DS}X509Certificate") != genuine


def test_a_certificate_with_other_dates_is_still_of_the_same_key() -> None:
    (real,), (expired,) = (
        certificates(publish()),
        certificates(publish(fault("metadata-certificate-expired"))),
    )
    (coming,) = certificates(publish(fault("metadata-certificate-not-yet-valid")))

    assert expired.public_key() == coming.public_key() == real.public_key()
    assert expired.not_valid_after_utc < datetime.now(UTC) < coming.not_valid_before_utc


def test_the_weak_key_has_1024_bits() -> None:
    (weak,) = certificates(publish(fault("metadata-weak-key")))

    assert weak.public_key().key_size == 1024  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "path", "past"),
    [
        ("metadata-valid-until-past", ".", True),
        ("metadata-valid-until-ten-years", ".", False),
        ("metadata-role-expired", f"{MD}IDPSSODescriptor", True),
    ],
)
def test_valid_until_is_where_the_sentence_says(name: str, path: str, past: bool) -> None:
    element = etree.fromstring(publish(fault(name))).find(path)
    assert element is not None
    moment = datetime.fromisoformat(element.get("validUntil", "").replace("Z", "+00:00"))

    assert (moment < datetime.now(UTC)) == past


def test_an_external_entity_points_to_the_listener() -> None:
    assert f"{LISTENER}/metadata-external-entity".encode() in publish(fault("metadata-external-entity"))
