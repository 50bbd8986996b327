"""A signed request is verified over exactly what was sent, and nothing less than all of it counts."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.saml.bindings import deflate, redirect_url
from fake_idp.saml.keys import new_signing_key
from fake_idp.saml.messages import (
    AuthnRequest,
    Message,
    RequestRefused,
    read_post,
    read_redirect,
    read_xml,
    verify_request_signature,
)
from fake_idp.saml.names import SIGNATURE_ALGORITHMS
from fake_idp.saml.signature import sign_bytes, sign_element
from fake_idp.saml.xml import Element, read_tree, wire
from tests.saml.examples import signing_key, sp_key
from tests.saml.requests import AUTHN_REQUEST, LOGOUT_REQUEST, SHORT_REQUEST, encode, redirect, sign

SP = [sp_key().certificate]


def refused(message: Message, certificates: list[object] | None = None) -> RequestRefused:
    with pytest.raises(RequestRefused) as info:
        verify_request_signature(message, SP if certificates is None else certificates)  # type: ignore[arg-type]
    return info.value


def signed_tree() -> tuple[Element, Element]:
    """A request signed by us, as a tree, and its Signature."""
    tree = read_tree(AUTHN_REQUEST.encode())
    return tree, sign_element(tree, sp_key())


class TestPost:
    """HTTP-POST: an enveloped signature."""

    @pytest.mark.parametrize("method", ["RSA_SHA256", "RSA_SHA1", "RSA_SHA512"])
    @pytest.mark.parametrize("digest", ["SHA256", "SHA1"])
    @pytest.mark.parametrize("xml", [AUTHN_REQUEST, LOGOUT_REQUEST, SHORT_REQUEST])
    def test_signatures_of_sps_are_verified_whatever_the_algorithm(
        self, xml: str, method: str, digest: str
    ) -> None:
        request = read_post(encode(sign(xml, sp_key(), method, digest)))
        assert request.signed
        assert verify_request_signature(request, SP) is SP[0]

    def test_the_certificate_that_verifies_is_found_among_several_given_as_objects_or_pem(self) -> None:
        request = read_post(encode(sign(AUTHN_REQUEST, sp_key())))
        found = verify_request_signature(request, [signing_key().certificate, sp_key().certificate_pem])
        assert found == sp_key().certificate

    def test_an_expired_certificate_still_verifies_because_only_its_key_counts(self) -> None:
        old = new_signing_key("sp", datetime(2001, 1, 1, tzinfo=UTC), 2, sp_key().private_key, rng=Random(1))
        request = read_post(encode(sign(AUTHN_REQUEST, old)))
        assert verify_request_signature(request, [old.certificate]) is old.certificate

    def test_a_signature_without_key_info_is_verified_too(self) -> None:
        tree, signature = signed_tree()
        signature.remove(signature.one("ds:KeyInfo"))
        assert verify_request_signature(read_xml(wire(tree)), SP) is SP[0]

    def test_the_certificate_in_the_message_is_not_trusted(self) -> None:
        request = read_post(encode(sign(AUTHN_REQUEST, signing_key())))
        refusal = refused(request)
        assert refusal.code == "signature"
        assert "none of the app's 1 signature certificates" in refusal.reason

    def test_without_a_certificate_nothing_verifies(self) -> None:
        refusal = refused(read_post(encode(sign(AUTHN_REQUEST, sp_key()))), [])
        assert refusal.code == "signature"
        assert "the app has no signature certificate" in refusal.reason

    @pytest.mark.parametrize(
        ("old", "new"),
        [(b"/saml/acs", b"/evil/acs"), (b'ForceAuthn="true"', b'ForceAuthn="false"'), (b"_req1", b"_req2")],
    )
    def test_a_changed_message_is_refused(self, old: bytes, new: bytes) -> None:
        xml = sign(AUTHN_REQUEST, sp_key())
        assert old in xml
        assert refused(read_xml(xml.replace(old, new, 1))).code == "signature"

    def test_an_unsigned_message_is_refused(self) -> None:
        assert refused(read_post(encode(AUTHN_REQUEST))).code == "unsigned"

    def test_a_signature_that_is_no_child_of_the_message_counts_as_none(self) -> None:
        tree, signature = signed_tree()
        tree.remove(signature)
        tree.one("samlp:NameIDPolicy").append(signature)
        message = read_xml(wire(tree))
        assert not message.signed
        assert refused(message).code == "unsigned"

    def test_a_signature_over_a_part_of_the_message_is_refused(self) -> None:
        tree = read_tree(AUTHN_REQUEST.encode())
        extensions = Element("samlp:Extensions", {"ID": "part"}, [read_tree(AUTHN_REQUEST.encode())])
        tree.append(extensions)
        sign_element(extensions, sp_key(), root=tree)
        signature = extensions.elements[0]
        tree.remove(signature)
        tree.insert(0, signature)
        refusal = refused(read_xml(wire(tree)))
        assert refusal.code == "signature_form"
        assert "does not cover the whole message" in refusal.reason

    def test_a_signed_request_wrapped_into_a_forged_one_is_refused(self) -> None:
        original, signature = signed_tree()
        forged = read_tree(AUTHN_REQUEST.replace("/saml/acs", "/evil/acs").replace("_req1", "_evil").encode())
        original.remove(signature)
        forged.insert(0, signature)
        signature.append(Element("ds:Object", {}, [original]))
        message = read_xml(wire(forged), expect=AuthnRequest)
        assert message.acs_url == "http://localhost:9000/evil/acs"
        assert refused(message).code in ("signature", "signature_form")

    def test_two_elements_of_the_signed_id_are_refused(self) -> None:
        tree, _signature = signed_tree()
        tree.append(Element("samlp:Extensions", {"ID": "_req1"}))
        assert refused(read_xml(wire(tree))).code == "signature"

    def test_two_signatures_are_refused(self) -> None:
        tree, signature = signed_tree()
        tree.append(signature.copy())
        refusal = refused(read_xml(wire(tree)))
        assert (refusal.code, "has 2 signatures" in refusal.reason) == ("signature_form", True)

    @pytest.mark.parametrize(
        "algorithm",
        [
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "",
            "none",
        ],
    )
    def test_other_algorithms_are_refused_by_name(self, algorithm: str) -> None:
        tree, signature = signed_tree()
        signature.one("ds:SignatureMethod").set("Algorithm", algorithm)
        refusal = refused(read_xml(wire(tree)))
        assert refusal.code == "signature_algorithm"
        assert repr(algorithm) in refusal.reason

    @settings(deadline=None, max_examples=60)
    @given(st.integers(0, 20_000), st.binary(max_size=3), st.integers(0, 3))
    def test_damage_anywhere_is_refused_or_changes_nothing_that_is_read(
        self, at: int, inserted: bytes, cut: int
    ) -> None:
        good = sign(AUTHN_REQUEST, sp_key())
        place = at % len(good)
        original = read_xml(good, expect=AuthnRequest)
        try:
            message = read_xml(good[:place] + inserted + good[place + cut :], expect=AuthnRequest)
            verify_request_signature(message, SP)
        except RequestRefused:
            return
        assert (message.id, message.issuer, message.acs_url) == (
            original.id,
            original.issuer,
            original.acs_url,
        )
        assert (message.destination, message.force_authn) == (original.destination, original.force_authn)


class TestRedirect:
    """HTTP-Redirect: a signature over the octets of the query string."""

    @pytest.mark.parametrize("algorithm", ["RSA_SHA256", "RSA_SHA1", "RSA_SHA512"])
    @pytest.mark.parametrize("relay_state", [None, "", "/a b?c=ü&d"])
    def test_signed_urls_are_verified(self, algorithm: str, relay_state: str | None) -> None:
        url = redirect_url(
            "http://x/sso", "SAMLRequest", AUTHN_REQUEST.encode(), relay_state, sp_key(), algorithm
        )
        request = read_redirect(urlsplit(url).query, expect=AuthnRequest)
        assert request.signed
        assert request.relay_state == (relay_state or None)
        assert verify_request_signature(request, SP) is SP[0]

    @pytest.mark.parametrize(
        "style", ["lower case escapes", "everything escaped", "as few escapes as possible"]
    )
    def test_what_counts_are_the_octets_that_were_sent_however_they_are_escaped(self, style: str) -> None:
        def escape(value: str) -> str:
            if style == "everything escaped":
                return "".join(f"%{b:02X}" for b in value.encode())
            if style == "lower case escapes":
                return re.sub("%..", lambda m: m[0].lower(), quote(value, safe=""))
            return quote(value, safe="/:")

        message = base64.b64encode(deflate(AUTHN_REQUEST.encode())).decode()
        algorithm = SIGNATURE_ALGORITHMS["RSA_SHA256"].replace("#", "%23")
        query = f"SAMLRequest={escape(message)}&RelayState={escape('a b/c')}&SigAlg={algorithm}"
        signature = base64.b64encode(sign_bytes(query.encode(), sp_key())).decode()
        request = read_redirect(f"{query}&Signature={escape(signature)}")
        assert verify_request_signature(request, SP) is SP[0]

    def test_the_order_in_the_url_does_not_matter_and_foreign_parameters_are_not_signed(self) -> None:
        url = redirect_url("http://x/sso", "SAMLRequest", AUTHN_REQUEST.encode(), "state", sp_key())
        parts = urlsplit(url).query.split("&")
        request = read_redirect("&".join([*reversed(parts), "login_hint=ada"]))
        assert verify_request_signature(request, SP) is SP[0]

    def test_an_empty_relay_state_that_was_signed_is_verified_with_it(self) -> None:
        query = (
            f"{redirect(AUTHN_REQUEST)}&RelayState=&SigAlg={quote_plus(SIGNATURE_ALGORITHMS['RSA_SHA256'])}"
        )
        signature = quote_plus(base64.b64encode(sign_bytes(query.encode(), sp_key())))
        assert verify_request_signature(read_redirect(f"{query}&Signature={signature}"), SP) is SP[0]

    @pytest.mark.parametrize("part", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
    def test_a_changed_part_is_refused(self, part: str) -> None:
        url = redirect_url("http://x/sso", "SAMLRequest", AUTHN_REQUEST.encode(), "state", sp_key())
        other = redirect_url(
            "http://x/sso", "SAMLRequest", SHORT_REQUEST.encode(), "other", sp_key(), "RSA_SHA1"
        )
        changed = [
            theirs if ours.startswith(f"{part}=") else ours
            for ours, theirs in zip(
                urlsplit(url).query.split("&"), urlsplit(other).query.split("&"), strict=True
            )
        ]
        assert refused(read_redirect("&".join(changed))).code == "signature"

    def test_a_relay_state_added_or_taken_away_is_refused(self) -> None:
        with_state = urlsplit(
            redirect_url("http://x", "SAMLRequest", SHORT_REQUEST.encode(), "s", sp_key())
        ).query
        without = urlsplit(
            redirect_url("http://x", "SAMLRequest", SHORT_REQUEST.encode(), None, sp_key())
        ).query
        assert refused(read_redirect(with_state.replace("&RelayState=s", ""))).code == "signature"
        assert refused(read_redirect(f"{without}&RelayState=s")).code == "signature"

    def test_the_key_of_somebody_else_is_refused(self) -> None:
        url = redirect_url("http://x/sso", "SAMLRequest", AUTHN_REQUEST.encode(), None, signing_key())
        assert refused(read_redirect(urlsplit(url).query)).code == "signature"

    @pytest.mark.parametrize(
        ("change", "code", "words"),
        [
            ("&Signature=eA==", "signature_form", "no SigAlg"),
            ("&SigAlg=urn:x&Signature=eA==", "signature_algorithm", "'urn:x'"),
            (
                f"&SigAlg={quote_plus(SIGNATURE_ALGORITHMS['RSA_SHA256'])}&Signature=",
                "empty",
                "Signature is empty",
            ),
            (
                f"&SigAlg={quote_plus(SIGNATURE_ALGORITHMS['RSA_SHA256'])}&Signature=%2525",
                "encoded_twice",
                "twice",
            ),
            (
                f"&SigAlg={quote_plus(SIGNATURE_ALGORITHMS['RSA_SHA256'])}&Signature=!",
                "not_base64",
                "Signature is not",
            ),
            ("", "unsigned", "no signature"),
        ],
    )
    def test_a_signature_that_cannot_be_used_says_why(self, change: str, code: str, words: str) -> None:
        refusal = refused(read_redirect(redirect(SHORT_REQUEST) + change))
        assert refusal.code == code
        assert words in refusal.reason

    def test_a_signature_inside_the_xml_is_pointed_out(self) -> None:
        request = read_redirect(redirect(sign(AUTHN_REQUEST, sp_key())))
        assert (request.signed, request.embedded_signature) == (False, True)
        refusal = refused(request)
        assert refusal.code == "embedded_signature"
        assert "signs the query string" in refusal.reason
