"""What the SP's operators do, and what the SP does by itself in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.difference import Difference
from harness.reference_sp import admin
from harness.reference_sp.certificates import pem
from harness.reference_sp.configuration_file import exported
from harness.reference_sp.expiry import send_warnings
from harness.reference_sp.keys import Use
from harness.reference_sp.mail import Mail
from harness.reference_sp.metadata import Imported
from harness.reference_sp.metadata_source import refresh, refresh_if_due
from harness.reference_sp.refused import SettingRefused

if TYPE_CHECKING:
    from harness.reference_sp.core import Core


class Maintenance:
    """The part of :class:`~harness.reference_sp.reference_sp.ReferenceSP` that keeps it running over the years."""

    _core: Core

    @property
    def org_id(self) -> str:
        """The id of the organization that the SP starts with."""
        return self._core.settings.org_id

    def forget_identity(self, email: str) -> None:
        """Let another identity of the IdP take a member's account, from its next login on."""
        self._core.members.change(self.org_id, email, identity="")

    def fetch_metadata(self, url: str, *, entity_id: str = "") -> Imported:
        """Fetch IdP metadata from its address, as *Fetch Metadata* does. It is a draft until ``save``.

        ``entity_id`` says which entity to take where the document has several.

        :raises SettingRefused: when it cannot be fetched or is not accepted.
        """
        email = self._core.settings.admin_email
        result = admin.fetch(self._core, self.org_id, url, email, entity_id=entity_id)
        if isinstance(result, Difference):
            raise SettingRefused(result)
        return result

    def refresh_metadata(self) -> None:
        """Fetch the saved metadata again now, without waiting until it is due. What cannot be used changes nothing."""
        refresh(self._core, self.org_id)

    def export_configuration(self) -> bytes:
        """The saved SSO settings as a file, without any secret."""
        return exported(self._core.organizations.get(self.org_id))

    def import_configuration(self, data: bytes) -> None:
        """Take the settings of an exported file. They are a draft until ``save``.

        :raises SettingRefused: when the file is none, or its metadata is not accepted.
        """
        result = admin.import_configuration(self._core, self.org_id, data, self._core.settings.admin_email)
        if isinstance(result, Difference):
            raise SettingRefused(result)

    def run_jobs(self) -> None:
        """What runs every night: fetch metadata that is due, warn of certificates that end."""
        for organization in self._core.organizations.all():
            refresh_if_due(self._core, organization.id)
        send_warnings(self._core)

    def mails(self, *, org_id: str = "") -> list[Mail]:
        """The mails that the SP sent, the oldest first."""
        return self._core.outbox.all(org_id or self.org_id)

    def rotate_key(self, use: Use, *, keep_former: bool = True) -> str:
        """Make a new key pair for signing requests or decrypting assertions; returns its certificate in PEM.

        The SP uses it, and its metadata shows it, at once. With ``keep_former`` the key before still decrypts what
        was encrypted for it, and a former signing certificate stays in the metadata, until :meth:`drop_former_keys`.
        """
        return pem(self._core.keys.rotate(use, keep_former=keep_former).certificate)

    def drop_former_keys(self) -> None:
        """End the change of keys: only the current ones count."""
        self._core.keys.drop_former()
