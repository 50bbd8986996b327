"""Forms that IdP metadata may have and Okta's has not: groups of entities, extensions, other certificates, no IdP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from fake_idp.saml.claims import format_instant
from fake_idp.saml.keys import SigningKey, new_signing_key
from fake_idp.saml.metadata import key_descriptor, metadata_tree
from fake_idp.saml.names import BINDING_POST, NS_DS, NS_MD
from fake_idp.saml.nodes import Element
from fake_idp.saml.xml import wire
from harness.conformance.attempt import Attempt
from harness.conformance.bench import NoRequest
from harness.conformance.procedures.metadata import (
    expect_login,
    login_with,
    metadata_of,
    refused_metadata,
    spare_keys,
    told,
    tree_of,
)
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, passed, recorded
from harness.targets.errors import SetUpError

SAML_1_1 = "urn:oasis:names:tc:SAML:1.1:protocol"
UNKNOWN_EXTENSION = "1.3.6.1.4.1.99999.1"


def accepted_metadata(attempt: Attempt, metadata: bytes, key: SigningKey | None = None) -> Outcome:
    """Metadata that must be usable: a login works by it, signed with ``key`` or the app's own."""
    try:
        with metadata_of(attempt, metadata):
            return judge(attempt.case, login_with(attempt, key or attempt.bench.idp.key).sight, "accept")
    except (SetUpError, NoRequest) as error:
        return _metadata_refused(attempt, error)


def _metadata_refused(attempt: Attempt, error: SetUpError | NoRequest) -> Outcome:
    return not_met(attempt.case, "metadata_refused", "metadata that is used", told(error))


@procedure("metadata-without-idp")
def metadata_without_idp(attempt: Attempt) -> Outcome:
    """The metadata of an SP; then that of an IdP which speaks SAML 1.1 alone."""
    acs = Element(
        "md:AssertionConsumerService",
        {"Binding": BINDING_POST, "Location": attempt.bench.sp.acs_url, "index": "0"},
    )
    role = Element(
        "md:SPSSODescriptor", {"protocolSupportEnumeration": "urn:oasis:names:tc:SAML:2.0:protocol"}, [acs]
    )
    sp = Element("md:EntityDescriptor", {"entityID": attempt.bench.idp.entity_id, "xmlns:md": NS_MD}, [role])
    old = tree_of(attempt)
    old.one("md:IDPSSODescriptor").set("protocolSupportEnumeration", SAML_1_1)
    told = []
    for words, tree in (("of an SP", sp), ("of a SAML 1.1 IdP", old)):
        outcome = refused_metadata(attempt, wire(tree))
        if outcome.verdict != "passed":
            return replace(outcome, reason=f"Metadata {words}: {outcome.reason}")
        told.append(f"{words}: {outcome.reason}")
    return passed(" ".join(told))


@procedure("metadata-of-many")
def metadata_of_many(attempt: Attempt) -> Outcome:
    """Groups in groups; the entity that is meant stands last, behind another IdP with a key of its own."""
    bench = attempt.bench
    with spare_keys(attempt, 1) as (foreign,):
        claims = replace(
            bench.idp.metadata_claims([foreign]), entity_id=f"http://other-idp.test/{attempt.token}"
        )
        inner = Element("md:EntitiesDescriptor", {"Name": "inner"}, [metadata_tree(claims), tree_of(attempt)])
        group = Element("md:EntitiesDescriptor", {"Name": "outer", "xmlns:md": NS_MD}, [inner])
        try:
            with metadata_of(attempt, wire(group)):
                problem = expect_login(attempt, "signed with its own key", bench.idp.key, accepted=True)
                problem = problem or expect_login(
                    attempt, "signed with the key of the other IdP in the group", foreign, accepted=False
                )
        except (SetUpError, NoRequest) as error:
            return _metadata_refused(attempt, error)
    return problem or passed(
        "The entity is found in its group, and keys of its neighbours do not count for it."
    )


