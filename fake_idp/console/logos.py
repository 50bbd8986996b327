"""An uploaded logo, on its way from a form to the org."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage

from fake_idp.org.errors import InvalidValue
from fake_idp.org.logos import MAX_BYTES, checked_logo

RULE = "PNG, JPG or GIF of less than 1 MB. At least 420 x 120 pixels look best."


def take_logo(upload: FileStorage | None) -> bytes | None:
    """The image, or None where no file was chosen.

    :raises InvalidValue: when Okta would not take it; told by its content, not by its name.
    """
    if upload is None or not upload.filename:
        return None
    data = upload.stream.read(MAX_BYTES + 1)
    if not data:
        raise InvalidValue("App logo", "expected a PNG, JPG or GIF image, received an empty file")
    checked_logo(data)
    return data


def sentence(problem: InvalidValue) -> str:
    """The refusal as it stands beside the field."""
    return problem.message[:1].upper() + problem.message[1:] + "."
