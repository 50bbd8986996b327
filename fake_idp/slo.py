"""Single logout: answering an app's LogoutRequest, and telling the other apps of a session that it is over.

An app may ask by POST or Redirect, always signed. Okta ends its session and answers by POST at the app's Single Logout
URL; a request that it does not trust gets the status AuthnFailed there (reports of 2017 to 2021), and one that
cannot be read gets the 400 page. Apps that take part in front-channel logout are sent a LogoutRequest each, through
the browser.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fake_idp.org.log import app_entry, app_user_entry
from fake_idp.org.model import App, AppSession, Person, Session
from fake_idp.org.org import Org
from fake_idp.saml.bindings import Delivery, redirect_url
from fake_idp.saml.faults import Fault, FaultContext, apply_faults
from fake_idp.saml.ids import message_id
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import (
    LogoutRequest,
    LogoutResponse,
    RequestRefused,
    read_post,
    read_redirect,
    verify_request_signature,
)
from fake_idp.saml.names import (
    NAMEID_UNSPECIFIED,
    STATUS_AUTHN_FAILED,
    STATUS_REQUESTER,
    STATUS_RESPONDER,
    STATUS_SUCCESS,
    STATUS_UNKNOWN_PRINCIPAL,
)
from fake_idp.sso import SsoRefused, signing_options

_MAX_SENT = 1000


@dataclass(frozen=True)
class LogoutOrder:
    """A LogoutRequest to one app, for the browser to carry."""

    app: App
    request_id: str
    name_id: str
    delivery: Delivery = field(repr=False)


@dataclass(frozen=True)
class LogoutAnswer:
    """The LogoutResponse to the app that asked, and the requests to the other apps of the session.

    ``status`` is the response's status code; ``session`` the Okta session that ended, if one did. Send the ``orders``
    first: once the browser is back at the app it does not return.
    """

    app: App
    status: str
    reason: str
    xml: bytes = field(repr=False)
    delivery: Delivery = field(repr=False)
    session: Session | None = None
    orders: tuple[LogoutOrder, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether the app was told that the logout worked."""
        return self.status == STATUS_SUCCESS


class _Untrusted(Exception):
    """A LogoutRequest that is readable but not to be followed; ``reason`` is what the System Log says."""

    def __init__(self, reason: str, status: str = STATUS_AUTHN_FAILED) -> None:
        super().__init__(reason)
        self.status = status


def read_logout_request(
    query_string: str | bytes = "", saml_request: str | None = None, relay_state: str | None = None
) -> LogoutRequest:
    """The LogoutRequest of a GET's raw query string, or of a POST's form fields.

    :raises SsoRefused: with 400 Bad SAML request, when it cannot be read or is something else.
    """
    try:
        if saml_request is not None:
            return read_post(saml_request, relay_state, expect=LogoutRequest)
        return read_redirect(query_string, expect=LogoutRequest)
    except RequestRefused as refusal:
        raise _bad_request(f"idp_{refusal.code}", str(refusal)) from refusal


def read_logout_response(query_string: str | bytes = "", saml_response: str | None = None) -> LogoutResponse:
    """The LogoutResponse that an app sends to the callback URL.

    :raises SsoRefused: with 400 Bad SAML request, when it cannot be read or is something else.
    """
    try:
        if saml_response is not None:
            return read_post(saml_response, parameter="SAMLResponse", expect=LogoutResponse)
        return read_redirect(query_string, expect=LogoutResponse)
    except RequestRefused as refusal:
        raise _bad_request(f"idp_{refusal.code}", str(refusal)) from refusal


def _bad_request(code: str, detail: str, **more: str) -> SsoRefused:
    return SsoRefused(code, 400, "Bad Request", "Bad SAML request", detail=detail, **more)


