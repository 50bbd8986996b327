"""``configure`` in a target file: how the SP learns its IdP's metadata, and what can be wrong with saying so."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.targets.file import read_target
from harness.targets.model import Configure, Refresh
from harness.yamlfile import YamlFileError, parse_document

REST = """name: x
entity_id: x
acs_url: http://localhost:9/acs
login_url: http://localhost:9/login
signed_in: {url: http://localhost:9/me, contains: '{name_id}'}
"""


def configure(line: str) -> Configure:
    found = read_target(parse_document(f"{REST}configure: {line}\n", "t.yaml")).configure
    assert found is not None
    return found


def refusal(line: str) -> str:
    with pytest.raises(YamlFileError) as caught:
        configure(line)
    return str(caught.value)


def test_metadata_is_handed_over_as_a_file_unless_the_file_says_otherwise() -> None:
    assert configure("{command: [./run]}") == Configure("command", command=("./run",), cwd=Path())
    assert configure("{manual: true, metadata: file}").by_url is False


def test_an_sp_that_reads_a_url_may_say_how_it_reads_it_again() -> None:
    assert configure("{command: [./run], metadata: url}").refresh is None
    assert configure("{manual: true, metadata: url, refresh: 2}").refresh == Refresh(seconds=2)
    told = configure("{command: [./run], metadata: url, refresh: [./fetch, now]}").refresh
    assert told is not None
    assert told.command == ("./fetch", "now")


def test_an_sp_may_say_that_it_reads_its_file_again() -> None:
    assert configure("{command: [./run]}").rereads is False
    assert configure("{command: [./run], rereads: true}").rereads is True
    assert configure("{file: ./idp.xml, rereads: true}").rereads is True


@pytest.mark.parametrize(
    ("line", "marked", "told"),
    [
        ("{command: [./run], metadata: uri}", "uri", "Did you mean 'url'?"),
        (
            "{file: ./idp.xml, metadata: url}",
            "url",
            "by command (IDP_METADATA_URL in its environment), or by hand",
        ),
        (
            "{command: [./run], metadata: url, rereads: true}",
            "true",
            "say refresh for an SP that reads a URL",
        ),
        ("{manual: true, rereads: true}", "true", "leave rereads out"),
        ("{command: [./run], refresh: 5}", "5", "say metadata: url, or leave refresh out"),
        (
            "{command: [./run], metadata: url, refresh: ./fetch}",
            "./fetch",
            "write refresh: 5 for an SP that fetches by itself, refresh: [./fetch.sh] for one that is told to",
        ),
    ],
)
def test_a_mistake_is_shown_at_its_place_with_what_to_write(line: str, marked: str, told: str) -> None:
    text = refusal(line)
    shown = f"configure: {line}"
    place = shown.rindex(marked)
    assert f"t.yaml:6:{place + 1}\n" in text
    assert f"6 | {shown}\n  | {' ' * place}{'^' * len(marked)} " in text
    assert told in text


def test_no_time_and_no_command_are_nothing() -> None:
    assert "refresh must be at least 0.1" in refusal("{manual: true, metadata: url, refresh: 0}")
    assert "the command is empty" in refusal("{manual: true, metadata: url, refresh: []}")


def test_a_placeholder_that_nothing_fills_in_is_refused_at_once() -> None:
    text = f"{REST.replace('9/login', '${SP_PROT}/login')}configure: {{manual: true}}\n"
    with pytest.raises(YamlFileError, match=r"unknown placeholder '\$\{SP_PROT\}' Did you mean"):
        read_target(parse_document(text, "t.yaml"))
    assert "unknown placeholder '${SP_PROT}'" in refusal("{command: [./run, '--port=${SP_PROT}']}")


def test_a_shell_may_have_variables_of_its_own() -> None:
    assert (
        configure("{command: [sh, -c, 'exec ${PYTHON} ${SP_PORT}']}").command[2]
        == "exec ${PYTHON} ${SP_PORT}"
    )
