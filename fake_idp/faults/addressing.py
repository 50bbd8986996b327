"""Faults of the addresses: Destination of the Response and Recipient of the confirmation."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from fake_idp.faults.edit import CONFIRMATION_DATA, EVIL_HOST, OTHER_SP, set_attribute
from fake_idp.faults.registry import register
from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.pipeline import FaultContext


def _other_path(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/some/other/page", query=""))


def _other_scheme(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="http" if parts.scheme == "https" else "https"))


def _userinfo(url: str) -> str:
    """The right host as the user name of a wrong one."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}@{EVIL_HOST}"))


def _path_case(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.swapcase()))


def _extra_slash(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{parts.path}"))


def _query(url: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}added=1"


def _other_sp(_url: str) -> str:
    return f"{OTHER_SP}/saml/acs"


def _other_acs(context: FaultContext) -> str:
    given = context.data.get("other_acs")
    claims = context.claims
    return str(given) if given else f"{claims.recipient if claims else OTHER_SP}/2"


_DESTINATIONS: dict[str, tuple[str, Callable[[str], str]]] = {
    "suffix": ("has a suffix behind the ACS URL", lambda url: f"{url}.evil"),
    "path-suffix": ("has a further path segment behind the ACS URL", lambda url: f"{url}/x"),
    "other-path": ("is another page of the same host", _other_path),
    "other-scheme": ("has the other scheme (http for https or the reverse)", _other_scheme),
    "userinfo": ("has the right host only as user name of another host", _userinfo),
    "query-added": ("has an added query parameter", _query),
    "trailing-slash": ("ends in an extra slash", lambda url: f"{url}/"),
    "case": ("has its path in other case", _path_case),
}
_RECIPIENTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "path-case": ("has its path in other case", _path_case),
    "extra-slash": ("has a doubled slash at the start of its path", _extra_slash),
    "query-added": ("has an added query parameter", _query),
    "suffix": ("has a suffix behind the ACS URL", lambda url: f"{url}.evil"),
    "userinfo": ("has the right host only as user name of another host", _userinfo),
}


def _destination(name: str, phrase: str, change: Callable[[str], str], requirement: str) -> None:
    def apply(claims: ResponseClaims) -> None:
        claims.destination = change(claims.destination)

    register(
        f"destination-{name}",
        f"The Destination {phrase}.",
        "claims",
        apply,
        requirement,
        source="SAML Core 3.2.2, lines 1554-1559; SAML Bindings 3.5.5.2, lines 843-846",
    )


def _recipient(name: str, phrase: str, change: Callable[[str], str], requirement: str) -> None:
    def apply(claims: ResponseClaims) -> None:
        claims.recipient = change(claims.recipient)

    register(
        f"recipient-{name}",
        f"The Recipient {phrase}.",
        "claims",
        apply,
        requirement,
        source="SAML Profiles 4.1.4.3, lines 576-577; SAML Core 1.3.1, lines 280-285",
    )


def _destination_of_other_acs(claims: ResponseClaims, context: FaultContext) -> None:
    claims.destination = _other_acs(context)


def _recipient_of_other_acs(claims: ResponseClaims, context: FaultContext) -> None:
    claims.recipient = _other_acs(context)


_destination("other-sp", "is the ACS URL of another SP", _other_sp, "resp-destination-mismatch")
for _name, (_phrase, _change) in _DESTINATIONS.items():
    _destination(_name, _phrase, _change, "resp-destination-near-miss")
register(
    "destination-other-acs",
    "The Destination is another ACS URL of the same SP.",
    "claims",
    _destination_of_other_acs,
    "resp-destination-near-miss",
    source="SAML Core 3.2.2, lines 1557-1559",
)
for _value, _id, _title in (
    (None, "destination-missing", "The Response has no Destination."),
    ("", "destination-empty", "The Destination is empty."),
):
    register(
        _id,
        _title,
        "tree",
        set_attribute("", "Destination", _value),
        "resp-destination-missing-signed",
        source="SAML Bindings 3.5.5.2, lines 843-846",
    )

_recipient("mismatch", "is the ACS URL of another SP", _other_sp, "sc-recipient-mismatch")
for _name, (_phrase, _change) in _RECIPIENTS.items():
    _recipient(_name, _phrase, _change, "sc-recipient-near-miss")
register(
    "recipient-other-acs",
    "The Recipient is another ACS URL of the same SP.",
    "claims",
    _recipient_of_other_acs,
    "sc-recipient-mismatch",
    source="SAML Profiles 4.1.4.3, lines 576-577",
)
for _value, _id, _title in (
    (None, "recipient-missing", "The SubjectConfirmationData has no Recipient."),
    ("", "recipient-empty", "The Recipient is empty."),
):
    register(
        _id,
        _title,
        "tree",
        set_attribute(CONFIRMATION_DATA, "Recipient", _value),
        "sc-recipient-missing",
        source="SAML Profiles 4.1.4.2, lines 554-556",
    )