def answer_logout_request(
    org: Org,
    app: App,
    request: LogoutRequest,
    session: Session | None = None,
    *,
    faults: Sequence[Fault] | None = None,
) -> LogoutAnswer:
    """Judge a LogoutRequest, end the session it means, and answer.

    ``session`` is the one of the browser that carries the request; without one the session is found by NameID and
    SessionIndex. Not trusted: no or a wrong signature, another issuer, an old request, an unknown NameID.

    :raises SsoRefused: with 400, when the app has Single Logout off and so no URL to answer to.
    """
    settings = app.settings
    if not settings.slo_enabled or not app.is_active:
        _log(org, app, None, "Single Logout is not enabled for this app")
        raise _bad_request(
            "idp_slo_off", f"the app {app.label!r} does not allow Single Logout", expected="on", received="off",
            fix="Enable Single Logout",
        )  # fmt: skip
    if faults is None:
        faults = org.faults.take(app.id)
    try:
        _check_trust(org, app, request)
        ended = _meant_session(org, app, request, session)
    except _Untrusted as trouble:
        _log(org, app, session, str(trouble))
        return _answered(org, app, request, trouble.status, str(trouble), faults)
    orders: list[LogoutOrder] = []
    if ended is not None:
        _log(org, app, ended, None)
        orders = end_session(org, ended, asked_by=app)
    else:
        _log(org, app, None, None)
    return _answered(org, app, request, STATUS_SUCCESS, "", faults, ended, orders)


def _check_trust(org: Org, app: App, request: LogoutRequest) -> None:
    settings = app.settings
    try:
        verify_request_signature(request, [settings.sp_certificate])
    except RequestRefused as refusal:
        raise _Untrusted("Invalid Signature") from refusal
    if request.issuer != settings.slo_issuer:
        raise _Untrusted("Invalid Issuer")
    now = org.now()
    limit = timedelta(minutes=org.settings.logout_request_max_age_minutes)
    if request.issue_instant is None or abs(now - request.issue_instant) > limit:
        raise _Untrusted("Request is too old or from the future")
    if request.not_on_or_after is not None and now >= request.not_on_or_after:
        raise _Untrusted("Request has expired")


def _meant_session(org: Org, app: App, request: LogoutRequest, session: Session | None) -> Session | None:
    """The session that the request means, or None when it is over already."""
    if not request.name_id:
        raise _Untrusted("NameID is missing")
    known = org.app_sessions_named(app, request.name_id)
    if request.session_indexes and org.settings.logout_session_index == "match":
        known = [entry for entry in known if entry.session_index in request.session_indexes]
    if session is not None:
        if any(entry.session_id == session.id for entry in known):
            return session
        raise _Untrusted("NameID or SessionIndex does not belong to the session")
    for entry in reversed(known):
        found = org.session(entry.session_id)
        if found is not None:
            return found
    if org.settings.logout_without_session == "unknown_principal":
        raise _Untrusted("No session for this NameID", STATUS_UNKNOWN_PRINCIPAL)
    return None


def _answered(
    org: Org,
    app: App,
    request: LogoutRequest,
    status: str,
    reason: str,
    faults: Sequence[Fault],
    session: Session | None = None,
    orders: Sequence[LogoutOrder] = (),
) -> LogoutAnswer:
    signing = signing_options(org, app)
    failed = status != STATUS_SUCCESS
    outer, inner = status, None
    if status == STATUS_UNKNOWN_PRINCIPAL:
        outer, inner = STATUS_REQUESTER, status
    elif failed and org.settings.failed_logout_status == "nested":
        outer, inner = STATUS_RESPONDER, status
    with org.store.lock:
        now = org.now()
        claims = LogoutResponseClaims(
            id=message_id(org.rng, now), issue_instant=now, destination=app.settings.slo_logout_url,
            issuer=org.entity_id(app), in_response_to=request.id, status=outer, sub_status=inner,
        )  # fmt: skip
    context = FaultContext(signing, org.rng)
    signed = not failed or org.settings.failed_logout_signed
    xml = build_logout_response(claims, signing if signed else None, faults=faults, context=context)
    fields = [
        ("SAMLResponse", base64.b64encode(xml).decode("ascii")),
        ("RelayState", request.relay_state or ""),
    ]
    delivery = apply_faults("binding", Delivery("POST", app.settings.slo_logout_url, fields), faults, context)
    return LogoutAnswer(app, status, reason, xml, delivery, session, tuple(orders))


