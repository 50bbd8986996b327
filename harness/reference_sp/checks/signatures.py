"""Who made the message: signatures, and the decryption of what the IdP encrypted."""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp import schema, xml
from harness.reference_sp.checks.document import as_schema_difference, has_version, is_the_issuer
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.names import ds, saml
from harness.reference_sp.need import need
from harness.reference_sp.signature import Rules, Verified, unique_ids
from harness.reference_sp.xml import Element

_SIGN_RESPONSE = okta("Response", "set it to Signed")
_SIGN_ASSERTION = okta("Assertion Signature", "set it to Signed")


def ids_are_unique(exchange: Exchange) -> Difference | None:
    """No ID stands twice: a reference must mean one element."""
    return unique_ids(exchange.the_response)


def response_signature(exchange: Exchange) -> Difference | None:
    """A signature of the response verifies; from here on the response is what was signed."""
    response = exchange.the_response
    if response.find(ds("Signature")) is None:
        if exchange.settings.require_response_signed:
            return difference(
                "sig_response_required", _SIGN_RESPONSE, expected="a signed Response", received="(unsigned)"
            )
        return None
    verified = _verify(exchange, response)
    if isinstance(verified, Difference):
        return verified
    exchange.response, exchange.response_verified = verified.element, True
    if exchange.the_response.find(saml("Issuer")) is None:
        # A signed response must say who speaks (SAML Profiles 4.1.4.2 with erratum E17).
        return difference("iss_mismatch", expected="an Issuer in the signed Response", received="(missing)")
    return None


def found_assertion(exchange: Exchange) -> Difference | None:
    """Take the assertion out of the response, decrypted if need be."""
    response = exchange.the_response
    exchange.assertion = response.find(saml("Assertion"))
    encrypted = response.find(saml("EncryptedAssertion"))
    if encrypted is None or exchange.assertion is not None:
        if exchange.settings.encryption == "required":
            return difference(
                "enc_required",
                okta("Assertion Encryption", "set it to Encrypted"),
                expected="an EncryptedAssertion",
            )
        return None
    exchange.encrypted = True
    exchange.decrypting = not exchange.response_verified
    return take_decrypted(exchange, encrypted)


def take_decrypted(exchange: Exchange, encrypted: Element) -> Difference | None:
    """Decrypt, and go on with what was inside, if it is an assertion of the right build."""
    from harness.reference_sp.decryption import DecryptionFailed, decrypt

    if exchange.settings.encryption == "off":
        return difference(
            "enc_failed", okta("Assertion Encryption", "set it to Unencrypted"), expected="a plain assertion"
        )
    try:
        data = decrypt(encrypted, exchange.decryption_keys(), allow_rsa_15=exchange.settings.allow_rsa_15)
        assertion = exchange.tools.parse(data)
    except (DecryptionFailed, xml.XmlRefused) as error:
        return difference(
            "enc_failed",
            okta("Encryption Certificate", "upload the certificate of the SP's metadata"),
            expected="an assertion encrypted for this SP",
            received=str(error),
        )
    if assertion.tag != saml("Assertion"):
        return difference("enc_failed", expected="a saml:Assertion inside", received=str(assertion.tag))
    exchange.assertion = assertion
    return (
        has_version(assertion)
        or as_schema_difference(schema.first_error(assertion))
        or is_the_issuer(exchange, assertion.find(saml("Issuer")))
        or unique_ids(assertion)
    )


def assertion_signature(exchange: Exchange) -> Difference | None:
    """A signature of the assertion verifies; without one the response must be signed."""
    assertion = exchange.the_assertion
    if assertion.find(ds("Signature")) is None:
        if exchange.settings.require_assertion_signed:
            return difference(
                "sig_assertion_required",
                _SIGN_ASSERTION,
                expected="a signed Assertion",
                received="(unsigned)",
            )
        if not exchange.response_verified:
            return difference(
                "sig_none",
                _SIGN_RESPONSE,
                _SIGN_ASSERTION,
                expected="a signed Response or Assertion",
                received="none",
            )
    else:
        verified = _verify(exchange, _as_it_came(exchange))
        if isinstance(verified, Difference):
            return verified
        exchange.assertion, exchange.assertion_verified = verified.element, True
    exchange.decrypting = False
    # What is read from now on is signed content; its Issuer must be the IdP whose key signed it.
    return is_the_issuer(exchange, exchange.the_assertion.find(saml("Issuer")))


def _as_it_came(exchange: Exchange) -> Element:
    """The assertion in the document as it came.

    Not the one inside the verified response: canonicalization drops declarations of prefixes that only values use
    (``xsi:type="xs:string"``), and the assertion's own signature may cover them. It is the same element: the
    response's signature was its parent's, and there is one assertion.
    """
    verified = exchange.the_assertion
    if exchange.encrypted:
        return verified
    document = need(exchange.document, "the XML was read")
    same = [one for one in document.findall(saml("Assertion")) if one.get("ID") == verified.get("ID")]
    return same[0] if same else verified


def _verify(exchange: Exchange, element: Element) -> Verified | Difference:
    tools = exchange.tools
    rules = Rules.of(exchange.settings)
    verified = tools.verify(element, tools.keys(exchange, element), rules, exchange.now)
    warning = verified.warning if isinstance(verified, Verified) else None
    warn = exchange.settings.expired_certificate == "warn"
    if warning is not None and warn and warning not in exchange.warnings:
        exchange.warnings.append(warning)
    return verified
