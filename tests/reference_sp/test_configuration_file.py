"""Settings taken to another instance as a file: complete, without secrets, checked like anything that comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.reference_sp.refused import SettingRefused
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import log_in

Document = dict[str, Any]


@pytest.fixture
def first(make: Maker) -> Pair:
    pair = make()
    pair.sp.edit(vendor="Other", require_sso=True, jit=False, jit_role="viewer")
    pair.sp.save()
    pair.sp.add_member("ada@acme.test", "manager", "a-password-of-ada")
    return pair


def refusal(pair: Pair, data: bytes) -> str:
    with pytest.raises(SettingRefused) as raised:
        pair.sp.import_configuration(data)
    return f"{raised.value.difference.code}: {raised.value.difference.expected}"


def test_a_second_instance_has_the_same_settings_once_they_are_saved(first: Pair, make: Maker) -> None:
    second = make(configured=False)
    second.sp.import_configuration(first.sp.export_configuration())
    assert not second.sp.organization().sso_on
    second.sp.save()
    assert second.sp.organization().saved == first.sp.organization().saved
    assert second.sp.organization().saved_metadata == first.sp.organization().saved_metadata


def test_there_is_no_secret_and_no_person_in_the_file(first: Pair) -> None:
    text = first.sp.export_configuration().decode().lower()
    for word in ("private", "password", "ada@acme.test", "admin@acme.test", first.sp.url):
        assert word not in text
    assert first.sp.signing_certificate.splitlines()[1].lower() not in text


def test_what_is_not_saved_is_not_exported(first: Pair) -> None:
    before = first.sp.export_configuration()
    first.sp.edit(jit_role="admin")
    assert first.sp.export_configuration() == before


def test_an_instance_without_idp_gives_its_other_settings(make: Maker) -> None:
    one, other = make(configured=False), make()
    one.sp.edit(jit_role="manager")
    one.sp.save()
    other.sp.import_configuration(one.sp.export_configuration())
    other.sp.save()
    assert other.sp.organization().saved.jit_role == "manager"
    assert other.sp.organization().sso_on


def test_metadata_in_another_encoding_arrives_byte_for_byte(make: Maker) -> None:
    one, other = make(configured=False), make(configured=False)
    wide = one.idp.metadata().decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    one.sp.upload_metadata(wide)
    one.sp.save()
    other.sp.import_configuration(one.sp.export_configuration())
    other.sp.save()
    assert other.sp.organization().saved_metadata == wide


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.pop("format"), 'cfg_import: "format"'),
        (lambda d: d.update(version=2), 'cfg_import: "version": 1'),
        (lambda d: d.pop("settings"), 'cfg_import: "vendor": str'),
        (lambda d: d["settings"].update(jit="yes"), 'cfg_import: "jit": bool'),
        (lambda d: d["settings"].update(require_sso=1), 'cfg_import: "require_sso": bool'),
        (lambda d: d["settings"].update(jit_role="owner"), 'cfg_import: "jit_role": one of'),
        (lambda d: d["settings"].update(vendor="Ping"), 'cfg_import: "vendor": one of'),
        (lambda d: d.update(idp_metadata=None), 'cfg_import: "idp_metadata": str'),
        (lambda d: d.update(idp_metadata_as="zip"), 'cfg_import: "idp_metadata_as": one of'),
        (lambda d: d.update(idp_metadata="<html></html>"), "md_html: "),
    ],
)
def test_a_file_that_is_not_right_changes_nothing(
    first: Pair, make: Maker, change: Callable[[Document], object], says: str
) -> None:
    second = make(configured=False)
    document = json.loads(first.sp.export_configuration())
    change(document)
    assert refusal(second, json.dumps(document).encode()).startswith(says)
    assert second.sp.organization().draft is None
    assert [entry.error for entry in second.sp.audit(action="import configuration")] == [
        says.partition(":")[0]
    ]


@pytest.mark.parametrize("data", [b"", b"<md:EntityDescriptor/>", b"[]", b"null", b"[" * 100_000, b"\xff"])
def test_other_files_are_refused(make: Maker, data: bytes) -> None:
    assert refusal(make(configured=False), data).startswith("cfg_import")


def test_a_file_that_is_too_large_is_not_read(make: Maker) -> None:
    pair = make(configured=False, metadata_max_bytes=1000)
    assert refusal(pair, b" " * 2001) == "cfg_import: at most 2000 bytes"


def test_both_ways_go_over_the_settings_page(first: Pair, make: Maker) -> None:
    second = make(configured=False)
    first.sp.support_switch_off_sso_requirement()
    page = log_in(first).get("/settings/organization/access-sso/configuration.json")
    assert page.headers["Content-Disposition"] == 'attachment; filename="sso-settings.json"'
    assert page.body == first.sp.export_configuration()
    assert [entry.user_email for entry in first.sp.audit(action="export configuration")] == [
        "admin@acme.test"
    ]

    browser = log_in(second)
    browser.upload(
        second.sp.settings_url, {"action": "import", "configuration": ("sso-settings.json", page.body)}
    )
    assert "You have unsaved changes" in browser.get(second.sp.settings_url).text
    answer = browser.upload(second.sp.settings_url, {"action": "import", "configuration": ("x", b"no")})
    assert (answer.status, answer.code) == (422, "cfg_import")


def test_the_file_is_for_admins(first: Pair) -> None:
    first.sp.edit(require_sso=False)
    first.sp.save()
    browser = log_in(first, "ada@acme.test", "a-password-of-ada")
    page = browser.get("/settings/organization/access-sso/configuration.json")
    assert (page.status, page.code) == (403, "cfg_not_admin")
