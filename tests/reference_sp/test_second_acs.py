"""A second assertion consumer service, for answers that nobody asked for."""

from __future__ import annotations

from lxml import etree

from harness.reference_sp.names import md
from harness.reference_sp.reference_sp import ReferenceSP


def test_the_metadata_lists_both_and_the_first_is_the_default() -> None:
    sp = ReferenceSP(idp_initiated_acs_url="{url}/saml/2/acs/{org}/idp")
    services = list(etree.fromstring(sp.metadata.encode()).iter(md("AssertionConsumerService")))
    assert [(each.get("index"), each.get("isDefault"), each.get("Location")) for each in services] == [
        ("0", "true", sp.acs_url),
        ("1", None, f"{sp.acs_url}/idp"),
    ]
    sp.stop()


def test_without_the_setting_there_is_one() -> None:
    sp = ReferenceSP()
    services = list(etree.fromstring(sp.metadata.encode()).iter(md("AssertionConsumerService")))
    assert [each.get("Location") for each in services] == [sp.acs_url]
    sp.stop()
