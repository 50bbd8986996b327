"""What the SP reads in IdP metadata, tried by giving it other metadata; and what it publishes itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from fake_idp.saml.claims import format_instant
from fake_idp.saml.keys import SigningKey, new_signing_key
from fake_idp.saml.metadata import metadata_tree, sign_metadata
from fake_idp.saml.names import BINDING_POST, BINDING_REDIRECT
from fake_idp.saml.nodes import Element
from fake_idp.saml.xml import wire
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login, NoRequest
from harness.conformance.procedures.registry import procedure
from harness.conformance.request_checks.signature import weak_key
from harness.conformance.verdicts import Outcome, judge, not_met, passed, recorded, skipped
from harness.targets.errors import SetUpError

OVERSIZED = 12_000_000
"""Bytes of padding in metadata that is far too large."""


@contextmanager
def metadata_of(attempt: Attempt, metadata: bytes) -> Iterator[None]:
    """The SP trusts this metadata for a while, and the app's own again afterwards."""
    bench = attempt.bench
    try:
        bench.trust(metadata)
        yield
    finally:
        bench.trust(bench.idp.metadata())


@contextmanager
def spare_keys(attempt: Attempt, count: int) -> Iterator[list[SigningKey]]:
    """Keys that no metadata names yet."""
    idp = attempt.bench.idp
    keys = [idp.spare_key() for _ in range(count)]
    try:
        yield keys
    finally:
        idp.give_back(*keys)


def login_with(attempt: Attempt, key: SigningKey) -> Login:
    """A login of somebody whose message is signed with this key."""
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    person = attempt.bench.people.somebody()
    sent = attempt.bench.idp.message(
        person, attempt.variation, request=started.request, relay_state=started.relay_state, key=key
    )
    return attempt.post(visitor, sent, started=started)


def expect_login(attempt: Attempt, what: str, key: SigningKey, *, accepted: bool) -> Outcome | None:
    """None when a login signed with this key goes as expected."""
    sight = login_with(attempt, key).sight
    if (sight.who == "subject") == accepted and sight.who in ("subject", "nobody"):
        return None
    return not_met(
        attempt.case, "refused" if accepted else "accepted", "accepted" if accepted else "refused",
        f"{what}: {sight.describe()}",
    )  # fmt: skip


@procedure("several-signing-keys")
def several_signing_keys(attempt: Attempt) -> Outcome:
    """Two keys are published; a third one is not."""
    first = attempt.bench.idp.key
    with (
        spare_keys(attempt, 2) as (second, third),
        metadata_of(attempt, attempt.bench.idp.metadata([first, second])),
    ):
        problem = (
            expect_login(attempt, "signed with the first key", first, accepted=True)
            or expect_login(attempt, "signed with the second key", second, accepted=True)
            or expect_login(attempt, "signed with a key that is not published", third, accepted=False)
        )
    return problem or passed("Both published keys are accepted, another one is refused.")


@procedure("key-rollover")
def key_rollover(attempt: Attempt) -> Outcome:
    """Old key, old and new, new alone: each step as Okta's certificate rotation has it."""
    idp = attempt.bench.idp
    old = idp.key
    with spare_keys(attempt, 1) as (new,):
        problem = expect_login(attempt, "before: the new key", new, accepted=False)
        with metadata_of(attempt, idp.metadata([old, new])):
            problem = problem or expect_login(attempt, "overlap: the old key", old, accepted=True)
            problem = problem or expect_login(attempt, "overlap: the new key", new, accepted=True)
        with metadata_of(attempt, idp.metadata([new])):
            problem = problem or expect_login(attempt, "after: the new key", new, accepted=True)
            problem = problem or expect_login(attempt, "after: the old key", old, accepted=False)
    return problem or passed("The new key counts from its publication, the old one until its removal.")


def told(error: SetUpError | NoRequest) -> str:
    """Why the SP did not take metadata, or did not start a login by it."""
    return f"{error.message} ({error.code})" if isinstance(error, SetUpError) else str(error)


def tree_of(attempt: Attempt) -> Element:
    """The app's metadata, to be changed."""
    return metadata_tree(attempt.bench.idp.metadata_claims())


@procedure("key-without-use")
def key_without_use(attempt: Attempt) -> Outcome:
    """The KeyDescriptor says nothing about its use."""
    tree = tree_of(attempt)
    tree.one("md:KeyDescriptor").set("use", None)
    with metadata_of(attempt, wire(tree)):
        return judge(attempt.case, attempt.good_login().sight, "accept")


