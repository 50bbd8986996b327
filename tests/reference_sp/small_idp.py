"""A small IdP of the tests' own: it shares no code with the fake Okta, so no bug hides on both sides."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
NS = {"p": SAMLP, "a": SAML, "ds": DS}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
Element = etree._Element


@dataclass(frozen=True)
class Pair:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def body(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@cache
def pair(name: str = "idp", bits: int = 2048, days: tuple[int, int] = (-10, 3650)) -> Pair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .sign(key, hashes.SHA256())
    )
    return Pair(key, certificate)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


_COUNTER = iter(range(1, 10**9))


def new_id() -> str:
    return f"id{10**20 + next(_COUNTER)}"


def canonical(element: Element, *, prefixes: list[str] | None = None, comments: bool = False) -> bytes:
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=comments, inclusive_ns_prefixes=prefixes
    )


def signature_xml(
    element: Element,
    signer: Pair,
    *,
    digest: str = f"{XENC}sha256",
    method: str = f"{MORE}rsa-sha256",
    transforms: str | None = None,
    key_info: str | None = None,
    reference: str | None = None,
) -> str:
    """A ds:Signature over the element as it is (it must hold no signature of its own yet)."""
    kinds: dict[str, Callable[[], hashes.HashAlgorithm]] = {
        f"{XENC}sha256": hashes.SHA256,
        f"{XENC}sha512": hashes.SHA512,
        f"{DS}sha1": hashes.SHA1,
        f"{MORE}rsa-sha256": hashes.SHA256,
        f"{MORE}rsa-sha512": hashes.SHA512,
        f"{DS}rsa-sha1": hashes.SHA1,
    }
    hasher = hashes.Hash(kinds[digest]())
    hasher.update(canonical(element))
    value = base64.b64encode(hasher.finalize()).decode()
    if transforms is None:
        transforms = f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{EXC}"/>'
    uri = f"#{element.get('ID')}" if reference is None else reference
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXC}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="{uri}">'
        f'<ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm="{digest}"/>'
        f"<ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    signed = canonical(etree.fromstring(info))
    signature = base64.b64encode(signer.key.sign(signed, PKCS1v15(), kinds[method]())).decode()
    if key_info is None:
        key_info = (
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{signer.body}"
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        )
    value = f"<ds:SignatureValue>{signature}</ds:SignatureValue>"
    return f'<ds:Signature xmlns:ds="{DS}">{info}{value}{key_info}</ds:Signature>'


def sign(element: Element, signer: Pair, **options: Any) -> Element:
    """Put a signature after the Issuer."""
    element.insert(1, etree.fromstring(signature_xml(element, signer, **options)))
    return element


@dataclass
class SmallIdp:
    """Everything that an answer is made of; change a field and make another."""

    acs_url: str = ""
    audience: str = ""
    entity_id: str = "http://www.okta.com/exkSMALL"
    sso_url: str = "http://127.0.0.1:9/app/small/sso/saml"
    slo_url: str = "http://127.0.0.1:9/app/small/slo/saml"
    signer: Pair = field(default_factory=pair)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def metadata(
        self, *, certificates: list[Pair] | None = None, extra: str = "", attributes: str = ""
    ) -> bytes:
        keys = "".join(
            f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>{one.body}'
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for one in (certificates or [self.signer])
        )
        binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<md:EntityDescriptor entityID="{self.entity_id}"'
            f' xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"{attributes}>'
            f'<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="{SAMLP}">{keys}{extra}'
            f'<md:SingleLogoutService Binding="{binding}POST" Location="{self.slo_url}"/>'
            f'<md:SingleLogoutService Binding="{binding}Redirect" Location="{self.slo_url}"/>'
            "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>"
            f'<md:SingleSignOnService Binding="{binding}POST" Location="{self.sso_url}"/>'
            f'<md:SingleSignOnService Binding="{binding}Redirect" Location="{self.sso_url}"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    def response(
        self,
        name_id: str = "ada@acme.test",
        *,
        in_response_to: str | None = None,
        signed: str = "both",
        edit: Callable[[Element], None] | None = None,
        attributes: dict[str, list[str]] | None = None,
        response_attributes: str = "",
        name_id_xml: str | None = None,
        statements: str | None = None,
        conditions: str | None = None,
        confirmations: str | None = None,
        assertion_id: str | None = None,
        options: dict[str, Any] | None = None,
        **shift: float,
    ) -> Element:
        """An answer, signed. ``edit`` changes the unsigned tree; ``shift`` moves times by seconds."""
        now = self.now()
        irt = "" if in_response_to is None else f' InResponseTo="{in_response_to}"'
        start = stamp(now + timedelta(seconds=shift.get("not_before", -300)))
        end = stamp(now + timedelta(seconds=shift.get("not_on_or_after", 300)))
        confirmed_until = stamp(now + timedelta(seconds=shift.get("confirmed_until", 300)))
        if name_id_xml is None:
            name_id_xml = f'<a:NameID Format="{EMAIL}">{name_id}</a:NameID>'
        if confirmations is None:
            confirmations = (
                '<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
                f'<a:SubjectConfirmationData{irt} NotOnOrAfter="{confirmed_until}" Recipient="{self.acs_url}"/>'
                "</a:SubjectConfirmation>"
            )
        if conditions is None:
            conditions = (
                f'<a:Conditions NotBefore="{start}" NotOnOrAfter="{end}"><a:AudienceRestriction>'
                f"<a:Audience>{self.audience}</a:Audience></a:AudienceRestriction></a:Conditions>"
            )
        if statements is None:
            values = "".join(
                f'<a:Attribute Name="{name}">'
                + "".join(f"<a:AttributeValue>{value}</a:AttributeValue>" for value in some)
                + "</a:Attribute>"
                for name, some in (attributes or {}).items()
            )
            statements = (
                f'<a:AuthnStatement AuthnInstant="{stamp(now)}" SessionIndex="{in_response_to or new_id()}">'
                "<a:AuthnContext>"
                "<a:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
                "</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement>"
                + (f"<a:AttributeStatement>{values}</a:AttributeStatement>" if values else "")
            )
        xml = (
            f'<p:Response xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="{new_id()}" Version="2.0" IssueInstant="{stamp(now)}"'
            f' Destination="{self.acs_url}"{irt}{response_attributes}><a:Issuer>{self.entity_id}</a:Issuer>'
            f'<p:Status><p:StatusCode Value="{SUCCESS}"/></p:Status>'
            f'<a:Assertion ID="{assertion_id or new_id()}" Version="2.0" IssueInstant="{stamp(now)}">'
            f"<a:Issuer>{self.entity_id}</a:Issuer><a:Subject>{name_id_xml}{confirmations}</a:Subject>"
            f"{conditions}{statements}</a:Assertion></p:Response>"
        )
        root = etree.fromstring(xml)
        if edit is not None:
            edit(root)
        return self.sign(root, signed, **(options or {}))

    def sign(self, root: Element, signed: str = "both", **options: Any) -> Element:
        assertion = root.find("a:Assertion", NS)
        if signed in ("both", "assertion") and assertion is not None:
            sign(assertion, self.signer, **options)
        if signed in ("both", "response"):
            sign(root, self.signer, **options)
        return root


def encoded(xml: Element | bytes) -> str:
    data = xml if isinstance(xml, bytes) else etree.tostring(xml)
    return base64.b64encode(data).decode()


def find(root: Element, path: str) -> Element:
    found = root.find(path, NS)
    assert found is not None, path
    return found
