"""The org: one Okta tenant with its people, groups, apps, keys, sessions, System Log and clock."""

from __future__ import annotations

from typing import Any, Self

from fake_idp.org.inline_hooks import InlineHooks
from fake_idp.org.model import App, Person
from fake_idp.org.preview import preview_text
from fake_idp.org.saml_settings import SamlSettings
from fake_idp.org.settings_rules import validate


class Org(InlineHooks):
    """One Okta tenant, in memory or in a data directory.

    ``seed`` decides every id, made-up person and generated password; without one it is random. It counts when the
    org is made; one that is opened again keeps its own.
    ``subdomain`` and ``name`` are what a customer chooses (``acme``, ``Acme``). ``clock`` is the org's time.
    ``data_dir`` keeps everything in a file that survives ``kill -9``. ``base_url`` is where the org is served.
    All other keyword arguments are fields of :class:`fake_idp.org.org_settings.OrgSettings`.

    All methods may be called from several threads. Use it as a context manager, or call :meth:`close`.

    :raises DataDirInUse: when another process has the data directory open.
    :raises InvalidValue: for an unknown org setting.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.closed = False
        self._admin_id = ""
        if self.is_new:
            with self._unit():
                self._make_everyone()
                admin = self.add_person(
                    f"admin@{self.subdomain}.test", first_name=self.name, last_name="Admin", admin=True
                )
                self.store.set_meta("admin", admin.id)

    @property
    def admin(self) -> Person:
        """The super administrator that every org begins with."""
        if not self._admin_id:
            self._admin_id = str(self.store.meta()["admin"])
        return self.person(self._admin_id)

    @property
    def admin_password(self) -> str:
        """The password that :attr:`admin` begins with; it follows from the seed."""
        return self.derived(f"password/admin@{self.subdomain}.test")

    def preview_assertion(self, settings: SamlSettings, app: App | None = None, **on_app: str) -> str:  # noqa: ARG002
        """Preview the SAML Assertion as the wizard shows it: indented XML that knows neither app nor person.

        :raises InvalidSetting: when the settings could not be saved.
        """
        validate(settings)
        with self.store.lock:
            return preview_text(settings, self.now(), self.rng)

    def close(self) -> None:
        """Let the store go, and give the RSA keys of an org in memory back for reuse. May be called twice."""
        if self.closed:
            return
        self.closed = True
        self._return_keys()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
