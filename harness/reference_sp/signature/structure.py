"""The shape of a SAML signature (SAML Core 5.4.1 to 5.4.4): what is not on this short list is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from harness.difference import Difference
from harness.reference_sp import names, xml
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.names import ds
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element

_MORE, _XENC = names.DSIG_MORE, names.XENC
SIGNATURES = {
    "rsa-sha1": f"{names.DS}rsa-sha1",
    **{
        f"{kind}-sha{bits}": f"{_MORE}{kind}-sha{bits}"
        for kind in ("rsa", "ecdsa")
        for bits in (256, 384, 512)
    },
}
DIGESTS = {
    "sha1": f"{names.DS}sha1",
    "sha256": f"{_XENC}sha256",
    "sha384": f"{_MORE}sha384",
    "sha512": f"{_XENC}sha512",
}
_C14N = (names.EXCLUSIVE_C14N, names.EXCLUSIVE_C14N_COMMENTS)
_KEY_HINTS = [
    ds(f"X509{name}") for name in ("Data", "Certificate", "IssuerSerial", "SubjectName", "SKI", "CRL")
]
_KEY_HINTS += [ds("KeyName"), ds("KeyValue")]
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, the element that it should cover, and the rules that it must keep."""

    parent: Element
    signature: Element
    rules: Rules


