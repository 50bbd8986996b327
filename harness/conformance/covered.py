"""Which elements of a message its signatures cover, as signxml sees it: for people who read reports."""

from __future__ import annotations

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from harness.report.tokens import element_end, tokens
from harness.result import Mark

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_METHODS = frozenset(method for method in SignatureMethod if not method.name.startswith("HMAC"))


def covered(xml: str, certificate: x509.Certificate) -> tuple[Mark, ...]:
    """A mark on each element that a Signature refers to: ``signed`` when it verifies, else ``unverified``."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    found: dict[str, bool] = {}
    for signature in root.iter(f"{_DS}Signature"):
        for reference in signature.iter(f"{_DS}Reference"):
            identifier = reference.get("URI", "").removeprefix("#")
            if identifier:
                good = _verifies(root, signature, identifier, certificate)
                found[identifier] = found.get(identifier, True) and good
    return tuple(mark for identifier, good in found.items() for mark in _spans(xml, identifier, good))


def _verifies(
    root: etree._Element, signature: etree._Element, identifier: str, certificate: x509.Certificate
) -> bool:
    """Whether this key made this signature, and made it over the element with this ID."""
    parent = signature.getparent()
    if parent is None:
        return False
    path = root.getroottree().getelementpath(parent)
    config = SignatureConfiguration(
        location="./" if path == "." else f"./{path}/",
        signature_methods=_METHODS,
        digest_algorithms=frozenset(DigestAlgorithm),
    )
    try:
        done = XMLVerifier().verify(etree.tostring(root), x509_cert=certificate, expect_config=config)
    except Exception:  # whatever signxml makes of a hostile message: it did not verify it
        return False
    result = done[0] if isinstance(done, list) else done
    return result.signed_xml is not None and result.signed_xml.get("ID") == identifier


def _spans(xml: str, identifier: str, good: bool) -> list[Mark]:
    pieces = tokens(xml)
    return [
        Mark(piece.start, pieces[element_end(pieces, index) - 1].end, "signed" if good else "unverified")
        for index, piece in enumerate(pieces)
        if piece.is_start_tag and f'ID="{identifier}"' in piece.text
    ]
