"""Enveloped XML signatures in Okta's shape: lxml canonicalizes, ``cryptography`` signs.

Short on purpose: the canonical form, one digest, one RSA signature. signxml and the xmlsec1 command verify what
it makes in every test.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from fake_idp.saml.keys import SigningKey
from fake_idp.saml.names import (
    C14N_EXCLUSIVE,
    MORE_DIGEST_ALGORITHMS,
    MORE_SIGNATURE_ALGORITHMS,
    NS_DS,
    NS_EC,
    TRANSFORM_ENVELOPED,
)
from fake_idp.saml.xml import Element, canonical

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "RSA_SHA1": hashes.SHA1(),  # noqa: S303 - Okta still offers it
    "RSA_SHA256": hashes.SHA256(),
    "RSA_SHA384": hashes.SHA384(),
    "RSA_SHA512": hashes.SHA512(),
}


def sign_bytes(data: bytes, key: SigningKey, signature_algorithm: str = "RSA_SHA256") -> bytes:
    """The raw signature over ``data``: RSASSA-PKCS1-v1_5, as all of Okta's algorithms are."""
    _known(signature_algorithm, MORE_SIGNATURE_ALGORITHMS, "signature algorithm")
    return key.private_key.sign(data, padding.PKCS1v15(), _HASHES[signature_algorithm])


def make_signature(
    element: Element,
    key: SigningKey,
    signature_algorithm: str = "RSA_SHA256",
    digest_algorithm: str = "SHA256",
    inclusive_prefixes: Iterable[str] | None = None,
    *,
    root: Element | None = None,
    reference: str | None = None,
) -> Element:
    """A ``ds:Signature`` over ``element`` as it stands, not yet put anywhere.

    ``inclusive_prefixes``: as in Okta by default, ``xs`` where the element declares it. ``root``: the document
    around the element, when it uses prefixes declared further out. ``reference``: the URI, by default ``#`` and
    the element's ID, or empty (the whole document) where it has none.
    """
    digest_uri = _known(digest_algorithm, MORE_DIGEST_ALGORITHMS, "digest algorithm")
    signature_uri = _known(signature_algorithm, MORE_SIGNATURE_ALGORITHMS, "signature algorithm")
    if inclusive_prefixes is None:
        inclusive_prefixes = ("xs",) if "xmlns:xs" in element.attributes else ()
    prefixes = tuple(inclusive_prefixes)
    if reference is None:
        reference = f"#{element.attributes['ID']}" if "ID" in element.attributes else ""
    digest = hashlib.new(
        digest_algorithm.lower(), canonical(element, prefixes, root=root), usedforsecurity=False
    ).digest()
    return seal(signed_info(reference, digest, signature_uri, digest_uri, prefixes), key, signature_algorithm)


def signed_info(
    reference: str, digest: bytes, signature_uri: str, digest_uri: str, prefixes: Iterable[str] = ()
) -> Element:
    """The SignedInfo in Okta's shape: two transforms, InclusiveNamespaces only where there are prefixes."""
    transform = Element("ds:Transform", {"Algorithm": C14N_EXCLUSIVE})
    if listed := " ".join(prefixes):
        transform.append(Element("ec:InclusiveNamespaces", {"PrefixList": listed, "xmlns:ec": NS_EC}))
    enveloped = Element("ds:Transform", {"Algorithm": TRANSFORM_ENVELOPED})
    return Element(
        "ds:SignedInfo",
        {},
        [
            Element("ds:CanonicalizationMethod", {"Algorithm": C14N_EXCLUSIVE}),
            Element("ds:SignatureMethod", {"Algorithm": signature_uri}),
            Element(
                "ds:Reference",
                {"URI": reference},
                [
                    Element("ds:Transforms", {}, [enveloped, transform]),
                    Element("ds:DigestMethod", {"Algorithm": digest_uri}),
                    Element("ds:DigestValue", {}, [base64.b64encode(digest).decode()]),
                ],
            ),
        ],
    )


def seal(info: Element, key: SigningKey, signature_algorithm: str = "RSA_SHA256") -> Element:
    """The Signature around a SignedInfo of any content: signed, with the key's certificate in KeyInfo."""
    signature = Element("ds:Signature", {"xmlns:ds": NS_DS}, [info])
    value = sign_bytes(canonical(info, root=signature), key, signature_algorithm)
    signature.append(Element("ds:SignatureValue", {}, [base64.b64encode(value).decode()]))
    certificate = Element("ds:X509Certificate", {}, [key.certificate_b64_wrapped])
    signature.append(Element("ds:KeyInfo", {}, [Element("ds:X509Data", {}, [certificate])]))
    return signature


def sign_element(
    element: Element,
    key: SigningKey,
    signature_algorithm: str = "RSA_SHA256",
    digest_algorithm: str = "SHA256",
    inclusive_prefixes: Iterable[str] | None = None,
    *,
    root: Element | None = None,
) -> Element:
    """Sign ``element`` in place and return the new Signature.

    It stands right after the Issuer (SAML Core 5.4.1 and the schema's order), else first. Parameters as in
    :func:`make_signature`.
    """
    signature = make_signature(
        element, key, signature_algorithm, digest_algorithm, inclusive_prefixes, root=root
    )
    issuer = element.child("Issuer")
    element.insert(element.index(issuer) + 1 if issuer else 0, signature)
    return signature


def remove_signature(element: Element) -> Element | None:
    """Take the element's own Signature out and return it; signatures further down stay."""
    signature = element.child("Signature")
    if signature:
        element.remove(signature)
    return signature


def _known(name: str, table: Mapping[str, str], what: str) -> str:
    try:
        return table[name]
    except KeyError:
        close = difflib.get_close_matches(name, table, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"unknown {what} {name!r}; known are {', '.join(table)}{hint}") from None
