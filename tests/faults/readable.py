"""The difference between two messages, as a person reads it: an outline in which only what differs is spelt out.

``= genuine`` marks a part that stands in the good message too, character for character. Attributes are shown where
they differ from the element at the same place of the good message; ``- name`` is a child that it has and this one
lacks. Signatures of Okta's make are one line. What the SP can decrypt is shown decrypted.
"""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Iterator
from itertools import groupby

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from fake_idp.saml.names import C14N_EXCLUSIVE, DIGEST_ALGORITHMS, SIGNATURE_ALGORITHMS, TRANSFORM_ENVELOPED
from tests.saml import examples

LONGEST = 150
_BASE64 = re.compile(r"^[A-Za-z0-9+/\s]{40,}={0,2}$")
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XENC = "{http://www.w3.org/2001/04/xmlenc#}"
_ENCRYPTED = "{urn:oasis:names:tc:SAML:2.0:assertion}EncryptedAssertion"
_OKTA_ALGORITHMS = {
    C14N_EXCLUSIVE,
    TRANSFORM_ENVELOPED,
    SIGNATURE_ALGORITHMS["RSA_SHA256"],
    DIGEST_ALGORITHMS["SHA256"],
}
_OKTA_SIGNATURE = ["SignedInfo", "SignatureValue", "KeyInfo"]


