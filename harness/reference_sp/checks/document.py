"""Is it a SAML response: XML, root element, version, structure, status, number of assertions."""

from __future__ import annotations

from lxml import etree

from harness.difference import Difference
from harness.reference_sp import schema, xml
from harness.reference_sp.codes import difference, okta, user
from harness.reference_sp.damage import damaged
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.names import ENTITY_FORMAT, STATUS, SUCCESS, saml, samlp
from harness.reference_sp.xml import Element

_CODES = {
    "encoding": "resp_encoding",
    "dtd": "resp_dtd",
    "not_xml": "resp_not_xml",
    "too_deep": "resp_schema",
}


def is_safe_xml(exchange: Exchange) -> Difference | None:
    """Well-formed XML in UTF-8, without a DTD, not too deep."""
    try:
        exchange.document = exchange.tools.parse(exchange.xml)
    except xml.XmlRefused as refused:
        code, expected = _CODES[refused.kind], "well-formed UTF-8 XML without a DTD"
        named = damaged(code, exchange.message.values("SAMLResponse")[-1], expected)
        return named or difference(code, expected=expected, received=refused.detail)
    exchange.response = exchange.document
    return None


def is_a_response(exchange: Exchange) -> Difference | None:
    """The root element is samlp:Response."""
    tag = str(exchange.the_response.tag)
    if tag == samlp("Response"):
        return None
    return difference("resp_schema", expected="samlp:Response", received=shown(tag))


def no_instructions(exchange: Exchange) -> Difference | None:
    """No processing instruction: they split a value, and SAML has no use for them."""
    if next(exchange.the_response.iter(etree.ProcessingInstruction), None) is None:
        return None
    return difference("resp_schema", expected="no processing instruction", received="one inside the message")


def saml_2_0(exchange: Exchange) -> Difference | None:
    """Response and assertions say Version="2.0" (SAML Core 4.1)."""
    for element in (exchange.the_response, *exchange.the_response.findall(saml("Assertion"))):
        found = has_version(element)
        if found is not None:
            return found
    return None


def has_version(element: Element) -> Difference | None:
    """The version of one element."""
    if element.get("Version") == "2.0":
        return None
    return difference("resp_version", expected='Version="2.0"', received=shown(element.get("Version")))


def follows_the_schema(exchange: Exchange) -> Difference | None:
    """Every SAML element stands where the schema allows it, with the attributes that it needs."""
    return as_schema_difference(schema.first_error(exchange.the_response))


def as_schema_difference(error: schema.SchemaError | None) -> Difference | None:
    """A schema error as a difference."""
    if error is None:
        return None
    return difference(
        "resp_schema", expected=error.expected, received=error.received, hint=f"at {error.where}"
    )


def no_hidden_assertion(exchange: Exchange) -> Difference | None:
    """A Response or Assertion stands only where it counts, never inside a container that takes anything."""
    root = exchange.the_response
    for element in xml.elements(root):
        parent = element.getparent()
        if (
            element.tag in (samlp("Response"), saml("Assertion"))
            and element is not root
            and parent is not root
        ):
            where = "" if parent is None else str(parent.tag).partition("}")[2]
            return difference(
                "resp_many_assertions",
                expected="an Assertion in the Response alone",
                received=f"one inside {where}",
            )
    return None


def succeeded(exchange: Exchange) -> Difference | None:
    """The topmost status code is Success; nothing else in the status counts (SAML Core 3.2.2.2)."""
    status = exchange.the_response.find(samlp("Status"))
    code = None if status is None else status.find(samlp("StatusCode"))
    value = None if code is None else code.get("Value")
    if status is None or code is None or value is None:
        return difference("resp_status", expected=SUCCESS, received="(no status code)")
    if value == SUCCESS:
        return None
    second = code.find(samlp("StatusCode"))
    text = status.find(samlp("StatusMessage"))
    parts = [value.removeprefix(STATUS)]
    if second is not None:
        parts.append(second.get("Value", "").removeprefix(STATUS))
    if text is not None:
        parts.append(repr(shown(xml.text_of(text))))
    return difference(
        "resp_status",
        okta("System Log", "find this login there"),
        user("your identity provider", "try again, or ask your admin"),
        expected="Success",
        received=" / ".join(parts),
    )


def one_assertion(exchange: Exchange) -> Difference | None:
    """The response holds exactly one assertion, plain or encrypted."""
    plain = exchange.the_response.findall(saml("Assertion"))
    encrypted = exchange.the_response.findall(saml("EncryptedAssertion"))
    if not plain and not encrypted:
        return difference("resp_no_assertion", expected="one assertion", received="none")
    if len(plain) + len(encrypted) > 1:
        received = f"{len(plain)} plain, {len(encrypted)} encrypted"
        return difference("resp_many_assertions", expected="one assertion", received=received)
    return None


def known_issuer(exchange: Exchange) -> Difference | None:
    """Every Issuer in the message is the IdP of this organization; which one says whose keys count."""
    response = exchange.the_response
    issuers = [response.find(saml("Issuer"))]
    issuers += [element.find(saml("Issuer")) for element in response.findall(saml("Assertion"))]
    present = [issuer for issuer in issuers if issuer is not None]
    if not present:
        if response.find(saml("EncryptedAssertion")) is None:
            return issuer_difference(exchange, None)
        # Nothing says which IdP it is before decryption, so only a single one can be meant.
        exchange.idp = next(iter(exchange.idps.values())) if len(exchange.idps) == 1 else None
        return None if exchange.idp else issuer_difference(exchange, None)
    for issuer in present:
        found = is_the_issuer(exchange, issuer)
        if found is not None:
            return found
    return None


def is_the_issuer(exchange: Exchange, issuer: Element | None) -> Difference | None:
    """The Issuer is a known IdP, and the same as before. Compared exactly (SAML Core 1.3.1)."""
    name = None if issuer is None else xml.text_of(issuer)
    idp = None if name is None else exchange.idps.get(name)
    if issuer is None or idp is None or (exchange.idp is not None and idp is not exchange.idp):
        return issuer_difference(exchange, name)
    if issuer.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
        return difference(
            "iss_mismatch", expected=f"Format {ENTITY_FORMAT}", received=shown(issuer.get("Format"))
        )
    exchange.idp = idp
    return None


def issuer_difference(exchange: Exchange, name: str | None) -> Difference:
    """The difference for an Issuer that is not the IdP."""
    from harness.reference_sp.codes import sp
    from harness.reference_sp.hints import near_miss

    expected = list(exchange.idps)
    return difference(
        "iss_mismatch",
        sp("Upload Metadata XML", "upload the metadata of the Okta app that people sign in with"),
        okta("SAML Issuer ID", "leave it as it was when the metadata was downloaded"),
        expected=listed(expected),
        received=shown(name),
        hint=near_miss(expected[0], name or "") if expected else "",
    )
