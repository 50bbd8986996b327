"""Files that people write: every mistake shows its place, and the nearest valid name."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.yamlfile import MAX_BYTES, WIDEST, YamlFileError, closest, load_document, parse_document


def refusal(text: str) -> str:
    with pytest.raises(YamlFileError) as caught:
        parse_document(text, "s.yaml")
    return str(caught.value)


def test_values_are_plain_python_and_words_stay_words() -> None:
    node = parse_document("a: 1\nb: [yes, on, 2020-01-01, 1.5, ~, true, '', -3]\nc:\n", "s.yaml")
    assert node.value == {"a": 1, "b": ["yes", "on", "2020-01-01", 1.5, None, True, "", -3], "c": None}


def test_every_node_knows_where_it_stands() -> None:
    node = parse_document("a:\n  b: 1\n", "s.yaml").get("a")
    assert node is not None
    assert node.key("b").where == "s.yaml:2:3"


def test_an_unknown_key_is_shown_with_caret_and_suggestion() -> None:
    node = parse_document("steps:\n  - name: two\n    doo: logout\n", "s.yaml")
    steps = node.get("steps")
    assert steps is not None
    with pytest.raises(YamlFileError) as caught:
        next(iter(steps)).mapping(valid=("name", "do"), what="step 'two' of scenario 't'")
    assert str(caught.value) == (
        "error: step 'two' of scenario 't'\n"
        "  --> s.yaml:3:5\n"
        "  |\n"
        "3 |     doo: logout\n"
        "  |     ^^^ unknown key 'doo'. Did you mean 'do'?\n"
        "  = valid here: name, do"
    )


def test_a_missing_key_is_named() -> None:
    with pytest.raises(YamlFileError, match="the key 'url' is missing"):
        parse_document("a: 1", "s.yaml").mapping(required=("url",))


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    assert "the key 'a' stands twice; first on line 1" in refusal("a: 1\na: 2\n")


def test_broken_yaml_shows_line_and_reason() -> None:
    assert "s.yaml:2:3" in refusal("a: 1\n b: 2\n")


def test_a_tab_gets_the_advice_to_use_blanks() -> None:
    assert "not tabs" in refusal("a:\n\tb: 1\n")


def test_tags_build_no_objects() -> None:
    assert "is not allowed" in refusal("a: !!python/object/apply:os.system [ls]\n")


def test_an_anchor_inside_itself_is_refused() -> None:
    assert "contain itself" in refusal("a: &x [*x]\n")


def test_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    node = parse_document("\n".join(lines), "s.yaml")
    assert len(node.items()) == 60


def test_an_empty_file_says_so() -> None:
    assert "the file is empty" in refusal("")


def test_a_file_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match="cannot be read"):
        load_document(tmp_path / "none.yaml")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(YamlFileError, match="at most"):
        load_document(path)


def test_a_file_that_is_not_utf8_is_a_file_error(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("\ufeffb: 1\n".encode() + "a: é".encode("latin-1"))
    with pytest.raises(YamlFileError) as caught:
        load_document(path)
    assert str(caught.value) == (
        f"error: {path}\n"
        f"  --> {path}:2:4\n"
        "  |\n"
        "2 | a: \ufffd\n"
        "  |    ^ byte 0xe9 is not UTF-8 text.\n"
        "  = save the file as UTF-8; UTF-16 and Latin-1 are not read"
    )


def test_what_a_terminal_would_obey_is_shown_by_stand_ins_and_the_caret_keeps_its_place() -> None:
    node = parse_document('"\\e[31m\u202e": {b: [wrong]}', "\x1b[2J.yaml")
    with pytest.raises(YamlFileError) as caught:
        node.mapping(valid=("a",), what="the key '\x9b'")
    text = str(caught.value)
    assert text.replace("\n", "").isprintable()
    assert "error: the key '\ufffd'" in text
    assert '1 | "\\e[31m\ufffd": {b: [wrong]}\n  | ^^^^^^^^^ unknown key' in text
    assert "\u241b[2J.yaml:1:1" in text


def test_of_a_long_line_the_part_around_the_mark_is_shown() -> None:
    node = parse_document("[" + "x, " * 200 + "[1]" + ", y" * 200 + "]", "s.yaml").elements[200]
    *_, line, caret = str(node.problem("this is it")).split("\n")
    assert len(line) < 2 * WIDEST
    assert line[4] == line[-1] == "…"
    assert line[caret.index("^")] == "["


@pytest.mark.parametrize(
    ("text", "ask", "message"),
    [
        ("a: [1]", "text", "must be a text"),
        ("a: maybe", "boolean", "must be true or false"),
        ("a: x", "number", "must be a number"),
        ("a: x", "sequence", "must be a list"),
        ("a: x", "mapping", "must be a mapping"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(text: str, ask: str, message: str) -> None:
    node = parse_document(text, "s.yaml").get("a")
    with pytest.raises(YamlFileError, match=message):
        getattr(node, ask)()


def test_a_choice_is_checked() -> None:
    node = parse_document("a: rejct", "s.yaml").get("a")
    assert node is not None
    with pytest.raises(YamlFileError, match="Did you mean 'reject'"):
        node.text(choices=("accept", "reject"))


def test_a_number_below_its_minimum_is_refused() -> None:
    node = parse_document("a: 0", "s.yaml").get("a")
    assert node is not None
    with pytest.raises(YamlFileError, match="at least 1"):
        node.number(minimum=1)


def test_case_does_not_matter_for_suggestions() -> None:
    assert closest("APP NAME", ["App name", "Audience"]) == "App name"
    assert closest("zzz", ["App name"]) is None
