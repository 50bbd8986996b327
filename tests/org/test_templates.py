"""The API's username templates."""

from __future__ import annotations

import pytest

from fake_idp.org.expressions import Context, ExpressionError, parse_template, render_template

ADA = Context(user={"login": "Ada.L@acme.test", "firstName": "Ada", "id}": 1})


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${source.login}", "Ada.L@acme.test"),
        ('${fn:substringBefore(source.login, "@")}', "Ada.L"),
        ("${fn:toLowerCase(source.login)}", "ada.l@acme.test"),
        ('${fn:toUpperCase(fn:substringAfter(user.login, "@"))}', "ACME.TEST"),
        ("x-${user.firstName}-${user.nothing}y", "x-Ada-y"),
        ('${user.firstName + "}"}', "Ada}"),
        ('${user.firstName + " fn:toLowerCase"}', "Ada fn:toLowerCase"),
        ("plain", "plain"),
        ("", ""),
        ("$user", "$user"),
    ],
)
def test_a_template_becomes_text(template: str, expected: str) -> None:
    assert render_template(template, ADA) == expected


@pytest.mark.parametrize(
    ("template", "column"),
    [
        ("ab${user.login", 3),
        ("ab${fn:nope(user.login)}", 8),
        ("${}", 1),
        ("ab${user.login +}", 17),
        ("${a.b}", 3),
    ],
)
def test_a_bad_template_is_refused_with_its_column(template: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_template(template)
    assert caught.value.column == column
