"""python3-saml as an SP, with the settings that its README calls for in production: ``strict``, strong algorithms.

As in the README and the demos: the ID of the last request is kept for the browser and handed to ``process_response``,
that of the LogoutRequest to ``process_slo``; the IDs of accepted assertions and LogoutRequests are stored, against
replay. Logout is HTTP-Redirect alone: the library knows no other.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from tests.interop.sp_keys import key_files
from tests.interop.sp_web import Identity, LoggedOut, Refused, Settings, serve

SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256_DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
one_at_a_time = threading.Lock()


class Python3SAML:
    """One ``OneLogin_Saml2_Auth`` a request, as the library wants it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        key, certificate = key_files(settings.data)
        sp = {
            "strict": True,
            "sp": {
                "entityId": settings.entity_id,
                "assertionConsumerService": {"url": settings.acs_url},
                "singleLogoutService": {"url": settings.slo_url},
                "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "x509cert": certificate.read_text(),
                "privateKey": key.read_text(),
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": False,
                "wantAssertionsSigned": False,  # either element may carry the signature
                "wantAttributeStatement": False,
                "requestedAuthnContext": False,
                "signatureAlgorithm": SHA256,
                "digestAlgorithm": SHA256_DIGEST,
                "rejectDeprecatedAlgorithm": True,
            },
        }
        idp = OneLogin_Saml2_IdPMetadataParser.parse(
            settings.idp_metadata, entity_id=settings.idp_entity_id or None
        )
        self.saml = OneLogin_Saml2_Settings(sp | {"idp": idp["idp"]})

    def _auth(self, path: str, post: Mapping[str, str] = {}, query: str = "") -> OneLogin_Saml2_Auth:
        location = urlsplit(self.settings.base_url)
        request = {
            "https": "off",
            "http_host": location.netloc,
            "script_name": path,
            "get_data": {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()},
            "post_data": dict(post),
            "query_string": query,
            "validate_signature_from_qs": True,  # the signature is checked over the octets that came
        }
        return OneLogin_Saml2_Auth(request, old_settings=self.saml)

    def start(self, relay_state: str) -> tuple[str, str]:
        auth = self._auth("/login")
        url = auth.login(return_to=relay_state)
        return url, auth.get_last_request_id()

    def accept(self, saml_response: str, pending: Mapping[str, str]) -> Identity:
        auth = self._auth("/saml/acs", {"SAMLResponse": saml_response})
        request_id = next(reversed(list(pending)), None)
        try:
            auth.process_response(request_id=request_id)
        except Exception as error:  # unreadable input comes through as the parser's own error
            raise Refused(f"{type(error).__name__}: {error}") from error
        if auth.get_errors() or not auth.is_authenticated():
            raise Refused(f"{auth.get_errors()} {auth.get_last_error_reason()}")
        _use(auth.get_last_assertion_id(), self.settings.data)
        attributes = {
            name: [value or "" for value in values] for name, values in auth.get_attributes().items()
        }
        return Identity(
            auth.get_nameid() or "",
            attributes,
            auth.get_last_response_in_response_to(),
            auth.get_session_index(),
            (auth.get_nameid_format(), auth.get_nameid_nq(), auth.get_nameid_spnq()),
            auth.get_session_expiration(),
        )

    def metadata(self) -> bytes:
        sp = self.saml.get_sp_data()
        plain = OneLogin_Saml2_Metadata.builder(sp, authnsign=True, wsign=False)
        # get_sp_metadata() leaves the encryption key out unless encryption is compulsory; here it is welcome.
        metadata: bytes = OneLogin_Saml2_Metadata.add_x509_key_descriptors(
            plain, self.saml.get_sp_cert(), add_encryption=True
        )
        return metadata

    def start_logout(self, who: Identity) -> tuple[str, str] | None:
        if not self.saml.get_idp_slo_url():
            return None
        assert isinstance(who.handle, tuple)
        name_format, qualifier, sp_qualifier = who.handle
        auth = self._auth("/logout")
        url = auth.logout(
            name_id=who.name_id,
            session_index=who.session_index,
            name_id_format=name_format,
            nq=qualifier,
            spnq=sp_qualifier,
        )
        return url, auth.get_last_request_id()

    def logout_message(
        self, fields: Mapping[str, str], query: str, signed_in: Sequence[Identity], request_id: str
    ) -> LoggedOut:
        auth = self._auth("/saml/slo", query=query)
        try:
            target = auth.process_slo(keep_local_session=True, request_id=request_id or None)
        except Exception as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        if auth.get_errors():
            raise Refused(f"{auth.get_errors()} {auth.get_last_error_reason()}")
        if "SAMLResponse" in fields:
            return LoggedOut()
        _use(auth.get_last_message_id(), self.settings.data)
        xml = auth.get_last_request_xml()
        name_id = OneLogin_Saml2_Logout_Request.get_nameid(xml)
        indexes = OneLogin_Saml2_Logout_Request.get_session_indexes(xml)
        ended = [
            who
            for who in signed_in
            if who.name_id == name_id and (not indexes or who.session_index in indexes)
        ]
        return LoggedOut(ended, target or "")


def _use(message_id: str, folder: Path) -> None:
    """Store that a message has been used, in a file, so that a restart forgets none."""
    file = folder / "used-ids"
    with one_at_a_time:
        if file.exists() and message_id in file.read_text().split():
            raise Refused(f"{message_id} has been used before")
        with file.open("a") as used:
            used.write(f"{message_id}\n")


if __name__ == "__main__":
    serve(Python3SAML)