def end_session(org: Org, session: Session, *, asked_by: App | None = None) -> list[LogoutOrder]:
    """End an Okta session; gives the LogoutRequests for the other apps of it that take part in front-channel logout."""
    orders = logout_orders(org, session, asked_by=asked_by)
    org.end_session(
        session.id, debug_data={"TotalSamlLogoutRequests": str(len(orders)), "TotalOidcLogoutRequests": "0"}
    )
    return orders


def logout_orders(org: Org, session: Session, *, asked_by: App | None = None) -> list[LogoutOrder]:
    """The LogoutRequests that :func:`end_session` sends: one for each app and NameID of the session."""
    logins: dict[tuple[str, str], list[AppSession]] = {}
    for entry in org.app_sessions(session.id):
        if asked_by is None or entry.app_id != asked_by.id:
            logins.setdefault((entry.app_id, entry.name_id), []).append(entry)
    wanted = [(org.app(app_id), entries) for (app_id, _), entries in logins.items()]
    return [
        _order(org, app, entries) for app, entries in wanted if app.is_active and app.settings.participate_slo
    ]


def _order(org: Org, app: App, logins: Sequence[AppSession]) -> LogoutOrder:
    settings = app.settings
    signing = signing_options(org, app)
    endpoint = settings.participate_slo_url
    with org.store.lock:
        now = org.now()
        request_id = message_id(org.rng, now)
        _remember_sent(org, request_id, app)
    indexes = tuple(dict.fromkeys(entry.session_index for entry in logins))
    claims = LogoutRequestClaims(
        id=request_id, issue_instant=now, destination=endpoint, issuer=org.entity_id(app), name_id=logins[0].name_id,
        name_id_format=logins[0].name_id_format or NAMEID_UNSPECIFIED,
        session_indexes=indexes if settings.participate_slo_session_index else (),
    )  # fmt: skip
    faults = org.faults.peek(app.id)
    context = FaultContext(signing, org.rng)
    if settings.participate_slo_binding == "REDIRECT":
        xml = build_logout_request(claims, None, faults=faults, context=context)
        url = redirect_url(
            endpoint,
            "SAMLRequest",
            xml,
            sign_with=signing.key,
            signature_algorithm=signing.signature_algorithm,
        )
        delivery = Delivery("GET", url)
    else:
        xml = build_logout_request(claims, signing, faults=faults, context=context)
        fields = [("SAMLRequest", base64.b64encode(xml).decode("ascii")), ("RelayState", "")]
        delivery = Delivery("POST", endpoint, fields)
    return LogoutOrder(app, request_id, logins[0].name_id, delivery)


def _remember_sent(org: Org, request_id: str, app: App) -> None:
    sent = org.logout_requests_sent
    while len(sent) >= _MAX_SENT:
        sent.pop(next(iter(sent)), None)
    sent[request_id] = app.id


def take_logout_response(org: Org, app: App, response: LogoutResponse) -> bool:
    """Note an app's answer to a LogoutRequest; gives whether the app says that it logged the person out.

    :raises SsoRefused: with 400, when it answers no request of ours.
    """
    if org.logout_requests_sent.get(response.in_response_to or "") != app.id:
        raise _bad_request(
            "idp_logout_response", "the LogoutResponse answers no LogoutRequest that was sent to this app",
            expected="InResponseTo of a LogoutRequest", received=response.in_response_to or "none",
        )  # fmt: skip
    del org.logout_requests_sent[response.in_response_to or ""]
    succeeded = response.status == STATUS_SUCCESS
    _log(org, app, None, None if succeeded else f"The app answered {response.status}")
    return succeeded


def _log(org: Org, app: App, session: Session | None, reason: str | None) -> None:
    person: Person | None = org.find_person(session.person_id) if session else None
    target = [app_entry(app)]
    if person is not None and org.is_assigned(app, person):
        target.append(app_user_entry(org.app_user(app, person), person))
    org.log_event(
        "user.authentication.slo", actor=person, session=session, target=target, reason=reason,
        result="FAILURE" if reason else "SUCCESS",
    )  # fmt: skip
