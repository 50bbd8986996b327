"""SAML messages as facts with readable names, for the steps that look at them."""

from __future__ import annotations

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_MD, NS_SAML2, NS_SAML2P
from fake_idp.saml.xml import XmlRefused, parse
from harness.drivers.exchange import SamlMessage
from harness.result import Evidence
from harness.steps import message_details as details
from harness.steps.failure import fail
from harness.steps.world import World

_N = {"p": NS_SAML2P, "a": NS_SAML2, "ds": NS_DS, "md": NS_MD, "xenc": "http://www.w3.org/2001/04/xmlenc#"}

OF_EVERY_MESSAGE = {
    "id": "the ID",
    "version": "the SAML version",
    "issue_instant": "when it was made",
    "issuer": "who made it",
    "destination": "the Destination",
    "binding": "`redirect` or `post`",
    "relay_state": "the RelayState; `empty` when it is there without a value",
    **details.OF_EVERY_MESSAGE,
}
OF_REQUESTS = {
    **OF_EVERY_MESSAGE,
    "acs_url": "AssertionConsumerServiceURL",
    "protocol_binding": "ProtocolBinding, its last part",
    "name_id_format": "Format of the NameIDPolicy",
    "allow_create": "AllowCreate of the NameIDPolicy",
    "force_authn": "ForceAuthn",
    "is_passive": "IsPassive",
    "requested_context": "the requested AuthnContextClassRef",
    "signed": "`yes` or `no`: in the XML, or in the query of a redirect",
    **details.OF_REQUESTS,
}
OF_RESPONSES = {
    **OF_EVERY_MESSAGE,
    "in_response_to": "InResponseTo of the response",
    "status": "the status, its last part: `Success`",
    "sub_status": "the second-level status, its last part",
    "status_message": "the status message",
    "signed": "`both`, `response`, `assertion` or `none`",
    "signature_algorithm": "such as `rsa-sha256`",
    "digest_algorithm": "such as `sha256`",
    "encrypted": "`yes` or `no`; of an encrypted assertion nothing below is known",
    "name_id": "the subject",
    "name_id_format": "its Format, the last part: `unspecified`",
    "recipient": "Recipient of the subject confirmation",
    "subject_in_response_to": "InResponseTo of the subject confirmation",
    "audience": "the audience",
    "not_before": "NotBefore of the conditions",
    "not_on_or_after": "NotOnOrAfter of the conditions",
    "session_index": "SessionIndex",
    "session_not_on_or_after": "SessionNotOnOrAfter",
    "authn_instant": "AuthnInstant",
    "authn_context": "AuthnContextClassRef, the last part: `PasswordProtectedTransport`",
    "attribute_statement": "`absent`, `empty` or `has attributes`",
    **details.OF_RESPONSES,
}


def last_message(world: World, kind: str, actor: str = "") -> SamlMessage:
    """The last AuthnRequest or Response that went over the wire."""
    root = {"request": "AuthnRequest", "response": "Response"}.get(kind, kind)
    found = [each for each in world.messages(actor) if name_of_message(each) == root]
    if not found:
        raise fail(
            "no_message",
            f"no {root} was sent{f' by the browser of {actor}' if actor else ''}.",
            expected=f"a SAML {root}",
            received="requests so far: " + "; ".join(each.summary for each in world.exchanges[-6:]),
        )
    return found[-1]


def message_evidence(message: SamlMessage) -> Evidence:
    """The message for reports."""
    title = f"{name_of_message(message) or message.parameter} sent to {message.destination}"
    return Evidence(title, "xml", pretty(message.xml))


def pretty(xml: bytes) -> str:
    """XML with one element a line."""
    try:
        root = parse(xml)
    except XmlRefused:
        return xml.decode("utf-8", "replace")
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def name_of_message(message: SamlMessage) -> str:
    """``AuthnRequest``, ``Response``, ...; empty when it cannot be read."""
    try:
        return etree.QName(parse(message.xml)).localname
    except (XmlRefused, ValueError):
        return ""


def facts_of(message: SamlMessage) -> dict[str, str]:
    """What the message says, absent things left out."""
    root = parse(message.xml)
    facts = {
        "id": root.get("ID"),
        "version": root.get("Version"),
        "issue_instant": root.get("IssueInstant"),
        "issuer": _text(root, "a:Issuer"),
        "destination": root.get("Destination"),
        "binding": message.binding,
        "relay_state": "empty" if message.relay_state == "" else message.relay_state,
    }
    name = etree.QName(root).localname
    facts |= _request_facts(root, message) if name == "AuthnRequest" else _response_facts(root)
    facts |= details.details_of(root, message)
    return {key: value for key, value in facts.items() if value is not None}


def _request_facts(root: etree._Element, message: SamlMessage) -> dict[str, str | None]:
    signed = message.signed_query or root.find("ds:Signature", _N) is not None
    policy = root.find("p:NameIDPolicy", _N)
    return {
        "acs_url": root.get("AssertionConsumerServiceURL"),
        "protocol_binding": _last(root.get("ProtocolBinding")),
        "name_id_format": None if policy is None else _last(policy.get("Format")),
        "allow_create": None if policy is None else policy.get("AllowCreate"),
        "force_authn": root.get("ForceAuthn"),
        "is_passive": root.get("IsPassive"),
        "requested_context": _last(_text(root, "p:RequestedAuthnContext/a:AuthnContextClassRef")),
        "signed": "yes" if signed else "no",
    }


