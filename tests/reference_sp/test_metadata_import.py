"""Every import code has a red file and, beside it, the file that differs in that one thing and is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.reference_sp import SettingRefused
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.small_idp import SAMLP, SmallIdp, sign
from tests.reference_sp.small_idp import pair as key_pair

MD = "urn:oasis:names:tc:SAML:2.0:metadata"


def refused(pair: Pair, data: bytes | str | Path, **options: str) -> str:
    """The code that an upload is refused with; empty when it is accepted."""
    before = pair.sp.organization()
    try:
        pair.sp.upload_metadata(data, **options)
    except SettingRefused as error:
        assert pair.sp.organization() == before, "a refused file changes nothing"
        return error.difference.code
    return ""


@pytest.fixture
def empty(make: Maker) -> Pair:
    """An SP that knows no IdP yet."""
    return make(configured=False)


def test_plain_okta_metadata_is_accepted(empty: Pair) -> None:
    imported = empty.sp.upload_metadata(empty.idp.metadata())
    assert imported.idp.entity_id == "http://www.okta.com/exkSMALL"
    assert list(imported.idp.sso) == [
        f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{b}" for b in ("POST", "Redirect")
    ]
    assert imported.warnings == ()


@pytest.mark.parametrize("data", [b"", b"  \n"])
def test_an_empty_file(empty: Pair, data: bytes) -> None:
    assert refused(empty, data) == "md_empty"


def test_a_file_that_is_too_large(make: Maker) -> None:
    good = SmallIdp().metadata()
    pair = make(configured=False, metadata_max_bytes=len(good))
    assert refused(pair, good) == ""
    assert refused(pair, good + b" ") == "md_too_large"


def test_a_web_page_and_a_sign_in_page_are_told_apart(empty: Pair) -> None:
    assert refused(empty, b"<!DOCTYPE html><html><body>x</body></html>") == "md_html"
    with pytest.raises(SettingRefused) as caught:
        empty.sp.upload_metadata(b'<html><form><input type="password"></form></html>')
    assert caught.value.difference.code == "md_html"
    assert "sign-in page" in caught.value.difference.hint


def test_text_copied_from_the_xml_viewer(empty: Pair) -> None:
    text = b"This XML file does not appear to have any style information associated with it.\n<md:EntityDescriptor>"
    with pytest.raises(SettingRefused) as caught:
        empty.sp.upload_metadata(text)
    assert caught.value.difference.code == "md_not_xml"
    assert "save the page" in caught.value.difference.hint


def test_truncated_xml(empty: Pair) -> None:
    good = empty.idp.metadata()
    assert refused(empty, good[:-10]) == "md_not_xml"
    assert refused(empty, good) == ""


def test_a_certificate_instead_of_metadata(empty: Pair) -> None:
    with pytest.raises(SettingRefused) as caught:
        empty.sp.upload_metadata(key_pair().pem)
    assert caught.value.difference.code == "md_is_certificate"
    assert "View IdP metadata" in caught.value.difference.fixes[0].field
    assert refused(empty, key_pair().body) == "md_is_certificate"


def test_a_private_key_is_refused_and_not_repeated(empty: Pair) -> None:
    with pytest.raises(SettingRefused) as caught:
        empty.sp.upload_metadata("-----BEGIN PRIVATE KEY-----\nMIIEsecret\n-----END PRIVATE KEY-----")
    assert caught.value.difference.code == "md_is_certificate"
    assert "secret" not in "".join(caught.value.difference.lines()).replace("keep it secret", "")
    assert "MIIEsecret" not in repr(empty.sp.audit())


def test_a_dtd_is_refused_and_nothing_is_fetched(empty: Pair, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("http://www.okta.com/exkFROMFILE")
    good = empty.idp.metadata().decode()
    declaration, _, rest = good.partition("?>")
    dtd = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    assert refused(empty, f"{declaration}?>{dtd}{rest}") == "md_dtd"


def test_a_saml_response_and_other_xml(empty: Pair) -> None:
    from lxml import etree

    assert refused(empty, etree.tostring(empty.idp.response())) == "md_is_saml_message"
    assert refused(empty, b"<catalogue/>") == "md_not_metadata"


def test_the_sps_own_metadata_and_another_sps(empty: Pair) -> None:
    own = empty.sp.metadata
    assert refused(empty, own) == "md_is_own_metadata"
    assert refused(empty, own.replace(empty.sp.entity_id, "https://other.test/sp")) == "md_is_sp_metadata"


def several(*entities: bytes) -> bytes:
    inside = b"".join(entity.partition(b"?>")[2] for entity in entities)
    return (
        b'<md:EntitiesDescriptor xmlns:md="'
        + MD.encode()
        + b'"><md:EntitiesDescriptor>'
        + inside
        + (b"</md:EntitiesDescriptor></md:EntitiesDescriptor>")
    )


def test_several_entities_are_listed_and_one_can_be_chosen(empty: Pair) -> None:
    first, second = SmallIdp(entity_id="urn:a"), SmallIdp(entity_id="urn:b", signer=key_pair("other"))
    both = several(first.metadata(), second.metadata())
    with pytest.raises(SettingRefused) as caught:
        empty.sp.upload_metadata(both)
    assert caught.value.difference.code == "md_many_entities"
    assert caught.value.difference.received == "urn:a, urn:b"
    assert empty.sp.upload_metadata(both, entity_id="urn:b").idp.certificates == (
        key_pair("other").certificate,
    )
    assert refused(empty, both, entity_id="urn:c") == "md_many_entities"
    assert refused(empty, several(first.metadata())) == ""


def test_an_idp_beside_an_sp_needs_no_choice(empty: Pair) -> None:
    sp = f'<?xml?><md:EntityDescriptor xmlns:md="{MD}" entityID="urn:sp"><md:SPSSODescriptor/></md:EntityDescriptor>'
    assert refused(empty, several(sp.encode(), empty.idp.metadata())) == ""


def replaced(idp: SmallIdp, old: str, new: str) -> bytes:
    text = idp.metadata().decode()
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('entityID="http://www.okta.com/exkSMALL"', "", "md_no_entity_id"),
        ('entityID="http://www.okta.com/exkSMALL"', 'entityID=" "', "md_no_entity_id"),
        (f'protocolSupportEnumeration="{SAMLP}"', 'protocolSupportEnumeration="urn:other"', "md_no_sso"),
        ("md:SingleSignOnService", "md:ArtifactResolutionService", "md_no_sso"),
        ("bindings:HTTP-", "bindings:SOAP-", "md_no_usable_binding"),
        ('use="signing"', 'use="encryption"', "md_no_signing_cert"),
        (key_pair().body, "bm90IGEgY2VydGlmaWNhdGU=", "md_bad_cert"),
        (key_pair().body, "not base64!", "md_bad_cert"),
        ("http://127.0.0.1:9/app/small/sso/saml", "javascript:alert(1)", "md_bad_location"),
        ("http://127.0.0.1:9/app/small/sso/saml", "data:text/html,x", "md_bad_location"),
        (
            "http://127.0.0.1:9/app/small/sso/saml",
            "http://a.test/&quot;&gt;&lt;script&gt;",
            "md_bad_location",
        ),
        ("http://127.0.0.1:9/app/small/slo/saml", "//no-scheme", "md_bad_location"),
        ("<md:EntityDescriptor ", '<md:EntityDescriptor validUntil="2001-01-01T00:00:00Z" ', "md_expired"),
        ("<md:EntityDescriptor ", '<md:EntityDescriptor validUntil="soon" ', "md_expired"),
        ("<md:IDPSSODescriptor ", '<md:IDPSSODescriptor validUntil="2001-01-01T00:00:00Z" ', "md_expired"),
        ("<md:EntityDescriptor ", '<md:EntityDescriptor validUntil="2101-01-01T00:00:00Z" ', ""),
        ('use="signing"', "", ""),
        ("md:KeyDescriptor use", 'md:KeyDescriptor xmlns:x="urn:x" x:y="z" use', ""),
        ("<md:IDPSSODescriptor", '<md:Extensions><x xmlns="urn:x"/></md:Extensions><md:IDPSSODescriptor', ""),
    ],
)
def test_one_change_in_the_metadata(empty: Pair, old: str, new: str, code: str) -> None:
    assert refused(empty, replaced(empty.idp, old, new)) == code


def test_http_sign_on_is_refused_where_https_is_demanded(make: Maker) -> None:
    pair = make(configured=False, require_https_sso=True)
    assert refused(pair, pair.idp.metadata()) == "md_http_sso"
    pair.idp.sso_url = "https://acme.okta.test/app/small/sso/saml"
    assert refused(pair, pair.idp.metadata()) == ""


def test_a_weak_key(empty: Pair) -> None:
    empty.idp.signer = key_pair("weak", bits=1024)
    assert refused(empty, empty.idp.metadata()) == "md_bad_cert"


@pytest.mark.parametrize(
    ("days", "code"), [((-20, -10), "md_cert_expired"), ((10, 20), "md_cert_not_yet_valid")]
)
def test_dates_of_the_certificate_warn_or_refuse_by_setting(
    make: Maker, days: tuple[int, int], code: str
) -> None:
    idp = SmallIdp(signer=key_pair(f"dates {days}", days=days))
    warned = make(configured=False).sp.upload_metadata(idp.metadata()).warnings
    assert [one.code for one in warned] == [code]
    strict = make(configured=False, expired_certificate="reject")
    assert refused(strict, idp.metadata()) == code
    assert refused(strict, SmallIdp().metadata()) == ""


def test_byte_order_marks_and_encodings(make: Maker) -> None:
    pair = make(configured=False)
    good = pair.idp.metadata()
    assert refused(pair, b"\xef\xbb\xbf" + good) == ""
    wide = good.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert refused(pair, wide) == ""
    assert refused(pair, good.replace(b"UTF-8", b"UTF-7")) == "md_encoding"
    assert refused(pair, good.replace(b"exkSMALL", b"exk\xe9")) == "md_encoding"
    narrow = make(configured=False, metadata_encodings=("utf-8",))
    assert refused(narrow, wide) == "md_encoding"


def test_ascii_only_where_an_sp_wants_that(make: Maker) -> None:
    organization = "<md:Organization><md:OrganizationName>Café</md:OrganizationName></md:Organization>"
    data = (
        SmallIdp()
        .metadata()
        .decode()
        .replace("</md:EntityDescriptor>", f"{organization}</md:EntityDescriptor>")
    )
    assert refused(make(configured=False), data) == ""
    assert refused(make(configured=False, profile="datadog"), data) == "md_non_ascii"


def signed_metadata(idp: SmallIdp, signer: str = "metadata") -> bytes:
    from lxml import etree

    root = etree.fromstring(idp.metadata(attributes=' ID="m1"'))
    sign(root, key_pair(signer))
    signature = root[1]
    root.remove(signature)
    root.insert(0, signature)
    return etree.tostring(root)


def test_signed_metadata_is_accepted_and_a_change_after_signing_is_not(empty: Pair) -> None:
    good = signed_metadata(empty.idp)
    assert empty.sp.upload_metadata(good).idp.signed
    assert refused(empty, good.replace(b"exkSMALL", b"exkOTHER")) == "md_bad_signature"


def test_with_a_known_metadata_key_only_that_key_counts(make: Maker) -> None:
    pair = make(configured=False, metadata_certificate=key_pair("metadata").pem)
    assert refused(pair, signed_metadata(pair.idp, "metadata")) == ""
    assert refused(pair, signed_metadata(pair.idp, "attacker")) == "md_bad_signature"
    assert refused(pair, pair.idp.metadata()) == "md_bad_signature"


def test_a_file_by_its_path(empty: Pair, tmp_path: Path) -> None:
    path = tmp_path / "idp.xml"
    path.write_bytes(empty.idp.metadata())
    assert refused(empty, path) == ""
    assert refused(empty, str(path)) == ""
    assert refused(empty, str(tmp_path / "missing.xml")) == "md_empty"


def test_several_signing_keys_all_count_unless_the_sp_reads_the_first_only(make: Maker) -> None:
    first, second = key_pair(), key_pair("second")
    for settings, code in (({}, ""), ({"signing_keys": "first"}, "sig_untrusted_key")):
        pair = make(configured=False, **settings)
        pair.sp.upload_metadata(pair.idp.metadata(certificates=[first, second]))
        pair.sp.save()
        assert pair.code(pair.idp.response()) == ""
        pair.idp.signer = second
        assert pair.code(pair.idp.response()) == code


def test_a_removed_key_is_refused_from_the_next_save_on(pair: Pair) -> None:
    new = key_pair("second")
    pair.sp.upload_metadata(pair.idp.metadata(certificates=[new]))
    assert pair.code(pair.idp.response()) == "", "a draft changes nothing"
    pair.sp.save()
    assert pair.code(pair.idp.response()) == "sig_untrusted_key"
    pair.idp.signer = new
    assert pair.code(pair.idp.response()) == ""


def test_expired_metadata_stops_logins_when_its_time_comes(make: Maker) -> None:
    from datetime import timedelta

    pair = make(configured=False)
    until = (pair.sp.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    pair.sp.upload_metadata(pair.idp.metadata(attributes=f' validUntil="{until}"'))
    pair.sp.save()
    assert pair.code(pair.idp.response()) == ""
    pair.sp.move_clock(timedelta(hours=2))
    assert pair.code(pair.idp.response()) == "md_expired"