def difference(good: bytes, bad: bytes) -> list[str]:
    """What is different about ``bad``."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(bad, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ["(not well-formed XML)", *_in_text(good, bad)]
    if root.getroottree().docinfo.doctype or b"<?xml-" in bad or not bad.startswith(good[:38]):
        return _in_text(good, bad)
    if b'xmlns:ns="1"' in bad:
        return _in_text(good, bad)  # a relative namespace: nobody can canonicalize this
    _decrypt(root)
    twin = etree.fromstring(good)
    _decrypt(twin)
    lines = list(_outline(root, twin, {_key(e) for e in twin.iter(etree.Element)}, 0))
    after = root.getnext()
    return [*lines, f"followed by {_cut(_text(after))}"] if after is not None else lines


def _in_text(good: bytes, bad: bytes) -> list[str]:
    """For what is no XML, or more than an element: the tags that differ."""

    def tags(xml: bytes) -> list[str]:
        return re.split(r"(?<=>)(?=<)", repr(xml.decode("utf-8", "backslashreplace"))[1:-1])

    found = difflib.unified_diff(tags(good), tags(bad), n=0, lineterm="")
    rows = [row for row in found if row[:2] not in ("--", "++", "@@")]
    result = []
    for sign, run in groupby(rows, lambda row: row[:1]):
        same = list(run)
        result += [_cut(row) for row in same[:2]]
        if len(same) > 2:
            result.append(f"{sign}({len(same) - 2} more)")
    return result


def _key(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=True)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _text(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False)


def _name(element: etree._Element) -> str:
    return (
        f"{element.prefix}:{etree.QName(element).localname}"
        if element.prefix
        else etree.QName(element).localname
    )


def _outline(
    element: etree._Element, twin: etree._Element | None, genuine: set[bytes], depth: int
) -> Iterator[str]:
    indent = "  " * depth
    if _key(element) in genuine:
        yield f"{indent}{_name(element)} = genuine"
        return
    if _is_okta_signature(element):
        uri = next(element.iter(f"{_DS}Reference")).get("URI")
        yield f"{indent}{_name(element)} over {uri}"
        return
    yield f"{indent}{_name(element)}{_attributes(element, twin)}{_value(element.text)}"
    children = list(element)
    present = [child.tag for child in children]
    for child in twin if twin is not None else ():
        if child.tag not in present:
            yield f"{indent}  - {_name(child)}"
    rows: list[list[str]] = []
    for child in children:
        if isinstance(child, etree._Comment | etree._ProcessingInstruction | etree._Entity):
            rows.append([f"{indent}  {_cut(_text(child))}{_value(child.tail)}"])
            continue
        counterpart = twin.find(str(child.tag)) if twin is not None else None
        tail = _value(child.tail)
        found = list(_outline(child, counterpart, genuine, depth + 1))
        rows.append([*found, f"{indent}  {tail.strip()}"] if tail else found)
    for _, same in groupby(rows, lambda lines: re.sub(r"\d", "0", lines[0])):
        run = list(same)
        for lines in run[: len(run) if len(run) < 5 else 1]:
            yield from lines
        if len(run) >= 5:
            yield f"{indent}  ({len(run) - 1} more like it)"


def _value(text: str | None) -> str:
    if not text or not text.strip():
        return "" if not text else f" {_cut(text)!r}"
    return " (base64)" if _BASE64.match(text) else f" {_cut(text)!r}"


def _attributes(element: etree._Element, twin: etree._Element | None) -> str:
    """Attributes and namespace declarations that the counterpart does not have, and names of those it has more."""
    own = dict(element.attrib) | _declared(element)
    other = {} if twin is None or twin.tag != element.tag else dict(twin.attrib) | _declared(twin)
    shown = [f'{name}="{_cut(str(value))}"' for name, value in own.items() if other.get(name) != value]
    lost = [f"-{name}" for name in other if name not in own]
    return "".join(f" {part}" for part in (*shown, *lost))


def _declared(element: etree._Element) -> dict[str, str]:
    above = element.getparent()
    known = {} if above is None else above.nsmap
    return {f"xmlns:{p}" if p else "xmlns": uri for p, uri in element.nsmap.items() if known.get(p) != uri}


def _is_okta_signature(element: etree._Element) -> bool:
    """Of Okta's make: nothing in it but what Okta writes."""
    if (
        element.tag != f"{_DS}Signature"
        or [etree.QName(e).localname for e in element if isinstance(e.tag, str)] != _OKTA_SIGNATURE
    ):
        return False
    described = [
        e.tag.rpartition("}")[2] + "".join(sorted(e.attrib)) for e in element.iter() if isinstance(e.tag, str)
    ]
    named = {e.get("Algorithm") for e in element.iter() if isinstance(e.tag, str) and "Algorithm" in e.attrib}
    return (
        len(described) == len(list(element.iter()))
        and described.count("TransformAlgorithm") == 2
        and described.count("ReferenceURI") == 1
        and named == _OKTA_ALGORITHMS
        and element.find(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate") is not None
        and bool(element.findtext(f"{_DS}SignatureValue"))
        and len(described) in (14, 15, 16)
    )


def _decrypt(root: etree._Element) -> None:
    """Put the plaintext into each EncryptedAssertion, where it is AES in CBC mode for the SP."""
    for encrypted in list(root.iter(_ENCRYPTED)):
        values = [base64.b64decode(v.text or "") for v in encrypted.iter(f"{_XENC}CipherValue")]
        methods = [m.get("Algorithm", "") for m in encrypted.iter(f"{_XENC}EncryptionMethod")]
        if (
            len(values) != 2
            or methods[0].endswith("gcm")
            or not methods[-1].endswith("mgf1p")
            or _odd(encrypted)
        ):
            continue
        for child in list(encrypted):
            encrypted.remove(child)
        plain = _plaintext(*values)
        encrypted.set("decrypted", "yes" if plain else "no")
        try:
            encrypted.append(etree.fromstring(plain))
        except etree.XMLSyntaxError:
            encrypted.text = (
                "(no well-formed XML)" if plain.startswith(b"<saml2:Assertion") else plain.decode()
            )
        _decrypt(encrypted)


def _odd(encrypted: etree._Element) -> bool:
    """Whether the layout itself is what differs."""
    key = encrypted.find(f"{_XENC}EncryptedKey")
    digests = [m.get("Algorithm", "") for m in encrypted.iter(f"{_DS}DigestMethod")]
    return key is None or key.get("Recipient") is not None or not digests[0].endswith("sha1")


def padded_plaintext(content: bytes, wrapped_key: bytes) -> bytes:
    """What AES in CBC mode for the SP's key decrypts to, the padding included."""
    sha1 = hashes.SHA1()
    key = examples.sp_key().private_key.decrypt(wrapped_key, padding.OAEP(padding.MGF1(sha1), sha1, None))
    decryptor = Cipher(algorithms.AES(key), modes.CBC(content[:16])).decryptor()
    return decryptor.update(content[16:]) + decryptor.finalize()


def _plaintext(content: bytes, wrapped_key: bytes) -> bytes:
    try:
        plain = padded_plaintext(content, wrapped_key)
        text = plain[: -plain[-1]].decode()
    except ValueError:
        return b""
    return text.encode() if text.replace("\n", "").isprintable() else b""
