"""Is the uploaded file metadata at all? Each check names the thing that was uploaded by mistake."""

from __future__ import annotations

import re

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.hints import shown
from harness.reference_sp.metadata.upload import Upload
from harness.reference_sp.names import SAML, SAMLP, md
from harness.reference_sp.need import need

_SIGN_ON_TAB = okta(
    "Sign On > View IdP metadata", "open it, save the page as an .xml file and upload that file"
)
_HTML = re.compile(
    r"\A\s*(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html|<head|<body)\b", re.IGNORECASE | re.DOTALL
)
_LOGIN_PAGE = re.compile(r"type=[\"']?password|sign[ -]?in|log[ -]?in", re.IGNORECASE)
_VIEWER = "This XML file does not appear to have any style information"


def not_empty(upload: Upload) -> Difference | None:
    """A file was chosen, and it has content."""
    if upload.data.strip():
        return None
    return difference(
        "md_empty", _SIGN_ON_TAB, expected="identity provider metadata (XML)", received="0 bytes"
    )


def not_too_large(upload: Upload) -> Difference | None:
    """The size is plausible for the metadata of one identity provider."""
    limit = upload.settings.metadata_max_bytes
    if len(upload.data) <= limit:
        return None
    return difference("md_too_large", expected=f"at most {limit} bytes", received=f"{len(upload.data)} bytes")


def readable_encoding(upload: Upload) -> Difference | None:
    """The bytes are text in an accepted encoding; a byte order mark is fine."""
    try:
        upload.text = xml.decode(upload.data, upload.settings.metadata_encodings)
    except xml.XmlRefused as refused:
        accepted = ", ".join(encoding.upper() for encoding in upload.settings.metadata_encodings)
        return difference("md_encoding", _SIGN_ON_TAB, expected=accepted, received=refused.detail)
    return None


def ascii_only(upload: Upload) -> Difference | None:
    """Some SPs take ASCII only."""
    if not upload.settings.metadata_ascii_only or upload.text.isascii():
        return None
    position = next(index for index, character in enumerate(upload.text) if not character.isascii())
    line = upload.text.count("\n", 0, position) + 1
    return difference(
        "md_non_ascii",
        expected="ASCII",
        received=f"{upload.text[position]!r} in line {line}, character {position}",
    )


def not_a_web_page(upload: Upload) -> Difference | None:
    """The XML viewer or the sign-in page was saved as a web page."""
    if not _HTML.search(upload.text[:4096]):
        return None
    sign_in = _LOGIN_PAGE.search(upload.text)
    return difference(
        "md_html",
        _SIGN_ON_TAB,
        expected="XML that starts with <md:EntityDescriptor",
        received=shown(upload.text.strip()[:80]),
        hint="it is a sign-in page: the metadata link was opened without rights" if sign_in else "",
    )


def not_a_certificate(upload: Upload) -> Difference | None:
    """Okta's menu has *Download certificate* right below *View IdP metadata*."""
    text = upload.text.strip()
    if "PRIVATE KEY-----" in text[:200]:
        return difference(
            "md_is_certificate", _SIGN_ON_TAB, expected="metadata", hint="it is a private key: keep it secret"
        )
    if not text.startswith("-----BEGIN CERTIFICATE-----") and not re.fullmatch(
        r"MII[A-Za-z0-9+/=\s]{200,}", text
    ):
        return None
    return difference(
        "md_is_certificate",
        okta("Actions > View IdP metadata", "use this menu entry, not Download certificate"),
        expected="identity provider metadata (XML)",
        received="a certificate",
    )


def is_safe_xml(upload: Upload) -> Difference | None:
    """It is well-formed XML without a DTD."""
    try:
        upload.root = upload.tools.parse(upload.data, encodings=upload.settings.metadata_encodings)
    except xml.XmlRefused as refused:
        if refused.kind == "dtd":
            return difference("md_dtd", _SIGN_ON_TAB, expected="no DTD", received=refused.detail)
        hint = ""
        if upload.text.lstrip().startswith(_VIEWER):
            hint = "it is the text of the browser's XML viewer: save the page instead of copying its text"
        elif re.match(r"\s*[-+▼▶]\s*<", upload.text):
            hint = (
                "it has the fold marks of the browser's XML viewer: save the page instead of copying its text"
            )
        start = shown(upload.text.strip()[:60])
        return difference(
            "md_not_xml", _SIGN_ON_TAB, expected="XML", received=f"{refused.detail}: {start}", hint=hint
        )
    return None


def is_metadata(upload: Upload) -> Difference | None:
    """The root element is one of SAML metadata."""
    tag = str(need(upload.root, "is_safe_xml has run").tag)
    if tag in (md("EntityDescriptor"), md("EntitiesDescriptor")):
        return None
    wanted = "md:EntityDescriptor"
    if tag.startswith((f"{{{SAMLP}}}", f"{{{SAML}}}")):
        return difference("md_is_saml_message", _SIGN_ON_TAB, expected=wanted, received=tag.partition("}")[2])
    return difference("md_not_metadata", _SIGN_ON_TAB, expected=wanted, received=shown(tag))
