"""Preview the SAML Assertion: what the wizard shows of settings that are not saved yet.

As recorded previews show it, the preview knows nobody: no signature, no SessionIndex, the literal ``userName`` as
NameID and ``http://www.okta.com/Issuer`` as issuer. Static text and plain references such as ``user.email`` stand as
they were typed; what would have to be computed, groups included, is empty.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from fake_idp.org.expressions import is_reference
from fake_idp.org.saml_settings import DEFAULT_ISSUER, SamlSettings
from fake_idp.saml.claims import Attribute, ResponseClaims
from fake_idp.saml.ids import message_ids
from fake_idp.saml.response import build_assertion
from fake_idp.saml.xml import indented

PREVIEW_ISSUER = "http://www.okta.com/Issuer"
PREVIEW_NAME_ID = "userName"
_MARGIN = timedelta(minutes=5)


def preview_text(settings: SamlSettings, now: datetime, rng: Random) -> str:
    """The assertion as indented XML text."""
    end = now + timedelta(seconds=settings.assertion_lifetime_seconds)
    response_id, assertion_id = message_ids(rng, now)
    claims = ResponseClaims(
        response_id=response_id, assertion_id=assertion_id, issue_instant=now,
        destination=settings.effective_destination, recipient=settings.effective_recipient,
        issuer=PREVIEW_ISSUER if settings.idp_issuer == DEFAULT_ISSUER else settings.idp_issuer,
        audience=settings.audience, name_id=PREVIEW_NAME_ID, name_id_format=settings.subject_name_id_format,
        not_before=now - _MARGIN, not_on_or_after=end, subject_not_on_or_after=end, authn_instant=now,
        session_index=None, authn_context_class=settings.authn_context_class_ref, attributes=_attributes(settings),
    )  # fmt: skip
    return indented(build_assertion(claims, signed=False))


def _attributes(settings: SamlSettings) -> list[Attribute]:
    shown = [
        Attribute(
            statement.name,
            statement.name_format,
            [v if is_reference(v) else "" for v in statement.values] or [""],
        )
        for statement in settings.attribute_statements
    ]
    return shown + [Attribute(s.name, s.name_format, [""]) for s in settings.group_attribute_statements]
