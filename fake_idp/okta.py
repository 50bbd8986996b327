"""The front door: one object that is a running fake Okta, set up in a few plain calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fake_idp.handles import GroupHandle, PersonHandle, SamlApp, resolve_faults
from fake_idp.org.clock import Clock
from fake_idp.org.model import Group, InlineHook, LogEvent, Person
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings, app_arguments
from fake_idp.saml.faults import Fault, with_data
from fake_idp.saml.keys import key_pool

if TYPE_CHECKING:
    from flask import Flask

    from fake_idp.server import Server
    from fake_idp.tls import LocalTls

_KEYS_AHEAD = 2


class FakeOkta:
    """A fake Okta org. As a context manager it is served on a free loopback port.

    ::

        with FakeOkta() as okta:
            app = okta.create_saml_app("My app", acs_url="http://localhost:9000/acs", audience="my-app")
            ada = okta.add_person("ada@acme.test")
            app.assign(ada)
            print(okta.url, app.metadata.text, app.sign_in(ada).saml_response)

    ``seed`` makes ids, made-up people and passwords the same on each run; it stands in :attr:`seed`. ``data_dir``
    keeps the org in a file that outlives the process. With ``base_url`` it opens no socket: mount :attr:`wsgi` there
    yourself. ``org_file`` is a YAML file to begin with (:mod:`fake_idp.org.orgfile`). ``clock`` is a :class:`Clock`, or
    a time to stand still at. All other keyword arguments are org settings
    (:class:`fake_idp.org.org_settings.OrgSettings`), such as ``sign_metadata=False``.

    Used without ``with``, call :meth:`start` for the server and :meth:`stop` at the end; what needs no HTTP, such as
    ``app.sign_in``, works without starting.

    :raises PortInUse: at start, when another program has the port.
    :raises DataDirInUse: when another process has the data directory open.
    """

    def __init__(
        self,
        seed: str | int | None = None,
        subdomain: str | None = None,
        org_name: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        data_dir: str | Path | None = None,
        base_url: str | None = None,
        clock: Clock | datetime | str | None = None,
        https: bool = False,
        org_file: str | Path | None = None,
        **org_settings: Any,
    ) -> None:
        if isinstance(clock, str | datetime):
            clock = Clock(clock)
        document = None
        if org_file is not None:
            # Here and not at the top: an org that begins empty starts faster.
            from fake_idp.org.orgfile import import_org, org_arguments, read_org_file

            document = read_org_file(org_file)
            asked = org_arguments(document)
            seed = asked.pop("seed", None) if seed is None else seed
            subdomain, org_name = (
                subdomain or asked.pop("subdomain", None),
                org_name or asked.pop("name", None),
            )
            known = {"seed", "subdomain", "name"}
            org_settings = {k: v for k, v in asked.items() if k not in known} | org_settings
        self.org = Org(
            seed=seed, subdomain=subdomain, name=org_name, clock=clock, data_dir=data_dir, base_url=base_url or "",
            **org_settings,
        )  # fmt: skip
        if document is not None and self.org.is_new:
            try:
                import_org(self.org, document, settings=False)
            except BaseException:
                self.org.close()
                raise
        self._mounted = base_url is not None
        self._host, self._port, self._https = host, port, https
        self._server: Server | None = None
        self._wsgi: Flask | None = None
        self.tls: LocalTls | None = None
        """With ``https``, once started: the certificate, and what a client needs to trust it."""
        if self.org.is_new and not self.org.settings.deterministic_keys:
            key_pool.prefetch(_KEYS_AHEAD)

    @property
    def seed(self) -> str:
        """What to pass as ``seed`` to get the same org again."""
        return self.org.seed

    @property
    def clock(self) -> Clock:
        """The org's clock: ``okta.clock.move("+5m")``, ``okta.clock.freeze()``."""
        return self.org.clock

    @property
    def url(self) -> str:
        """Where the org is, without a final slash."""
        return self.org.url

    @property
    def admin_url(self) -> str:
        """The admin console."""
        return f"{self.url}/admin"

    @property
    def admin_username(self) -> str:
        """The login of the super administrator that the org begins with."""
        return self.org.admin.login

    @property
    def admin_password(self) -> str:
        """That administrator's first password."""
        return self.org.admin_password

    def credentials(self) -> list[tuple[str, str]]:
        """Login and password of everybody who can sign in and was not given a password; the administrator aside."""
        return [
            (person.login, self.org.password_of(person))
            for person in self.org.people(status="ACTIVE")
            if person.id != self.org.admin.id and not self.org.password_hash(person)
        ]

    @property
    def trust_hint(self) -> str:
        """One line on how to trust the certificate; empty without ``https``."""
        return self.tls.trust_hint if self.tls is not None else ""

    @property
    def wsgi(self) -> Flask:
        """All pages of the org as one WSGI application."""
        if self._wsgi is None:
            from fake_idp.server import create_web_app

            self._wsgi = create_web_app(self.org)
        return self._wsgi

    @property
    def running(self) -> bool:
        """Whether a server of this object's own is up."""
        return self._server is not None

    def start(self) -> Self:
        """Serve the org. Nothing happens when it is served already, or mounted at a ``base_url``."""
        if self._mounted or self._server is not None:
            return self
        from fake_idp.server import PortInUse, Server

        if self._https and self.tls is None:
            from fake_idp.tls import local_tls

            self.tls = local_tls(self.org.data_dir)
        last_port = int(self.org.store.meta().get("port", 0)) if self.org.data_dir and not self._port else 0
        try:
            server = Server(self.wsgi, self._host, self._port or last_port, ssl=self.tls).start()
        except PortInUse:
            if not last_port:
                raise
            # Only a wish: an org on disk comes back where it was, so that its metadata stays true, if it can.
            server = Server(self.wsgi, self._host, 0, ssl=self.tls).start()
        self._server = server
        self.org.base_url = server.url
        if self.org.data_dir:
            self.org.store.set_meta("port", server.port)
        return self

    def stop(self) -> None:
        """Stop serving and close the org. May be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        if self.tls is not None:
            self.tls.close()
        self.org.close()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<FakeOkta {self.org.subdomain} at {self.url}, seed {self.seed!r}>"

    def create_saml_app(
        self,
        label: str,
        acs_url: str | None = None,
        audience: str | None = None,
        application_username: str = "Okta username",
        *,
        logo: bytes | Path | None = None,
        hidden: bool = False,
        settings: Mapping[str, Any] | SamlSettings | None = None,
        **more: Any,
    ) -> SamlApp:
        """Create a SAML app, as the wizard does; what is not given has the wizard's default.

        Any other field goes in as a keyword by its API name in snake_case (``default_relay_state="/home"``), or in
        ``settings`` by its label (``{"Name ID format": "EmailAddress"}``) or API name.

        :raises InvalidSetting: for a field that does not exist or a value that Okta would refuse.
        """
        fields: dict[str, Any] = {"application_username": application_username}
        if acs_url is not None:
            fields["sso_acs_url"] = acs_url
        if audience is not None:
            fields["audience"] = audience
        base = None
        if isinstance(settings, SamlSettings):
            base = settings
        elif settings is not None:
            fields |= settings
        arguments = app_arguments(fields | more, base)
        image = logo.read_bytes() if isinstance(logo, Path) else logo
        return SamlApp(self.org, self.org.create_saml_app(label, logo=image, hidden=hidden, **arguments).id)

    def app(self, key: str) -> SamlApp:
        """The app with this id, name or label.

        :raises NotFound: when there is none.
        """
        return SamlApp(self.org, self.org.app(key).id)

    def apps(self) -> list[SamlApp]:
        """All apps, in the order they were created."""
        return [SamlApp(self.org, app.id) for app in self.org.apps()]

    def add_person(
        self,
        login: str | None = None,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        password: str | None = None,
        admin: bool = False,
        groups: Iterable[str | Group | GroupHandle] = (),
        **profile: Any,
    ) -> PersonHandle:
        """Add a person; what is not given is made up from the org's seed.

        ``profile`` takes any other attribute by Okta's name, such as ``department="R&D"``.
        """
        person = self.org.add_person(login, email, first_name, last_name, password, admin, **profile)
        for group in groups:
            self.org.add_member(group.id if isinstance(group, GroupHandle) else group, person)
        return PersonHandle(self.org, person.id)

    def person(self, key: str | Person) -> PersonHandle:
        """The person with this id or login.

        :raises NotFound: when there is none.
        """
        return PersonHandle(self.org, self.org.person(key).id)

    def add_group(
        self, name: str, description: str = "", members: Iterable[str | Person | PersonHandle] = ()
    ) -> GroupHandle:
        """Add a group, with members if wanted."""
        handle = GroupHandle(self.org, self.org.add_group(name, description).id)
        handle.add(*members)
        return handle

    def group(self, key: str) -> GroupHandle:
        """The group with this id or name; ``Everyone`` is always there.

        :raises NotFound: when there is none.
        """
        return GroupHandle(self.org, self.org.group(key).id)

    def add_inline_hook(
        self, name: str, url: str, header_name: str = "", header_value: str = ""
    ) -> InlineHook:
        """Register an assertion inline hook; apps name it in ``inline_hook``."""
        return self.org.add_inline_hook(name, url, header_name, header_value)

    def import_okta_app(
        self,
        app: Mapping[str, Any] | str | Path | None = None,
        metadata: str | bytes | Path | None = None,
        *,
        label: str | None = None,
        **settings: Any,
    ) -> SamlApp:
        """Make an app of a real Okta here, from its app object, its metadata, or both, with a test key.

        :raises InvalidOrgFile: when what was given is not what Okta gives out.
        """
        from fake_idp.org.okta_import import import_okta_app

        return SamlApp(self.org, import_okta_app(self.org, app, metadata, label=label, **settings).id)

    def load_org_file(self, org_file: str | Path) -> None:
        """Add the people, groups, apps and hooks of an org file (a path, or YAML text): all of it, or nothing.

        :raises InvalidOrgFile: with line and column of what cannot be taken.
        """
        from fake_idp.org.orgfile import import_org

        import_org(self.org, org_file)

    def dump(self, path: str | Path | None = None, *, secrets: bool = False) -> str:
        """The org as YAML text, written to ``path`` if one is given.

        ``secrets`` adds private keys, password hashes and the seed.
        """
        from fake_idp.org.orgfile import export_org

        text = export_org(self.org, secrets=secrets)
        if path is not None:
            target = Path(path)
            target.touch(mode=0o600)
            if secrets:
                target.chmod(0o600)
            target.write_text(text, "utf-8")
        return text

    def log(self, event_type: str | None = None, **filters: Any) -> list[LogEvent]:
        """System Log events, oldest first; filters as in :meth:`fake_idp.org.org.Org.log`."""
        return self.org.log(event_type, **filters)

    def misbehave(
        self,
        *faults: str | Fault,
        app: str | SamlApp | None = None,
        times: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Put faults, by name, into the messages to come: all, or those of one app; for good, or ``times`` of them.

        ``data`` is what some of them read, such as ``{"seconds": 181}`` for ``conditions-not-before-shift``.

        :raises UnknownFault: for a name that is not in the catalogue.
        """
        app_id = None if app is None else app.id if isinstance(app, SamlApp) else self.org.app(app).id
        armed = [with_data(fault, data or {}) for fault in resolve_faults(faults)]
        self.org.faults.arm(armed, app_id=app_id, times=times)

    def behave(self) -> None:
        """Undo every :meth:`misbehave`."""
        self.org.faults.clear()
