"""minisaml as an SP, as its documentation shows it: HTTP-Redirect requests, HTTP-POST responses, one signature.

minisaml leaves two things to the application: that ``in_response_to`` names a request of this browser, and replay.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

from cryptography.x509 import load_der_x509_certificate
from defusedxml.ElementTree import fromstring
from minisaml.request import get_request_redirect_url
from minisaml.response import validate_response

from tests.interop.sp_web import Identity, LoggedOut, Refused, Settings, serve

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


class MiniSAML:
    """The three values that minisaml wants from metadata, and its two functions."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        entity = fromstring(settings.idp_metadata)
        idp = entity.find(f"{MD}IDPSSODescriptor")
        self.idp_entity_id = entity.get("entityID")
        self.sso_url = next(
            service.get("Location")
            for service in idp.findall(f"{MD}SingleSignOnService")
            if service.get("Binding") == REDIRECT
        )
        self.certificates = {
            load_der_x509_certificate(b64decode(certificate.text))
            for descriptor in idp.findall(f"{MD}KeyDescriptor")
            if descriptor.get("use") in (None, "signing")
            for certificate in descriptor.iter(f"{DS}X509Certificate")
        }

    def start(self, relay_state: str) -> tuple[str, str]:
        request_id = f"_{secrets.token_hex(20)}"
        url = get_request_redirect_url(
            saml_endpoint=self.sso_url,
            expected_audience=self.settings.entity_id,
            acs_url=self.settings.acs_url,
            request_id=request_id,
            relay_state=relay_state,
        )
        return url, request_id

    def accept(self, saml_response: str, pending: Mapping[str, str]) -> Identity:
        try:
            response = validate_response(
                data=saml_response,
                certificate=self.certificates,
                expected_audience=self.settings.entity_id,
                idp_issuer=self.idp_entity_id,
            )
        except (
            Exception
        ) as error:  # the README catches everything: errors of lxml and base64 come through as they are
            raise Refused(f"{type(error).__name__}: {error}") from error
        if response.in_response_to is not None and response.in_response_to not in pending:
            raise Refused(f"in response to {response.in_response_to}, which this browser did not ask")
        attributes = {a.name: [value or "" for value in a.values] for a in response.attributes}
        return Identity(response.name_id or "", attributes, response.in_response_to)

    def metadata(self) -> bytes:
        entity_id, acs_url = quoteattr(self.settings.entity_id), quoteattr(self.settings.acs_url)
        return (
            f'<md:EntityDescriptor xmlns:md="{MD[1:-1]}" entityID={entity_id}><md:SPSSODescriptor '
            'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'<md:AssertionConsumerService Binding="{POST}" Location={acs_url} index="0" isDefault="true"/>'
            "</md:SPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    def start_logout(self, who: Identity) -> str | None:
        return None

    def logout_message(
        self, fields: Mapping[str, str], query: str, signed_in: Sequence[Identity]
    ) -> LoggedOut:
        raise Refused("minisaml knows no logout messages")


if __name__ == "__main__":
    serve(MiniSAML)
