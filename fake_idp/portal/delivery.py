"""How a finished message leaves: the auto-post page, or a redirect."""

from __future__ import annotations

from flask import make_response, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from fake_idp.org.model import App
from fake_idp.saml.bindings import Delivery, auto_post_fields


def send(delivery: Delivery, app: App, heading: str = "Signing in to") -> Response:
    """What makes the browser carry the message to the SP."""
    if delivery.method == "GET":
        return redirect(delivery.url)
    # The form is escaped by its builder, in Okta's own way.
    form = Markup(auto_post_fields(delivery.url, delivery.fields))  # noqa: S704
    return make_response(
        render_template("portal/auto_post.html", heading=f"{heading} {app.label}", form=form)
    )
