"""The frame of an app's page: its heading, status buttons and tabs."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from fake_idp.org.model import App
from fake_idp.web.errors import PageError

TABS = (("general", "General"), ("sign-on", "Sign On"), ("import", "Import"), ("assignments", "Assignments"))


def tab_page(template: str, app: App, tab: str, **values: Any) -> Response:
    """One tab of an app's page."""
    if tab not in dict(TABS):
        raise PageError(404)
    return make_response(render_template(template, active="apps", app=app, tab=tab, tabs=TABS, **values))
