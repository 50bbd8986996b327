"""Judging one sign-on answer: run the checks, stop at the first difference or collect them all."""

from __future__ import annotations

from dataclasses import dataclass

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.checks import CHECKS, Check
from harness.reference_sp.checks.identity import name_id_element
from harness.reference_sp.codes import difference
from harness.reference_sp.exchange import Exchange, Subject
from harness.reference_sp.names import saml


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks found. ``subject`` is there only when no check failed."""

    subject: Subject | None
    differences: tuple[Difference, ...] = ()
    warnings: tuple[Difference, ...] = ()
    public: Difference | None = None
    """The difference that the person at the browser may learn of."""


def judge(exchange: Exchange, checks: tuple[Check, ...] = CHECKS, *, collect_all: bool = False) -> Judgement:
    """Run every check in order. ``collect_all`` goes on after a failure, as far as the next checks can run.

    A judgement with differences never has a subject, however far the checks went.
    """
    differences: list[Difference] = []
    public: Difference | None = None
    for check in checks:
        found = check.run(exchange)
        if found is None:
            continue
        if public is None:
            # Whoever can send changed ciphertext must not learn how far its decryption got.
            public = difference("enc_failed") if exchange.decrypting else found
        differences.append(found)
        if check.needed or not collect_all:
            break
    warnings = tuple(exchange.warnings)
    if differences:
        return Judgement(None, tuple(differences), warnings, public)
    return Judgement(_subject(exchange), (), warnings)


def _subject(exchange: Exchange) -> Subject:
    assertion = exchange.the_assertion
    issuer, name_id = assertion.find(saml("Issuer")), name_id_element(exchange)
    statement = assertion.find(saml("AuthnStatement"))
    context = assertion.find(
        f"{saml('AuthnStatement')}/{saml('AuthnContext')}/{saml('AuthnContextClassRef')}"
    )
    return Subject(
        email=exchange.email,
        email_source=exchange.email_source,
        name_id=exchange.name_id,
        name_id_format="" if name_id is None else name_id.get("Format", ""),
        name_qualifier="" if name_id is None else name_id.get("NameQualifier", ""),
        sp_name_qualifier="" if name_id is None else name_id.get("SPNameQualifier", ""),
        attributes=exchange.attributes,
        issuer="" if issuer is None else xml.text_of(issuer),
        assertion_id=assertion.get("ID", ""),
        usable_until=exchange.usable_until or exchange.now,
        authn_instant=None if statement is None else xml.read_time(statement.get("AuthnInstant")),
        authn_context="" if context is None else xml.text_of(context),
        session_index="" if statement is None else statement.get("SessionIndex", ""),
        session_not_on_or_after=exchange.session_not_on_or_after,
    )
