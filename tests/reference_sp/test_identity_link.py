"""Accounts that belong to a NameID instead of an address: known again, in conflict, moved to another address."""

from __future__ import annotations

from functools import partial

import pytest

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import difference
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import Element

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


def answer(pair: Pair, name_id: str, email: str = "ada@acme.test", name_format: str = PERSISTENT) -> Element:
    return pair.idp.response(
        name_id_xml=f'<a:NameID Format="{name_format}">{name_id}</a:NameID>', attributes={"email": [email]}
    )


@pytest.fixture
def by_name(make: Maker) -> Maker:
    """SPs that go by the NameID."""
    return partial(make, identity="name id")


def emails(pair: Pair) -> list[str]:
    return [member.email for member in pair.sp.members()]


def test_the_same_name_is_the_same_person(by_name: Maker) -> None:
    pair = by_name()
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u1")) == ""
    assert emails(pair) == ["admin@acme.test", "ada@acme.test"]


def test_a_transient_name_owns_no_account(by_name: Maker) -> None:
    pair = by_name()
    assert pair.code(answer(pair, "_t1", name_format=TRANSIENT)) == "nameid_format"
    assert emails(pair) == ["admin@acme.test"]


@pytest.mark.parametrize(
    ("name_id", "name_format", "entity_id"),
    [
        ("00u2", PERSISTENT, ""),
        ("00u1", EMAIL, ""),
        ("00u1", PERSISTENT, "http://www.okta.com/exkOTHER"),
    ],
    ids=["name", "format", "issuer"],
)
def test_another_name_format_or_issuer_does_not_get_the_account_of_the_address(
    by_name: Maker, name_id: str, name_format: str, entity_id: str
) -> None:
    pair = by_name()
    assert pair.code(answer(pair, "00u1")) == ""
    pair.idp.entity_id = entity_id or pair.idp.entity_id
    pair.sp.upload_metadata(pair.idp.metadata())
    pair.sp.save()
    assert pair.code(answer(pair, name_id, name_format=name_format)) == "identity_conflict"
    assert name_id in difference(pair).received


def test_where_the_address_decides_another_name_gets_the_account(pair: Pair) -> None:
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u2")) == ""
    assert emails(pair) == ["admin@acme.test", "ada@acme.test"]


def test_an_account_that_was_there_before_is_linked_at_its_first_login(by_name: Maker) -> None:
    pair = by_name()
    pair.sp.add_member("ada@acme.test", "manager")
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u2")) == "identity_conflict"


def test_a_refused_person_is_linked_to_nothing(by_name: Maker) -> None:
    pair = by_name(pending_joins=False)
    pair.sp.add_member("ada@acme.test", "manager", status="pending")
    assert pair.code(answer(pair, "00u1")) == "user_pending"
    pair.sp.change_member("ada@acme.test", status="joined")
    assert pair.code(answer(pair, "00u2")) == ""


def test_an_admin_can_let_another_identity_take_the_account(by_name: Maker) -> None:
    pair = by_name()
    pair.sp.add_member("ada@acme.test", "manager")
    assert pair.code(answer(pair, "00u1")) == ""
    browser = log_in(pair)
    page = browser.get("/settings/organization/members")
    assert "Forget identity of ada@acme.test" in page.text
    assert "Forget identity of admin@acme.test" not in page.text
    browser.post("/settings/organization/members/forget-identity", {"email": "ada@acme.test"})
    assert pair.code(answer(pair, "00u2")) == ""
    member = pair.sp.member("ada@acme.test")
    assert member is not None
    assert (member.role, member.identity.split()[-1]) == ("manager", "00u2")
    assert [entry.risk for entry in pair.sp.audit(action="forget identity")] == ["medium"]


def test_a_new_address_of_a_known_name_is_refused(by_name: Maker) -> None:
    pair = by_name()
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u1", "ada.king@acme.test")) == "email_changed"
    assert (difference(pair).expected, difference(pair).received) == ("ada@acme.test", "ada.king@acme.test")
    assert emails(pair) == ["admin@acme.test", "ada@acme.test"]


def test_or_it_becomes_the_address_of_the_account_and_live_sessions_go_on(by_name: Maker) -> None:
    pair = by_name(email_change="follow")
    pair.sp.add_member("ada@acme.test", "manager")
    browser = pair.browser()
    assert pair.code(answer(pair, "00u1"), browser) == ""
    assert pair.code(answer(pair, "00u1", "ada.king@acme.test")) == ""
    assert emails(pair) == ["admin@acme.test", "ada.king@acme.test"]
    assert '"role":"manager"' in browser.get("/me.json").text.replace(" ", "")
    entry = pair.sp.audit(action="change email")[0]
    assert entry.properties == {"before": "ada@acme.test", "after": "ada.king@acme.test"}


def test_an_address_in_another_case_is_no_new_address(by_name: Maker) -> None:
    pair = by_name()
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u1", "ADA@acme.test")) == ""


def test_an_address_that_somebody_has_is_not_taken_from_them(by_name: Maker) -> None:
    pair = by_name(email_change="follow")
    pair.sp.add_member("bob@acme.test", "viewer")
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u1", "bob@acme.test")) == "identity_conflict"
    assert emails(pair) == ["admin@acme.test", "bob@acme.test", "ada@acme.test"]


def test_an_address_whose_owner_was_removed_is_free(by_name: Maker) -> None:
    pair = by_name(email_change="follow")
    pair.sp.add_member("bob@acme.test", "viewer")
    pair.sp.remove_member("bob@acme.test")
    assert pair.code(answer(pair, "00u1")) == ""
    assert pair.code(answer(pair, "00u1", "bob@acme.test")) == ""
    assert emails(pair) == ["admin@acme.test", "bob@acme.test"]


def test_without_a_name_nobody_can_be_told_apart(by_name: Maker) -> None:
    pair = by_name()
    nameless = pair.idp.response(name_id_xml="", attributes={"email": ["ada@acme.test"]})
    assert pair.code(nameless) == "nameid_missing"
