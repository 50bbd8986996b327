"""One login: an app, a person and perhaps an AuthnRequest become a signed response, or a refusal on Okta's pages.

Okta answers an SP only when it signs somebody in; whatever goes wrong before stays on its own pages and in the
System Log. The rules follow Okta's help pages and public reports; where those are silent, an org setting decides
(:class:`fake_idp.org.org_settings.OrgSettings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from cryptography import x509

from fake_idp.org.attributes import attributes_of
from fake_idp.org.hook_call import HookDenied, apply_inline_hook
from fake_idp.org.log import app_entry, app_user_entry
from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.username import application_username
from fake_idp.saml.bindings import Delivery
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.faults import Fault, FaultContext, apply_faults
from fake_idp.saml.ids import message_ids, session_index
from fake_idp.saml.messages import (
    AuthnRequest,
    Message,
    RequestRefused,
    read_post,
    read_redirect,
    verify_request_signature,
)
from fake_idp.saml.names import STATUS_NO_PASSIVE, STATUS_RESPONDER
from fake_idp.saml.pipeline import EncryptionOptions, IssuedResponse, SigningOptions, issue_response

NOT_BEFORE_MARGIN = timedelta(minutes=5)
"""How long before its issue an assertion is valid: Okta's answer to clocks that run behind."""


class SsoRefused(Exception):
    """Okta shows a page instead of answering the SP.

    ``code`` is stable; ``status`` is the page's HTTP status; ``title`` and ``description`` are Okta's words.
    ``detail`` says to a developer what is wrong, ``expected`` and ``received`` hold the values, ``fix`` is the label
    of the field to change. ``redirect_url`` is where the browser goes instead of the page, where one is set.
    """

    def __init__(
        self,
        code: str,
        status: int,
        title: str,
        description: str,
        *,
        detail: str = "",
        expected: str = "",
        received: str = "",
        fix: str = "",
        redirect_url: str = "",
    ) -> None:
        super().__init__(detail or description)
        self.code = code
        self.status = status
        self.title = title
        self.description = description
        self.detail = detail
        self.expected = expected
        self.received = received
        self.fix = fix
        self.redirect_url = redirect_url


@dataclass(frozen=True)
class SignedOn:
    """A finished login. ``delivery`` is what the browser has to send, faults of the binding included."""

    response: IssuedResponse
    acs_url: str
    relay_state: str
    app: App
    person: Person
    delivery: Delivery = field(repr=False)

    @property
    def saml_response(self) -> str:
        """The form field SAMLResponse: base64 on one line."""
        return self.response.saml_response

    @property
    def xml(self) -> bytes:
        """The response's bytes."""
        return self.response.xml


def _bad_request(code: str, detail: str, *, description: str = "Bad SAML request", **more: str) -> SsoRefused:
    return SsoRefused(code, 400, "Bad Request", description, detail=detail, **more)


def read_request(
    query_string: str | bytes = "", saml_request: str | None = None, relay_state: str | None = None
) -> AuthnRequest:
    """The AuthnRequest of a GET's raw query string, or of a POST's form fields.

    :raises SsoRefused: with 400 Bad SAML request, when it cannot be read or is no AuthnRequest.
    """
    try:
        if saml_request is not None:
            return read_post(saml_request, relay_state, expect=AuthnRequest)
        return read_redirect(query_string, expect=AuthnRequest)
    except RequestRefused as refusal:
        raise _bad_request(f"idp_{refusal.code}", str(refusal)) from refusal


def check_app(org: Org, app: App, person: Person | None = None) -> None:
    """Refuse an app that is not active.

    :raises SsoRefused: with 403 Access Forbidden, and written to the System Log.
    """
    if not app.is_active:
        _log_failure(org, app, person, "App is not active")
        raise SsoRefused(
            "idp_app_inactive", 403, "Access Forbidden", "You do not have permission to perform the requested action.",
            detail=f"the app {app.label!r} is deactivated", expected="ACTIVE", received=app.status, fix="Status",
        )  # fmt: skip