def _response_facts(root: etree._Element) -> dict[str, str | None]:
    assertion = root.find("a:Assertion", _N)
    method = root.find(".//ds:SignatureMethod", _N)
    digest = root.find(".//ds:DigestMethod", _N)
    codes = root.findall("p:Status//p:StatusCode", _N)
    facts = {
        "in_response_to": root.get("InResponseTo"),
        "status": _last(codes[0].get("Value")) if codes else None,
        "sub_status": _last(codes[1].get("Value")) if len(codes) > 1 else None,
        "status_message": _text(root, "p:Status/p:StatusMessage"),
        "signed": _signed(root, assertion),
        "signature_algorithm": None if method is None else _last(method.get("Algorithm")),
        "digest_algorithm": None if digest is None else _last(digest.get("Algorithm")),
        "encrypted": "yes" if root.find("a:EncryptedAssertion", _N) is not None else "no",
    }
    return facts if assertion is None else facts | _assertion_facts(assertion)


def _assertion_facts(assertion: etree._Element) -> dict[str, str | None]:
    name_id = assertion.find("a:Subject/a:NameID", _N)
    data = assertion.find("a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData", _N)
    conditions = assertion.find("a:Conditions", _N)
    authn = assertion.find("a:AuthnStatement", _N)
    statement = assertion.find("a:AttributeStatement", _N)
    return {
        "name_id": None if name_id is None else name_id.text or "",
        "name_id_format": None if name_id is None else _last(name_id.get("Format")),
        "recipient": _get(data, "Recipient"),
        "subject_in_response_to": _get(data, "InResponseTo"),
        "audience": _text(assertion, "a:Conditions/a:AudienceRestriction/a:Audience"),
        "not_before": _get(conditions, "NotBefore"),
        "not_on_or_after": _get(conditions, "NotOnOrAfter"),
        "session_index": _get(authn, "SessionIndex"),
        "session_not_on_or_after": _get(authn, "SessionNotOnOrAfter"),
        "authn_instant": _get(authn, "AuthnInstant"),
        "authn_context": _last(_text(assertion, "a:AuthnStatement/a:AuthnContext/a:AuthnContextClassRef")),
        "attribute_statement": None if statement is None else "has attributes" if len(statement) else "empty",
    }


def attributes_of(message: SamlMessage) -> dict[str, list[str]]:
    """The attributes of a response's assertion."""
    root = parse(message.xml)
    found: dict[str, list[str]] = {}
    for each in root.findall("a:Assertion/a:AttributeStatement/a:Attribute", _N):
        values = [value.text or "" for value in each.findall("a:AttributeValue", _N)]
        found.setdefault(each.get("Name", ""), []).extend(values)
    return found


def metadata_facts(xml: bytes) -> dict[str, str]:
    """What IdP metadata says."""
    root = parse(xml)
    keys = root.findall("md:IDPSSODescriptor/md:KeyDescriptor", _N)
    facts = {
        "entity_id": root.get("entityID"),
        "signed": "yes" if root.find("ds:Signature", _N) is not None else "no",
        "signing_certificates": str(sum(key.get("use") != "encryption" for key in keys)),
        "want_authn_requests_signed": _get(root.find("md:IDPSSODescriptor", _N), "WantAuthnRequestsSigned"),
        "name_id_formats": ", ".join(
            str(_last(each.text)) for each in root.findall("md:IDPSSODescriptor/md:NameIDFormat", _N)
        ),
    }
    for binding in ("POST", "Redirect"):
        for service, name in (("SingleSignOnService", "sso"), ("SingleLogoutService", "slo")):
            for each in root.findall(f"md:IDPSSODescriptor/md:{service}", _N):
                if (each.get("Binding") or "").endswith(f"HTTP-{binding}"):
                    facts[f"{name}_{binding.lower()}"] = each.get("Location")
    return {key: value for key, value in facts.items() if value is not None}


def first_certificate(xml: bytes) -> str:
    """The first signing certificate of IdP metadata, base64 on one line; empty when there is none."""
    path = "md:IDPSSODescriptor/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    return "".join((_text(parse(xml), path) or "").split())


METADATA_FACTS = {
    "certificate": "row of *SAML Signing Certificates* that the first certificate is: `Active` or `Inactive`",
    "entity_id": "the entity ID",
    "signed": "`yes` or `no`",
    "signing_certificates": "how many certificates for signatures",
    "want_authn_requests_signed": "WantAuthnRequestsSigned",
    "name_id_formats": "the NameID formats, their last parts, in order, by comma",
    "sso_post": "sign-on URL of the POST binding",
    "sso_redirect": "sign-on URL of the Redirect binding",
    "slo_post": "logout URL of the POST binding",
    "slo_redirect": "logout URL of the Redirect binding",
}


def _signed(root: etree._Element, assertion: etree._Element | None) -> str:
    response_signed = root.find("ds:Signature", _N) is not None
    assertion_signed = assertion is not None and assertion.find("ds:Signature", _N) is not None
    if response_signed and assertion_signed:
        return "both"
    return "response" if response_signed else "assertion" if assertion_signed else "none"


def _text(element: etree._Element, path: str) -> str | None:
    found = element.find(path, _N)
    return None if found is None else found.text or ""


def _get(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _last(uri: str | None) -> str | None:
    """``unspecified`` of ``urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified``."""
    return None if uri is None else uri.replace("#", ":").replace("/", ":").rpartition(":")[2]
