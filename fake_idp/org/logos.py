"""App logos: which files Okta takes."""

from __future__ import annotations

from fake_idp.org.errors import InvalidValue
from fake_idp.org.model import Logo

MAX_BYTES = 1024 * 1024
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def checked_logo(data: bytes) -> Logo:
    """The logo, when it is a PNG, JPG or GIF under 1 MB; told by its first bytes, not by its name.

    :raises InvalidValue: for any other file.
    """
    if len(data) >= MAX_BYTES:
        raise InvalidValue("App logo", f"expected a file under 1 MB, received {len(data) / MAX_BYTES:.1f} MB")
    for signature, content_type in _SIGNATURES:
        if data.startswith(signature):
            return Logo(content_type, data)
    raise InvalidValue("App logo", "expected a PNG, JPG or GIF image, received another kind of file")
