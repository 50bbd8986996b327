"""Ciphertexts that are broken in one way, and in that way every time."""

from __future__ import annotations

import base64

from lxml import etree

from fake_idp.faults import fault
from fake_idp.saml.pipeline import IssuedResponse
from tests.faults.messages import issue
from tests.faults.readable import padded_plaintext

CIPHER_VALUE = "{http://www.w3.org/2001/04/xmlenc#}CipherValue"


def last_byte(message: IssuedResponse) -> int:
    """Of the plaintext: how long the padding is, from 1 to 16 in a good message."""
    values = [
        base64.b64decode(value.text or "") for value in etree.fromstring(message.xml).iter(CIPHER_VALUE)
    ]
    return padded_plaintext(*values)[-1]


def test_a_broken_padding_is_broken_in_every_message() -> None:
    """A last block that is garbage as a whole would end in a good padding once in sixteen times."""
    for _ in range(40):
        assert last_byte(issue("encrypted", fault("ciphertext-padding-broken"))) > 16
    assert 1 <= last_byte(issue("encrypted")) <= 16
