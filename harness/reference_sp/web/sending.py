"""Sending a message to the IdP through the browser."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template

from harness.reference_sp.names import BINDING_REDIRECT
from harness.reference_sp.outgoing import Outgoing
from harness.reference_sp.web.careless import as_it_is


def send(outgoing: Outgoing) -> Response:
    """A redirect to the IdP, or a page whose form goes there."""
    if outgoing.binding == BINDING_REDIRECT:
        return make_response(redirect(outgoing.url, 302))
    response = make_response(render_template("post.html", message=outgoing, as_it_is=as_it_is))
    # No frame-ancestors here: the IdP ends the sessions of several SPs in hidden frames.
    response.headers["Content-Security-Policy"] = "default-src 'self'; base-uri 'none'; object-src 'none'"
    return response
