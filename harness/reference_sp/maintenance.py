"""What the SP's operators do, and what the SP does by itself in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reference_sp.certificates import pem
from harness.reference_sp.keys import Use

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

    def rotate_key(self, use: Use, *, keep_former: bool = True) -> str:
        """Make a new key pair for signing requests or decrypting assertions; returns its certificate in PEM.

        The SP uses it, and its metadata shows it, at once. With ``keep_former`` the key before still decrypts what
        was encrypted for it, and a former signing certificate stays in the metadata, until :meth:`drop_former_keys`.
        """
        return pem(self._core.keys.rotate(use, keep_former=keep_former).certificate)

    def drop_former_keys(self) -> None:
        """End the change of keys: only the current ones count."""
        self._core.keys.drop_former()
