"""Replay: what was used once comes again, in each of its forms."""

from __future__ import annotations

from lxml import etree

from fake_idp.faults import fault
from fake_idp.faults.replay import again
from fake_idp.saml.bindings import Delivery
from fake_idp.saml.pipeline import IssuedResponse, issue_response
from tests.faults.messages import claims, issue, signing
from tests.faults.verifier import covered
from tests.saml import examples

NEW_REQUEST = "_new"


def used() -> IssuedResponse:
    """An earlier response, whose assertion is signed."""
    return issue("assertion")


def replayed(name: str, earlier: IssuedResponse) -> etree._Element:
    """A later response, to another request, with this fault."""
    later = claims()
    later.response_id, later.assertion_id = "id9", "id8"
    later.in_response_to = later.subject_in_response_to = NEW_REQUEST
    message = issue_response(later, signing("assertion"), faults=[fault(name)], data={"captured": earlier})
    return etree.fromstring(message.xml)


def test_the_same_response_comes_byte_for_byte() -> None:
    earlier = used()

    assert etree.tostring(replayed("replay-same-response", earlier)) == etree.tostring(
        etree.fromstring(earlier.xml)
    )


def test_a_used_assertion_comes_in_a_new_response_with_its_signature_right() -> None:
    earlier = used()
    root = replayed("replay-rewrapped-assertion", earlier)
    (assertion,) = covered(etree.tostring(root), examples.signing_key())

    assert assertion.get("ID") == earlier.claims.assertion_id
    assert root.get("ID") not in ("id9", earlier.claims.response_id)
    assert root.get("InResponseTo") == earlier.claims.in_response_to


def test_a_used_assertion_comes_as_the_answer_to_a_new_request() -> None:
    earlier = used()
    root = replayed("replay-for-new-request", earlier)

    assert root.get("InResponseTo") == NEW_REQUEST
    confirmation = root.find(".//{*}SubjectConfirmationData")
    assert confirmation is not None
    assert confirmation.get("InResponseTo") == earlier.claims.in_response_to


def test_a_squatter_has_the_ids_of_the_genuine_message_and_no_signature() -> None:
    genuine = etree.fromstring(issue("both").xml)
    squatter = etree.fromstring(issue("both", fault("replay-id-squatting")).xml)

    assert [e.get("ID") for e in squatter.iter() if e.get("ID")] == [
        e.get("ID") for e in genuine.iter() if e.get("ID")
    ]
    assert squatter.find(".//{*}Signature") is None


def test_the_browsers_request_can_be_repeated_without_sharing_its_fields() -> None:
    first = Delivery("POST", "http://sp/acs", [("SAMLResponse", "x")])
    second = again(first)
    second.fields.append(("more", "1"))

    assert first.fields == [("SAMLResponse", "x")]
