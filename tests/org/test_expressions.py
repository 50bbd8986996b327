"""Okta's classic Expression Language, with the examples of its documentation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fake_idp.org.expressions import (
    Context,
    ExpressionError,
    check_value,
    evaluate,
    evaluate_text,
    evaluate_values,
)
from fake_idp.org.model import Group

NOW = datetime(2015, 7, 31, 17, 18, 37, 979000, tzinfo=UTC)


def group(name: str, group_id: str) -> Group:
    return Group(group_id, name, "", "OKTA_GROUP", NOW, NOW, NOW)


WINSTON = Context(
    user={
        "firstName": "Winston", "lastName": "Churchill", "email": "winston.churchill@gmail.com", "cleared": "",
        "login": "winston.churchill@gmail.com", "city": "San Francisco", "salary": 1000001, "isContractor": False,
        "roles": ["a", "b"], "csv": "x, y", "managerId": "boss@acme.test", "mentor": "boss@acme.test",
        "active_directory": {"managerUpn": "boss@corp"}, "groupCode": 123,
    },
    appuser={"userName": "winston"},
    app={"name": "acme_x_1", "label": "X"},
    org={"name": "Acme", "subDomain": "acme"},
    session={"amr": ["mfa", "pwd", "sms"]},
    internal={"id": "00u1", "status": "ACTIVE"},
    groups=(group("Everyone", "00g0"), group("Admins EU", "00g1"), group("TEST one", "00g2")),
    now=NOW,
    find_person={"boss@acme.test": {"firstName": "Bill", "lastName": "Gates", "google": {"email": "b@g"}}}.get,
)  # fmt: skip

OKTAS_OWN = [
    ('String.append("This is", " a test")', "This is a test"),
    ('String.join(",", "This", "is", "a", "test")', "This,is,a,test"),
    ('String.join("", "This", "is", "a", "test")', "Thisisatest"),
    ('String.len("This")', 4),
    ('String.removeSpaces("This is a test")', "Thisisatest"),
    ('String.replace("This is a test", "is", "at")', "That at a test"),
    ('String.replaceFirst("This is a test", "is", "at")', "That is a test"),
    ('String.stringContains("This is a test", "test")', True),
    ('String.stringContains("This is a test", "doesn\'tExist")', False),
    ('String.stringSwitch("This is a test", "default", "key1", "value1")', "default"),
    ('String.stringSwitch("This is a test", "default", "test", "value1")', "value1"),
    (
        'String.stringSwitch("First match wins", "default", "absent", "value1", "wins", "value2", "match", "value3")',
        "value2",
    ),
    ('String.stringSwitch("Substrings count", "default", "ring", "value1")', "value1"),
    ('String.substring("This is a test", 2, 9)', "is is a"),
    ('String.substringAfter("abc@okta.com", "@")', "okta.com"),
    ('String.substringBefore("abc@okta.com", "@")', "abc"),
    ('String.toUpperCase("This")', "THIS"),
    ('String.toLowerCase("ThiS")', "this"),
    ("toUpperCase(source.firstName)", "WINSTON"),
    ("substringBefore(user.email, '@')", "winston.churchill"),
    ("substringAfter(user.email, '@')", "gmail.com"),
    ("substring(source.firstName, 1, 4)", "ins"),
    ("Arrays.add({10, 20, 30}, 40)", [10, 20, 30, 40]),
    ("Arrays.remove({10, 20, 30}, 20)", [10, 30]),
    ("Arrays.clear({10, 20, 30})", []),
    ("Arrays.get({0, 1, 2}, 0)", 0),
    ("Arrays.flatten(10, {20, 30}, 40)", [10, 20, 30, 40]),
    ("Arrays.contains({10, 20, 30}, 10)", True),
    ("Arrays.contains({10, 20, 30}, 50)", False),
    ("Arrays.size({10, 20, 30})", 3),
    ("Arrays.size(NULL)", 0),
    ("Arrays.isEmpty({10, 20})", False),
    ("Arrays.isEmpty(NULL)", True),
    ('Arrays.toCsvString({"This", "is", " a ", "test"})', "This,is, a ,test"),
    ("Convert.toInt('1234')", 1234),
    ("Convert.toInt(123.4)", 123),
    ("Convert.toInt(123.6)", 124),
    ("Convert.toNum('3.141')", 3.141),
    ('Iso3166Convert.toAlpha2("IND")', "IN"),
    ('Iso3166Convert.toAlpha3("840")', "USA"),
    ('Iso3166Convert.toNumeric("USA")', "840"),
    ('Iso3166Convert.toName("IN")', "India"),
    ("Time.now()", "2015-07-31T17:18:37.979Z"),
    ('Time.now("America/New_York", "YYYY-MM-dd HH:mm:ss")', "2015-07-31 13:18:37"),
    ('Time.now("America/New_York")', "2015-07-31T13:18:37.979-04:00"),
    ('user.getLinkedObject("mentor").lastName', "Gates"),
    ('getManagerUser("active_directory").firstName', "Bill"),
    ('getManagerAppUser("active_directory", "google").email', "b@g"),
    ("user.groupCode == 123 ? 'Sales' : 'Other'", "Sales"),
    ('user.city == "San Francisco"', True),
    ("user.salary >= 1000000", True),
    ("!user.isContractor", True),
    ("user.salary > 1000000 AND !user.isContractor", True),
    ('user.firstName + " " + (String.len(user.middleInitial) == 0 ? "" : (String.substring(user.middleInitial, 0, 1)'
     ' + ". ")) + user.lastName', "Winston Churchill"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), OKTAS_OWN)
def test_examples_of_oktas_documentation(expression: str, expected: Any) -> None:
    value = evaluate(expression, WINSTON)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("user.nothing", None),
        ("user.nothing.more", None),
        ("user.cleared", ""),
        ('user.nothing ?: "none"', "none"),
        ('user.cleared ?: "none"', "none"),
        ('user.firstName ?: "none"', "Winston"),
        ('user.a ?: user.b ?: "last"', "last"),
        ('"a" + user.nothing + 1 + true', "a1true"),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 % 2", 1),
        ("7.0 / 2", 3.5),
        ("1 - 2 - 3", -4),
        ("-user.groupCode", -123),
        ('"b" > "a" and 1 < 2', True),
        ("not true || 1 eq 1", True),
        ("null == user.nothing", True),
        ("null < 1", True),
        ('"1" == 1', False),
        ('"1" != 1', True),
        ('getAssistantAppUser("active_directory", "google").email', None),
        ("user['salary'] ne 1", True),
        ("true == 1", False),
        ("user.nothing ? 1 : 2", 2),
        ("true ? false ? 1 : 2 : 3", 2),
        ('"abc" matches "a.c"', True),
        ('"abcd" matches "a.c"', False),
        ("{1, 2, 3}[1]", 2),
        ("{'a': 1, b: 2}['b']", 2),
        ("{}", []),
        ("user['firstName']", "Winston"),
        ("user.roles[0]", "a"),
        ("session.amr", ["mfa", "pwd", "sms"]),
        ("Arrays.contains(session.amr, 'mfa')", True),
        ("Arrays.size(user.csv)", 2),
        ("Arrays.get(user.csv, 1)", "y"),
        ("Arrays.get(user.csv, 5)", None),
        ("appuser.userName", "winston"),
        ("app.label + '/' + org.subDomain", "X/acme"),
        ("active_directory.managerUpn", "boss@corp"),
        ("hasDirectoryUser() ? findDirectoryUser().managerUpn : user.email", "boss@corp"),
        ("hasWorkdayUser()", False),
        ("findWorkdayUser().x", None),
        ('getAssistantUser("active_directory").firstName', None),
        ('user.getInternalProperty("id")', "00u1"),
        ('isMemberOfGroupName("Admins EU")', True),
        ('isMemberOfGroupName("Admins")', False),
        ('isMemberOfGroup("00g1")', True),
        ('isMemberOfAnyGroup("00gx", "00g2")', True),
        ('isMemberOfGroupNameStartsWith("Adm")', True),
        ('isMemberOfGroupNameContains("EU")', True),
        ('isMemberOfGroupNameRegex(".*EU")', True),
        ('isMemberOfGroupNameRegex("EU")', False),
        ('getFilteredGroups({"00g1", "00g2", "00gx"}, "group.name", 40)', ["Admins EU", "TEST one"]),
        ('getFilteredGroups({"00g1", "00g2"}, "group.id", 1)', ["00g1"]),
        ('Arrays.flatten(getFilteredGroups({"00g1"}, "group.name", 100))', ["Admins EU"]),
        ('Groups.startsWith("OKTA", "TEST", 100)', ["TEST one"]),
        ('Groups.endsWith("OKTA", "EU", 100)', ["Admins EU"]),
        ('Groups.contains("OKTA", "e", 1)', ["Everyone"]),
        ('Groups.contains("active_directory", "e", 1)', []),
        ("user.getGroups({'group.type': {'OKTA_GROUP'}}).![name]", ["Everyone", "Admins EU", "TEST one"]),
        ("user.getGroups({'group.profile.name': 'TEST', 'operator': 'STARTS_WITH'}).![profile.name]", ["TEST one"]),
        ("user.getGroups({'group.id': {'00g1'}}, {'group.type': 'OKTA_GROUP'}).![id + '/' + name]", ["00g1/Admins EU"]),
        ('Time.fromUnixToIso8601("1438363117")', "2015-07-31T17:18:37.000Z"),
        ('Time.fromIso8601ToUnix("2015-07-31T17:18:37.979Z")', "1438363117"),
        ('Time.fromWindowsToIso8601("130828367179790000")', "2015-07-31T17:18:37.979Z"),
        ('Time.fromIso8601ToWindows("2015-07-31T17:18:37.979Z")', "130828367179790000"),
        ('Time.fromStringToIso8601("31.07.2015 17:18", "dd.MM.yyyy HH:mm")', "2015-07-31T17:18:00.000Z"),
        (
            'Time.fromIso8601ToString("2015-07-31T17:18:37.979Z", "EEE, d MMM yy \'at\' h:mm a")',
            "Fri, 31 Jul 15 at 5:18 PM",
        ),
        ("'it''s'", "it's"),
        ('"say ""hi"""', 'say "hi"'),
        ('String.substringBefore("abc", "@")', "abc"),
        ('String.substringAfter("abc", "@")', ""),
    ],
)  # fmt: skip
def test_values(expression: str, expected: Any) -> None:
    assert evaluate(expression, WINSTON) == expected


