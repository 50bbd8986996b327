"""The nine steps done by the library, for those who want to start where they end: fixtures, ``serve``, examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_idp import FakeOkta
    from fake_idp.okta import PersonHandle, SamlApp
    from harness.reference_sp import ReferenceSP


@dataclass(frozen=True, slots=True)
class Sso:
    """An Okta org and a reference SP that trust each other, with one person who may sign in."""

    okta: FakeOkta
    sp: ReferenceSP
    app: SamlApp
    person: PersonHandle


def set_up_sso(okta: FakeOkta, sp: ReferenceSP, *, label: str = "Amplitude", login: str | None = None) -> Sso:
    """Create the app, assign a person, upload the metadata and save. ``login`` defaults to a made-up person's."""
    app = okta.create_saml_app(label, acs_url=sp.acs_url, audience=sp.entity_id, application_username="Email")
    person = okta.add_person(login or f"ada@{okta.org.settings.subdomain}.test")
    app.assign(person)
    sp.upload_metadata(app.metadata.bytes)
    sp.save()
    return Sso(okta, sp, app, person)
