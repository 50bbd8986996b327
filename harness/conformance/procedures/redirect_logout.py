"""Logout messages by HTTP-Redirect: the only inbound messages of an SP whose signature is in the query string."""

from __future__ import annotations

import base64
import re
import time
import zlib
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from fake_idp.saml.bindings import Delivery, deflate, redirect_url
from fake_idp.saml.logout import build_logout_request
from fake_idp.saml.names import MORE_SIGNATURE_ALGORITHMS
from fake_idp.saml.pipeline import apply_faults
from fake_idp.saml.signature import sign_bytes
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.logout import stays
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import fault_context, redirect_endpoint, request_claims
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded
from harness.drivers.errors import PageTimeout

_NO_ENDPOINT = "The SP names no logout endpoint for HTTP-Redirect."
BOMB_BYTES = 100_000_000


def _request(attempt: Attempt, login: Login, endpoint: str) -> bytes:
    return build_logout_request(request_claims(attempt, login, endpoint), None)


def _signed_url(attempt: Attempt, login: Login, endpoint: str, relay_state: str | None = None) -> str:
    return redirect_url(
        endpoint, "SAMLRequest", _request(attempt, login, endpoint), relay_state, attempt.bench.idp.key
    )


def _visit(attempt: Attempt, login: Login, url: str) -> None:
    login.visitor.get_verbatim(url, from_url=attempt.bench.from_url)


def _is_gone(attempt: Attempt, login: Login) -> bool:
    return attempt.look(login.visitor, login.sent.person).who == "nobody"


def _session(attempt: Attempt) -> tuple[str, Login] | Outcome:
    """The SP's endpoint, and somebody with a session to be ended there; else why there is none."""
    endpoint = redirect_endpoint(attempt)
    if not endpoint:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    return (endpoint, login) if login.sight.who == "subject" else judge(attempt.case, login.sight, "accept")


def _must_end(attempt: Attempt, make_url: str, what: str) -> Outcome:
    """A proper request in an unusual form must work like one in the usual form."""
    for form in ("usual", make_url):
        ready = _session(attempt)
        if isinstance(ready, Outcome):
            return ready
        endpoint, login = ready
        _visit(attempt, login, _URLS[form](attempt, login, endpoint))
        if not _is_gone(attempt, login):
            if form == "usual":
                return not_verified("A proper LogoutRequest by HTTP-Redirect does not end the session.")
            return not_met(
                attempt.case, "refused", "the session has ended", f"The request {what} was refused."
            )
    return passed(f"The request {what} ends the session.")


def _lower_case_escapes(attempt: Attempt, login: Login, endpoint: str) -> str:
    """Signed over lower-case percent escapes, as some IdPs write them."""
    message = base64.b64encode(deflate(_request(attempt, login, endpoint))).decode()
    algorithm = MORE_SIGNATURE_ALGORITHMS["RSA_SHA256"]
    query = f"SAMLRequest={_lower(message)}&SigAlg={_lower(algorithm)}"
    signature = base64.b64encode(sign_bytes(query.encode(), attempt.bench.idp.key, "RSA_SHA256")).decode()
    return f"{endpoint}?{query}&Signature={_lower(signature)}"


def _lower(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), quote(text, safe=""))


def _signature_first(attempt: Attempt, login: Login, endpoint: str) -> str:
    url = _signed_url(attempt, login, endpoint, "state")
    parts = urlsplit(url).query.split("&")
    return f"{endpoint}?{'&'.join(reversed(parts))}"


_URLS = {"usual": _signed_url, "lower-case": _lower_case_escapes, "reversed": _signature_first}


@procedure("redirect-logout-encoding")
def redirect_logout_encoding(attempt: Attempt) -> Outcome:
    """The signature covers the octets as they came, whatever case the escapes are in."""
    return _must_end(attempt, "lower-case", "with lower-case percent escapes")


@procedure("redirect-logout-order")
def redirect_logout_order(attempt: Attempt) -> Outcome:
    """Signature first, message last."""
    return _must_end(attempt, "reversed", "with its parameters in another order")


def _must_stay(attempt: Attempt, urls: dict[str, str], login: Login) -> Outcome:
    for what, url in urls.items():
        _visit(attempt, login, url)
        if problem := stays(attempt, login, what):
            return problem
    endpoint = redirect_endpoint(attempt)
    _visit(attempt, login, _signed_url(attempt, login, endpoint))
    if not _is_gone(attempt, login):
        return not_verified("A proper LogoutRequest by HTTP-Redirect does not end the session either.")
    return passed("The session stays, and ends by a proper request.")


@procedure("redirect-logout-relaystate-changed")
def redirect_logout_relaystate_changed(attempt: Attempt) -> Outcome:
    """RelayState is covered by the signature."""
    ready = _session(attempt)
    if isinstance(ready, Outcome):
        return ready
    endpoint, login = ready
    urls = {
        "a request with a changed RelayState": _signed_url(attempt, login, endpoint, "before").replace(
            "RelayState=before", "RelayState=after"
        ),
        "a request with an added RelayState": f"{_signed_url(attempt, login, endpoint)}&RelayState=added",
    }
    return _must_stay(attempt, urls, login)


