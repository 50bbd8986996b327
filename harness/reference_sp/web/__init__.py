"""The SP's pages as one WSGI application. They work without JavaScript; scripts only add comfort."""

from __future__ import annotations

import copy
from functools import cache

from flask import Flask

from harness.reference_sp.core import Core
from harness.reference_sp.login import Logins
from harness.reference_sp.logout.service import Logouts
from harness.reference_sp.web import account, guard, logs, people, refusals, saml, sso_settings
from harness.reference_sp.web.state import attach, install

MAX_BODY_BYTES = 1_100_000
"""Larger request bodies get 413. A metadata file of the largest size and its form fit."""


def create_web_app(core: Core, logins: Logins, logouts: Logouts) -> Flask:
    """All pages of the SP: login, SAML endpoints, the signed-in page, settings, logs."""
    # Routes and templates are the same for every SP and take longer to compile than all the rest of one. So they are
    # compiled once a process, and each SP gets a shallow copy that differs in what it is attached to.
    app = copy.copy(_pages())
    attach(app, core, logins, logouts)
    return app


@cache
def _pages() -> Flask:
    app = Flask("harness.reference_sp.web", static_url_path="/assets")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES, TEMPLATES_AUTO_RELOAD=False
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect to a tidier path would turn a POST into a GET
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    install(app)
    guard.install(app)
    refusals.install(app)
    for module in (account, saml, sso_settings, people, logs):
        app.register_blueprint(module.blueprint)
    return app
