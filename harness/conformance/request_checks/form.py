"""How requests are encoded and built, and their IDs."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from urllib.parse import unquote_plus

from fake_idp.saml.claims import parse_instant
from fake_idp.saml.decoding import RequestRefused, decode_post
from harness.conformance.lenient import unusable_values
from harness.conformance.request_checks.reading import ASSERTION, DSIG, PROTOCOL, Check, ReadRequest, Requests
from harness.conformance.verdicts import Outcome, not_verified, only_warning, passed, skipped

CLOCK_SECONDS = 180
WANTED_BITS = 128
UUID_BITS = 122
UUID_HINT = "A random UUID has 122 bits: fewer than SAML demands, and still too many for anybody to guess."
ALIKE = 0.6
"""A place with fewer characters than this share of what is to be expected has an alphabet of its own."""
ENOUGH_SAMPLES = 20
"""IDs from which an estimate of their randomness means something."""
_ZLIB_HEADERS = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_LEGAL_ID = re.compile(r"[^\W\d][\w.\-]*\Z")
_ORDER = tuple(
    f"{namespace}{name}"
    for namespace, name in (
        (ASSERTION, "Issuer"), (DSIG, "Signature"), (PROTOCOL, "Extensions"), (ASSERTION, "Subject"),
        (PROTOCOL, "NameIDPolicy"), (ASSERTION, "Conditions"), (PROTOCOL, "RequestedAuthnContext"),
        (PROTOCOL, "Scoping"),
    )
)  # fmt: skip


def redirect_encoding(run: Requests) -> Outcome:
    """Raw DEFLATE, base64 on one line, percent-encoded."""
    redirects = run.only(lambda request: bool(request.seen.raw_query))
    if not redirects.requests:
        return skipped("The SP sends its requests by POST.")

    def problem(request: ReadRequest) -> str:
        raw = re.search(r"SAMLRequest=([^&]*)", request.seen.raw_query)
        value = unquote_plus(raw[1]) if raw else ""
        if re.search(r"\s", value):
            return "white space in the base64 text"
        zlib_header = base64.b64decode(value)[:2] in _ZLIB_HEADERS
        return "a zlib header before the DEFLATE data" if zlib_header else ""

    return redirects.all(
        problem, "raw DEFLATE, base64 on one line, percent-encoded", "Encoded as it should be"
    )


def post_encoding(run: Requests) -> Outcome:
    """A form that posts plain base64 to the IdP."""
    posts = run.only(lambda request: bool(request.seen.form))
    if not posts.requests:
        return skipped("The SP sends its requests by redirect.")

    def problem(request: ReadRequest) -> str:
        try:
            decode_post(dict(request.seen.form)["SAMLRequest"])
        except RequestRefused as refusal:
            return refusal.reason
        return "" if request.seen.endpoint == request.seen.sso_url else f"to {request.seen.endpoint}"

    expected = "plain base64, in a form that posts to the IdP's SingleSignOnService"
    return posts.all(problem, expected, "A form with plain base64")


def schema(run: Requests) -> Outcome:
    """Attributes and order of the protocol schema."""
    return run.all(_schema_problem, "the attributes and the order of the protocol schema", "Valid")


def _schema_problem(request: ReadRequest) -> str:
    missing = [name for name in ("ID", "Version", "IssueInstant") if not request.attribute(name)]
    if missing:
        return f"without {', '.join(missing)}"
    names = [str(child.tag) for child in request.root if isinstance(child.tag, str)]
    unknown = [name for name in names if name not in _ORDER]
    if unknown:
        return f"unknown child {unknown[0]}"
    places = [_ORDER.index(name) for name in names]
    if places != sorted(set(places)):
        return "children out of order or repeated"
    wrong = [f"{name}={element.get(name)!r}" for element, name in unusable_values(request.root)]
    return ", ".join(wrong)


def version(run: Requests) -> Outcome:
    """Version 2.0."""
    return run.all(
        lambda r: "" if r.attribute("Version") == "2.0" else f"Version {r.attribute('Version')}", "2.0", "2.0"
    )


def id_syntax(run: Requests) -> Outcome:
    """Legal XML ids."""
    return run.all(
        lambda request: "" if _LEGAL_ID.match(request.attribute("ID")) else f"ID {request.attribute('ID')!r}",
        "a letter or underscore first, no colon",
        "Legal",
    )


def id_unique(run: Requests) -> Outcome:
    """No ID twice."""
    ids = [request.attribute("ID") for request in run.requests]
    if len(set(ids)) < len(ids):
        return run.not_met("an ID of its own for each request", f"{len(ids) - len(set(ids))} repeats")
    return passed(f"{len(ids)} requests, no repeat.")


def id_bits(ids: Sequence[str]) -> float:
    """How many bits the IDs could carry: the logarithm of the number of characters that each place may have.

    Capacity only: nobody can see from outside how good the generator is. Few IDs do not show every character at
    every place, so a place that shows about as many as the alphabet of all places would counts with all of it.
    """
    places = [set(column) for column in zip(*ids, strict=False)]
    alphabet = len(set[str]().union(*(seen for seen in places if len(seen) > 1)))
    would_show = alphabet * (1 - (1 - 1 / alphabet) ** len(ids)) if alphabet else 0
    return sum(math.log2(alphabet if len(seen) > would_show * ALIKE else len(seen)) for seen in places)


def id_entropy(run: Requests) -> Outcome:
    """Room for enough random bits, and no counter."""
    ids = list(dict.fromkeys(request.attribute("ID") for request in run.requests))
    if len(ids) < ENOUGH_SAMPLES:
        return not_verified(f"{len(ids)} IDs are too few for an estimate; {ENOUGH_SAMPLES} are needed.")
    if _counts_upwards(ids):
        return run.not_met(f"{WANTED_BITS} random bits", "the IDs count upwards")
    bits = id_bits(ids)
    if bits < WANTED_BITS:
        lacking = run.not_met(
            f"room for {WANTED_BITS} bits", f"about {bits:.0f} bits, seen in {len(ids)} IDs"
        )
        return only_warning(lacking, UUID_HINT) if round(bits) == UUID_BITS else lacking
    return passed(f"Room for about {bits:.0f} bits, estimated from {len(ids)} IDs.")


def _counts_upwards(ids: Sequence[str]) -> bool:
    numbers = [int(match[1]) for text in ids if (match := re.fullmatch(r"\D*(\d+)", text))]
    return len(numbers) == len(ids) and numbers == sorted(numbers)


def issue_instant(run: Requests) -> Outcome:
    """UTC with Z, close to the time of receipt."""
    drifts: list[float] = []

    def problem(request: ReadRequest) -> str:
        text = request.attribute("IssueInstant")
        if not text.endswith("Z"):
            return f"{text}, without Z"
        drift = (parse_instant(text) - request.seen.received).total_seconds()
        drifts.append(drift)
        return f"{text}, {drift:+.0f} s from the time of receipt" if abs(drift) > CLOCK_SECONDS else ""

    outcome = run.all(problem, f"UTC with Z, within {CLOCK_SECONDS} s of the time of receipt", "In time")
    if outcome.verdict != "passed":
        return outcome
    return passed(f"{outcome.reason} The clocks differ by {max(drifts, key=abs, default=0.0):+.1f} s.")


def no_dtd(run: Requests) -> Outcome:
    """No document type declaration."""
    return run.all(lambda r: "a DOCTYPE" if b"<!DOCTYPE" in r.seen.xml else "", "no DOCTYPE", "None")


def extensions(run: Requests) -> Outcome:
    """Nothing of SAML's own namespaces in Extensions."""

    def problem(request: ReadRequest) -> str:
        parent = request.child(f"{PROTOCOL}Extensions")
        own = [] if parent is None else [c for c in parent if str(c.tag).startswith((PROTOCOL, ASSERTION))]
        return f"{own[0].tag!s} in Extensions" if own else ""

    return run.all(problem, "no SAML elements in Extensions", "None")


CHECKS: dict[str, Check] = {
    "req-redirect-encoding-deflate": redirect_encoding,
    "req-post-encoding": post_encoding,
    "req-schema-valid": schema,
    "req-version": version,
    "req-id-syntax": id_syntax,
    "req-id-unique": id_unique,
    "req-id-entropy": id_entropy,
    "req-issue-instant": issue_instant,
    "req-no-dtd": no_dtd,
    "req-extensions-namespaced": extensions,
}
