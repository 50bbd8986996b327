"""pysaml2 as an SP, configured as its documentation recommends for an IdP that may sign either element.

As in the library's own example (sp-wsgi): this browser's requests are handed over as ``outstanding``, and who asks whom
as ``conv_info``. An answered request is forgotten by the caller. Requests for logout the library remembers itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from flask import request as http_request
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import create_metadata_string

from tests.interop.sp_keys import key_files
from tests.interop.sp_web import Identity, LoggedOut, Refused, Settings, serve

SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class PySAML2:
    """A ``Saml2Client`` and the way to it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        key, certificate = key_files(settings.data)
        keys = {"key_file": str(key), "cert_file": str(certificate)}
        self.config = SPConfig().load(
            {
                "entityid": settings.entity_id,
                "metadata": {"inline": [settings.idp_metadata.decode()]},
                "service": {
                    "sp": {
                        "endpoints": {
                            "assertion_consumer_service": [(settings.acs_url, BINDING_HTTP_POST)],
                            "single_logout_service": [
                                (settings.slo_url, BINDING_HTTP_REDIRECT),
                                (settings.slo_url, BINDING_HTTP_POST),
                            ],
                        },
                        "allow_unsolicited": True,
                        "authn_requests_signed": True,
                        "logout_requests_signed": True,
                        "logout_responses_signed": True,
                        "want_response_signed": False,
                        "want_assertions_signed": False,
                        "want_assertions_or_response_signed": True,
                        "signing_algorithm": SHA256,
                        "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                    }
                },
                "allow_unknown_attributes": True,
                "encryption_keypairs": [keys],
                **keys,
            }
        )
        self.client = Saml2Client(self.config)
        self.idp = settings.idp_entity_id or next(iter(self.client.metadata.identity_providers()))

    def start(self, relay_state: str) -> tuple[str, str]:
        request_id, info = self.client.prepare_for_authenticate(
            self.idp, relay_state=relay_state, binding=BINDING_HTTP_REDIRECT, sigalg=SHA256
        )
        return dict(info["headers"])["Location"], request_id

    def accept(self, saml_response: str, pending: Mapping[str, str]) -> Identity:
        try:
            response = self.client.parse_authn_request_response(
                saml_response, BINDING_HTTP_POST, dict(pending), conv_info=self._conversation()
            )
        except Exception as error:  # its errors share no base class
            raise Refused(f"{type(error).__name__}: {error}") from error
        if response is None or response.name_id is None:
            raise Refused("the library returned nobody")
        attributes = {name: [str(value) for value in values] for name, values in (response.ava or {}).items()}
        session_index = response.session_info().get("session_index")
        return Identity(
            response.name_id.text or "",
            attributes,
            response.in_response_to,
            session_index,
            response.name_id,
            response.session_not_on_or_after or None,
        )

    def _conversation(self) -> dict[str, object]:
        return {
            "remote_addr": http_request.remote_addr,
            "request_uri": http_request.path,
            "entity_id": self.settings.entity_id,
            "endpoints": self.config.getattr("endpoints", "sp"),
        }

    def metadata(self) -> bytes:
        metadata: bytes = create_metadata_string(None, config=self.config)
        return metadata

    def start_logout(self, who: Identity) -> tuple[str, str] | None:
        try:
            answers = self.client.do_logout(
                who.handle,
                [self.idp],
                "",
                None,
                sign=True,
                expected_binding=BINDING_HTTP_REDIRECT,
                sign_alg=SHA256,
            )
        except Exception:
            logging.getLogger(__name__).exception("no logout at the IdP")
            return None
        _binding, info = answers[self.idp]
        return dict(info["headers"])["Location"], ""

    def logout_message(
        self, fields: Mapping[str, str], query: str, signed_in: Sequence[Identity], request_id: str
    ) -> LoggedOut:
        binding = BINDING_HTTP_REDIRECT if query else BINDING_HTTP_POST
        try:
            if "SAMLResponse" in fields:
                answer = self.client.parse_logout_request_response(fields["SAMLResponse"], binding)
                self.client.handle_logout_response(answer)
                return LoggedOut()
            return self._logout_request(fields, binding, signed_in)
        except Exception as error:
            raise Refused(f"{type(error).__name__}: {error}") from error

    def _logout_request(
        self, fields: Mapping[str, str], binding: str, signed_in: Sequence[Identity]
    ) -> LoggedOut:
        received = {
            "relay_state": fields.get("RelayState", ""),
            "sigalg": fields.get("SigAlg"),
            "signature": fields.get("Signature"),
        }
        request = self.client.parse_logout_request(fields.get("SAMLRequest", ""), binding, **received).message
        indexes = [index.text for index in request.session_index]
        ended = [
            who
            for who in signed_in
            if who.handle == request.name_id and (not indexes or who.session_index in indexes)
        ]
        info = self.client.handle_logout_request(
            fields.get("SAMLRequest", ""),
            request.name_id if ended else None,
            binding,
            sign=True,
            sign_alg=SHA256,
            **received,
        )
        location = dict(info["headers"]).get("Location", "")
        return LoggedOut(ended, location, "" if location else info["data"])


if __name__ == "__main__":
    serve(PySAML2)
