"""Independent judges of our signatures and ciphertexts: signxml and the xmlsec1 command."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fake_idp.saml.keys import SigningKey
from fake_idp.saml.names import NS_MD, NS_SAML2, NS_SAML2P, NS_XENC

needs_xmlsec1 = pytest.mark.skipif(
    shutil.which("xmlsec1") is None, reason="the xmlsec1 command is not installed"
)

SIGNED_ELEMENTS = {
    "Response": f"{NS_SAML2P}:Response",
    "Assertion": f"{NS_SAML2}:Assertion",
    "LogoutRequest": f"{NS_SAML2P}:LogoutRequest",
    "LogoutResponse": f"{NS_SAML2P}:LogoutResponse",
    "EntityDescriptor": f"{NS_MD}:EntityDescriptor",
}


def verify_with_signxml(
    xml: bytes,
    key: SigningKey,
    element: str,
    *,
    signature_algorithm: str = "RSA_SHA256",
    digest_algorithm: str = "SHA256",
) -> etree._Element:
    """The element that the signature covers, as signxml read it. Only the algorithms named are let pass."""
    root = etree.fromstring(xml)
    location = "./" if etree.QName(root).localname == element else f"./{{{NS_SAML2}}}{element}/"
    config = SignatureConfiguration(
        location=location,
        signature_methods=frozenset({SignatureMethod[signature_algorithm]}),
        digest_algorithms=frozenset({DigestAlgorithm[digest_algorithm]}),
    )
    result = XMLVerifier().verify(root, x509_cert=key.certificate, id_attribute="ID", expect_config=config)
    assert not isinstance(result, list)
    assert result.signed_xml is not None
    assert etree.QName(result.signed_xml).localname == element
    return result.signed_xml


def verify_with_xmlsec1(xml: bytes, key: SigningKey, element: str) -> None:
    """Fails with what xmlsec1 says when it does not verify the element's own signature."""
    with tempfile.TemporaryDirectory() as name:
        certificate = Path(name, "cert.pem")
        certificate.write_text(key.certificate_pem)
        path = f"//*[local-name()='{element}']/*[local-name()='Signature']"
        _xmlsec1(
            [
                "--verify",
                "--enabled-key-data",
                "rsa",
                "--pubkey-cert-pem",
                str(certificate),
                "--node-xpath",
                path,
            ],
            xml,
            Path(name),
        )


def decrypt_with_xmlsec1(xml: bytes, key: SigningKey) -> bytes:
    """The whole document with the EncryptedData replaced by what was in it."""
    with tempfile.TemporaryDirectory() as name:
        private_key = Path(name, "key.pem")
        private_key.write_text(key.private_key_pem)
        return _xmlsec1(["--decrypt", "--privkey-pem", str(private_key)], xml, Path(name))


def _xmlsec1(command: Sequence[str], xml: bytes, folder: Path) -> bytes:
    message = folder / "message.xml"
    message.write_bytes(xml)
    ids = [part for name in SIGNED_ELEMENTS.values() for part in ("--id-attr:ID", name)]
    ids += ["--id-attr:Id", f"{NS_XENC}:EncryptedKey", "--id-attr:Id", f"{NS_XENC}:EncryptedData"]
    done = subprocess.run(
        ["xmlsec1", command[0], *ids, *command[1:], str(message)],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
