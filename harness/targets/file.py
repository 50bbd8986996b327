"""Reading target files. Every mistake is shown with its line, a caret and the nearest valid name."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fake_idp.org.settings import InvalidSetting, field_named, read_fields
from harness.targets.model import (
    CAPABILITY_NAMES,
    PORT_PLACEHOLDER,
    Account,
    Capabilities,
    Configure,
    Refresh,
    SignedIn,
    TargetFile,
)
from harness.yamlfile import Node, load_document

REFERENCE = "reference"
"""The name under which the SP that ships here is a target without a file."""

KEYS = (
    "name",
    "metadata",
    "entity_id",
    "acs_url",
    "slo_url",
    "login_url",
    "logout_url",
    "deep_link",
    "deep_link_start",
    "signed_in",
    "configure",
    "app",
    "user",
    "other_user",
    "refused_user",
    "domains",
    "capabilities",
    "known_deviations",
    "reference",
)
_WAYS = ("command", "file", "manual")
_CONFIGURE = (*_WAYS, "metadata", "refresh", "rereads", "cwd", "ready_seconds")
_REFRESH_SECONDS = 5.0
"""How long an SP may take to fetch metadata after the command that makes it do so."""
_FIRST_NAME, _LAST_NAME = ("firstName", "first_name"), ("lastName", "last_name")


def load_target(path: str | Path) -> TargetFile:
    """The target of a file, or the reference SP for the name ``reference``.

    :raises YamlFileError: for everything that is wrong with the file; its text is for the author.
    """
    if str(path) == REFERENCE:
        return TargetFile(REFERENCE, reference={})
    path = Path(path)
    return read_target(load_document(path), path)


def read_target(root: Node, path: Path | None = None) -> TargetFile:
    """The target that a document describes; relative files are relative to ``path``."""
    what = "target file"
    keys = root.mapping(valid=KEYS, required=("name",), what=what)
    folder = path.parent if path else Path()
    name = keys["name"].text(what="name")
    if "reference" in keys:
        return TargetFile(
            name,
            path,
            reference=_reference(keys["reference"]),
            known_deviations=_file(keys.get("known_deviations"), folder),
        )
    root.mapping(valid=KEYS, required=("login_url", "signed_in", "configure"), what=f"target {name!r}")
    if "metadata" not in keys and not {"entity_id", "acs_url"} <= keys.keys():
        raise root.problem(
            "the SP's own names are missing",
            breadcrumb=f"target {name!r}",
            valid=("metadata", "entity_id", "acs_url"),
            advice="give metadata (a URL or a file), or both entity_id and acs_url by hand",
        )
    return TargetFile(
        name=name,
        path=path,
        metadata=_metadata(keys.get("metadata"), folder),
        entity_id=keys["entity_id"].text(what="entity_id") if "entity_id" in keys else "",
        acs_url=_url(keys.get("acs_url"), "acs_url"),
        slo_url=_url(keys.get("slo_url"), "slo_url"),
        login_url=_url(keys["login_url"], "login_url"),
        logout_url=_url(keys.get("logout_url"), "logout_url"),
        deep_link=_url(keys.get("deep_link"), "deep_link"),
        deep_link_start=_url(keys.get("deep_link_start"), "deep_link_start"),
        signed_in=_signed_in(keys["signed_in"]),
        configure=_configure(keys["configure"], folder),
        app=_app(keys.get("app")),
        user=_account(keys.get("user"), "user"),
        other_user=_account(keys.get("other_user"), "other_user"),
        refused_user=_account(keys.get("refused_user"), "refused_user"),
        domains=_domains(keys.get("domains")),
        capabilities=_capabilities(keys.get("capabilities")),
        known_deviations=_file(keys.get("known_deviations"), folder),
    )


def with_port(target: TargetFile, port: int) -> TargetFile:
    """The target with the port placeholder filled in everywhere."""

    def fill(text: str) -> str:
        return text.replace(PORT_PLACEHOLDER, str(port))

    def filled(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(fill(word) for word in words)

    configure = target.configure and replace(
        target.configure,
        command=filled(target.configure.command),
        refresh=target.configure.refresh
        and replace(target.configure.refresh, command=filled(target.configure.refresh.command)),
    )
    texts = (
        "metadata",
        "entity_id",
        "acs_url",
        "slo_url",
        "login_url",
        "logout_url",
        "deep_link",
        "deep_link_start",
    )
    changes: dict[str, Any] = {name: fill(getattr(target, name)) for name in texts}
    signed_in = SignedIn(fill(target.signed_in.url), target.signed_in.contains)
    return replace(target, **changes, signed_in=signed_in, configure=configure)


def _url(node: Node | None, what: str) -> str:
    if node is None:
        return ""
    text = node.text(what=what)
    _placeholders(node, text)
    parts = urlsplit(text.replace(PORT_PLACEHOLDER, "1"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise node.problem(
            f"{text!r} is not a URL",
            breadcrumb=what,
            advice=f"write http://HOST:PORT/PATH; {PORT_PLACEHOLDER} stands for a free port that is chosen for you",
        )
    return text


def _placeholders(node: Node, text: str) -> None:
    for name in re.findall(r"\$\{[^}]*\}?", text):
        if name != PORT_PLACEHOLDER:
            raise node.problem(f"unknown placeholder {name!r}", valid=(PORT_PLACEHOLDER,), got=name)


def _metadata(node: Node | None, folder: Path) -> str:
    if node is None:
        return ""
    text = node.text(what="metadata")
    if text.startswith(("http://", "https://")):
        return _url(node, "metadata")
    return str(_existing(node, folder))


def _existing(node: Node, folder: Path) -> Path:
    path = folder / node.raw
    if not path.is_file():
        raise node.problem(f"there is no file {path}", advice="files are looked for beside the target file")
    return path


def _file(node: Node | None, folder: Path) -> Path | None:
    return _existing(node, folder) if node is not None else None


def _signed_in(node: Node) -> SignedIn:
    keys = node.mapping(valid=("url", "contains"), required=("url", "contains"), what="signed_in")
    contains = keys["contains"].text(what="contains")
    placeholders = ("{name_id}", "{email}", "{login}")
    if not any(name in contains for name in placeholders):
        raise keys["contains"].problem(
            "this text would be the same for everybody",
            breadcrumb="signed_in",
            valid=placeholders,
            advice="name the user in it, so that one person's session cannot pass for another's",
        )
    return SignedIn(_url(keys["url"], "signed_in.url"), contains)


def _configure(node: Node, folder: Path) -> Configure:
    keys = node.mapping(valid=_CONFIGURE, what="configure")
    ways = [way for way in _WAYS if way in keys]
    if len(ways) != 1:
        raise node.problem("exactly one way to give the SP its IdP metadata is needed", valid=_WAYS)
    seconds = (
        keys["ready_seconds"].number(what="ready_seconds", minimum=0.1) if "ready_seconds" in keys else 30.0
    )
    cwd = folder / keys["cwd"].text(what="cwd") if "cwd" in keys else folder
    by_url = _by_url(keys, ways[0])
    refresh = _refresh(keys["refresh"], by_url) if "refresh" in keys else None
    rereads = "rereads" in keys and keys["rereads"].boolean(what="rereads")
    if rereads and (by_url or ways == ["manual"]):
        raise keys["rereads"].problem(
            "rereads is about metadata that the SP reads from a file",
            breadcrumb="configure",
            advice="say refresh for an SP that reads a URL, or leave rereads out",
        )
    common: dict[str, Any] = {
        "cwd": cwd,
        "ready_seconds": seconds,
        "by_url": by_url,
        "refresh": refresh,
        "rereads": rereads,
    }
    if ways == ["command"]:
        return Configure("command", command=_words(keys["command"], "command"), **common)
    if ways == ["file"]:
        path = folder / keys["file"].text(what="file")
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise keys["file"].problem(f"cannot write into the folder {path.parent}", breadcrumb="configure")
        return Configure("file", file=path, **common)
    if not keys["manual"].boolean(what="manual"):
        raise keys["manual"].problem("leave manual out, or say true", breadcrumb="configure", valid=_WAYS)
    return Configure("manual", **common)


def _words(node: Node, what: str) -> tuple[str, ...]:
    words = tuple(node.sequence(what=what))
    if not words:
        raise node.problem("the command is empty", breadcrumb="configure")
    for word in words:
        for name in re.findall(r"\$\{\w+\}", word.text(what=what)):
            # A shell's own variables are no business of ours; a port that is never filled in is.
            if name != PORT_PLACEHOLDER and difflib.get_close_matches(name, [PORT_PLACEHOLDER], cutoff=0.75):
                _placeholders(word, name)
    return tuple(word.text(what=what) for word in words)


def _by_url(keys: Mapping[str, Node], way: str) -> bool:
    if "metadata" not in keys:
        return False
    by_url = keys["metadata"].text(what="metadata", choices=("file", "url")) == "url"
    if by_url and way == "file":
        raise keys["metadata"].problem(
            "an SP that reads a file does not read a URL",
            breadcrumb="configure",
            advice="give the SP its URL by command (IDP_METADATA_URL in its environment), or by hand: manual: true",
        )
    return by_url


def _refresh(node: Node, by_url: bool) -> Refresh:
    """A number of seconds, or the words of a command."""
    if not by_url:
        raise node.problem(
            "refresh is about metadata that the SP reads from a URL",
            breadcrumb="configure",
            advice="say metadata: url, or leave refresh out",
        )
    if node.kind == "sequence":
        return Refresh(command=_words(node, "refresh"), seconds=_REFRESH_SECONDS)
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise node.problem(
            "refresh must be a number of seconds, or a list with the words of a command",
            breadcrumb="configure",
            advice="write refresh: 5 for an SP that fetches by itself, refresh: [./fetch.sh] for one that is told to",
        )
    return Refresh(seconds=node.number(what="refresh", minimum=0.1))


def _app(node: Node | None) -> Mapping[str, Any]:
    if node is None:
        return {}
    node.mapping(what="app")
    for key, value in node.items():
        _app_setting(key, value)
    return dict(node.value) if isinstance(node.value, dict) else {}


def _app_setting(key: Node, value: Node) -> None:
    """Check one setting by itself: what one of them needs of another is told when the app is made."""
    try:
        attribute = field_named(key.raw).attribute
    except InvalidSetting as error:
        raise key.problem(f"unknown app setting {key.raw!r}. {error.advice}", breadcrumb="app") from error
    _, _, found = read_fields({key.raw: value.value})
    mine = [problem for problem in found if problem.field == attribute]
    if mine:
        raise value.problem(
            f"{value.raw!r} is not valid: {mine[0].expected}",
            breadcrumb=f"app, {key.raw}",
            advice=mine[0].advice,
        )


def _account(node: Node | None, what: str) -> Account | None:
    if node is None:
        return None
    keys = node.mapping(required=("login",), what=what)
    texts = {key: value.text(what=f"{what}.{key}") for key, value in keys.items()}
    login = texts.pop("login")

    def either(names: tuple[str, str], default: str) -> str:
        return next((texts.pop(name) for name in names if name in texts), default)

    first, last = either(_FIRST_NAME, "Ada"), either(_LAST_NAME, "Lovelace")
    return Account(login, texts.pop("email", login), first, last, texts)


def _domains(node: Node | None) -> tuple[str, ...]:
    return (
        tuple(item.text(what="domains") for item in node.sequence(what="domains")) if node is not None else ()
    )


def _capabilities(node: Node | None) -> Capabilities:
    if node is None:
        return Capabilities()
    keys = node.mapping(valid=CAPABILITY_NAMES, what="capabilities")
    return Capabilities(**{key: value.boolean(what=key) for key, value in keys.items()})


def _reference(node: Node) -> Mapping[str, Any]:
    if node.value is None or node.value is True:
        return {}
    return {key: _reference_value(key, value) for key, value in node.mapping(what="reference").items()}


def _reference_value(key: str, value: Node) -> Any:
    if key == "weaknesses":
        return tuple(item.text(what="weakness") for item in value.sequence(what="weaknesses"))
    return value.value
