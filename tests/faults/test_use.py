"""Faults as they are used: by name, together, over a running org, and in deliveries."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from random import Random

import pytest
from lxml import etree

from fake_idp import FakeOkta
from fake_idp.faults import UnknownFault, catalogue, fault
from fake_idp.faults.relay_state import relay_state_value
from fake_idp.handles import PersonHandle, SamlApp
from fake_idp.saml.bindings import Delivery
from fake_idp.saml.faults import FaultContext, why_not
from tests.faults.messages import claims, issue, signing
from tests.saml import examples
from tests.saml.oracles import verify_with_signxml


@pytest.fixture(scope="module")
def okta() -> Iterator[FakeOkta]:
    """An org without pages."""
    with FakeOkta(base_url="http://127.0.0.1:9") as okta:
        yield okta


@pytest.fixture(scope="module")
def app(okta: FakeOkta) -> SamlApp:
    """An app with Okta's defaults."""
    return okta.create_saml_app(
        "Faulty", acs_url="http://localhost:9000/acs", audience="urn:sp", application_username="Email"
    )


@pytest.fixture(scope="module")
def ada(okta: FakeOkta, app: SamlApp) -> PersonHandle:
    """Somebody who may use it."""
    ada = okta.add_person("ada@acme.test")
    app.assign(ada)
    return ada


def test_a_login_takes_faults_by_name(app: SamlApp, ada: PersonHandle) -> None:
    good, bad = app.sign_in(ada), app.sign_in(ada, faults=["status-missing"])

    assert good.response.tree.find("saml2p:Status") is not None
    assert bad.response.tree.find("saml2p:Status") is None
    assert bad.response.faults == ("status-missing",)


def test_a_login_with_a_misspelt_fault_says_which_one_was_meant(app: SamlApp, ada: PersonHandle) -> None:
    with pytest.raises(UnknownFault, match="Did you mean 'status-missing'"):
        app.sign_in(ada, faults=["status-mising"])


def test_the_next_login_is_good_again(app: SamlApp, ada: PersonHandle) -> None:
    app.sign_in(ada, faults=["signature-removed"])

    verify_with_signxml(app.sign_in(ada).xml, app.key, "Response")


def test_faults_compose() -> None:
    xml = issue(
        "both", fault("destination-missing"), fault("audience-mismatch"), fault("signature-at-end")
    ).xml
    root = etree.fromstring(xml)

    assert root.get("Destination") is None
    assert "other-sp" in root.findtext(".//{*}Audience", "")
    assert str(root[-1].tag).endswith("Signature")


def test_faults_of_one_message_agree_on_who_is_forged() -> None:
    data: dict[str, object] = {"forge": {"ada@acme.test": "eve@acme.test"}}
    xml = issue("assertion", fault("xsw3"), fault("second-root"), data=data).xml

    assert (
        xml.count(b">eve@acme.test<") == 6
    )  # NameID and email: in the forged assertion, and in both of the second root
    assert data["forged"].identity == "eve@acme.test"  # type: ignore[attr-defined]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert issue("both", fault("xsw8")).xml == issue("both", fault("xsw8")).xml


def test_what_does_not_apply_says_so() -> None:
    reasons = why_not([fault("xsw3"), fault("status-missing")], claims(), signing("response"))

    assert reasons == {"xsw3": "The assertion has no signature of its own."}


def test_measures_are_taken_from_the_data() -> None:
    data: dict[str, object] = {"seconds": 187}
    late = issue("both", fault("conditions-not-before-shift"), data=data).claims

    assert (late.not_before - late.issue_instant).total_seconds() == 187
    assert late.not_on_or_after > late.not_before


def test_another_idp_is_taken_from_the_data() -> None:
    key = examples.signing_key("other")
    data: dict[str, object] = {"other_idp": {"entity_id": "urn:other", "key": key}}

    forged = issue("both", fault("signed-by-other-idp"), data=data)
    mixed_up = issue("both", fault("answered-by-other-idp"), data=data)

    assert forged.claims.issuer == examples.ISSUER
    assert mixed_up.claims.issuer == "urn:other"
    for message in (forged, mixed_up):
        verify_with_signxml(message.xml, key, "Response")


def deliver(name: str) -> Delivery:
    """The browser's request, with one fault of the binding."""
    message = issue("both")
    delivery = Delivery(
        "POST", examples.ACS_URL, [("SAMLResponse", message.saml_response), ("RelayState", "/deep")]
    )
    context = FaultContext(
        signing("both"), Random(5), {"forge": {"ada@acme.test": "eve@acme.test"}}, message.claims
    )
    return fault(name).apply(delivery, context) or delivery


def test_a_response_by_redirect_is_deflated_in_the_query() -> None:
    delivery = deliver("delivered-by-redirect")
    url, _, query = delivery.url.partition("?")

    assert (delivery.method, url, delivery.fields) == ("GET", examples.ACS_URL, [])
    assert "RelayState=%2Fdeep" in query


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("response-twice-forged-first", b"eve@", b"ada@"),
        ("response-twice-forged-last", b"ada@", b"eve@"),
    ],
)
def test_two_responses_come_in_the_order_of_the_name(name: str, first: bytes, last: bytes) -> None:
    found = [base64.b64decode(value) for field, value in deliver(name).fields if field == "SAMLResponse"]

    assert [first in found[0], last in found[1]] == [True, True]


def test_a_missing_relay_state_is_no_field_at_all() -> None:
    assert [name for name, _ in deliver("relay-state-missing").fields] == ["SAMLResponse"]


def test_the_query_holds_the_forged_and_the_form_the_genuine_response() -> None:
    delivery = deliver("response-also-in-query")

    assert delivery.url.startswith(f"{examples.ACS_URL}?SAMLResponse=")
    assert b"ada@acme.test" in base64.b64decode(dict(delivery.fields)["SAMLResponse"])


def test_relay_state_faults_know_the_sps_host() -> None:
    assert issue("both", fault("relay-state-userinfo")).fields == {
        "RelayState": "https://localhost:9000@evil.example.test/"
    }
    assert relay_state_value("javascript", "http://sp.test/acs") == "javascript:alert(1)"


@pytest.mark.parametrize(
    "wrong", [f for f in catalogue() if f.needs_consent and f.stage == "wire"], ids=lambda f: f.id
)
def test_what_loads_the_target_is_small_until_somebody_expands_it(wrong: object) -> None:
    assert wrong.needs_consent  # type: ignore[attr-defined]
    size = len(zlib.compress(issue("both", wrong).xml))  # type: ignore[arg-type]

    assert size < 100_000
