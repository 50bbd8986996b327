"""Weaknesses that lie in what the SP does around a message: each shown by its effect, beside the strict SP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from tests.reference_sp.careless_login import (
    answered_twice,
    attribute_text,
    by_get,
    collision,
    cookie_flags,
    deliver_solicited,
    failed_decryptions,
    fixation,
    foreign_domain,
    groups_of,
    ids,
    large,
    last_parameter,
    late_assertion,
    late_replay,
    name_of,
    other_browser,
    outlives_assertion,
    refusal_text,
    refused_but_in,
    replayed,
    request_xml,
    rewrapped,
    second_person,
    squatted,
    stale_request,
    started_with,
    state_lost,
    status_message,
    swapped_silently,
    twice_at_once,
    wrong_tenant,
)
from tests.reference_sp.careless_logout import (
    Effect,
    encryption_key_signs,
    forged_answer_ends_session,
    inflated,
    logout_fields,
    logout_replayed,
    logout_with,
    lower_case_escapes,
    removed_key,
    second_key,
    uncorrelated_answer,
    unsigned_logout,
    uploaded,
)
from tests.reference_sp.conftest import Maker
from tests.reference_sp.small_idp import DS
from tests.reference_sp.test_encryption import RSA_15, response

EFFECTS: list[tuple[str, Effect, Callable[[object], bool]]] = [
    ("counts-request-ids", ids, lambda got: str(got[0]).startswith("_request0")),  # type: ignore[index]
    ("repeats-request-ids", ids, lambda got: got[0] == got[1]),  # type: ignore[index]
    ("asks-as-another-sp", request_xml, lambda got: "another-sp.test" in str(got)),
    ("asks-for-another-acs", request_xml, lambda got: "/unlisted" in str(got)),
    ("asks-for-a-name-format", request_xml, lambda got: "nameid-format:persistent" in str(got)),
    ("compresses-with-header", lambda pair: started_with(pair)[2][:1], lambda got: got == b"\x78"),
    ("relay-state-is-the-page", lambda pair: len(started_with(pair, "/10001/" + "x" * 99)[1]), lambda got: got > 80),  # type: ignore[operator]
    ("trusts-host-header", lambda pair: started_with(pair, Host="evil.test")[0], lambda got: "evil.test" in str(got)),
    ("lets-pages-be-cached", lambda pair: pair.browser().get("/sso/login/10001").headers.get("Cache-Control"),
     lambda got: got is None),
    ("accepts-redirect-at-acs", by_get, lambda got: got == "ada@acme.test"),
    ("reads-last-parameter", last_parameter, lambda got: got == "eve@acme.test"),
    ("no-size-limit", large, lambda got: got == 303),
    ("no-browser-binding", other_browser, lambda got: got == ""),
    ("answers-a-request-twice", answered_twice, lambda got: got == ""),
    ("remembers-requests-for-ever", stale_request, lambda got: got == ""),
    ("generous-clock-skew", lambda pair: pair.code(pair.idp.response(not_before=3600, not_on_or_after=7200)),
     lambda got: got == ""),
    ("no-clock-skew", lambda pair: pair.code(pair.idp.response(not_before=60)), lambda got: got == "time_early"),
    ("no-replay-check", replayed, lambda got: got == ""),
    ("remembers-response-ids", rewrapped, lambda got: got == ""),
    ("forgets-assertions-at-expiry", late_replay, lambda got: got == ""),
    ("remembers-unverified-messages", squatted, lambda got: got == "replayed"),
    ("accepts-late-assertions", late_assertion, lambda got: got == ""),
    ("lowers-name-ids", lambda pair: name_of(pair, " Ada@Acme.test"), lambda got: got == "ada@acme.test"),
    ("keeps-one-value", lambda pair: groups_of(pair), lambda got: got == ["a"]),
    ("empty-name-is-the-first-account", lambda pair: name_of(pair, ""), lambda got: got == ""),
    ("no-domain-check", lambda pair: foreign_domain(pair), lambda got: got == ""),
    ("shares-accounts-across-organizations", collision, lambda got: got == "10001"),
    ("accepts-answers-at-any-organization", wrong_tenant, lambda got: got == "ada@acme.test"),
    ("keeps-session-id", fixation, bool),
    ("insecure-session-cookie", cookie_flags, lambda got: got == ("", "")),
    ("session-ends-with-assertion", outlives_assertion, lambda got: got == ""),
    ("session-before-verdict", refused_but_in, lambda got: got == "ada@acme.test"),
    ("keeps-first-session", second_person, lambda got: got == "ada@acme.test"),
    ("switches-accounts-silently", swapped_silently, lambda got: got == "eve@acme.test"),
    ("state-cookie-is-lax", state_lost, lambda got: got == ""),
    ("open-redirect", lambda pair: pair.deliver(pair.idp.response(), None, "https://evil.test/").location,
     lambda got: got == "https://evil.test/"),
    ("open-redirect", lambda pair: pair.deliver(pair.idp.response(), None, "javascript:alert(1)").location,
     lambda got: str(got).startswith("javascript:")),
    ("follows-unsolicited-relay-state", lambda pair: pair.deliver(pair.idp.response(), None, "/logout").location,
     lambda got: got == "/logout"),
    ("loses-deep-link", lambda pair: deliver_solicited(pair, "/10001/x"), lambda got: got == "/me"),
    ("refuses-unknown-relay-state", lambda pair: deliver_solicited(pair, "", "unknown"), lambda got: got != "/me"),
    ("reflects-relay-state", lambda pair: refusal_text(pair, "<b>x"), lambda got: "<b>x" in str(got)),
    ("shows-internals", refusal_text, lambda got: "Traceback" in str(got)),
    ("shows-status-message", status_message, lambda got: "<script>1</script>" in str(got)),
    ("writes-attributes-unescaped", attribute_text, bool),
    ("retries-after-failure", lambda pair: pair.deliver(pair.idp.response(signed="none")).location,
     lambda got: got == "/sso/login/10001"),
    ("crashes-on-refusal", lambda pair: pair.deliver(pair.idp.response(signed="none")).status, lambda got: got == 500),
    ("encryption-counts-as-signature", lambda pair: pair.code(response(pair, inner=False, outer=False)),
     lambda got: got == ""),
    ("tells-decryption-failures-apart", failed_decryptions, lambda got: got == 2),
    ("accepts-rsa-15", lambda pair: pair.code(response(pair, padding=PKCS1v15(), transport=RSA_15)),
     lambda got: got == ""),
    ("no-logout-signature-check", unsigned_logout, lambda got: got == ""),
    ("unsigned-logout-request", lambda pair: logout_fields(pair)[0], lambda got: got is False),
    ("logout-without-session-index", lambda pair: logout_fields(pair)[1], lambda got: got is False),
    ("keeps-session-until-answer", lambda pair: logout_fields(pair)[2], lambda got: got is True),
    ("logout-answer-ends-sessions", forged_answer_ends_session, lambda got: got == ""),
    ("no-logout-destination-check", logout_with(destination="https://x.test"), lambda got: got == ""),
    ("no-logout-time-check", logout_with(issued=-1000), lambda got: got == ""),
    ("ends-sessions-of-any-name", logout_with(name="eve@acme.test"), lambda got: got == ""),
    ("no-logout-replay-check", logout_replayed, lambda got: got == ""),
    ("no-logout-correlation", uncorrelated_answer, lambda got: str(got).startswith("/login")),
    ("verifies-query-encoded-anew", lower_case_escapes, lambda got: got != ""),
    ("no-inflate-limit", inflated, lambda got: got == 403),
    ("accepts-any-endpoint-scheme",
     uploaded(lambda text: text.replace("http://127.0.0.1:9/app/small/sso", "javascript:")),
     lambda got: got == ""),
    ("ignores-metadata-expiry",
     uploaded(lambda text: text.replace(
         "<md:EntityDescriptor ", '<md:EntityDescriptor validUntil="2001-01-01T00:00:00Z" ')),
     lambda got: got == ""),
    ("allows-dtd-in-metadata", uploaded(lambda text: text.replace("?>", "?><!DOCTYPE x>", 1)), lambda got: got == ""),
    ("no-metadata-size-limit", uploaded(lambda text: text + " " * 1_000_001), lambda got: got == ""),
    ("first-signing-key-only", second_key, lambda got: got == "sig_untrusted_key"),
    ("trusts-encryption-keys", encryption_key_signs, lambda got: got == ""),
    ("keeps-removed-keys", removed_key, lambda got: got == ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("weakness", "effect", "careless"), EFFECTS, ids=[f"{n}: {w}" for n, (w, _, _) in enumerate(EFFECTS)]
)
def test_the_effect_shows_with_the_weakness_and_only_then(
    make: Maker, weakness: str, effect: Effect, careless: Callable[[object], bool]
) -> None:
    assert not careless(effect(make()))
    assert careless(effect(make(weaknesses=[weakness])))


def test_looking_first_and_storing_later_lets_equal_messages_race(make: Maker) -> None:
    strict, careless = make(), make(weaknesses=["checks-then-stores"])
    assert twice_at_once(strict) == 1
    assert twice_at_once(careless) > 1


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server that writes down what is fetched from it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("weaknesses", "fetched"), [([], []), (["fetches-addresses-in-messages"], ["/key"])])
def test_addresses_in_messages_are_left_alone(
    make: Maker, listener: tuple[str, list[str]], weaknesses: list[str], fetched: list[str]
) -> None:
    url, seen = listener
    pair = make(weaknesses=weaknesses)
    hint = f'<ds:KeyInfo xmlns:ds="{DS}"><ds:RetrievalMethod URI="{url}/key"/></ds:KeyInfo>'
    assert pair.code(pair.idp.response(options={"key_info": hint})) != ""
    assert seen == fetched
