"""What the org refuses, and why. Each message says what was wrong and what to do."""

from __future__ import annotations


class OrgError(Exception):
    """Any refusal by the org. ``code`` is stable, the text is for people."""

    code = "refused"


class NotFound(OrgError):
    """There is no such thing in the org."""

    code = "not_found"

    def __init__(self, kind: str, key: object, known: list[str] | None = None) -> None:
        self.kind = kind
        self.key = str(key)
        text = f"the org has no {kind} {self.key!r}"
        if known:
            from difflib import get_close_matches

            close = get_close_matches(self.key, known, n=1)
            text += (
                f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(map(repr, known[:10]))}"
            )
        super().__init__(text)


class AlreadyExists(OrgError):
    """Something with this name is there already."""

    code = "already_exists"


class NotAllowed(OrgError):
    """The org's state does not allow this now, such as deleting an app that is active."""

    code = "not_allowed"


class InvalidValue(OrgError):
    """A value that cannot be taken: an empty name, a logo of the wrong type, a password that is too short."""

    code = "invalid_value"

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field}: {message}")
        self.message = message


class InvalidSetting(OrgError):
    """A SAML setting that Okta would refuse.

    ``field`` is the attribute's name, ``label`` the wizard's label, ``received`` what came, ``expected`` what
    is taken, ``advice`` what to do.
    """

    code = "invalid_setting"

    def __init__(self, field: str, label: str, received: object, expected: str, advice: str = "") -> None:
        self.field = field
        self.label = label
        self.received = received
        self.expected = expected
        self.advice = advice
        text = f"{label}: expected {expected}, received {_shown(received)}"
        super().__init__(f"{text}. {advice}" if advice else text)


class InvalidOrgFile(OrgError):
    """An org file or a foreign app object that cannot be read. ``where`` is the path of keys to the trouble."""

    code = "invalid_org_file"

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        self.message = message
        super().__init__(f"{where}: {message}" if where else message)


class DataDirInUse(OrgError):
    """Another process has this data directory open."""

    code = "data_dir_in_use"


class DataDirUnusable(OrgError):
    """What lies in the data directory was not written by this version, or is damaged."""

    code = "data_dir_unusable"


def _shown(value: object) -> str:
    text = "nothing" if value in (None, "") else repr(value)
    return text if len(text) <= 200 else text[:197] + "..."
