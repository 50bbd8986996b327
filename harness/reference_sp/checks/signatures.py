"""Who made the message: signatures, and the decryption of what the IdP encrypted."""

from __future__ import annotations

from cryptography import x509

from harness.difference import Difference
from harness.reference_sp import schema, xml
from harness.reference_sp.certificates import BadCertificate, load_certificate
from harness.reference_sp.checks.document import as_schema_difference, has_version, is_the_issuer
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.names import ds, saml
from harness.reference_sp.need import need
from harness.reference_sp.signature import Rules, Verified, unique_ids, verify_element
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
    if exchange.weak("ignores-response-signature") and _assertion_is_signed(response):
        return None
    verified = _verify(exchange, response)
    if isinstance(verified, Difference):
        return verified
    exchange.response, exchange.response_verified = verified.element, True
    if exchange.the_response.find(saml("Issuer")) is None:
        # A signed response must say who speaks (SAML Profiles 4.1.4.2 with erratum E17).
        return difference("iss_mismatch", expected="an Issuer in the signed Response", received="(missing)")
    return None


def _assertion_is_signed(response: Element) -> bool:
    return response.find(f"{saml('Assertion')}/{ds('Signature')}") is not None


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
    return _decrypted(exchange, encrypted)


def _decrypted(exchange: Exchange, encrypted: Element) -> Difference | None:
    from harness.reference_sp.decryption import DecryptionFailed, decrypt

    if exchange.settings.encryption == "off":
        return difference(
            "enc_failed", okta("Assertion Encryption", "set it to Unencrypted"), expected="a plain assertion"
        )
    try:
        data = decrypt(encrypted, exchange.decryption_keys(), allow_rsa_15=exchange.settings.allow_rsa_15)
        assertion = xml.parse(data, allow_dtd=exchange.weak("allows-dtd"))
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
    elif not (exchange.response_verified and exchange.weak("ignores-assertion-signature")):
        verified = _verify(exchange, assertion)
        if isinstance(verified, Difference):
            return verified
        exchange.assertion, exchange.assertion_verified = verified.element, True
    exchange.decrypting = False
    # What is read from now on is signed content; its Issuer must be the IdP whose key signed it.
    return is_the_issuer(exchange, exchange.the_assertion.find(saml("Issuer")))


def _verify(exchange: Exchange, element: Element) -> Verified | Difference:
    verified = verify_element(
        element, _keys(exchange, element), Rules.of(exchange.settings), exchange.weaknesses, exchange.now
    )
    warning = verified.warning if isinstance(verified, Verified) else None
    if (
        warning is not None
        and exchange.settings.expired_certificate == "warn"
        and warning not in exchange.warnings
    ):
        exchange.warnings.append(warning)
    return verified


def _keys(exchange: Exchange, element: Element) -> tuple[x509.Certificate, ...]:
    keys = need(exchange.idp, "known_issuer has run").certificates
    if exchange.weak("trusts-keys-of-other-organizations"):
        keys += tuple(exchange.foreign_certificates())
    if exchange.weak("trusts-key-in-message"):
        carried = element.find(f"{ds('Signature')}/{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
        try:
            keys += (load_certificate("".join(xml.text_of(carried).split())),) if carried is not None else ()
        except BadCertificate:
            return keys
    return keys
