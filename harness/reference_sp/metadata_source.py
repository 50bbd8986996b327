"""IdP metadata by address: fetched when an admin says so, and again by itself when it is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from harness.difference import Difference
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.core import Core
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.metadata import Imported
from harness.reference_sp.organizations import Organization
from harness.reference_sp.settings import Settings

T = TypeVar("T")
_REDIRECTS = 3
"""How many a careless SP follows."""
_URL = sp("Metadata URL", "enter the Metadata URL of the app's tab Sign On in Okta")


def fetch(core: Core, url: str) -> bytes | Difference:
    """What stands at the address, at most one byte more than metadata may have.

    Only hosts of the setting ``metadata_hosts`` are asked, and redirects are not followed: whoever may write the
    address must not learn what else this server can reach.
    """
    settings = core.settings
    refused = None if core.weak("fetches-metadata-from-anywhere") else _refused(url, settings)
    if refused is not None:
        return refused
    follow = core.weak("follows-metadata-redirects")
    try:
        get = partial(_get, url, settings, follow=follow, ca_file=core.ca_file)
        status, content = _within(settings.metadata_timeout, get)
    except (HTTPError, ValueError, TimeoutError) as error:
        return _not_fetched(url, type(error).__name__)
    if status == 200 or core.weak("ignores-metadata-status"):
        return content
    return _not_fetched(url, f"status {status}")


def _get(url: str, settings: Settings, *, follow: bool, ca_file: str) -> tuple[int, bytes]:
    timeout = urllib3.Timeout(settings.metadata_timeout)
    retries = _REDIRECTS if follow else False
    with urllib3.PoolManager(retries=retries, timeout=timeout, ca_certs=ca_file or None) as pool:
        answer = pool.request("GET", url, redirect=follow, preload_content=False)
        content = answer.read(settings.metadata_max_bytes + 1)
        answer.close()
        return answer.status, content


def _within(seconds: float, work: Callable[[], T]) -> T:
    """What ``work`` gives, if it does so in time: a login waits for it.

    A socket's own timeout begins anew with each byte, so a server that sends one now and then would never meet it.
    The thread that is left behind then does nothing but wait for that server, and does not outlive the process.

    :raises TimeoutError: when it takes longer, all in all.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(seconds)


def _refused(url: str, settings: Settings) -> Difference | None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname in settings.metadata_hosts
        good = good and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if good and url.isascii() and url.isprintable() and " " not in url:
        return None
    expected = f"http or https at {listed(settings.metadata_hosts)}"
    return difference("md_url_refused", _URL, expected=expected, received=shown(url))


def _not_fetched(url: str, received: str) -> Difference:
    return difference("md_url_fetch", _URL, expected=f"metadata at {shown(url)}", received=received)


def refresh_if_due(core: Core, org_id: str) -> None:
    """Fetch the metadata anew when the last time is long enough ago. What cannot be used changes nothing."""
    organization = _fetching(core, org_id)
    if organization is None:
        return
    if core.organizations.claim_refresh(org_id, core.settings.metadata_refresh):
        _refresh(core, organization)


def refresh(core: Core, org_id: str) -> None:
    """Fetch the metadata anew, whether it is due or not."""
    organization = _fetching(core, org_id)
    if organization is not None:
        core.organizations.claim_refresh(org_id, 0)  # the next one is due an interval from now
        _refresh(core, organization)


def _fetching(core: Core, org_id: str) -> Organization | None:
    """The organization, if its metadata comes from an address."""
    organization = core.organizations.find(org_id)
    if organization is None or not organization.saved.metadata_url or not organization.saved_metadata:
        return None
    return organization


def _refresh(core: Core, organization: Organization) -> None:
    org_id = organization.id
    found = _renewed(core, organization)
    if found is None:
        return
    problem = found if isinstance(found, Difference) else None
    if problem is not None and core.weak("empties-metadata-on-failed-refresh"):
        core.organizations.replace_metadata(org_id, b"", organization.saved.idp_entity_id)
    core.organizations.note_refresh(org_id, f"{problem.code}: {problem.received}" if problem else "")
    core.audit.add(
        org_id,
        "refresh metadata",
        "",
        domain="organization",
        feature="sso settings",
        target=org_id,
        risk="medium",
        error=problem.code if problem else "",
        url=organization.saved.metadata_url,
    )


def _renewed(core: Core, organization: Organization) -> Difference | Imported | None:
    """What came of it; nothing when the metadata is the same as before and no problem is to be taken back."""
    saved = organization.saved
    data = fetch(core, saved.metadata_url)
    if isinstance(data, Difference):
        return data
    imported = core.organizations.checked(organization.id, data)
    if isinstance(imported, Difference) and imported.code == "md_many_entities":
        imported = core.organizations.checked(organization.id, data, saved.idp_entity_id)
    if isinstance(imported, Difference):
        return imported
    other = imported.idp.entity_id != saved.idp_entity_id
    if other and not core.weak("takes-metadata-of-another-idp"):
        return difference(
            "md_other_idp",
            okta("Metadata URL", "compare it with the app's"),
            _URL,
            expected=saved.idp_entity_id,
            received=shown(imported.idp.entity_id),
        )
    if data == organization.saved_metadata and not organization.metadata_problem:
        return None
    core.organizations.replace_metadata(organization.id, data, imported.idp.entity_id)
    return imported
