"""X.509 certificates as the SP shows and compares them."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

_ARMOUR = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")
_MIN_RSA_BITS = 2048
_MIN_EC_BITS = 256


class BadCertificate(ValueError):
    """The text is no certificate that can be trusted; the message says why, without quoting the text."""


def load_certificate(text: str) -> x509.Certificate:
    """A certificate with a strong key.

    :raises BadCertificate: when it is none, or its key is too weak.
    """
    certificate = read_certificate(text)
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA_BITS:
        raise BadCertificate(f"its RSA key has {key.key_size} bits; at least {_MIN_RSA_BITS} are needed")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _MIN_EC_BITS:
        raise BadCertificate(f"its EC key has {key.key_size} bits; at least {_MIN_EC_BITS} are needed")
    return certificate


@lru_cache(maxsize=256)
def read_certificate(text: str) -> x509.Certificate:
    """A certificate from the text of ``ds:X509Certificate`` or from PEM, with or without its BEGIN and END lines.

    :raises BadCertificate: when it is none, or its key is of a kind that cannot sign here.
    """
    if "PRIVATE KEY" in text:
        raise BadCertificate("this is a private key, not a certificate; keep it secret and replace it")
    if len(_ARMOUR.findall(text)) > 2:
        raise BadCertificate("it has more than one BEGIN line")
    try:
        der = base64.b64decode("".join(_ARMOUR.sub("", text).split()), validate=True)
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except (binascii.Error, ValueError):
        raise BadCertificate("it is not the base64 text of an X.509 certificate") from None
    except Exception as error:  # the parser has more kinds of failure than it documents
        raise BadCertificate(f"it cannot be read ({type(error).__name__})") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise BadCertificate("its key is neither RSA nor EC")
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 fingerprint as admin pages write it: ``AB:CD:...``."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def pem(certificate: x509.Certificate) -> str:
    """The certificate with BEGIN and END lines."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def body(certificate: x509.Certificate) -> str:
    """The base64 text of the certificate on one line, as XML carries it."""
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")


def describe(certificate: x509.Certificate) -> str:
    """One line for the admin: the start of the fingerprint and the last day."""
    return f"SHA-256 {fingerprint(certificate)[:23]}... (until {certificate.not_valid_after_utc:%Y-%m-%d})"