@dataclass(frozen=True, slots=True)
class Rules:
    """Which algorithms and certificates count."""

    signature_algorithms: frozenset[str]
    digest_algorithms: frozenset[str]
    refuse_expired: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The rules that the settings ask for."""
        return cls(
            frozenset(SIGNATURES[name] for name in settings.signature_algorithms),
            frozenset(DIGESTS[name] for name in settings.digest_algorithms),
            settings.expired_certificate == "reject",
        )


def malformed(expected: str, received: str, hint: str = "") -> Difference:
    """The signature is not built as it must be."""
    return difference("sig_malformed", expected=expected, received=received, hint=hint)


def one_signature(signed: Signed) -> Difference | None:
    """The signed element has one signature as its own child, right after its Issuer."""
    count = len(signed.parent.findall(ds("Signature")))
    if count != 1:
        return malformed("one ds:Signature", f"{count} in one element")
    before = [
        element.tag
        for element in signed.signature.itersiblings(preceding=True)
        if isinstance(element.tag, str)
    ]
    if signed.parent.tag in (names.md("EntityDescriptor"), names.md("EntitiesDescriptor")):
        return None if not before else malformed("ds:Signature first", listed([str(tag) for tag in before]))
    if before != [names.saml("Issuer")]:
        return malformed(
            "ds:Signature right after saml:Issuer", f"after {listed([str(tag) for tag in before])}"
        )
    return None


def one_signed_info(signed: Signed) -> Difference | None:
    """One SignedInfo, one SignatureValue, at most one KeyInfo, in this order, and nothing unknown."""
    tags = [str(e.tag) for e in signed.signature if isinstance(e.tag, str) and e.tag != ds("Object")]
    wanted = [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")]
    if tags in (wanted[:2], wanted):
        return None
    found = listed([tag.rpartition("}")[2] for tag in tags])
    return malformed("SignedInfo, SignatureValue and optionally KeyInfo", found)


def no_object(signed: Signed) -> Difference | None:
    """No ds:Object: it could hide what was really signed (SAML errata E91)."""
    if signed.signature.find(ds("Object")) is None:
        return None
    return malformed("no ds:Object", "one in the signature")


def absolute_namespaces(signed: Signed) -> Difference | None:
    """Namespace names are absolute: canonicalization has no result for relative ones."""
    for element in xml.elements(signed.parent):
        for prefix, name in element.nsmap.items():
            if ":" not in name:
                return malformed("absolute namespace names", f"xmlns:{prefix or ''}={shown(name)}")
    return None


def no_foreign_nodes(signed: Signed) -> Difference | None:
    """No comment or processing instruction: parser and verifier would read different values."""
    for node in signed.signature.iter():
        if not isinstance(node.tag, str):
            return malformed(
                "only elements and text", f"a {type(node).__name__.strip('_')} inside the signature"
            )
    for name in ("SignatureValue", f"SignedInfo/{ds('Reference')}/{ds('DigestValue')}"):
        for value in signed.signature.findall(f"{{{names.DS}}}{name}"):
            if len(value) or not _BASE64.fullmatch(value.text or ""):
                return malformed("base64 text alone", f"other content in {name.rpartition('}')[2] or name}")
    return None


def strong_algorithms(signed: Signed) -> Difference | None:
    """Signature and digest method are on the list of accepted ones; nothing replaces an unknown one."""
    info = signed.signature.find(ds("SignedInfo"))
    method = None if info is None else info.find(ds("SignatureMethod"))
    digest = None if info is None else info.find(f"{ds('Reference')}/{ds('DigestMethod')}")
    for element, accepted, label in (
        (method, signed.rules.signature_algorithms, "Signature Algorithm"),
        (digest, signed.rules.digest_algorithms, "Digest Algorithm"),
    ):
        algorithm = None if element is None else element.get("Algorithm")
        if algorithm not in accepted or (element is not None and len(element)):
            return difference(
                "sig_algorithm",
                okta(label, "choose the SHA-256 one"),
                expected=listed(sorted(uri.rpartition("#")[2] for uri in accepted)),
                received=shown(algorithm),
            )
    return None


def exclusive_canonicalization(signed: Signed) -> Difference | None:
    """SignedInfo is canonicalized exclusively (SAML Core 5.4.3)."""
    method = signed.signature.find(f"{ds('SignedInfo')}/{ds('CanonicalizationMethod')}")
    algorithm = None if method is None else method.get("Algorithm")
    return None if algorithm in _C14N else malformed("exclusive canonicalization", shown(algorithm))


def one_reference(signed: Signed) -> Difference | None:
    """One Reference (SAML Core 5.4.2)."""
    info = signed.signature.find(ds("SignedInfo"))
    count = 0 if info is None else len(info.findall(ds("Reference")))
    return None if count == 1 else _reference("one Reference", f"{count} References")


def reference_to_parent(signed: Signed) -> Difference | None:
    """The Reference names the element that holds the signature, by its ID (SAML Core 5.4.2)."""
    identifier = signed.parent.get("ID")
    for reference in signed.signature.findall(f"{ds('SignedInfo')}/{ds('Reference')}"):
        uri = reference.get("URI")
        if not identifier or uri != f"#{identifier}":
            return _reference(f"#{identifier or '(the element has no ID)'}", shown(uri))
        if reference.get("Type"):
            return _reference("no Type", shown(reference.get("Type")))
    return None


def saml_transforms(signed: Signed) -> Difference | None:
    """Enveloped-signature, then exclusive canonicalization: others could take content out (SAML Core 5.4.4)."""
    for reference in signed.signature.findall(f"{ds('SignedInfo')}/{ds('Reference')}"):
        transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
        algorithms = [transform.get("Algorithm", "") for transform in transforms[:3]]
        if len(transforms) != 2 or algorithms[0] != names.ENVELOPED or algorithms[1] not in _C14N:
            return _reference(
                "transforms enveloped-signature, exclusive canonicalization", listed(algorithms)
            )
        for transform in transforms:
            inside = [element.tag for element in transform]
            if inside not in ([], [f"{{{names.EC}}}InclusiveNamespaces"]):
                return _reference("no content but InclusiveNamespaces", listed([str(tag) for tag in inside]))
    return None


def plain_key_info(signed: Signed) -> Difference | None:
    """KeyInfo holds at most certificates and names: hints to fetch a key from somewhere are refused."""
    info = signed.signature.find(ds("KeyInfo"))
    inside = [] if info is None else [*info, *(e for data in info.findall(ds("X509Data")) for e in data)]
    for element in inside:
        if element.tag not in _KEY_HINTS:
            return malformed("a KeyInfo with a certificate", shown(str(element.tag)))
    return None


def unique_ids(root: Element) -> Difference | None:
    """No two attributes that could be taken for an ID share a value, whatever their case and namespace."""
    values: Counter[str] = Counter()
    for element in xml.elements(root):
        for name, value in element.attrib.items():
            if str(name).rpartition("}")[2].lower() == "id":
                values[str(value)] += 1
    twice = [value for value, count in values.items() if count > 1]
    return _reference("each ID once", f"{shown(twice[0])} twice") if twice else None


def _reference(expected: str, received: str) -> Difference:
    return difference("sig_reference", expected=expected, received=received)


StructureCheck = Callable[[Signed], Difference | None]

STRUCTURE: tuple[StructureCheck, ...] = (
    one_signature,
    one_signed_info,
    no_object,
    absolute_namespaces,
    no_foreign_nodes,
    strong_algorithms,
    exclusive_canonicalization,
    one_reference,
    reference_to_parent,
    saml_transforms,
    plain_key_info,
)
"""The rules in their order."""


def check_structure(
    parent: Element, signature: Element, rules: Rules, left_out: frozenset[StructureCheck] = frozenset()
) -> Difference | None:
    """The first rule that the signature of ``parent`` breaks. Only weaknesses leave any out."""
    for rule in STRUCTURE:
        if rule not in left_out:
            found = rule(Signed(parent, signature, rules))
            if found is not None:
                return found
    return None