@procedure("redirect-logout-confusion")
def redirect_logout_confusion(attempt: Attempt) -> Outcome:
    """A signed message beside an unsigned one."""
    ready = _session(attempt)
    if isinstance(ready, Outcome):
        return ready
    endpoint, login = ready
    other = attempt.good_login()
    proper = urlsplit(_signed_url(attempt, other, endpoint)).query
    unsigned = quote_plus(base64.b64encode(deflate(_request(attempt, login, endpoint))))
    signature = "&".join(part for part in proper.split("&") if not part.startswith("SAMLRequest="))
    message = dict(parse_qsl(proper))["SAMLRequest"]
    urls = {
        "an unsigned request after a signed one": f"{endpoint}?{proper}&SAMLRequest={unsigned}",
        "an unsigned request before a signed one": f"{endpoint}?SAMLRequest={unsigned}&{proper}",
        "an unsigned request beside a signed answer": (
            f"{endpoint}?SAMLResponse={quote_plus(message)}&SAMLRequest={unsigned}&{signature}"
        ),
    }
    return _must_stay(attempt, urls, login)


@procedure("redirect-logout-signature-parts")
def redirect_logout_signature_parts(attempt: Attempt) -> Outcome:
    """Signature without algorithm, algorithm without signature, both empty, unknown algorithm."""
    ready = _session(attempt)
    if isinstance(ready, Outcome):
        return ready
    endpoint, login = ready
    parts = dict(
        part.partition("=")[::2] for part in urlsplit(_signed_url(attempt, login, endpoint)).query.split("&")
    )

    def url(**changes: str | None) -> str:
        chosen = {name: value for name, value in {**parts, **changes}.items() if value is not None}
        return f"{endpoint}?{'&'.join(f'{name}={value}' for name, value in chosen.items())}"

    return _must_stay(
        attempt,
        {
            "a request without signature": url(Signature=None, SigAlg=None),
            "a request without SigAlg": url(SigAlg=None),
            "a request without Signature": url(Signature=None),
            "a request with an empty Signature": url(Signature=""),
            "a request with an empty SigAlg": url(SigAlg=""),
            "a request with an unknown SigAlg": url(SigAlg=quote_plus("urn:example:none")),
        },
        login,
    )


def _faulty_url(attempt: Attempt, login: Login, endpoint: str) -> str:
    """A proper request, then with the case's faults in its XML and in its query string."""
    context = fault_context(attempt)
    claims = request_claims(attempt, login, endpoint)
    xml = build_logout_request(claims, None, faults=attempt.faults, context=context)
    delivery = Delivery("GET", redirect_url(endpoint, "SAMLRequest", xml, None, attempt.bench.idp.key))
    changed: Delivery | None = apply_faults("binding", delivery, attempt.faults, context)
    return (changed or delivery).url


@procedure("redirect-logout-refused")
def redirect_logout_refused(attempt: Attempt) -> Outcome:
    """A request with something in its query string that the SP must not pass over."""
    ready = _session(attempt)
    if isinstance(ready, Outcome):
        return ready
    endpoint, login = ready
    what = f"a request with the fault {attempt.faults[0].id}"
    return _must_stay(attempt, {what: _faulty_url(attempt, login, endpoint)}, login)


@procedure("redirect-logout-empty-relaystate")
def redirect_logout_empty_relaystate(attempt: Attempt) -> Outcome:
    """Without RelayState the signature covers none; whether an empty, signed one is taken as well is recorded."""
    ended = []
    for make_url in (_signed_url, _faulty_url):
        ready = _session(attempt)
        if isinstance(ready, Outcome):
            return ready
        endpoint, login = ready
        _visit(attempt, login, make_url(attempt, login, endpoint))
        ended.append(_is_gone(attempt, login))
    without, empty = ended
    if not without:
        seen = "A properly signed request without RelayState does not end it."
        return not_met(attempt.case, "refused", "the session has ended", seen)
    return recorded(f"A request with an empty RelayState {'ends' if empty else 'does not end'} the session.")


@procedure("redirect-logout-embedded-signature")
def redirect_logout_embedded_signature(attempt: Attempt) -> Outcome:
    """A Signature in the XML, and none in the query string."""
    ready = _session(attempt)
    if isinstance(ready, Outcome):
        return ready
    endpoint, login = ready
    _visit(attempt, login, _faulty_url(attempt, login, endpoint))
    if _is_gone(attempt, login):
        return recorded("A request that is signed in its XML alone ends the session.")
    _visit(attempt, login, _signed_url(attempt, login, endpoint))
    if not _is_gone(attempt, login):
        return not_verified("A proper LogoutRequest by HTTP-Redirect does not end the session either.")
    return passed("A request that is signed in its XML alone is refused.")


@procedure("redirect-inflate-bomb")
def redirect_inflate_bomb(attempt: Attempt) -> Outcome:
    """A few kilobytes that inflate to many megabytes."""
    endpoint = redirect_endpoint(attempt)
    if not endpoint:
        return not_verified(_NO_ENDPOINT)
    packer = zlib.compressobj(9, wbits=-15)
    packed = (
        b"".join(packer.compress(b" " * 1_000_000) for _ in range(BOMB_BYTES // 1_000_000)) + packer.flush()
    )
    visitor = attempt.visitor()
    within = attempt.case.within or 2.0
    began = time.monotonic()
    try:
        page = visitor.get(f"{endpoint}?SAMLRequest={quote_plus(base64.b64encode(packed))}")
    except PageTimeout as error:
        return not_met(attempt.case, "slow", f"an answer within {within:g} s", str(error))
    seconds = time.monotonic() - began
    if attempt.good_login().sight.who != "subject":
        return not_met(attempt.case, "target_down", "the SP stays up", "The next good login failed.")
    if seconds > within:
        return not_met(attempt.case, "slow", f"an answer within {within:g} s", f"It took {seconds:.1f} s.")
    if page.status >= 500:
        return not_met(
            attempt.case, "server_error", "a clean refusal", f"HTTP {page.status}", verdict="warning",
            hint="A warning only: the SP gave up in time, and the next login works.",
        )  # fmt: skip
    return passed(f"Refused with HTTP {page.status} in {seconds:.1f} s; the next login works.")
