"""What the front door hands out: an app, a person, a group, a metadata document. Each asks the org anew."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_idp.org.model import App, AppKey, Assignment, Group, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings, app_arguments
from fake_idp.saml.faults import Fault
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.messages import AuthnRequest

if TYPE_CHECKING:
    from fake_idp.sso import SignedOn


@dataclass(frozen=True, slots=True)
class MetadataDocument:
    """IdP metadata as bytes, as text, at its URL, or in a file."""

    bytes: bytes
    url: str

    @property
    def text(self) -> str:
        """The document as text."""
        return self.bytes.decode("utf-8")

    def __str__(self) -> str:
        return self.text

    def write_to(self, path: str | Path) -> Path:
        """Write the document to a file, or to ``metadata.xml`` in a directory; gives the file's path."""
        target = Path(path)
        if target.is_dir():
            target /= "metadata.xml"
        target.write_bytes(self.bytes)
        return target

    @contextmanager
    def tempfile(self) -> Iterator[Path]:
        """A temporary file with the document, for SPs that want a path; it is gone after the block."""
        with tempfile.TemporaryDirectory(prefix="okta-metadata-") as directory:
            yield self.write_to(directory)


class PersonHandle:
    """One person of a :class:`fake_idp.FakeOkta`."""

    def __init__(self, org: Org, person_id: str) -> None:
        self._org = org
        self.id = person_id

    @property
    def info(self) -> Person:
        """All that the org knows of the person."""
        return self._org.person(self.id)

    @property
    def login(self) -> str:
        """The Okta username."""
        return self.info.login

    @property
    def email(self) -> str:
        """The primary email."""
        return self.info.email

    @property
    def first_name(self) -> str:
        """The first name."""
        return self.info.first_name

    @property
    def last_name(self) -> str:
        """The last name."""
        return self.info.last_name

    @property
    def password(self) -> str:
        """The generated password.

        :raises InvalidValue: when the person was given one.
        """
        return self._org.password_of(self.id)

    @property
    def status(self) -> str:
        """Okta's status, ``ACTIVE`` and so on."""
        return self.info.status

    def update(self, **changes: Any) -> None:
        """Change the profile, by Okta's or Python's names; None removes an attribute."""
        self._org.update_person(self.id, **changes)

    def set_status(self, status: str) -> None:
        """Put the person into one of Okta's statuses, such as ``SUSPENDED``."""
        self._org.set_person_status(self.id, status)

    def sign_out(self) -> None:
        """End all Okta sessions of the person, as an admin does."""
        self._org.clear_sessions(self.id)

    def __repr__(self) -> str:
        return f"<Person {self.login}>"


class GroupHandle:
    """One group of a :class:`fake_idp.FakeOkta`."""

    def __init__(self, org: Org, group_id: str) -> None:
        self._org = org
        self.id = group_id

    @property
    def name(self) -> str:
        """The group's name."""
        return self._org.group(self.id).name

    def add(self, *people: str | Person | PersonHandle) -> None:
        """Put people into the group."""
        for person in people:
            self._org.add_member(self.id, _person_key(person))

    def remove(self, *people: str | Person | PersonHandle) -> None:
        """Take people out of the group."""
        for person in people:
            self._org.remove_member(self.id, _person_key(person))

    def members(self) -> list[PersonHandle]:
        """The people in the group."""
        return [PersonHandle(self._org, person.id) for person in self._org.members(self.id)]

    def __repr__(self) -> str:
        return f"<Group {self.name}>"


