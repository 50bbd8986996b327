"""minisaml as an SP, as its documentation shows it: HTTP-Redirect requests, HTTP-POST responses, one signature.

minisaml leaves to the application that ``in_response_to`` names a request of this browser, and when the session ends.
It reads no metadata: the three values that it wants are taken out of the IdP's beforehand (``idp_values``).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

from minisaml.request import get_request_redirect_url
from minisaml.response import validate_response

from tests.interop.idp_values import MD, read_idp
from tests.interop.sp_web import Identity, LoggedOut, Refused, Settings, serve

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


class MiniSAML:
    """What minisaml wants to know of the IdP, and its two functions."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.idp = read_idp(settings.idp_metadata, settings.idp_entity_id)

    def start(self, relay_state: str) -> tuple[str, str]:
        request_id = f"_{secrets.token_hex(20)}"
        url = get_request_redirect_url(
            saml_endpoint=self.idp.sso_url,
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
                certificate=self.idp.certificates,
                expected_audience=self.settings.entity_id,
                idp_issuer=self.idp.entity_id,
            )
        except Exception as error:  # as in the README: errors of lxml and base64 come through as they are
            raise Refused(f"{type(error).__name__}: {error}") from error
        if response.in_response_to is not None and response.in_response_to not in pending:
            raise Refused(f"in response to {response.in_response_to}, which this browser did not ask")
        attributes = {a.name: [value or "" for value in a.values] for a in response.attributes}
        end = response.session_not_on_or_after
        return Identity(
            response.name_id or "",
            attributes,
            response.in_response_to,
            ends_at=end.timestamp() if end else None,
        )

    def metadata(self) -> bytes:
        entity_id, acs_url = quoteattr(self.settings.entity_id), quoteattr(self.settings.acs_url)
        return (
            f'<md:EntityDescriptor xmlns:md="{MD[1:-1]}" entityID={entity_id}><md:SPSSODescriptor '
            'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'<md:AssertionConsumerService Binding="{POST}" Location={acs_url} index="0" isDefault="true"/>'
            "</md:SPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    def start_logout(self, who: Identity) -> tuple[str, str] | None:
        return None

    def logout_message(
        self, fields: Mapping[str, str], query: str, signed_in: Sequence[Identity], request_id: str
    ) -> LoggedOut:
        raise Refused("minisaml knows no logout messages")


if __name__ == "__main__":
    serve(MiniSAML)
