"""From a person and an app to a signed response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509

from fake_idp.org.attributes import attributes_of
from fake_idp.org.hook_call import HookDenied, apply_inline_hook
from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.username import application_username
from fake_idp.saml.bindings import Delivery
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.faults import Fault, FaultContext, apply_faults
from fake_idp.saml.ids import message_ids, session_index
from fake_idp.saml.messages import AuthnRequest
from fake_idp.saml.names import STATUS_NO_PASSIVE, STATUS_RESPONDER
from fake_idp.saml.pipeline import EncryptionOptions, IssuedResponse, SigningOptions, issue_response
from fake_idp.sso.refusals import SsoRefused, bad_request, log_failure, log_success
from fake_idp.sso.requests import Addressed, check_app, check_assignment, check_request

NOT_BEFORE_MARGIN = timedelta(minutes=5)
"""How long before its issue an assertion is valid: Okta's answer to clocks that run behind."""


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
        log_failure(org, app, person, "Application username is empty", request)
        raise bad_request(
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
        log_failure(org, app, person, str(denial), request)
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
        log_success(org, app, person, session, request)
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
    log_failure(org, app, None, "IsPassive, and nobody is signed in", request)
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
