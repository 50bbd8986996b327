"""What requests say: who asks, where the answer shall go, what is wanted of the IdP."""

from __future__ import annotations

from fake_idp.saml.names import BINDING_POST
from harness.conformance.request_checks.reading import ASSERTION, PROTOCOL, Check, ReadRequest, Requests
from harness.conformance.verdicts import Outcome, passed, recorded

ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_RESPONSE_BINDINGS = ("", BINDING_POST, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
_BOOLEANS = frozenset({"true", "false", "1", "0"})


def issuer(run: Requests) -> Outcome:
    """The entity ID, and no qualifiers."""

    def problem(request: ReadRequest) -> str:
        element = request.child(f"{ASSERTION}Issuer")
        if element is None:
            return "no Issuer"
        if (element.text or "") != request.seen.entity_id:
            return f"Issuer {element.text!r}"
        if element.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
            return f"Format {element.get('Format')!r}"
        qualifiers = [
            name for name in ("NameQualifier", "SPNameQualifier", "SPProvidedID") if name in element.attrib
        ]
        return f"with {', '.join(qualifiers)}" if qualifiers else ""

    return run.all(problem, "Issuer: the SP's entity ID", "The entity ID")


def destination(run: Requests) -> Outcome:
    """The address that a signed request is sent to."""

    def problem(request: ReadRequest) -> str:
        said = request.attribute("Destination")
        if not said:
            return "a signed request without Destination" if request.message.signed else ""
        return "" if said == request.seen.endpoint else f"Destination {said}"

    return run.all(problem, "the address that the request is sent to", "Right where present")


def endpoint(run: Requests) -> Outcome:
    """Sent to the Location of the metadata."""
    return run.all(
        lambda request: "" if request.seen.endpoint == request.seen.sso_url else request.seen.endpoint,
        "the SingleSignOnService Location of the IdP's metadata",
        "Sent to the Location of the metadata",
    )


def acs(run: Requests) -> Outcome:
    """The ACS URL, letter by letter as in the SP's metadata."""

    def problem(request: ReadRequest) -> str:
        url = request.attribute("AssertionConsumerServiceURL")
        return url if url and url not in request.seen.acs_urls else ""

    return run.all(
        problem, "an ACS of the SP's metadata, letter by letter", "As in the metadata, or not sent"
    )


def selector(run: Requests) -> Outcome:
    """An index, or a URL with a binding, not both."""

    def problem(request: ReadRequest) -> str:
        index = bool(request.attribute("AssertionConsumerServiceIndex"))
        other = request.attribute("AssertionConsumerServiceURL") or request.attribute("ProtocolBinding")
        return "an index together with a URL or a binding" if index and other else ""

    return run.all(problem, "an index alone, or a URL", "Not combined")


def protocol_binding(run: Requests) -> Outcome:
    """A binding that may carry a response."""

    def problem(request: ReadRequest) -> str:
        binding = request.attribute("ProtocolBinding")
        return "" if binding in _RESPONSE_BINDINGS else binding

    return run.all(problem, "HTTP-POST, HTTP-Artifact or none", "Allowed")


def name_id_policy(run: Requests) -> Outcome:
    """The format is left to the IdP; a concrete one is a warning."""
    policies = [
        policy for request in run.requests if (policy := request.child(f"{PROTOCOL}NameIDPolicy")) is not None
    ]
    for policy in policies:
        if policy.get("Format") == TRANSIENT and policy.get("AllowCreate") is not None:
            return run.not_met("no AllowCreate with the transient format", "both are sent", verdict="failed")
    formats = {str(policy.get("Format", "")) for policy in policies}
    concrete = sorted(name for name in formats if name and not name.endswith(":unspecified"))
    if concrete:
        return run.not_met(
            "no NameIDPolicy, or one without Format",
            ", ".join(concrete),
            hint="A warning only: outside saml2int an SP may ask for a format. Okta answers with an error when it "
            "differs from the app's Name ID format.",
            verdict="warning",
        )
    return passed("The format is left to the IdP.")


def authn_context(run: Requests) -> Outcome:
    """A class of authentication only where it is needed, and compared exactly."""
    path = f"{PROTOCOL}RequestedAuthnContext"
    found = [element for request in run.requests if (element := request.child(path)) is not None]
    if not found:
        return passed("No class of authentication is asked for.")
    for element in found:
        comparison = str(element.get("Comparison", "exact"))
        if not len(element) or comparison != "exact":
            return run.not_met(
                "at least one class, compared exactly", f"Comparison {comparison}, {len(element)} classes"
            )
    classes = sorted({child.text or "" for element in found for child in element})
    return recorded(f"Asked for: {', '.join(classes)}. A fixed class breaks logins with other factors.")


def flags(run: Requests) -> Outcome:
    """Booleans, not both on."""

    def problem(request: ReadRequest) -> str:
        both = {request.attribute("ForceAuthn", "false"), request.attribute("IsPassive", "false")}
        if both - _BOOLEANS:
            return f"values {', '.join(sorted(both))}"
        return "both are on" if both <= {"true", "1"} else ""

    return run.all(problem, "booleans, not both on", "Legal")


def subject(run: Requests) -> Outcome:
    """No SubjectConfirmation."""
    path = f"{ASSERTION}Subject/{ASSERTION}SubjectConfirmation"
    return run.all(
        lambda request: "" if request.child(path) is None else "SubjectConfirmation",
        "no SubjectConfirmation",
        "None",
    )


def cache(run: Requests) -> Outcome:
    """The answer that carries a message is not cached."""

    def problem(request: ReadRequest) -> str:
        said = request.seen.cache_control.lower()
        return "" if "no-store" in said else f"Cache-Control {said or 'absent'}"

    return run.all(problem, "Cache-Control: no-cache, no-store", "Not cached")


CHECKS: dict[str, Check] = {
    "req-issuer-entityid": issuer,
    "req-destination": destination,
    "req-sso-endpoint-from-metadata": endpoint,
    "req-acs-matches-metadata": acs,
    "req-acs-selector-exclusive": selector,
    "req-protocol-binding": protocol_binding,
    "req-nameidpolicy": name_id_policy,
    "req-authn-context": authn_context,
    "req-flags-boolean": flags,
    "req-no-subject-confirmation": subject,
    "req-cache-headers": cache,
}
