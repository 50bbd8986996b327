"""The stub with a key of its own: it publishes it, and reads what is encrypted for it, or fails to in several ways."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from fake_idp.saml.names import BINDING_POST, NS_DS, NS_MD, NS_SAML2, NS_XENC
from harness.reference_sp.decryption import DecryptionFailed, decrypt
from harness.targets.model import TargetFile
from tests.conformance.stub_sp import StubSp
from tests.saml.examples import sp_key


@dataclass
class DecryptingSp(StubSp):
    """Believes everything that it can decrypt; ``trouble`` names what is wrong with it."""

    opens: int = 1_000_000
    """How many assertions it decrypts before it fails."""

    def target(self, **changes: object) -> TargetFile:
        path = self.metadata_file.with_name("sp.xml")
        path.write_text(
            f'<EntityDescriptor xmlns="{NS_MD}" entityID="stub-sp">'
            '<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'<KeyDescriptor use="encryption"><KeyInfo xmlns="{NS_DS}"><X509Data><X509Certificate>'
            f"{sp_key().certificate_b64_wrapped}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
            f'<AssertionConsumerService Binding="{BINDING_POST}" Location="{self.url}/acs" index="0"/>'
            "</SPSSODescriptor></EntityDescriptor>"
        )
        return super().target(metadata=str(path), entity_id="", acs_url="", **changes)

    def opened(self, xml: str) -> str:
        sealed = etree.fromstring(xml.encode()).find(f"{{{NS_SAML2}}}EncryptedAssertion")
        if sealed is None:
            return xml
        plain = self.decrypted(sealed)
        if self.trouble == "takes what is plain":
            return plain or (xml if "NameID" in xml else "")
        if self.trouble == "wants a signature" and "Signature>" not in xml and "Signature>" not in plain:
            return ""
        return plain

    def decrypted(self, sealed: etree._Element) -> str:
        beside = sealed.find(f"{{{NS_XENC}}}EncryptedKey") is not None
        if self.trouble in ("cannot decrypt", "takes what is plain") or self.opens <= 0:
            return ""
        if self.trouble == "looks in KeyInfo only" and beside:
            return ""
        self.opens -= 1
        try:
            return decrypt(sealed, [sp_key().private_key], allow_rsa_15=False).decode()
        except DecryptionFailed:
            return ""
