"""What a login looks like from outside, one aspect each: the effects that weaknesses of the login have."""

from __future__ import annotations

import base64
import re
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from tests.reference_sp.conftest import Pair
from tests.reference_sp.edits import audience
from tests.reference_sp.logout_messages import post, request, signed_in
from tests.reference_sp.small_idp import SAML, SAMLP, SmallIdp, encoded, find, sign
from tests.reference_sp.small_idp import pair as key_pair
from tests.reference_sp.test_encryption import response


def request_xml(pair: Pair) -> str:
    return started_with(pair)[0]


def started_with(pair: Pair, next_page: str = "", **headers: str) -> tuple[str, str, bytes]:
    """AuthnRequest, RelayState and packed bytes of a login's start."""
    page = pair.browser().get(f"/sso/login/10001?next={next_page}", **headers)
    query = dict(parse_qsl(urlsplit(page.location).query))
    packed = base64.b64decode(query["SAMLRequest"])
    raw = zlib.decompress(packed, 15 if packed[:1] == b"\x78" else -15)
    return raw.decode(), query["RelayState"], packed


def ids(pair: Pair) -> list[str]:
    return [re.findall(r' ID="([^"]*)"', request_xml(pair))[0] for _ in range(2)]


def deliver_solicited(pair: Pair, start_page: str = "", relay_state: str | None = None) -> str:
    """Where a solicited login ends."""
    browser = pair.browser()
    asked, state = pair.start(browser, start_page)
    root = pair.idp.response(in_response_to=asked.get("ID"))
    return pair.deliver(root, browser, state if relay_state is None else relay_state).location


def twice_at_once(pair: Pair) -> int:
    root, gate = pair.idp.response(), threading.Barrier(6)

    def one(_: int) -> str:
        gate.wait()
        return pair.deliver(root).location

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(one, range(6))).count("/me")


def replayed(pair: Pair) -> str:
    root = pair.idp.response()
    pair.code(root)
    return pair.code(root)


def rewrapped(pair: Pair) -> str:
    used = pair.idp.response(signed="assertion")
    pair.code(used)
    fresh = pair.idp.response(signed="none")
    fresh.replace(find(fresh, "a:Assertion"), find(used, "a:Assertion"))
    return pair.code(fresh)


def late_replay(pair: Pair) -> str:
    root = pair.idp.response()
    pair.code(root)
    pair.sp.move_clock(timedelta(seconds=330))
    return pair.code(root)


def squatted(pair: Pair) -> str:
    pair.code(pair.idp.response(signed="none", assertion_id="id-to-come"))
    return pair.code(pair.idp.response(assertion_id="id-to-come"))


def other_browser(pair: Pair) -> str:
    asked, _ = pair.start(pair.browser())
    return pair.code(pair.idp.response(in_response_to=asked.get("ID")))


def answered_twice(pair: Pair) -> str:
    browser = pair.browser()
    asked, _ = pair.start(browser)
    pair.code(pair.idp.response(in_response_to=asked.get("ID")), browser)
    return pair.code(pair.idp.response(in_response_to=asked.get("ID")), browser)


def stale_request(pair: Pair) -> str:
    browser = pair.browser()
    asked, _ = pair.start(browser)
    pair.sp.move_clock(timedelta(hours=2))
    return pair.code(pair.idp.response(in_response_to=asked.get("ID")), browser)


def late_assertion(pair: Pair) -> str:
    root = pair.idp.response()
    index = find(root, "a:Assertion/a:AuthnStatement").get("SessionIndex", "")
    post(pair, sign(request(pair, index), pair.idp.signer))
    return pair.code(root)


def fixation(pair: Pair) -> bool:
    browser = pair.browser()
    browser.cookies["sp_session"], browser.attributes["sp_session"] = "planted", {"samesite": "None"}
    pair.deliver(pair.idp.response(), browser)
    return browser.cookies["sp_session"] == "planted"


def cookie_flags(pair: Pair) -> tuple[object, object]:
    browser, _ = signed_in(pair)
    return browser.attributes["sp_session"]["secure"], browser.attributes["sp_session"]["httponly"]


def outlives_assertion(pair: Pair) -> str:
    browser, _ = signed_in(pair)
    pair.sp.move_clock(timedelta(minutes=10))
    return browser.signed_in()


def refused_but_in(pair: Pair) -> str:
    browser = pair.browser()
    pair.deliver(pair.idp.response(conditions=audience(["urn:x"])), browser)
    return browser.signed_in()


