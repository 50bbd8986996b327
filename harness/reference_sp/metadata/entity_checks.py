"""The metadata must be that of an identity provider which can be used here."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography.x509 import Certificate

from harness.difference import Difference
from harness.reference_sp.certificates import BadCertificate, describe, load_certificate, read_certificate
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.metadata import read
from harness.reference_sp.metadata.upload import Upload
from harness.reference_sp.names import md
from harness.reference_sp.need import need
from harness.reference_sp.xml import Element, ValueRefused

_METADATA = okta(
    "Sign On > View IdP metadata", "upload the metadata of the app that was made for this organization"
)
_ACTIVE = okta("SAML Signing Certificates", "upload the metadata of the Active certificate")


def _role(upload: Upload) -> Element:
    return need(read.idp_role(_entity(upload)), "describes_an_idp has run")


def _entity(upload: Upload) -> Element:
    return need(upload.entity, "one_entity has run")


def not_the_own_or_sp_metadata(upload: Upload) -> Difference | None:
    """It is not the SP's own document, nor another SP's."""
    entities = list(need(upload.root, "is_safe_xml has run").iter(md("EntityDescriptor")))
    for entity in entities:
        if entity.get("entityID") in upload.own_entity_ids:
            return difference(
                "md_is_own_metadata",
                _METADATA,
                expected="the IdP's entityID",
                received=entity.get("entityID", ""),
            )
    if entities and all(
        e.find(md("SPSSODescriptor")) is not None and read.idp_role(e) is None for e in entities
    ):
        return difference(
            "md_is_sp_metadata", _METADATA, expected="md:IDPSSODescriptor", received="md:SPSSODescriptor"
        )
    return None


def one_entity(upload: Upload) -> Difference | None:
    """There is one identity provider, or it was said which one to take."""
    entities = list(need(upload.root, "is_safe_xml has run").iter(md("EntityDescriptor")))
    providers = [entity for entity in entities if read.idp_role(entity) is not None]
    if upload.entity_id:
        providers = [entity for entity in providers if entity.get("entityID") == upload.entity_id]
        if len(providers) != 1:
            ids = listed([entity.get("entityID", "") for entity in entities])
            return difference(
                "md_many_entities", expected=upload.entity_id, received=ids, hint="not in this file"
            )
    if len(providers) > 1:
        ids = listed([entity.get("entityID", "") for entity in providers])
        return difference(
            "md_many_entities",
            sp("Entity to use", "enter one of these"),
            expected="one identity provider",
            received=ids,
        )
    candidates = providers or entities
    if not candidates:
        return difference("md_no_sso", _METADATA, expected="md:EntityDescriptor", received="(none)")
    upload.entity = candidates[0]
    return None


def has_entity_id(upload: Upload) -> Difference | None:
    """The entity has a name. Any URI is fine: Okta's is http://www.okta.com/exk..., not the metadata's address."""
    if _entity(upload).get("entityID", "").strip():
        return None
    return difference("md_no_entity_id", _METADATA, expected='entityID="..."', received="(missing)")


def describes_an_idp(upload: Upload) -> Difference | None:
    """It has an IdP role for SAML 2.0 with a sign-on service."""
    role = read.idp_role(_entity(upload))
    if role is None:
        return difference(
            "md_no_sso",
            _METADATA,
            expected="md:IDPSSODescriptor for SAML 2.0",
            received="(none of that protocol)",
        )
    if not read.endpoints(role, "SingleSignOnService"):
        return difference("md_no_sso", _METADATA, expected="md:SingleSignOnService", received="(none)")
    return None


def usable_binding(upload: Upload) -> Difference | None:
    """Sign-on is offered by HTTP-Redirect or HTTP-POST."""
    offered = read.endpoints(_role(upload), "SingleSignOnService")
    if any(binding in offered for binding in read.USABLE_BINDINGS):
        return None
    return difference(
        "md_no_usable_binding", expected="HTTP-Redirect or HTTP-POST", received=listed(list(offered))
    )


def web_locations(upload: Upload) -> Difference | None:
    """Every address is an http or https URL with a host: they end up in redirects and forms."""
    role = _role(upload)
    for name in ("SingleSignOnService", "SingleLogoutService"):
        for endpoint in read.endpoints(role, name).values():
            for location in filter(None, (endpoint.location or " ", endpoint.response_location)):
                if not _is_web_url(location):
                    return difference("md_bad_location", expected="https://...", received=shown(location))
    return None


def _is_web_url(location: str) -> bool:
    if any(character.isspace() or character in "<>\"'`\\{}|^" for character in location):
        return False
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


def https_sign_on(upload: Upload) -> Difference | None:
    """The sign-on address uses https, where that is demanded."""
    if not upload.settings.require_https_sso:
        return None
    for binding, endpoint in read.endpoints(_role(upload), "SingleSignOnService").items():
        if binding in read.USABLE_BINDINGS and not endpoint.location.startswith("https://"):
            return difference("md_http_sso", expected="https://...", received=shown(endpoint.location))
    return None


def has_signing_certificate(upload: Upload) -> Difference | None:
    """There is at least one certificate to check signatures with."""
    if upload.tools.signing_certificates(_role(upload)):
        return None
    return difference(
        "md_no_signing_cert", _ACTIVE, expected="md:KeyDescriptor for signing", received="(none)"
    )


def good_certificates(upload: Upload) -> Difference | None:
    """Each signing certificate can be read."""
    return _each_certificate(upload, read_certificate, "an X.509 certificate")


def strong_keys(upload: Upload) -> Difference | None:
    """Each signing certificate has a key that is long enough (saml2int SDP-MD06)."""
    return _each_certificate(upload, load_certificate, "a certificate with a strong key")


def _each_certificate(
    upload: Upload, read_one: Callable[[str], Certificate], expected: str
) -> Difference | None:
    for number, text in enumerate(upload.tools.signing_certificates(_role(upload)), start=1):
        try:
            read_one(text)
        except BadCertificate as error:
            return difference("md_bad_cert", _ACTIVE, expected=expected, received=f"no. {number}: {error}")
    return None


def current_certificates(upload: Upload) -> Difference | None:
    """The certificates are inside their dates; a setting says whether that refuses or only warns."""
    policy = upload.settings.expired_certificate
    for text in upload.tools.signing_certificates(_role(upload)):
        certificate = read_certificate(text)
        found = None
        if certificate.not_valid_after_utc < upload.now:
            found = difference(
                "md_cert_expired", _ACTIVE, expected=f"{upload.now:%F}", received=describe(certificate)
            )
        elif certificate.not_valid_before_utc > upload.now:
            start = f"{describe(certificate)} valid from {certificate.not_valid_before_utc:%F}"
            found = difference("md_cert_not_yet_valid", _ACTIVE, expected=f"{upload.now:%F}", received=start)
        if found is None or policy == "ignore":
            continue
        if policy == "reject":
            return found
        upload.warnings.append(found)
    return None


def not_expired(upload: Upload) -> Difference | None:
    """No validUntil of the role or around it has passed."""
    try:
        until = read.valid_until(_entity(upload), _role(upload))
    except ValueRefused as error:
        return difference(
            "md_expired", _METADATA, expected="a validUntil that is a time", received=str(error)
        )
    if until is None or until > upload.now:
        return None
    return difference(
        "md_expired", _METADATA, expected=f"after {upload.now:%F %T}Z", received=f"{until:%F %T}Z"
    )
