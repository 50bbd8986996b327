"""AuthnRequests: reading them, and judging them by the app's settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from fake_idp.org.log import app_entry
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org
from fake_idp.saml.messages import (
    AuthnRequest,
    RequestRefused,
    read_post,
    read_redirect,
    verify_request_signature,
)
from fake_idp.sso.refusals import SsoRefused, bad_request, log_failure


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
        raise bad_request(f"idp_{refusal.code}", str(refusal)) from refusal


def check_app(org: Org, app: App, person: Person | None = None) -> None:
    """Refuse an app that is not active.

    :raises SsoRefused: with 403 Access Forbidden, and written to the System Log.
    """
    if not app.is_active:
        log_failure(org, app, person, "App is not active")
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
        log_failure(org, app, None, refusal.detail, request)
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
            raise bad_request(
                "idp_request_signature", str(refusal), expected="a signature by the Signature Certificate",
                received=refusal.code, fix="Signature Certificate",
            ) from refusal  # fmt: skip
    if org.settings.check_request_destination and request.destination not in (None, "", org.sso_url(app)):
        raise bad_request(
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
        raise bad_request(
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
        raise bad_request(
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
        raise bad_request(
            "idp_acs_url", "with Signed Requests on, the AuthnRequest has to name its AssertionConsumerServiceURL",
            expected="AssertionConsumerServiceURL with an http or https URL", received=url or "none",
            fix="Signed Requests",
        )  # fmt: skip
    return url