class SamlApp:
    """One SAML app of a :class:`fake_idp.FakeOkta`."""

    def __init__(self, org: Org, app_id: str) -> None:
        self._org = org
        self.id = app_id

    @property
    def info(self) -> App:
        """All that the org knows of the app."""
        return self._org.app(self.id)

    @property
    def label(self) -> str:
        """The name that people see."""
        return self.info.label

    @property
    def settings(self) -> SamlSettings:
        """The SAML settings."""
        return self.info.settings

    @property
    def entity_id(self) -> str:
        """The Identity Provider Issuer."""
        return self._org.entity_id(self.info)

    @property
    def sso_url(self) -> str:
        """The Identity Provider Single Sign-On URL."""
        return self._org.sso_url(self.info)

    @property
    def slo_url(self) -> str:
        """The Identity Provider Single Logout URL."""
        return self._org.slo_url(self.info)

    @property
    def embed_link(self) -> str:
        """The link behind the dashboard tile."""
        return self._org.embed_link(self.info)

    @property
    def metadata(self) -> MetadataDocument:
        """The IdP metadata with the active certificate."""
        return self.metadata_for()

    def metadata_for(self, kid: str | None = None) -> MetadataDocument:
        """The IdP metadata with the certificate of ``kid``, which need not be active."""
        url = self._org.metadata_url(self.info)
        return MetadataDocument(self._org.metadata(self.id, kid), url if kid is None else f"{url}?kid={kid}")

    @property
    def key(self) -> SigningKey:
        """The active signing key."""
        return self._org.signing_key(self.id)

    @property
    def certificate(self) -> str:
        """The active signing certificate, PEM."""
        return self.key.certificate_pem

    @property
    def keys(self) -> list[AppKey]:
        """The rows of SAML Signing Certificates."""
        return self._org.keys(self.id)

    def generate_key(self, years: int = 10) -> AppKey:
        """Generate new certificate; it stays inactive until :meth:`activate_key`."""
        return self._org.generate_key(self.id, years)

    def activate_key(self, kid: str) -> None:
        """Sign with another certificate from now on."""
        self._org.activate_key(self.id, kid)

    def rotate(self, years: int = 10) -> SigningKey:
        """Generate a new certificate and activate it at once; SPs that do not know it refuse the next login."""
        row = self.generate_key(years)
        self.activate_key(row.kid)
        return row.key

    def update(self, settings: dict[str, Any] | None = None, **changes: Any) -> None:
        """Change the app: ``label``, ``hidden``, ``logo``, or any field by its API name in snake_case or its label."""
        own = {name: changes.pop(name) for name in ("label", "hidden", "logo", "notes") if name in changes}
        info = self.info
        arguments = app_arguments({**(settings or {}), **changes}, info.settings)
        self._org.update_app(self.id, **own, **arguments)

    def activate(self) -> None:
        """Let people sign in again."""
        self._org.activate_app(self.id)

    def deactivate(self) -> None:
        """Shut the app."""
        self._org.deactivate_app(self.id)

    def delete(self) -> None:
        """Deactivate and delete the app."""
        self._org.deactivate_app(self.id)
        self._org.delete_app(self.id)

    def assign(
        self, *whom: str | Person | PersonHandle | Group | GroupHandle, user_name: str | None = None
    ) -> list[Assignment]:
        """Assign the app to people or groups; text is a login, an id, or the name of a group."""
        return [
            self._org.assign_group(self.id, key)
            if kind == "GROUP"
            else self._org.assign_person(self.id, key, user_name)
            for kind, key in map(self._assignee, whom)
        ]

    def unassign(self, *whom: str | Person | PersonHandle | Group | GroupHandle) -> None:
        """Take the app back from people or groups."""
        for kind, key in map(self._assignee, whom):
            if kind == "GROUP":
                self._org.unassign_group(self.id, key)
            else:
                self._org.unassign_person(self.id, key)

    def _assignee(self, who: str | Person | PersonHandle | Group | GroupHandle) -> tuple[str, str]:
        if isinstance(who, GroupHandle | Group):
            return "GROUP", who.id
        if isinstance(who, PersonHandle | Person):
            return "USER", who.id
        if self._org.find_person(who) is None and self._org.find_group(who) is not None:
            return "GROUP", who
        return "USER", self._org.person(who).id

    def assignments(self) -> list[Assignment]:
        """Whom the app is assigned to."""
        return self._org.assignments(self.id)

    def sign_in(
        self,
        person: str | Person | PersonHandle,
        request: AuthnRequest | bytes | str | None = None,
        relay_state: str | None = None,
        faults: Sequence[str | Fault] | None = None,
    ) -> SignedOn:
        """Sign a person in without any HTTP: the signed response, as the browser would carry it to the SP.

        ``request`` is an AuthnRequest as object, as XML, or as the URL that the SP redirected to; without one the login
        is IdP-initiated. ``faults`` are names of the catalogue, for this response only.

        :raises SsoRefused: when Okta would show a page instead.
        """
        from fake_idp.sso import sign_on

        who = self._org.person(_person_key(person))
        return sign_on(
            self._org, self.info, who, self._session(who), request=read_any_request(request, relay_state),
            relay_state=relay_state, faults=None if faults is None else resolve_faults(faults),
        )  # fmt: skip

    def _session(self, person: Person) -> Session:
        live = self._org.sessions(person)
        return live[-1] if live else self._org.start_session(person)

    def __repr__(self) -> str:
        return f"<SamlApp {self.label} {self.id}>"


def _person_key(person: str | Person | PersonHandle) -> str:
    return person if isinstance(person, str) else person.id


def read_any_request(
    request: AuthnRequest | bytes | str | None, relay_state: str | None = None
) -> AuthnRequest | None:
    """An AuthnRequest from an object, XML, a redirect URL, or the base64 text of a POST."""
    from fake_idp.saml.messages import read_xml
    from fake_idp.sso import read_request

    if request is None or isinstance(request, AuthnRequest):
        return request
    if isinstance(request, str) and "SAMLRequest=" in request:
        return read_request(request.partition("?")[2] or request)
    text = request.encode("utf-8") if isinstance(request, str) else request
    if text.lstrip().startswith(b"<"):
        return read_xml(text, "POST", relay_state, expect=AuthnRequest)
    return read_request(saml_request=text.decode("ascii"), relay_state=relay_state)


def resolve_faults(faults: Sequence[str | Fault]) -> tuple[Fault, ...]:
    """Faults by name or as they are.

    :raises UnknownFault: for a name that is not in the catalogue.
    """
    if all(isinstance(fault, Fault) for fault in faults):
        return tuple(fault for fault in faults if isinstance(fault, Fault))
    from fake_idp.faults import fault as named

    return tuple(fault if isinstance(fault, Fault) else named(fault) for fault in faults)