def second_person(pair: Pair) -> str:
    browser, _ = signed_in(pair)
    asked, state = pair.start(browser)
    pair.deliver(pair.idp.response("bob@acme.test", in_response_to=asked.get("ID")), browser, state)
    return browser.signed_in()


def swapped_silently(pair: Pair) -> str:
    browser, _ = signed_in(pair)
    pair.deliver(pair.idp.response("eve@acme.test"), browser)
    return browser.signed_in()


def state_lost(pair: Pair) -> str:
    browser = pair.browser()
    asked, state = pair.start(browser)
    pair.deliver(pair.idp.response(in_response_to=asked.get("ID")), browser, state)
    return browser.signed_in()


def refusal_text(pair: Pair, relay_state: str = "", message: str = "") -> str:
    """What a refused login answers at once."""
    text = message or encoded(pair.idp.response(signed="none"))
    return (
        pair.browser()
        .post("/saml/2/acs/10001", {"SAMLResponse": text, "RelayState": relay_state}, cross_site=True)
        .text
    )


def status_message(pair: Pair) -> str:
    xml = (
        f'<p:Response xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="x1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">'
        f'<a:Issuer>{pair.idp.entity_id}</a:Issuer><p:Status><p:StatusCode Value="urn:x"/>'
        "<p:StatusMessage>&lt;script&gt;1&lt;/script&gt;</p:StatusMessage></p:Status></p:Response>"
    )
    return refusal_text(pair, message=encoded(xml.encode()))


def attribute_text(pair: Pair) -> bool:
    browser = pair.browser()
    pair.deliver(pair.idp.response(attributes={"note": ["&lt;script&gt;1&lt;/script&gt;"]}), browser)
    return "<script>1</script>" in browser.get("/me").text


def failed_decryptions(pair: Pair) -> int:
    """How many different pages tell of failed decryptions."""
    codes = set()
    for key in (key_pair("attacker").key.public_key(), None):
        root = response(pair, inner=False, outer=False, key=key)
        browser = pair.browser()
        codes.add(browser.get(pair.deliver(root, browser).location).code)
    return len(codes)


def two_tenants(pair: Pair) -> Pair:
    other = SmallIdp(entity_id="http://www.okta.com/exkOTHER", signer=key_pair("other"), now=pair.sp.now)
    pair.sp.add_organization("10002")
    pair.sp.upload_metadata(other.metadata(), org_id="10002")
    pair.sp.save(org_id="10002")
    other.acs_url = pair.sp.acs_url.replace("10001", "10002")
    other.audience = pair.sp.entity_id.replace("10001", "10002")
    return Pair(pair.sp, other)


def collision(pair: Pair) -> str:
    """The organization in which another organization's IdP signs the admin in."""
    import json

    other, browser = two_tenants(pair), pair.browser()
    message = encoded(other.idp.response(pair.sp.admin_email))
    browser.post("/saml/2/acs/10002", {"SAMLResponse": message}, cross_site=True)
    return str(json.loads(browser.get("/me.json").text).get("organization"))


def wrong_tenant(pair: Pair) -> str:
    other, browser = two_tenants(pair), pair.browser()
    browser.post("/saml/2/acs/10001", {"SAMLResponse": encoded(other.idp.response())}, cross_site=True)
    return browser.signed_in()


def last_parameter(pair: Pair) -> str:
    browser = pair.browser()
    forged = encoded(pair.idp.response("eve@acme.test", signed="none"))
    fields = [("SAMLResponse", encoded(pair.idp.response())), ("SAMLResponse", forged)]
    browser.post("/saml/2/acs/10001", fields, cross_site=True)
    return browser.signed_in()


def by_get(pair: Pair) -> str:
    from urllib.parse import quote

    browser = pair.browser()
    browser.get(f"/saml/2/acs/10001?SAMLResponse={quote(encoded(pair.idp.response()), safe='')}")
    return browser.signed_in()


def large(pair: Pair) -> int:
    root = pair.idp.response(attributes={"note": ["x" * 900_000]})
    return pair.deliver(root).status


def name_of(pair: Pair, name: str) -> object:
    import json

    browser = pair.browser()
    pair.deliver(pair.idp.response(name), browser)
    return json.loads(browser.get("/me.json").text).get("name_id")


def groups_of(pair: Pair) -> object:
    import json

    browser = pair.browser()
    pair.deliver(pair.idp.response(attributes={"groups": ["a", "b"]}), browser)
    return json.loads(browser.get("/me.json").text)["attributes"]["groups"]


def foreign_domain(pair: Pair) -> str:
    pair.sp.change_settings(allowed_domains=("other.test",))
    return pair.code(pair.idp.response())
