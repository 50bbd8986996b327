"""Faults of messages that travel by HTTP-Redirect: the query string and the signature over it.

They work on any :class:`Delivery` by GET; a delivery by POST is left alone.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from urllib.parse import quote_plus, unquote_plus

from fake_idp.faults.edit import OTHER_SP
from fake_idp.faults.registry import register
from fake_idp.saml.bindings import Delivery, deflate
from fake_idp.saml.names import SIGNATURE_ALGORITHMS
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import sign_bytes

SIGNED = "SAML Bindings 3.4.4.1, lines 597-625"
Pairs = list[tuple[str, str]]
"""Names and values as they stand in the URL, still encoded."""
Change = Callable[[Pairs, FaultContext], Pairs]


def _get(pairs: Pairs, name: str) -> str:
    return next((value for n, value in pairs if n == name), "")


def _set(pairs: Pairs, name: str, value: str) -> Pairs:
    return [(n, value if n == name else v) for n, v in pairs]


def _without(pairs: Pairs, *names: str) -> Pairs:
    return [(n, v) for n, v in pairs if n not in names]


def sign_query(
    pairs: Pairs,
    context: FaultContext,
    algorithm_uri: str | None = None,
    encode: Callable[[str], str] = quote_plus,
) -> Pairs:
    """The pairs with a fresh SigAlg and Signature over them, in their order."""
    unsigned = _without(pairs, "SigAlg", "Signature")
    algorithm = context.signing.signature_algorithm
    uri = SIGNATURE_ALGORITHMS[algorithm] if algorithm_uri is None else algorithm_uri
    unsigned.append(("SigAlg", encode(uri)))
    octets = "&".join(f"{name}={value}" for name, value in unsigned).encode()
    signature = base64.b64encode(sign_bytes(octets, context.signing.key, algorithm)).decode()
    return [*unsigned, ("Signature", encode(signature))]


def message_name(pairs: Pairs) -> str:
    """``SAMLRequest`` or ``SAMLResponse``."""
    return next((name for name, _ in pairs if name in ("SAMLRequest", "SAMLResponse")), "SAMLResponse")


def _fault(
    name: str, title: str, requirement: str, change: Change, *, consent: bool = False, source: str = SIGNED
) -> None:
    def apply(delivery: Delivery, context: FaultContext) -> None:
        if delivery.method != "GET" or "SAML" not in delivery.url:
            return
        base, _, query = delivery.url.partition("?")
        pairs = [(n, v) for n, _, v in (part.partition("=") for part in query.split("&"))]
        delivery.url = f"{base}?{'&'.join(f'{n}={v}' for n, v in change(pairs, context))}"

    register(f"redirect-{name}", title, "binding", apply, requirement, source=source, consent=consent)


def _lower_escapes(pairs: Pairs, context: FaultContext) -> Pairs:
    return sign_query(
        [(n, _lower(v)) for n, v in pairs], context, encode=lambda text: _lower(quote_plus(text))
    )


def _lower(encoded: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda escape: escape.group().lower(), encoded)


def _add_relay_state(pairs: Pairs, value: str) -> Pairs:
    name = message_name(pairs)
    kept = _without(pairs, "RelayState")
    at = next(i for i, (n, _) in enumerate(kept) if n == name) + 1
    return [*kept[:at], ("RelayState", value), *kept[at:]]


def _plus_for_blank(pairs: Pairs, context: FaultContext) -> Pairs:
    return sign_query(_add_relay_state(pairs, "two+words"), context)


def _signature_first(pairs: Pairs, _context: FaultContext) -> Pairs:
    return list(reversed(pairs))


_fault(
    "lower-case-escapes",
    "Percent escapes are in lower case, and signed like that.",
    "redirect-original-encoding",
    _lower_escapes,
)
_fault(
    "plus-for-blank",
    "A blank in RelayState is a plus sign, and signed like that.",
    "redirect-original-encoding",
    _plus_for_blank,
)
_fault(
    "signature-first",
    "The parameters come in reverse order; the signature is right.",
    "redirect-parameter-order",
    _signature_first,
)
_fault(
    "relay-state-empty",
    "There is an empty RelayState, and it is signed.",
    "redirect-empty-relaystate",
    lambda pairs, context: sign_query(_add_relay_state(pairs, ""), context),
)
_fault(
    "relay-state-changed",
    "RelayState was changed, or added, after signing.",
    "redirect-relaystate-covered",
    lambda pairs, _: _add_relay_state(pairs, quote_plus(f"{OTHER_SP}/")),
)
_fault(
    "sigalg-missing",
    "There is a Signature but no SigAlg.",
    "redirect-signature-missing-parts",
    lambda pairs, _: _without(pairs, "SigAlg"),
)
_fault(
    "sigalg-empty",
    "SigAlg is empty, and signed like that.",
    "redirect-signature-missing-parts",
    lambda pairs, context: sign_query(pairs, context, ""),
)
_fault(
    "sigalg-unknown",
    "SigAlg is a URI that nobody defined, and signed like that.",
    "redirect-signature-missing-parts",
    lambda pairs, context: sign_query(pairs, context, "urn:okta-harness:alg:unknown"),
)
_fault(
    "signature-missing",
    "There is neither SigAlg nor Signature.",
    "redirect-signature-missing-parts",
    lambda pairs, _: _without(pairs, "SigAlg", "Signature"),
)
_fault(
    "signature-empty",
    "Signature is empty.",
    "redirect-signature-missing-parts",
    lambda pairs, _: _set(pairs, "Signature", ""),
)


def _wrong_signature(pairs: Pairs, _context: FaultContext) -> Pairs:
    value = bytearray(base64.b64decode(unquote_plus(_get(pairs, "Signature"))) or b"\0")
    value[len(value) // 2] ^= 1
    return _set(pairs, "Signature", quote_plus(base64.b64encode(value).decode()))


def _both_kinds(pairs: Pairs, _context: FaultContext) -> Pairs:
    other = "SAMLRequest" if message_name(pairs) == "SAMLResponse" else "SAMLResponse"
    return [(other, _get(pairs, message_name(pairs))), *pairs]


def _twice(pairs: Pairs, _context: FaultContext) -> Pairs:
    name = message_name(pairs)
    xml = zlib.decompress(base64.b64decode(unquote_plus(_get(pairs, name))), wbits=-15)
    changed = xml.replace(b'Version="2.0"', b'Version="2.0" Consent="urn:x"', 1)
    return [(name, quote_plus(base64.b64encode(deflate(changed)).decode())), *pairs]


def _escaped_name(pairs: Pairs, _context: FaultContext) -> Pairs:
    name = message_name(pairs)
    return [(f"%{ord(n[0]):02X}{n[1:]}" if n == name else n, v) for n, v in pairs]


_fault(
    "signature-wrong",
    "One bit of the Signature is wrong.",
    "redirect-signature-missing-parts",
    _wrong_signature,
)
_fault(
    "request-and-response",
    "The other kind of message stands before the signed one.",
    "redirect-parameter-confusion",
    _both_kinds,
    source=f"{SIGNED}; CVE-2025-27773",
)
_fault(
    "message-twice",
    "The same parameter with a changed message stands before the signed one.",
    "redirect-parameter-confusion",
    _twice,
    source=f"{SIGNED}; CVE-2025-27773",
)
_fault(
    "name-escaped",
    "The name of the message's parameter is percent-encoded.",
    "redirect-parameter-confusion",
    _escaped_name,
    source=f"{SIGNED}; CVE-2025-27773",
)


def _inflating(pairs: Pairs, context: FaultContext) -> Pairs:
    bomb = deflate(b"<" + b"x" * 100_000_000)
    name = message_name(pairs)
    return sign_query(_set(pairs, name, quote_plus(base64.b64encode(bomb).decode())), context)


def _plain(pairs: Pairs, context: FaultContext) -> Pairs:
    name = message_name(pairs)
    xml = zlib.decompress(base64.b64decode(unquote_plus(_get(pairs, name))), wbits=-15)
    return sign_query(_set(pairs, name, quote_plus(base64.b64encode(xml).decode())), context)


_fault(
    "inflate-bomb",
    "The message inflates to 100 MB.",
    "redirect-inflate-bomb",
    _inflating,
    consent=True,
    source="OWASP; CVE-2025-25293",
)
_fault(
    "not-deflated",
    "The message is base64 alone, and signed like that.",
    "redirect-unknown-encoding",
    _plain,
    source="SAML Bindings 3.4.4.1, lines 573-589",
)
_fault(
    "encoding-unknown",
    "SAMLEncoding is a URI that nobody defined.",
    "redirect-unknown-encoding",
    lambda pairs, _: [*pairs, ("SAMLEncoding", quote_plus("urn:okta-harness:encoding:unknown"))],
    source="SAML Bindings 3.4.4, lines 568-572",
)