@pytest.mark.parametrize(
    ("expression", "column", "message"),
    [
        ("", 1, "the expression is empty"),
        ("user.firstName +", 17, "expected a value, but the expression ends"),
        ("user.", 6, "expected a name after the dot"),
        ('"open', 1, "is not closed"),
        ("user.a = 1", 8, "write == to compare"),
        ("user.a # 1", 8, "'#' does not belong"),
        ("(user.a", 8, "expected ')'"),
        ("{1, 2", 6, "expected '}' for the '{' of column 1"),
        ("user.a ? 1", 11, "expected ':' for the '?' of column 8"),
        ("user.a user.b", 8, "expected an operator or the end"),
        ("String.lenn(user.a)", 1, "unknown function 'String.lenn'; did you mean 'String.len'"),
        ("'a' + toUpper(user.a)", 7, "did you mean 'toUpperCase'"),
        ("String.len()", 1, "String.len takes 1 arguments, not 0"),
        ("Time.now(1, 2, 3)", 1, "takes 0 to 2 arguments, not 3"),
        ("String.join()", 1, "takes at least 1 arguments"),
        ("usr.email + 'x'", 1, "unknown reference 'usr'; did you mean 'user'"),
        ("user.getInternalPropertie('id')", 6, "did you mean 'user.getInternalProperty'"),
        ("user.email.trim()", 12, "unknown method 'trim'"),
        ("user.getGroups()", 6, "takes at least 1 arguments"),
        ("(" * 60 + "1" + ")" * 60, 41, "nested deeper than 40 levels"),
        ("!" * 60 + "true", 1, "nested deeper than 40 levels"),
        ("user" + ".a" * 60, 1, "links in a chain"),
    ],
)
def test_what_is_refused_when_it_is_saved(expression: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(expression, WINSTON)
    assert message in caught.value.message
    if "chain" not in message:
        assert caught.value.column == column


@pytest.mark.parametrize(
    "expression",
    [
        'String.substring("abc", 2, 9)', 'String.substring("abc", "a", 2)', 'String.stringSwitch("a", "b", "c")',
        "Convert.toInt('a')", "Convert.toInt(true)", "Convert.toNum('inf')", "Iso3166Convert.toName('XX')",
        "1 / 0", "'a' - 1", "1 < 'a'", "'a' ? 1 : 2", "{1}[4]", "'a'[0]", "'a'.![name]", "'a' matches '('",
        "Arrays.get({1}, 'a')", "getManagerUser('ldap')", "getFilteredGroups({'00g1'}, 'group.size')",
        "Groups.contains('OKTA', 'a', 0)", "user.getGroups('a')", "user.getGroups({'group.size': 1})",
        "user.getInternalProperty('shoeSize')", "Time.now('Nowhere/Land')", "Time.now('UTC', 'QQQ')",
        "Time.now('UTC', '''open')", "Time.fromIso8601ToUnix('soon')", "Time.fromUnixToIso8601('x')",
        "Time.fromUnixToIso8601('99999999999999')", "Time.fromStringToIso8601('x', 'yyyy')",
        "Time.fromStringToIso8601('2015-13', 'yyyy-MM')", "Time.fromStringToIso8601('2015', 'EEE')",
        "isMemberOfGroupNameRegex('(')",
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_at_the_login_alone(expression: str) -> None:
    check_value(expression)
    with pytest.raises(ExpressionError, match="column"):
        evaluate(expression, WINSTON)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hello world", ["Hello world"]),
        (
            "arn:aws:iam::1:role/A,arn:aws:iam::1:saml-provider/O",
            ["arn:aws:iam::1:role/A,arn:aws:iam::1:saml-provider/O"],
        ),
        ("admin", ["admin"]),
        ("007", ["007"]),
        ("true", ["true"]),
        ("It's fine", ["It's fine"]),
        ("Sales (EMEA)", ["Sales (EMEA)"]),
        ("a-b", ["a-b"]),
        ("sp.example.com", ["sp.example.com"]),
        ("https://sp.test/x?y=1", ["https://sp.test/x?y=1"]),
        ('"admin"', ["admin"]),
        ("", []),
        ("   ", []),
        ("user.nothing", []),
        ("user.cleared", [""]),
        ("user.roles", ["a", "b"]),
        ("{}", []),
        ("user.salary", ["1000001"]),
    ],
)
def test_a_value_is_static_text_or_an_expression(value: str, expected: list[str]) -> None:
    check_value(value)
    assert evaluate_values(value, WINSTON) == expected


@pytest.mark.parametrize(
    "value", ["user.firstName is great", "String.len(", '"open', "String.nope(1)", "admin(s)"]
)
def test_text_that_was_meant_as_an_expression_is_refused(value: str) -> None:
    with pytest.raises(ExpressionError):
        check_value(value)


def test_the_same_text_in_quotes_is_taken() -> None:
    assert evaluate_text('"admin(s)"', WINSTON) == "admin(s)"


def test_a_person_without_anything_makes_no_trouble() -> None:
    nobody = replace(WINSTON, user={}, groups=(), session={})
    assert evaluate_values("user.email", nobody) == []
    assert evaluate_values("String.toUpperCase(user.email)", nobody) == [""]
    assert evaluate_values("session.amr", nobody) == []
    assert evaluate_values("user.getGroups({'group.type': 'OKTA_GROUP'}).![name]", nobody) == []
