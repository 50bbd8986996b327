"""The admin console, as pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("console", __name__, url_prefix="/admin", template_folder="templates")

# Each of these adds its routes to the blueprint; access goes first, so that nothing answers before it.
from fake_idp.console import access  # noqa: E402, F401, I001
from fake_idp.console import dashboard, apps, app_general, app_sign_on, app_assignments  # noqa: E402, F401
from fake_idp.console import wizard, people, groups, system_log, testing, misbehaviour  # noqa: E402, F401
