"""Certificates as Okta issues them for SAML apps: subject, serial, validity and encoding of each part.

As parsed from recorded Okta metadata of 2025 and 2026: self-signed, X.509 v3 without any extension.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from fake_idp.saml.ids import epoch_milliseconds

SignatureHash = Literal["SHA256", "SHA1"]

# AlgorithmIdentifiers of RFC 4055 and RFC 3279 in DER; they have the same length.
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA1_WITH_RSA = bytes.fromhex("300d06092a864886f70d0101050500")


def okta_name(subdomain: str) -> x509.Name:
    """Subject and issuer. C is a PrintableString, emailAddress an IA5String, the others UTF8Strings."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "California"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, "San Francisco"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Okta"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "SSOProvider"),
            x509.NameAttribute(NameOID.COMMON_NAME, subdomain),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "info@okta.com"),
        ]
    )


def okta_certificate(
    private_key: rsa.RSAPrivateKey,
    subdomain: str,
    created: datetime,
    years: int = 10,
    signature_hash: SignatureHash = "SHA256",
) -> x509.Certificate:
    """The certificate that Okta makes for a key at the moment ``created`` (aware).

    Serial: that moment in epoch milliseconds. Valid from a minute before it until ``years`` years after it.
    """
    moment = created.astimezone(UTC).replace(microsecond=0)
    name = okta_name(subdomain)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(epoch_milliseconds(created))
        .not_valid_before(moment - timedelta(seconds=60))
        .not_valid_after(_years_later(moment, years))
        .sign(private_key, hashes.SHA256())
    )
    return certificate if signature_hash == "SHA256" else _signed_with_sha1(certificate, private_key)


def _years_later(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # the 29th of February
        return moment.replace(year=moment.year + years, day=28)


def _signed_with_sha1(certificate: x509.Certificate, private_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate with the signature algorithm of old orgs.

    ``cryptography`` signs no certificate with SHA-1 any more. Both algorithm identifiers have the same length, so
    exchanging them and the signature leaves every DER length as it is.
    """
    der = certificate.public_bytes(serialization.Encoding.DER)
    body = certificate.tbs_certificate_bytes
    old_body = body.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    signature = private_key.sign(old_body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the point of it
    tail = der[der.index(body) + len(body) :].replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    return x509.load_der_x509_certificate(
        der[: der.index(body)] + old_body + tail[: -len(signature)] + signature
    )