@procedure("encryption-key-signs")
def encryption_key_signs(attempt: Attempt) -> Outcome:
    """A second key is published for encryption only, and signs."""
    idp = attempt.bench.idp
    with spare_keys(attempt, 1) as (key,):
        tree = metadata_tree(idp.metadata_claims([idp.key, key]))
        tree.find_all("md:KeyDescriptor")[1].set("use", "encryption")
        with metadata_of(attempt, wire(tree)):
            control = expect_login(attempt, "signed with the signing key", idp.key, accepted=True)
            return control or judge(attempt.case, login_with(attempt, key).sight, "reject")


@procedure("expired-certificate")
def expired_certificate(attempt: Attempt) -> Outcome:
    """The same key in a certificate that ran out last year, then in one that begins next year."""
    key = attempt.bench.idp.key
    for words, created in (("that has expired", -365 * 11), ("that is not valid yet", 365)):
        dated = new_signing_key(
            "acme", datetime.now(UTC) + timedelta(days=created), private_key=key.private_key, kid=key.kid
        )
        try:
            with metadata_of(attempt, attempt.bench.idp.metadata([dated])):
                sight = login_with(attempt, dated).sight
        except SetUpError as error:
            return _choice(attempt, f"metadata with a certificate {words} is refused ({error.code})")
        if sight.who != "subject":
            return _choice(attempt, f"a login with a certificate {words} is refused")
    return passed("The key counts, whatever the dates of its certificate.")


def _choice(attempt: Attempt, seen: str) -> Outcome:
    return not_met(
        attempt.case, "refused", "the key of a certificate in metadata counts, not its dates", seen,
        hint="A warning only: some guidance asks for the opposite, and Okta's certificates run for ten years.",
        verdict="warning",
    )  # fmt: skip


def metadata_with_binding(attempt: Attempt, binding: str) -> bytes:
    """Metadata of an IdP that takes requests by this binding alone."""
    tree = tree_of(attempt)
    for endpoint in tree.find_all("md:SingleSignOnService"):
        if endpoint.get("Binding") != binding:
            tree.one("md:IDPSSODescriptor").remove(endpoint)
    return wire(tree)


@procedure("binding-choice")
def binding_choice(attempt: Attempt) -> Outcome:
    """POST only, then Redirect only."""
    seen = []
    for name, binding in (("POST only", BINDING_POST), ("Redirect only", BINDING_REDIRECT)):
        try:
            with metadata_of(attempt, metadata_with_binding(attempt, binding)):
                seen.append((name, attempt.good_login().sight.who == "subject"))
        except (SetUpError, NoRequest):
            seen.append((name, False))
    told = "; ".join(f"{name}: {'works' if works else 'does not work'}" for name, works in seen)
    if not any(works for _, works in seen):
        return not_met(attempt.case, "refused", "a login with one of the bindings", told)
    if not all(works for _, works in seen):
        return recorded(told)
    return passed(told)


def refused_metadata(attempt: Attempt, metadata: bytes) -> Outcome:
    """Metadata that must not be used: the SP refuses it, or at least no login works by it."""
    try:
        with metadata_of(attempt, metadata):
            sight = attempt.good_login().sight
    except (SetUpError, NoRequest) as error:
        return passed(f"It is refused: {error}")
    if sight.who == "nobody":
        return passed("No login works by it.")
    return not_met(
        attempt.case, "metadata_used", "metadata that is not used", f"A login works by it. {sight.describe()}"
    )


@procedure("metadata-expired")
def metadata_expired(attempt: Attempt) -> Outcome:
    """ValidUntil was yesterday."""
    tree = tree_of(attempt)
    tree.set("validUntil", format_instant(datetime.now(UTC) - timedelta(days=1)))
    return refused_metadata(attempt, wire(tree))


@procedure("metadata-signature-bad")
def metadata_signature_bad(attempt: Attempt) -> Outcome:
    """Signed, and changed afterwards."""
    tree = tree_of(attempt)
    sign_metadata(tree, attempt.bench.idp.key)
    tree.one("md:IDPSSODescriptor").set("WantAuthnRequestsSigned", "1")
    return refused_metadata(attempt, wire(tree))


