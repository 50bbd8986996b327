"""Faults of the endpoints in the IdP's metadata; the document is signed as usual afterwards."""

from __future__ import annotations

from fake_idp.faults.metadata import role_of
from fake_idp.faults.registry import on, register
from fake_idp.saml.metadata import MetadataWire
from fake_idp.saml.names import BINDING_POST, BINDING_REDIRECT
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

SSO = "md:SingleSignOnService"


def _endpoint(fault_id: str, title: str, location: str, requirement: str = "md-endpoint-scheme") -> None:
    def apply(published: MetadataWire) -> None:
        for service in role_of(published).find_all(SSO):
            service.set("Location", location)

    register(
        fault_id,
        title,
        "metadata",
        apply,
        requirement,
        source="SAML Metadata 2.2.2; Errata E90; CVE-2023-45683",
    )


_endpoint(
    "metadata-sso-javascript", "The SSO endpoint is a javascript: URL.", "javascript:alert(document.domain)//"
)
_endpoint("metadata-sso-data", "The SSO endpoint is a data: URL.", "data:text/html,<script>alert(1)</script>")
_endpoint(
    "metadata-sso-markup", "The SSO endpoint's URL holds a script.", "https://x/\"'><script>alert(1)</script>"
)


def _only(published: MetadataWire, binding: str) -> None:
    for service in role_of(published).find_all(SSO):
        if service.get("Binding") != binding:
            role_of(published).remove(service)


@on("metadata", "md-binding-choice", "req-post-encoding", source="Kantara IIP-SSO02")
def metadata_post_only(published: MetadataWire) -> None:
    """The SSO endpoint takes HTTP-POST alone."""
    _only(published, BINDING_POST)


@on("metadata", "md-binding-choice", source="Kantara IIP-SSO02")
def metadata_redirect_only(published: MetadataWire) -> None:
    """The SSO endpoint takes HTTP-Redirect alone."""
    _only(published, BINDING_REDIRECT)


@on("metadata", "md-binding-choice", source="Kantara IIP-SSO02")
def metadata_unknown_binding_first(published: MetadataWire) -> None:
    """An SSO endpoint of a binding that no SP knows stands before the others."""
    first = role_of(published).one(SSO)
    unknown = Element(
        SSO, {"Binding": "urn:okta-harness:bindings:pigeon", "Location": "https://pigeon.example.test/"}
    )
    role_of(published).insert_before(first, unknown)


@on("metadata", "md-basic", source="SAML Metadata 2.4.3")
def metadata_no_sso_endpoint(published: MetadataWire) -> None:
    """There is no SSO endpoint."""
    for service in role_of(published).find_all(SSO):
        role_of(published).remove(service)


@on("metadata", "req-sso-endpoint-from-metadata", source="Kantara IIP-SSO06")
def metadata_sso_query(published: MetadataWire) -> None:
    """The SSO endpoint has a query string of its own."""
    for service in role_of(published).find_all(SSO):
        service.set("Location", f"{service.get('Location')}?tenant=1")


@on("metadata", "slo-response-location", source="SAML Metadata 2.2.2, lines 235-242")
def metadata_slo_response_location(published: MetadataWire, context: FaultContext) -> None:
    """The SLO endpoint names another address for answers: ``data["slo_response_location"]``."""
    for service in role_of(published).find_all("md:SingleLogoutService"):
        default = f"{service.get('Location')}/callback"
        service.set("ResponseLocation", str(context.data.get("slo_response_location", default)))


@on("metadata", "req-signed-when-required", source="SAML Metadata 2.4.3")
def metadata_wants_signed_requests(published: MetadataWire) -> None:
    """WantAuthnRequestsSigned is true."""
    role_of(published).set("WantAuthnRequestsSigned", "true")
