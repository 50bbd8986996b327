"""The metadata that an SP publishes about itself: what it says, and the certificates in it."""

from __future__ import annotations

import base64
import textwrap

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_MD
from fake_idp.saml.xml import XmlRefused, parse
from harness.result import Evidence
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, FileName, choice
from harness.steps.matching import RULES, mismatches
from harness.steps.messages import pretty
from harness.steps.structure import structure_of
from harness.steps.world import World

_N = {"md": NS_MD, "ds": NS_DS}
_SAML2 = "urn:oasis:names:tc:SAML:2.0:protocol"
_ROLE = "md:SPSSODescriptor"

FACTS = {
    "structure": "`valid`, or the first thing that is not as the metadata schema wants it",
    "entity_id": "the entity ID",
    "protocols": "`SAML 2.0` when the SP role supports it",
    "acs_urls": "Locations of the AssertionConsumerServices, in order, by comma",
    "acs_bindings": "their Bindings, the last parts, by comma",
    "acs_indexes": "their indexes, by comma",
    "acs_default": "Location of the one that is the default (SAML Metadata 2.4.4)",
    "name_id_formats": "the NameID formats, their last parts, in order, by comma",
    "signing_certificates": "how many certificates for signatures",
    "encryption_certificates": "how many certificates for encryption",
    "authn_requests_signed": "AuthnRequestsSigned",
    "want_assertions_signed": "WantAssertionsSigned",
    "slo_post": "logout URL of the POST binding",
    "slo_redirect": "logout URL of the Redirect binding",
    "valid_until": "validUntil",
    "cache_duration": "cacheDuration",
    "signed": "`yes` or `no`",
}


def sp_metadata_facts(xml: bytes) -> dict[str, str]:
    """What SP metadata says, absent things left out. Raises `XmlRefused` for what is no safe XML."""
    root = parse(xml)
    role = root.find(_ROLE, _N)
    services = [] if role is None else role.findall("md:AssertionConsumerService", _N)
    facts: dict[str, str | None] = {
        "structure": structure_of(root),
        "entity_id": root.get("entityID"),
        "valid_until": root.get("validUntil"),
        "cache_duration": root.get("cacheDuration"),
        "signed": "yes" if root.find("ds:Signature", _N) is not None else "no",
        "acs_urls": ", ".join(each.get("Location", "") for each in services) or None,
        "acs_bindings": ", ".join(_last(each.get("Binding")) for each in services) or None,
        "acs_indexes": ", ".join(each.get("index", "none") for each in services) or None,
        "acs_default": _default(services),
    }
    if role is not None:
        facts |= {
            "protocols": "SAML 2.0" if _SAML2 in role.get("protocolSupportEnumeration", "").split() else None,
            "name_id_formats": ", ".join(_last(each.text) for each in role.findall("md:NameIDFormat", _N))
            or None,
            "signing_certificates": str(len(certificates(root, "signing"))),
            "encryption_certificates": str(len(certificates(root, "encryption"))),
            "authn_requests_signed": role.get("AuthnRequestsSigned"),
            "want_assertions_signed": role.get("WantAssertionsSigned"),
            **_logout_urls(role),
        }
    return {name: value for name, value in facts.items() if value is not None}


def certificates(root: etree._Element, use: str) -> list[str]:
    """The certificates of a use in PEM, those of keys without a use among them (SAML Metadata 2.4.1.1)."""
    found = []
    for key in root.findall(f"{_ROLE}/md:KeyDescriptor", _N):
        if key.get("use", use) == use:
            found += [
                _pem(each.text or "")
                for each in key.iterfind("ds:KeyInfo/ds:X509Data/ds:X509Certificate", _N)
            ]
    return found


def _pem(body: str) -> str:
    lines = textwrap.wrap(base64.b64encode(base64.b64decode(body)).decode(), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def _default(services: list[etree._Element]) -> str | None:
    marked = [each for each in services if each.get("isDefault") in ("true", "1")]
    unmarked = [each for each in services if each.get("isDefault") is None]
    first = (marked or unmarked or services)[:1]
    return first[0].get("Location") if first else None


def _logout_urls(role: etree._Element) -> dict[str, str | None]:
    urls: dict[str, str | None] = {}
    for each in role.findall("md:SingleLogoutService", _N):
        urls.setdefault(
            f"slo_{_last(each.get('Binding')).removeprefix('HTTP-').lower()}", each.get("Location")
        )
    return urls


def _last(uri: str | None) -> str:
    return (uri or "").rpartition(":")[2]


def _fact_fields() -> tuple[Field, ...]:
    return tuple(
        Field(name, f"{doc}: {RULES}" if not i else doc) for i, (name, doc) in enumerate(FACTS.items())
    )


_FILE = Field("file", "SP metadata that a step saved", FileName(), required=True)


@step("expect.sp_metadata", _FILE, *_fact_fields())
def sp_metadata(world: World, given: Values) -> None:
    """Facts of the metadata that an SP publishes, from a file."""
    content = world.file(given.text("file"))
    try:
        facts = sp_metadata_facts(content)
    except XmlRefused as refused:
        raise fail("sp_metadata_xml", "the SP's metadata is no XML.", received=str(refused)) from None
    expected = {name: given.text(name) for name in FACTS if name in given}
    for name, wanted, received in mismatches(expected, facts):
        raise fail(
            f"sp_metadata_{name}",
            f"the SP metadata's {name}.",
            expected=wanted,
            received=received,
            evidence=(Evidence(given.text("file"), "xml", pretty(content)),),
        )


@step(
    "harness.save_sp_certificate",
    Field("as", "name of the new PEM file", FileName(new=True), required=True, saves="file"),
    choice("use", "what its key is for", "signing", "encryption", default="signing"),
)
def save_sp_certificate(world: World, given: Values) -> None:
    """Save the SP's certificate as its metadata has it now, to upload it in Okta's wizard. Of several, the first."""
    got = world.window("somebody without rights").fetch(world.sp.metadata_url)
    use = given.text("use", "signing")
    found = certificates(parse(got.content), use) if got.status == 200 else []
    if not found:
        raise fail(
            "no_sp_certificate",
            f"the SP's metadata has no certificate for {use}.",
            expected=f"a KeyDescriptor for {use} at {world.sp.metadata_url}",
            received=f"{got.status} {got.url}",
        )
    world.files[given.text("as")] = found[0].encode()
