"""Warnings before the IdP's certificate ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from harness.reference_sp.expiry import expiry_of
from harness.reference_sp.idp import IdentityProvider
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import pair as key_pair

SHORT, LONG = key_pair("short", days=(-10, 100)), key_pair("long", days=(-10, 3650))
NOON = datetime(2036, 3, 2, 12, tzinfo=UTC)
END = SHORT.certificate.not_valid_after_utc


class Hands:
    """A clock of the test's own."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def made(make: Maker, left: timedelta, **settings: object) -> tuple[Pair, Hands]:
    clock = Hands(datetime.now(UTC))
    pair = make(configured=False, clock=clock, **settings)
    pair.idp.signer = SHORT
    pair.sp.upload_metadata(pair.idp.metadata())
    pair.sp.save()
    clock.at = END - left
    return pair, clock


def topics(pair: Pair) -> list[str]:
    return [mail.topic.split()[-1] for mail in pair.sp.mails()]


def ends_at_noon() -> x509.Certificate:
    """A certificate whose last second is noon of 2036-03-02, so that days can be counted by the calendar."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "noon")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    return (
        builder.public_key(SHORT.key.public_key())
        .not_valid_before(datetime(2026, 3, 2, tzinfo=UTC))
        .not_valid_after(NOON)
        .sign(SHORT.key, hashes.SHA256())
    )


@pytest.mark.parametrize(
    ("left", "threshold", "sentence"),
    [
        (timedelta(days=60, seconds=1), None, ""),
        (timedelta(days=60), 60, "in 60 days"),
        (timedelta(days=30, seconds=1), 60, "in 30 days"),
        (timedelta(days=30), 30, "in 30 days"),
        (timedelta(days=7), 7, "in 7 days"),
        (timedelta(days=7, hours=-1), 7, "in 7 days"),
        (timedelta(days=1), 7, "tomorrow"),
        (timedelta(seconds=0.001), 7, "today"),
        (timedelta(0), 0, "today"),
        (timedelta(seconds=-1), 0, "ended on"),
    ],
)
def test_the_threshold_and_the_words(left: timedelta, threshold: int | None, sentence: str) -> None:
    found = expiry_of(IdentityProvider("idp", {}, (ends_at_noon(),)), NOON - left)
    assert (found.threshold if found else None) == threshold
    assert sentence in (found.sentence if found else "")


def test_the_certificate_that_lasts_longest_counts() -> None:
    idp = IdentityProvider("idp", {}, (SHORT.certificate, LONG.certificate))
    assert expiry_of(idp, END) is None


@pytest.mark.parametrize("idp", [None, IdentityProvider("idp", {}, ())])
def test_without_a_certificate_there_is_nothing_to_warn_of(idp: IdentityProvider | None) -> None:
    assert expiry_of(idp, END) is None


def test_each_admin_gets_one_mail_for_each_threshold(make: Maker) -> None:
    pair, clock = made(make, timedelta(days=61))
    pair.sp.add_member("boss@acme.test", "admin")
    pair.sp.add_member("invited@acme.test", "admin", status="pending")
    pair.sp.add_member("ada@acme.test", "manager")
    counts = []
    for days in (61, 60, 59, 30, 29, 7, 1, 0, -1, -100):
        clock.at = END - timedelta(days=days)
        pair.sp.run_jobs()
        pair.sp.run_jobs()
        counts.append(len(pair.sp.mails()))
    assert counts == [0, 2, 2, 4, 4, 6, 6, 8, 8, 8]
    assert {mail.to for mail in pair.sp.mails()} == {"admin@acme.test", "boss@acme.test"}


def test_a_night_that_was_missed_is_made_up_for_by_one_mail(make: Maker) -> None:
    pair, _ = made(make, timedelta(days=5))
    pair.sp.run_jobs()
    assert topics(pair) == ["7"]


def test_a_new_certificate_ends_the_warnings(make: Maker) -> None:
    pair, _ = made(make, timedelta(days=5))
    pair.sp.upload_metadata(pair.idp.metadata(certificates=[LONG]))
    pair.sp.save()
    pair.sp.run_jobs()
    assert topics(pair) == []


def test_nobody_is_warned_of_a_provider_that_is_not_in_use(make: Maker) -> None:
    pair, _ = made(make, timedelta(days=5))
    pair.sp.change_plan("starter")
    pair.sp.run_jobs()
    assert topics(pair) == []


def test_the_settings_page_and_the_outbox_show_it(make: Maker) -> None:
    pair, _ = made(make, timedelta(days=7))
    browser = log_in(pair)
    assert "in 7 days" in browser.get(pair.sp.settings_url).text
    pair.sp.run_jobs()
    outbox = browser.get("/settings/organization/outbox").text
    assert "in 7 days" in outbox
    assert "to admin@acme.test" in outbox


def test_the_outbox_is_for_admins(make: Maker) -> None:
    pair, _ = made(make, timedelta(days=7))
    pair.sp.add_member("ada@acme.test", "manager", "secret")
    page = log_in(pair, "ada@acme.test", "secret").get("/settings/organization/outbox")
    assert (page.status, page.code) == (403, "cfg_not_admin")
