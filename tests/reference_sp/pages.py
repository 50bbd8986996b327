"""What tests do on the SP's pages again and again."""

from __future__ import annotations

from tests.reference_sp.browser import Browser, Page
from tests.reference_sp.conftest import Pair

SETTINGS = "/settings/organization/access-sso"


def log_in(pair: Pair, email: str = "", password: str = "") -> Browser:
    """A browser in which somebody is logged in by password: the org admin unless said otherwise."""
    browser = pair.browser()
    fields = {"email": email or pair.sp.admin_email, "password": password or pair.sp.admin_password}
    page = browser.post("/login", fields)
    assert page.status == 303, page.text
    return browser


def upload(browser: Browser, data: bytes, **fields: str) -> Page:
    """Choose a metadata file and press Upload Metadata File."""
    form = {"vendor": "Okta", "jit": "on", "jit_role": "member", **fields}
    return browser.upload(SETTINGS, {**form, "metadata": ("idp.xml", data), "action": "upload"})


def press(browser: Browser, action: str, **fields: str) -> Page:
    """Press Save, Cancel or Remove."""
    return browser.upload(
        SETTINGS, {"vendor": "Okta", "jit": "on", "jit_role": "member", **fields, "action": action}
    )
