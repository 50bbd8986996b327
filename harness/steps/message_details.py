"""Facts of SAML messages that only a close look shows: structure, counts, order, what a signature covers."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from fake_idp.saml.names import NS_DS, NS_SAML2, NS_SAML2P
from harness.drivers.exchange import SamlMessage
from harness.steps.structure import structure_of

_BY_OKTA = "fromLoginToken"
"""What Okta's own sign-in page adds to the query when it leads back to the request."""
_CONFIRMATION = "a:Subject/a:SubjectConfirmation"
_N = {"p": NS_SAML2P, "a": NS_SAML2, "ds": NS_DS}

OF_EVERY_MESSAGE = {
    "structure": "`valid`, or the first thing that is not as the SAML schemas want it",
    "relay_state_bytes": "length of the RelayState in bytes",
    "issuer_format": "Format of the Issuer, its last part",
    "consent": "Consent",
}
OF_REQUESTS = {
    "acs_index": "AssertionConsumerServiceIndex",
    "provider_name": "ProviderName",
    "subject": "`present` when the request names the person who is to sign in",
    "comparison": "Comparison of the requested authentication context",
    "signature_algorithm": "of the query or in the XML, such as `rsa-sha256`",
    "query_order": "names of the query's parameters, in order, by comma",
}
OF_RESPONSES = {
    "assertions": "how many assertions, plain or encrypted",
    "assertion_id": "ID of the assertion",
    "assertion_issuer": "Issuer of the assertion",
    "assertion_issue_instant": "IssueInstant of the assertion",
    "confirmations": "how many subject confirmations",
    "confirmation_methods": "their Methods, the last parts, by comma: `bearer`",
    "confirmation_not_before": "NotBefore of the first one's data",
    "confirmation_not_on_or_after": "NotOnOrAfter of the first one's data",
    "confirmation_address": "Address of the first one's data",
    "audience_restrictions": "how many AudienceRestrictions",
    "audiences": "all audiences, by comma",
    "authn_statements": "how many AuthnStatements",
    "attribute_statements": "how many AttributeStatements",
    "name_qualifier": "NameQualifier of the NameID",
    "sp_name_qualifier": "SPNameQualifier of the NameID",
    "key_info": "what the first signature says of its key: `certificate`, or what else there is",
    "encryption_certificate": "`present` when the encrypted assertion says for which certificate it is",
}


def details_of(root: etree._Element, message: SamlMessage) -> dict[str, str | None]:
    """The facts of one message; `None` for what is absent."""
    issuer = root.find("a:Issuer", _N)
    state = message.relay_state
    facts = {
        "structure": structure_of(root),
        "relay_state_bytes": None if state is None else str(len(state.encode())),
        "issuer_format": None if issuer is None else _last(issuer.get("Format")),
        "consent": root.get("Consent"),
    }
    is_request = etree.QName(root).localname == "AuthnRequest"
    return facts | (_request(root, message) if is_request else _response(root))


def _request(root: etree._Element, message: SamlMessage) -> dict[str, str | None]:
    query = parse_qsl(urlsplit(message.exchange.url).query, keep_blank_values=True)
    inside = root.find("ds:Signature/ds:SignedInfo/ds:SignatureMethod", _N)
    algorithm = dict(query).get("SigAlg") if inside is None else inside.get("Algorithm")
    context = root.find("p:RequestedAuthnContext", _N)
    return {
        "acs_index": root.get("AssertionConsumerServiceIndex"),
        "provider_name": root.get("ProviderName"),
        "subject": None if root.find("a:Subject", _N) is None else "present",
        "comparison": None if context is None else context.get("Comparison"),
        "signature_algorithm": _last(algorithm),
        "query_order": ", ".join(name for name, _ in query if name != _BY_OKTA)
        if message.binding == "redirect"
        else None,
    }


def _response(root: etree._Element) -> dict[str, str | None]:
    encrypted = root.findall("a:EncryptedAssertion", _N)
    plain = root.findall("a:Assertion", _N)
    facts: dict[str, str | None] = {
        "assertions": str(len(plain) + len(encrypted)),
        "key_info": _key_info(root.find(".//ds:Signature", _N)),
        "encryption_certificate": "present"
        if encrypted and encrypted[0].find(".//ds:X509Certificate", _N) is not None
        else None,
    }
    return facts | _assertion(plain[0]) if plain else facts


def _assertion(assertion: etree._Element) -> dict[str, str | None]:
    confirmations = assertion.findall(_CONFIRMATION, _N)
    data = None if not confirmations else confirmations[0].find("a:SubjectConfirmationData", _N)
    name_id = assertion.find("a:Subject/a:NameID", _N)
    restrictions = assertion.findall("a:Conditions/a:AudienceRestriction", _N)
    audiences = [
        each.text or "" for each in assertion.iterfind("a:Conditions/a:AudienceRestriction/a:Audience", _N)
    ]
    issuer = assertion.find("a:Issuer", _N)
    return {
        "assertion_id": assertion.get("ID"),
        "assertion_issuer": None if issuer is None else issuer.text,
        "assertion_issue_instant": assertion.get("IssueInstant"),
        "confirmations": str(len(confirmations)),
        "confirmation_methods": ", ".join(_last(each.get("Method")) or "none" for each in confirmations),
        "confirmation_not_before": None if data is None else data.get("NotBefore"),
        "confirmation_not_on_or_after": None if data is None else data.get("NotOnOrAfter"),
        "confirmation_address": None if data is None else data.get("Address"),
        "audience_restrictions": str(len(restrictions)),
        "audiences": ", ".join(audiences),
        "authn_statements": str(len(assertion.findall("a:AuthnStatement", _N))),
        "attribute_statements": str(len(assertion.findall("a:AttributeStatement", _N))),
        "name_qualifier": None if name_id is None else name_id.get("NameQualifier"),
        "sp_name_qualifier": None if name_id is None else name_id.get("SPNameQualifier"),
    }


def _key_info(signature: etree._Element | None) -> str | None:
    if signature is None:
        return None
    info = signature.find("ds:KeyInfo", _N)
    if info is None:
        return None
    if info.find("ds:X509Data/ds:X509Certificate", _N) is not None:
        return "certificate"
    return ", ".join(etree.QName(each).localname for each in info.iterchildren(etree.Element)) or "empty"


def _last(uri: str | None) -> str | None:
    return None if uri is None else uri.replace("#", ":").replace("/", ":").rpartition(":")[2]