@procedure("metadata-doctype")
def metadata_doctype(attempt: Attempt) -> Outcome:
    """A document type declaration with an external subset at the suite's listener, and an entity in a value."""
    address = attempt.bench.listener.url(attempt.token)
    doctype = f'<!DOCTYPE md:EntityDescriptor SYSTEM "{address}/metadata.dtd" [<!ENTITY role "false">]>'
    xml = attempt.bench.idp.metadata().replace(b"?>", b"?>" + doctype.encode(), 1)
    return refused_metadata(attempt, xml.replace(b'Signed="false"', b'Signed="&role;"', 1))


@procedure("metadata-oversized")
def metadata_oversized(attempt: Attempt) -> Outcome:
    """Comments of many megabytes in all, each small enough for a parser's own limits."""
    xml = attempt.bench.idp.metadata()
    padding = b"<!--" + b"x" * 10_000 + b"-->"
    return refused_metadata(attempt, xml.replace(b"?>", b"?>" + padding * (OVERSIZED // len(padding)), 1))


@procedure("metadata-endpoint-scheme")
def metadata_endpoint_scheme(attempt: Attempt) -> Outcome:
    """A script as the address of the SingleSignOnService."""
    tree = tree_of(attempt)
    for endpoint in tree.find_all("md:SingleSignOnService"):
        endpoint.set("Location", "javascript:alert(1)//")
    try:
        with metadata_of(attempt, wire(tree)):
            page = attempt.visitor().get(attempt.bench.target.login_url)
    except SetUpError as error:
        return passed(f"It is refused: {error.message}")
    if "javascript:" in page.leads_to or re.search(r"(?:href|action)=[\"']?javascript:", page.text):
        return not_met(
            attempt.case, "dangerous_scheme", "an address with http or https", page.leads_to or page.url
        )
    return passed("Nothing leads to that address.")


@procedure("sp-metadata")
def sp_metadata(attempt: Attempt) -> Outcome:
    """What the SP's own metadata says, one question for each requirement."""
    if not attempt.bench.sp.xml:
        return skipped("The SP publishes no metadata; its names were given by hand.")
    return {"spmd-valid": _valid, "spmd-keys": _keys, "spmd-want-assertions-signed": _want}[
        attempt.case.requirement.id
    ](attempt)


def _valid(attempt: Attempt) -> Outcome:
    sp = attempt.bench.sp
    post = [endpoint for endpoint in sp.acs if endpoint.binding == BINDING_POST]
    problems = [
        problem
        for problem, present in (
            ("no ACS for HTTP-POST", not post),
            ("an ACS without an index", any(endpoint.index is None for endpoint in sp.acs)),
            ("several default ACS", sum(endpoint.is_default for endpoint in sp.acs) > 1),
            ("an index that stands twice", len({e.index for e in sp.acs}) < len(sp.acs)),
            ("an entityID of more than 1024 characters", len(sp.entity_id) > 1024),
            ("a DOCTYPE", b"<!DOCTYPE" in sp.xml),
        )
        if present
    ]
    if problems:
        return not_met(attempt.case, "sp_metadata", "a valid document", "; ".join(problems))
    plain = [endpoint.location for endpoint in post if endpoint.location.startswith("http:")]
    return passed(f"Valid. {'The ACS has an http address.' if plain else ''}".strip())


def _keys(attempt: Attempt) -> Outcome:
    sp = attempt.bench.sp
    certificates = (*sp.signing_certificates, *sp.encryption_certificates)
    if not certificates:
        return skipped("The SP publishes no keys.")
    weak = [why for certificate in certificates if (why := weak_key(certificate))]
    if weak:
        return not_met(
            attempt.case, "weak_key", "RSA with 2048 bits or EC with 256 bits at least", "; ".join(weak)
        )
    expired = [c for c in certificates if c.not_valid_after_utc < datetime.now(UTC)]
    if expired:
        return not_met(
            attempt.case, "expired", "certificates in date", f"{len(expired)} expired", verdict="warning",
            hint="A warning only: it is the key that counts, though some IdPs refuse an expired certificate.",
        )  # fmt: skip
    return passed(f"{len(certificates)} keys, all strong enough.")


def _want(attempt: Attempt) -> Outcome:
    stated = b"WantAssertionsSigned" in attempt.bench.sp.xml
    return recorded(
        f"WantAssertionsSigned is {str(attempt.bench.sp.want_assertions_signed).lower()}."
        if stated
        else "WantAssertionsSigned is not stated."
    )
