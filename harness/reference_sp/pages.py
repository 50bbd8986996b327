"""Where a login may end: pages of this SP, never another site."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[\w\-.~/%?&=+:@!$'()*,;#]*", re.ASCII)
_LONGEST = 2000


def local_page(target: str, base_url: str) -> str | None:
    """The path of ``target`` when it is a page of this SP, else ``None``.

    An absolute URL counts when it begins with the SP's own, slash included: a name that merely begins with it, or
    holds it as user name, does not.
    """
    if target.startswith(f"{base_url}/"):
        target = target.removeprefix(base_url)
    if len(target) > _LONGEST or not _LOCAL.fullmatch(target):
        return None
    return target


def deep_link(target: str, base_url: str, org_id: str, default_page: str) -> str:
    """The page that an unsolicited answer may lead to: one of the organization's own, else the default page.

    RelayState of an unsolicited answer was written by whoever made the link, so it never reaches settings or
    actions.
    """
    page = local_page(target, base_url)
    return page if page is not None and page.startswith(f"/{org_id}/") and ".." not in page else default_page
