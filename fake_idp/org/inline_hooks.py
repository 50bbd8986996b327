"""The inline hooks of an org: the URLs that it calls before it signs an assertion."""

from __future__ import annotations

import ipaddress
from dataclasses import fields
from urllib.parse import urlsplit

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.errors import AlreadyExists, InvalidValue, NotFound
from fake_idp.org.log import hook_entry
from fake_idp.org.model import InlineHook
from fake_idp.org.sessions import Sessions
from fake_idp.org.settings_rules import unacceptable_url


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_COLUMNS = [f.name for f in fields(InlineHook)]


class InlineHooks(Sessions):
    """The part of the org that keeps inline hooks."""

    def add_inline_hook(
        self,
        name: str,
        url: str,
        header_name: str = "",
        header_value: str = "",
        *,
        hook_id: str | None = None,
    ) -> InlineHook:
        """Register a SAML assertion inline hook; apps name it in the field Assertion Inline Hook.

        ``header_name`` and ``header_value`` are sent with each call, so that the service knows who calls.
        ``hook_id`` is for a hook that comes from another org.

        :raises AlreadyExists: when the name is taken.
        :raises InvalidValue: when the URL is none.
        """
        self.check_hook_url(url)
        if not name.strip():
            raise InvalidValue("Name", "expected at least one character")
        if self.find_inline_hook(name) is not None:
            raise AlreadyExists(f"an inline hook named {name!r} is in the org already")
        if hook_id is not None and self.find_inline_hook(hook_id) is not None:
            raise AlreadyExists(f"an inline hook with the id {hook_id!r} is in the org already")
        hook = InlineHook(hook_id or self.new_id("cal"), name, url, header_name, header_value)
        with self._unit():
            self.store.insert(db.hooks, **{column: getattr(hook, column) for column in _COLUMNS})
            self.log_event("inline_hook.created", target=[hook_entry(hook)])
        return hook

    def check_hook_url(self, url: str) -> None:
        """Refuse a URL that the org must not call.

        :raises InvalidValue: when it is none, or leaves this machine while ``remote_hooks`` is off.
        """
        expected = unacceptable_url(url)
        if expected:
            raise InvalidValue("URL", f"expected {expected}, received {url!r}")
        host = urlsplit(url).hostname or ""
        if not self.settings.remote_hooks and not _is_loopback(host):
            raise InvalidValue(
                "URL",
                f"{host} is not this machine; use 127.0.0.1 or localhost, or turn the org setting remote_hooks on",
            )

    def inline_hooks(self) -> list[InlineHook]:
        """All inline hooks, in the order they were added."""

        def read() -> tuple[InlineHook, ...]:
            query = sa.select(*(db.hooks.c[name] for name in _COLUMNS)).order_by(db.hooks.c.position)
            return tuple(InlineHook(**row._mapping) for row in self.store.rows(query))

        return list(self._remembered(("hooks",), read))

    def find_inline_hook(self, key: str) -> InlineHook | None:
        """The hook with this id or name, or None."""
        return next((hook for hook in self.inline_hooks() if key in (hook.id, hook.name)), None)

    def delete_inline_hook(self, key: str) -> None:
        """Delete a hook. Apps that name it go on without it.

        :raises NotFound: when there is none.
        """
        hook = self.find_inline_hook(key)
        if hook is None:
            raise NotFound("inline hook", key, [known.name for known in self.inline_hooks()])
        with self._unit():
            self.store.change(db.hooks.delete().where(db.hooks.c.id == hook.id))
            self.log_event("inline_hook.deleted", target=[hook_entry(hook)])
