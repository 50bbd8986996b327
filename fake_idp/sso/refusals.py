"""What Okta refuses on its own pages, and what of a login stands in the System Log."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

from fake_idp.org.log import app_entry, app_user_entry
from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.saml.messages import AuthnRequest, Message


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


def bad_request(code: str, detail: str, *, description: str = "Bad SAML request", **more: str) -> SsoRefused:
    """The 400 page; ``more`` is what :class:`SsoRefused` takes besides."""
    return SsoRefused(code, 400, "Bad Request", description, detail=detail, **more)


def refuse_unreadable(org: Org, app: App, refusal: SsoRefused) -> NoReturn:
    """Write a request that could not be read to the System Log, and show its page.

    :raises SsoRefused: always.
    """
    log_failure(org, app, None, refusal.detail or refusal.description)
    raise refusal


def debug_data(org: Org, app: App, request: Message | None) -> dict[str, object]:
    """An event's ``debugData``: who began, and at which URL."""
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


def log_success(
    org: Org, app: App, person: Person, session: Session | None, request: AuthnRequest | None
) -> None:
    """Write a login that worked to the System Log."""
    org.log_event(
        "user.authentication.sso", actor=person, session=session, debug_data=debug_data(org, app, request),
        target=[app_entry(app), app_user_entry(org.app_user(app, person), person)],
    )  # fmt: skip


def log_failure(
    org: Org, app: App, person: Person | None, reason: str, request: AuthnRequest | None = None
) -> None:
    """Write a login that failed to the System Log."""
    org.log_event(
        "user.authentication.sso", actor=person, target=[app_entry(app)], result="FAILURE", reason=reason,
        debug_data=debug_data(org, app, request),
    )  # fmt: skip
