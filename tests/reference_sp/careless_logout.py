"""What a logout or an upload looks like from outside: the effects that their weaknesses have."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from harness.reference_sp import SettingRefused
from tests.reference_sp.conftest import Pair
from tests.reference_sp.logout_messages import answer, post, query_for, raw_get, request, signed_in, started
from tests.reference_sp.small_idp import encoded, sign
from tests.reference_sp.small_idp import pair as key_pair

Effect = Callable[[Pair], object]


def unsigned_logout(pair: Pair) -> str:
    browser, _ = signed_in(pair)
    post(pair, request(pair), browser=browser)
    return browser.signed_in()


def logout_fields(pair: Pair) -> tuple[bool, bool, bool]:
    """Signed, with SessionIndex, and whether somebody is signed in after the request was dropped."""
    browser, _ = signed_in(pair)
    query = dict(parse_qsl(urlsplit(browser.post("/logout/everywhere").location).query))
    message = zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15)
    return "Signature" in query, b"SessionIndex" in message, bool(pair.sp.sessions())


def forged_answer_ends_session(pair: Pair) -> str:
    browser, _ = signed_in(pair)
    browser.post("/saml/2/slo/10001", {"SAMLResponse": encoded(answer(pair, "_x"))})
    return browser.signed_in()


def logout_with(**changes: object) -> Effect:
    def effect(pair: Pair) -> str:
        browser, _ = signed_in(pair)
        post(pair, sign(request(pair, **changes), pair.idp.signer), browser=browser)  # type: ignore[arg-type]
        return browser.signed_in()

    return effect


def logout_replayed(pair: Pair) -> str:
    signed_in(pair)
    message = sign(request(pair), pair.idp.signer)
    post(pair, message)
    browser, _ = signed_in(pair)
    post(pair, message)
    return browser.signed_in()


def uncorrelated_answer(pair: Pair) -> str:
    browser, _ = started(pair)
    return post(pair, sign(answer(pair, "_unknown"), pair.idp.signer), "SAMLResponse", browser).location


def lower_case_escapes(pair: Pair) -> str:
    browser, index = signed_in(pair)

    def lower(text: str) -> str:
        from urllib.parse import quote

        return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))

    raw_get(pair, query_for(request(pair, index), pair.idp.signer, quoted=lower))
    return browser.signed_in()


def inflated(pair: Pair) -> int:
    packer = zlib.compressobj(9, wbits=-15)
    message = request(pair)
    message.text = " " * 1_000_000
    from lxml import etree

    data = base64.b64encode(packer.compress(etree.tostring(message)) + packer.flush()).decode()
    from urllib.parse import quote

    return pair.browser().get(f"/saml/2/slo/10001?SAMLRequest={quote(data, safe='')}").status


def uploaded(change: Callable[[str], str]) -> Effect:
    def effect(pair: Pair) -> str:
        try:
            pair.sp.upload_metadata(change(pair.idp.metadata().decode()))
        except SettingRefused as refused:
            return refused.difference.code
        return ""

    return effect


def removed_key(pair: Pair) -> str:
    pair.sp.upload_metadata(pair.idp.metadata(certificates=[key_pair("second")]))
    pair.sp.save()
    return pair.code(pair.idp.response())


def second_key(pair: Pair) -> str:
    pair.sp.upload_metadata(pair.idp.metadata(certificates=[pair.idp.signer, key_pair("second")]))
    pair.sp.save()
    pair.idp.signer = key_pair("second")
    return pair.code(pair.idp.response())


def encryption_key_signs(pair: Pair) -> str:
    other = key_pair("second")
    use = 'use="signing"'
    both = pair.idp.metadata(certificates=[pair.idp.signer, other]).decode()
    pair.sp.upload_metadata(both[::-1].replace(use[::-1], 'use="encryption"'[::-1], 1)[::-1])
    pair.sp.save()
    pair.idp.signer = other
    return pair.code(pair.idp.response())