def check_assignment(org: Org, app: App, person: Person) -> None:
    """Refuse a person whom the app is not assigned to.

    :raises SsoRefused: with 403 App Not Assigned, or a redirect to the Application Access Error Page where one is set.
    """
    if org.is_assigned(app, person):
        return
    org.log_event(
        "app.generic.unauth_app_access_attempt", actor=person, target=[app_entry(app)], result="FAILURE",
        reason="User attempted unauthorized access to app",
    )  # fmt: skip
    raise SsoRefused(
        "idp_unassigned", 403, "App Not Assigned",
        f"Sorry, you cannot access {app.label} because you are not assigned this app in Okta. If you're wondering why "
        "this is happening, please contact your administrator.",
        detail=f"{person.login} is not assigned to {app.label!r}, neither directly nor through a group",
        expected="an assignment", received="none", fix="Assignments",
        redirect_url=app.access_error_url or org.settings.access_error_url,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a response goes: the ACS URL, and what it says as Destination and Recipient."""

    acs_url: str
    destination: str
    recipient: str


def check_request(org: Org, app: App, request: AuthnRequest | None) -> Addressed:
    """Judge an AuthnRequest as Okta does after sign-in; gives where the response goes.

    :raises SsoRefused: with 400, and written to the System Log.
    """
    try:
        return _addressed(org, app, request)
    except SsoRefused as refusal:
        _log_failure(org, app, None, refusal.detail, request)
        raise


def _addressed(org: Org, app: App, request: AuthnRequest | None) -> Addressed:
    settings = app.settings
    configured = Addressed(settings.sso_acs_url, settings.effective_destination, settings.effective_recipient)
    if request is None:
        return configured
    if settings.signed_requests:
        try:
            verify_request_signature(request, [settings.sp_certificate])
        except RequestRefused as refusal:
            raise _bad_request(
                "idp_request_signature", str(refusal), expected="a signature by the Signature Certificate",
                received=refusal.code, fix="Signature Certificate",
            ) from refusal  # fmt: skip
    if org.settings.check_request_destination and request.destination not in (None, "", org.sso_url(app)):
        raise _bad_request(
            "idp_destination", "the AuthnRequest was meant for another URL", expected=org.sso_url(app),
            received=str(request.destination), fix="Identity Provider Single Sign-On URL",
        )  # fmt: skip
    _check_name_id_policy(org, app, request)
    url = _requested_acs_url(org, app, request)
    if url is None or url == settings.sso_acs_url:
        return configured
    return Addressed(url, url, url)


def _check_name_id_policy(org: Org, app: App, request: AuthnRequest) -> None:
    rule = org.settings.name_id_policy
    signed = app.settings.signed_requests
    if (
        rule == "off"
        or (rule == "signed_requests" and not signed)
        or (not signed and not request.name_id_format)
    ):
        return
    wanted, configured = request.name_id_format or "", app.settings.subject_name_id_format
    if wanted != configured:
        text = f"NameIDPolicy '{wanted}' is not the configured Name ID Format '{configured}' for the app"
        raise _bad_request(
            "idp_name_id_policy",
            text,
            description=text,
            expected=configured,
            received=wanted,
            fix="Name ID format",
        )


def _requested_acs_url(org: Org, app: App, request: AuthnRequest) -> str | None:
    """The ACS URL that the request may have; None stands for the configured one."""
    settings = app.settings
    if settings.signed_requests:
        return _signed_acs_url(request)
    endpoints = settings.acs_endpoints
    if request.acs_url is not None:
        if request.acs_url in (settings.sso_acs_url, *(endpoint.url for endpoint in endpoints)):
            return request.acs_url
    elif request.acs_index is not None:
        named = next((endpoint.url for endpoint in endpoints if endpoint.index == request.acs_index), None)
        if named is not None:
            return named
    else:
        return None
    if endpoints and org.settings.unlisted_acs_url == "refuse":
        raise _bad_request(
            "idp_acs_url", "the AuthnRequest asks for an ACS URL that the app does not list",
            expected=", ".join([settings.sso_acs_url, *(f"{e.url} (index {e.index})" for e in endpoints)]),
            received=request.acs_url or f"index {request.acs_index}", fix="Other Requestable SSO URLs",
        )  # fmt: skip
    return None


def _signed_acs_url(request: AuthnRequest) -> str:
    """With Signed Requests on, the request alone names the ACS URL, and has to."""
    url = request.acs_url or ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _bad_request(
            "idp_acs_url", "with Signed Requests on, the AuthnRequest has to name its AssertionConsumerServiceURL",
            expected="AssertionConsumerServiceURL with an http or https URL", received=url or "none",
            fix="Signed Requests",
        )  # fmt: skip
    return url


Demand = Literal["none", "sign_in", "sign_in_again", "no_passive"]


def what_is_asked(org: Org, app: App, session: Session | None, request: AuthnRequest | None) -> Demand:
    """What has to happen before a response: nothing, a sign-in, a sign-in despite the session, or NoPassive.

    ForceAuthn is met once the password has been proved after the request was first seen here.
    """
    forced = request is not None and request.force_authn and app.settings.honor_force_authn
    demand: Demand = "none"
    if session is None:
        demand = "sign_in"
    if forced and request is not None:
        seen = (session.id, session.authentications) if session else ("", 0)
        if _forced(org).setdefault(request.id, seen) == seen:
            demand = "sign_in_again" if session else "sign_in"
    if demand != "none" and request is not None and request.is_passive:
        return "no_passive" if org.settings.passive_without_session == "no_passive" else demand
    return demand


def _forced(org: Org) -> dict[str, tuple[str, int]]:
    """The ForceAuthn requests under way, and the state of the browser's session when each was first seen."""
    waiting = org.force_authn_requests
    while len(waiting) > 1000:
        waiting.pop(next(iter(waiting)), None)
    return waiting


def sign_on(
    org: Org,
    app: App,
    person: Person,
    session: Session | None,
    *,
    request: AuthnRequest | None = None,
    relay_state: str | None = None,
    faults: Sequence[Fault] | None = None,
) -> SignedOn:
    """Sign a person in to an app: check, build, sign, log.

    Without ``request`` the login is IdP-initiated. ``faults`` default to those armed in the org.

    :raises SsoRefused: when Okta shows a page instead; the System Log has the reason.
    """
    check_app(org, app, person)
    check_assignment(org, app, person)
    addressed = check_request(org, app, request)
    name_id = org.app_user_name(app, person)
    if not name_id:
        _log_failure(org, app, person, "Application username is empty", request)
        raise _bad_request(
            "idp_no_user_name",
            f"{person.login} has no username in {app.label!r}: the form {app.application_username!r} gives none",
            expected="an application username", received="none", fix="Application username",
        )  # fmt: skip
    if faults is None:
        faults = org.faults.take(app.id)
    with org.store.lock:
        claims = _claims(org, app, person, session, request, addressed, name_id)
    try:
        claims = apply_inline_hook(org, app, person, session, request, claims)
    except HookDenied as denial:
        _log_failure(org, app, person, str(denial), request)
        raise SsoRefused(
            "idp_hook_denied",
            403,
            "Access Forbidden",
            str(denial),
            detail="the assertion inline hook returned an error",
        ) from denial
    signed_on = _issued(org, app, person, claims, faults, request, relay_state, addressed.acs_url)
    if request is not None:
        org.force_authn_requests.pop(request.id, None)
    with org.store.transaction():
        _log_success(org, app, person, session, request)
        if session is not None:
            org.record_app_session(
                session.id, app, claims.session_index or "", claims.name_id, claims.name_id_format
            )
    return signed_on


def refuse_passively(
    org: Org, app: App, request: AuthnRequest, *, faults: Sequence[Fault] | None = None
) -> SignedOn:
    """The response with status NoPassive that the org setting ``passive_without_session`` asks for (SAML Core 3.4.1).

    :raises SsoRefused: as :func:`check_request` does.
    """
    check_app(org, app)
    addressed = check_request(org, app, request)
    with org.store.lock:
        now = org.now()
        claims = _empty_claims(org, app, addressed, now)
    claims.in_response_to = claims.subject_in_response_to = request.id
    claims.status, claims.sub_status = STATUS_RESPONDER, STATUS_NO_PASSIVE
    _log_failure(org, app, None, "IsPassive, and nobody is signed in", request)
    faults = org.faults.take(app.id) if faults is None else faults
    return _issued(org, app, org.admin, claims, faults, request, None, addressed.acs_url)


def _empty_claims(org: Org, app: App, addressed: Addressed, now: datetime) -> ResponseClaims:
    settings = app.settings
    response_id, assertion_id = message_ids(org.rng, now)
    # Okta reads its clock a second time for the conditions, up to a millisecond later.
    later = now + timedelta(milliseconds=org.rng.randrange(2))
    end = later + timedelta(seconds=settings.assertion_lifetime_seconds)
    return ResponseClaims(
        response_id=response_id, assertion_id=assertion_id, issue_instant=now, destination=addressed.destination,
        issuer=org.entity_id(app), recipient=addressed.recipient, audience=settings.audience, name_id="",
        name_id_format=settings.subject_name_id_format, not_before=later - NOT_BEFORE_MARGIN, not_on_or_after=end,
        subject_not_on_or_after=end, authn_instant=now, session_index=None,
        authn_context_class=settings.authn_context_class_ref,
    )  # fmt: skip


def claims_for(
    org: Org,
    app: App,
    person: Person,
    *,
    session: Session | None = None,
    request: AuthnRequest | None = None,
) -> ResponseClaims:
    """What Okta would say of this person, with nothing checked, logged, asked of a hook or written.

    Neither ``person`` nor the settings of ``app`` need to be stored: a test suite makes thousands of messages, each for
    somebody else. The response goes to the configured Single sign-on URL.
    """
    settings = app.settings
    addressed = Addressed(settings.sso_acs_url, settings.effective_destination, settings.effective_recipient)
    context = org.expression_context(app, person, session=session)
    name_id = application_username(app.application_username, app.username_expression, context)
    with org.store.lock:
        return _claims(org, app, person, session, request, addressed, name_id)


def _claims(
    org: Org,
    app: App,
    person: Person,
    session: Session | None,
    request: AuthnRequest | None,
    addressed: Addressed,
    name_id: str,
) -> ResponseClaims:
    now = org.now()
    claims = _empty_claims(org, app, addressed, now)
    claims.name_id = name_id
    claims.authn_instant = session.authenticated_at if session else now
    if request is None:
        claims.session_index = session_index(org.rng, now)
    else:
        claims.session_index = claims.in_response_to = claims.subject_in_response_to = request.id
    minutes = app.settings.max_session_lifetime_minutes
    if minutes is not None:
        claims.session_not_on_or_after = now + timedelta(minutes=minutes)
    context = org.expression_context(app, person, user_name=name_id, session=session)
    claims.attributes = attributes_of(app.settings, context, org.settings)
    return claims


def _issued(
    org: Org,
    app: App,
    person: Person,
    claims: ResponseClaims,
    faults: Sequence[Fault],
    request: AuthnRequest | None,
    relay_state: str | None,
    acs_url: str,
) -> SignedOn:
    signing = signing_options(org, app)
    data: dict[str, object] = {"request": request, "app": app, "person": person}
    issued = issue_response(claims, signing, faults=faults, rng=org.rng, data=data)
    if request is not None:
        state = relay_state if relay_state is not None else request.relay_state or ""
    else:
        state = relay_state or app.settings.default_relay_state
    fields = {"SAMLResponse": issued.saml_response, "RelayState": state} | issued.fields
    delivery = Delivery("POST", acs_url, list(fields.items()))
    context = FaultContext(signing, org.rng, data, issued.claims)
    delivery = apply_faults("binding", delivery, faults, context)
    return SignedOn(issued, acs_url, state, app, person, delivery)


def signing_options(org: Org, app: App) -> SigningOptions:
    """How the app's responses are signed and encrypted."""
    settings = app.settings
    encryption = None
    if settings.assertion_encrypted:
        encryption = EncryptionOptions(
            _certificate(settings.encryption_certificate),
            settings.encryption_algorithm,
            settings.key_transport_algorithm,
        )
    return SigningOptions(
        key=org.signing_key(app), response_signed=settings.response_signed, assertion_signed=settings.assertion_signed,
        signature_algorithm=settings.signature_algorithm, digest_algorithm=settings.digest_algorithm,
        encryption=encryption,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def _debug_data(org: Org, app: App, request: Message | None) -> dict[str, object]:
    path = urlsplit(org.sso_url(app)).path
    data: dict[str, object] = {
        "initiationType": "IDP_INITIATED" if request is None else "SP_INITIATED",
        "signOnMode": "SAML 2.0",
        "requestUri": path,
        "url": f"{path}?",
    }
    if request is not None:
        data["authnRequestId"] = request.id
    return data


def _log_success(
    org: Org, app: App, person: Person, session: Session | None, request: AuthnRequest | None
) -> None:
    org.log_event(
        "user.authentication.sso", actor=person, session=session, debug_data=_debug_data(org, app, request),
        target=[app_entry(app), app_user_entry(org.app_user(app, person), person)],
    )  # fmt: skip


def _log_failure(
    org: Org, app: App, person: Person | None, reason: str, request: AuthnRequest | None = None
) -> None:
    org.log_event(
        "user.authentication.sso", actor=person, target=[app_entry(app)], result="FAILURE", reason=reason,
        debug_data=_debug_data(org, app, request),
    )  # fmt: skip
