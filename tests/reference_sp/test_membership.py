"""Who may in: accounts that are there, invited, made on the spot, removed, or of another organization."""

from __future__ import annotations

from typing import Any

import pytest

from harness.reference_sp.settings import UnknownSetting
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import difference
from tests.reference_sp.small_idp import SmallIdp
from tests.reference_sp.small_idp import pair as key_pair


def role_of(pair: Pair, email: str = "ada@acme.test") -> str:
    member = pair.sp.member(email)
    return "" if member is None else member.role


def configure(pair: Pair, **changes: Any) -> None:
    pair.sp.edit(**changes)
    pair.sp.save()


def test_jit_makes_a_member_with_the_default_role(pair: Pair) -> None:
    configure(pair, jit_role="viewer")
    assert pair.code(pair.idp.response()) == ""
    assert role_of(pair) == "viewer"
    entry = pair.sp.audit(action="register")[0]
    assert (entry.target, entry.properties["method"], entry.risk) == ("ada@acme.test", "jit", "low")


def test_without_jit_an_unknown_person_is_refused_and_nothing_made(pair: Pair) -> None:
    configure(pair, jit=False)
    assert pair.code(pair.idp.response()) == "user_unknown"
    assert pair.sp.member("ada@acme.test") is None
    pair.sp.add_member("ada@acme.test", "manager")
    assert pair.code(pair.idp.response()) == ""


def test_the_address_looked_for_is_named_and_a_similar_one_pointed_at(pair: Pair) -> None:
    configure(pair, jit=False)
    pair.sp.add_member("ada@acme.example")
    assert pair.code(pair.idp.response()) == "user_unknown"
    assert difference(pair).received == "ada@acme.test"
    assert "ada@acme.example" in difference(pair).hint


def test_an_invited_person_joins_with_the_invited_role(pair: Pair) -> None:
    pair.sp.add_member("ada@acme.test", "manager", status="pending")
    assert pair.code(pair.idp.response()) == ""
    member = pair.sp.member("ada@acme.test")
    assert member is not None
    assert (member.role, member.status, member.joined_by) == ("manager", "joined", "sso")


def test_an_sp_may_want_the_invitation_accepted_first(make: Maker) -> None:
    pair = make(pending_joins=False)
    pair.sp.add_member("ada@acme.test", "manager", status="pending")
    assert pair.code(pair.idp.response()) == "user_pending"
    pair.sp.change_member("ada@acme.test", status="joined")
    assert pair.code(pair.idp.response()) == ""


def test_an_admin_stays_admin(pair: Pair) -> None:
    assert pair.code(pair.idp.response("admin@acme.test")) == ""
    assert role_of(pair, "admin@acme.test") == "admin"


def test_attributes_give_no_rights(pair: Pair) -> None:
    assert pair.code(pair.idp.response(attributes={"administrator": ["true"], "role": ["admin"]})) == ""
    assert role_of(pair) == "member"


def test_a_removed_member_is_made_again_or_refused_by_setting(make: Maker) -> None:
    for settings, code in (({}, ""), ({"removed_members": "refuse"}, "user_disabled")):
        pair = make(**settings)
        pair.sp.add_member("ada@acme.test", "manager")
        pair.sp.remove_member("ada@acme.test")
        assert pair.code(pair.idp.response()) == code
        assert role_of(pair) == ("member" if code == "" else "manager")


def test_a_removed_member_loses_the_session(pair: Pair) -> None:
    browser = pair.browser()
    pair.deliver(pair.idp.response(), browser)
    assert browser.signed_in() == "ada@acme.test"
    pair.sp.remove_member("ada@acme.test")
    assert browser.signed_in() == ""


def test_an_idp_speaks_only_for_the_domains_of_the_organization(make: Maker) -> None:
    pair = make(allowed_domains=("acme.test",))
    assert pair.code(pair.idp.response("ada@ACME.test")) == ""
    assert pair.code(pair.idp.response("ada@other.test")) == "domain_refused"
    assert pair.code(pair.idp.response("ada@sub.acme.test")) == "domain_refused"


def test_a_refused_person_does_not_use_the_answer_up(pair: Pair) -> None:
    configure(pair, jit=False)
    root = pair.idp.response()
    assert pair.code(root) == "user_unknown"
    pair.sp.add_member("ada@acme.test")
    assert pair.code(root) == ""


@pytest.fixture
def tenants(pair: Pair) -> Pair:
    """A second organization with an IdP of its own; returned is the pair of that one."""
    other = SmallIdp(entity_id="http://www.okta.com/exkOTHER", signer=key_pair("other"), now=pair.sp.now)
    pair.sp.add_organization("10002", "Other", admin_email="root@other.test")
    pair.sp.upload_metadata(other.metadata(), org_id="10002")
    pair.sp.save(org_id="10002")
    other.acs_url = pair.sp.acs_url.replace("10001", "10002")
    other.audience = pair.sp.entity_id.replace("10001", "10002")
    return Pair(pair.sp, other)


def deliver_to(pair: Pair, org_id: str) -> str:
    browser = pair.browser()
    from tests.reference_sp.small_idp import encoded

    browser.post(f"/saml/2/acs/{org_id}", {"SAMLResponse": encoded(pair.idp.response())}, cross_site=True)
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert bool(browser.signed_in()) == (attempt.code == "")
    return attempt.code


def test_each_organization_has_its_own_idp_and_accounts(pair: Pair, tenants: Pair) -> None:
    assert deliver_to(tenants, "10002") == ""
    assert pair.sp.member("ada@acme.test") is None
    assert pair.sp.member("ada@acme.test", org_id="10002") is not None


def test_an_answer_for_one_organization_is_refused_by_another(pair: Pair, tenants: Pair) -> None:
    assert deliver_to(tenants, "10001") == "iss_mismatch"
    assert deliver_to(pair, "10002") == "iss_mismatch"


def test_one_idp_does_not_speak_for_another(pair: Pair, tenants: Pair) -> None:
    tenants.idp.entity_id = pair.idp.entity_id
    tenants.idp.acs_url, tenants.idp.audience = pair.sp.acs_url, pair.sp.entity_id
    assert deliver_to(tenants, "10001") == "sig_untrusted_key"


def test_a_session_of_one_organization_opens_no_page_of_another(pair: Pair, tenants: Pair) -> None:
    browser = pair.browser()
    browser.post("/saml/2/acs/10002", {"SAMLResponse": _encoded(tenants)}, cross_site=True)
    assert browser.get("/10002/charts/1").status == 200
    assert browser.get("/10001/charts/1").location == "/login?next=/10001/charts/1"


def _encoded(pair: Pair) -> str:
    from tests.reference_sp.small_idp import encoded

    return encoded(pair.idp.response())


def test_an_answer_for_an_organization_that_is_not_there(pair: Pair) -> None:
    browser = pair.browser()
    page = browser.post("/saml/2/acs/99999", {"SAMLResponse": _encoded(pair)}, cross_site=True)
    assert page.status == 404
    assert browser.get("/sso/login/99999").code == "org_unknown"


def test_members_are_one_to_an_address_and_have_a_known_role(pair: Pair) -> None:
    pair.sp.add_member("bob@acme.test")
    with pytest.raises(UnknownSetting, match="member already"):
        pair.sp.add_member("BOB@acme.test")
    with pytest.raises(UnknownSetting, match="viewer, member, manager, admin"):
        pair.sp.add_member("eve@acme.test", "owner")