@procedure("metadata-with-extensions")
def metadata_with_extensions(attempt: Attempt) -> Outcome:
    """Extensions that are in wide use, one that nobody knows, and attributes of a foreign namespace."""
    tree = tree_of(attempt)
    role = tree.one("md:IDPSSODescriptor")
    private = Element("x:Colour", {"xmlns:x": "urn:x-unknown:colour", "x:shade": "dark"}, ["blue"])
    algorithm = Element(
        "alg:DigestMethod",
        {
            "xmlns:alg": "urn:oasis:names:tc:SAML:metadata:algsupport",
            "Algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
        },
    )
    attributes = Element(
        "mdattr:EntityAttributes", {"xmlns:mdattr": "urn:oasis:names:tc:SAML:metadata:attribute"}
    )
    tree.children.insert(0, Element("md:Extensions", {}, [algorithm, attributes, private]))
    name = Element("mdui:DisplayName", {"xml:lang": "en"}, ["Acme"])
    shown = Element("mdui:UIInfo", {"xmlns:mdui": "urn:oasis:names:tc:SAML:metadata:ui"}, [name])
    scope = Element(
        "shibmd:Scope", {"xmlns:shibmd": "urn:mace:shibboleth:metadata:1.0", "regexp": "false"}, ["acme.test"]
    )
    role.children.insert(0, Element("md:Extensions", {}, [shown, scope]))
    for element in (tree, role):
        element.set("xmlns:y", "urn:x-unknown:shape")
        element.set("y:shape", "round")
    return accepted_metadata(attempt, wire(tree))


@procedure("metadata-role-expired")
def metadata_role_expired(attempt: Attempt) -> Outcome:
    """ValidUntil of the document is tomorrow, that of the IdP's role was an hour ago."""
    tree, now = tree_of(attempt), datetime.now(UTC)
    tree.set("validUntil", format_instant(now + timedelta(days=1)))
    tree.one("md:IDPSSODescriptor").set("validUntil", format_instant(now - timedelta(hours=1)))
    return refused_metadata(attempt, wire(tree))


@procedure("metadata-valid-long")
def metadata_valid_long(attempt: Attempt) -> Outcome:
    """No validUntil, as Okta has it; then one in ten years."""
    tree = tree_of(attempt)
    tree.set("validUntil", format_instant(datetime.now(UTC) + timedelta(days=3652)))
    seen = accepted_metadata(attempt, wire(tree))
    return recorded(
        "Metadata without validUntil is used; "
        f"with one ten years ahead it is {'used, too' if seen.verdict == 'passed' else 'refused'}."
    )


@procedure("several-certificates")
def several_certificates(attempt: Attempt) -> Outcome:
    """Two certificates in one KeyDescriptor; then the bare key, without a certificate."""
    own = attempt.bench.idp.key
    with spare_keys(attempt, 1) as (second,):
        tree = tree_of(attempt)
        certificate = Element("ds:X509Certificate", {}, [second.certificate_b64_wrapped])
        tree.one("ds:X509Data").children.append(certificate)
        told = [
            f"of two certificates in one KeyDescriptor the {words} {_counts(attempt, tree, key)}"
            for words, key in (("first", own), ("second", second))
        ]
    bare = tree_of(attempt)
    bare.one("ds:KeyInfo").children[:] = [_key_value(own)]
    return recorded(f"{'; '.join(told)}; a key without a certificate {_counts(attempt, bare, own)}.")


def _counts(attempt: Attempt, tree: Element, key: SigningKey) -> str:
    return "counts" if accepted_metadata(attempt, wire(tree), key).verdict == "passed" else "does not count"


def _key_value(key: SigningKey) -> Element:
    numbers = key.private_key.public_key().public_numbers()
    parts = [
        Element(f"ds:{name}", {}, [base64.b64encode(_octets(number)).decode("ascii")])
        for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e))
    ]
    return Element("ds:KeyValue", {"xmlns:ds": NS_DS}, [Element("ds:RSAKeyValue", {}, parts)])


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@procedure("any-certificate")
def any_certificate(attempt: Attempt) -> Outcome:
    """The same key in certificates of other makes."""
    with spare_keys(attempt, 1) as (authority,):
        for words, key in _certificates(attempt.bench.idp.key, authority):
            tree = tree_of(attempt)
            tree.one("md:IDPSSODescriptor").children[0] = key_descriptor(key.certificate_b64_wrapped)
            outcome = accepted_metadata(attempt, wire(tree), key)
            if outcome.verdict != "passed":
                return replace(outcome, reason=f"A certificate {words}: {outcome.reason}")
    return passed("The key counts, whoever signed its certificate and however.")


def _certificates(key: SigningKey, authority: SigningKey) -> Iterator[tuple[str, SigningKey]]:
    old = new_signing_key(
        "acme", datetime.now(UTC), private_key=key.private_key, kid=key.kid, signature_hash="SHA1"
    )
    yield "signed with SHA-1", old
    yield "of a certificate authority", _issued(key, authority)
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier(UNKNOWN_EXTENSION), b"\x05\x00")
    yield "with a critical extension that nobody knows", _issued(key, authority, unknown)


def _issued(
    key: SigningKey, authority: SigningKey, extension: x509.ExtensionType | None = None
) -> SigningKey:
    """The key in a certificate that an authority signed."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An Authority")]))
        .public_key(key.private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
    )
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return replace(key, certificate=builder.sign(authority.private_key, hashes.SHA256()))
