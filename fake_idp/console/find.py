"""Look things up for a page, or show the 404 page."""

from __future__ import annotations

from fake_idp.org.errors import NotFound
from fake_idp.org.model import App, Group, Person
from fake_idp.web.context import org
from fake_idp.web.errors import PageError


def find_app(name: str, app_id: str) -> App:
    """The app of a console URL, which carries both names."""
    try:
        app = org().app(app_id)
    except NotFound:
        app = None
    if app is None or app.name != name:
        raise PageError(404, description=f"no application {name} with id {app_id}")
    return app


def find_person(person_id: str) -> Person:
    """A person by id."""
    try:
        return org().person(person_id)
    except NotFound:
        raise PageError(404, description=f"no person with id {person_id}") from None


def find_group(group_id: str) -> Group:
    """A group by id."""
    try:
        return org().group(group_id)
    except NotFound:
        raise PageError(404, description=f"no group with id {group_id}") from None
