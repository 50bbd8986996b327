"""What holds for every expression."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from fake_idp.org.expressions import (
    Context,
    ExpressionError,
    check_value,
    evaluate,
    evaluate_values,
    static_text,
)
from fake_idp.org.expressions.evaluator import evaluate_tree
from fake_idp.org.expressions.nodes import (
    ArrayLiteral,
    Binary,
    Call,
    Elvis,
    Index,
    Literal,
    Name,
    Node,
    Property,
    Ternary,
    Unary,
)
from fake_idp.org.expressions.parser import parse_tree
from fake_idp.org.expressions.time_functions import joda_format, joda_parse

quick = settings(deadline=None, derandomize=True)
"""No deadline: how long an example takes says more of the machine than of the code."""


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return lambda test: quick(hypothesis_given(*strategies)(test))


texts = st.text(max_size=12)
names = st.sampled_from(["firstName", "email", "department", "roles"])
literals = st.one_of(
    texts, st.integers(0, 10**9), st.booleans(), st.none(), st.decimals(0, 1000, places=2).map(float)
).map(Literal)
references = names.map(lambda name: Property(Name("user"), name))


def compound(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    operators = st.sampled_from(["OR", "AND", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"])
    return st.one_of(
        st.builds(Binary, operators, inner, inner),
        st.builds(Unary, st.sampled_from("!-"), inner),
        st.builds(Ternary, inner, inner, inner),
        st.builds(Elvis, inner, inner),
        st.builds(Index, references, inner),
        st.lists(inner, max_size=3).map(lambda items: ArrayLiteral(tuple(items))),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: Call("String.append", tuple(items))),
    )


trees = st.recursive(st.one_of(literals, references), compound, max_leaves=12)


def source(node: Node) -> str:
    """The tree as text, every operation in brackets."""
    match node:
        case Literal(str() as text):
            return '"' + text.replace('"', '""') + '"'
        case Literal(None):
            return "null"
        case Literal(bool() as truth):
            return str(truth).lower()
        case Literal(number):
            return str(number)
        case Name(name):
            return name
        case Property(target, name):
            return f"{source(target)}.{name}"
        case Unary(operator, operand):
            return f"({operator}({source(operand)}))"
        case Binary(operator, left, right):
            return f"({source(left)} {operator} {source(right)})"
        case Ternary(condition, yes, no):
            return f"({source(condition)} ? {source(yes)} : {source(no)})"
        case Elvis(value, default):
            return f"({source(value)} ?: {source(default)})"
        case Index(target, index):
            return f"{source(target)}[{source(index)}]"
        case ArrayLiteral(items):
            return "{" + ", ".join(map(source, items)) + "}"
        case Call(name, arguments):
            return f"{name}({', '.join(map(source, arguments))})"
    raise AssertionError(node)


PERSON = Context(user={"firstName": "Ada", "email": "ada@acme.test", "roles": ["a", "b"]})


@given(trees)
def test_a_tree_written_out_reads_back_as_itself(tree: Node) -> None:
    assert parse_tree(source(tree)) == tree


@given(trees)
def test_a_tree_has_a_value_or_says_in_which_column_it_has_none(tree: Node) -> None:
    text = source(tree)
    try:
        evaluate_tree(parse_tree(text), PERSON)
    except ExpressionError as trouble:
        assert 1 <= trouble.column <= len(text)


@given(st.text(max_size=40) | st.text(alphabet="user.(){}[]!?:,+\"'1aA <>=&|", max_size=40))
def test_any_text_is_taken_or_refused_with_a_column_within_it(text: str) -> None:
    try:
        check_value(text)
    except ExpressionError as trouble:
        assert 1 <= trouble.column <= len(text) + 1
    else:
        evaluable(text)


def evaluable(text: str) -> None:
    try:
        values = evaluate_values(text, PERSON)
    except ExpressionError:
        return
    assert all(isinstance(value, str) for value in values)


@given(st.text(alphabet=string.ascii_letters + string.digits + " -_/:@", max_size=40))
def test_static_text_is_sent_exactly_as_it_was_typed(text: str) -> None:
    if text.strip() and static_text(text):
        assert evaluate_values(text, PERSON) == [text]


@given(texts, texts)
def test_joining_is_concatenation_and_quotes_are_safe(left: str, right: str) -> None:
    expression = f"{source(Literal(left))} + {source(Literal(right))}"
    assert evaluate(expression, PERSON) == left + right


@given(texts.filter(lambda text: "@" not in text), texts)
def test_before_and_after_put_together_are_the_whole(before: str, after: str) -> None:
    person = Context(user={"email": f"{before}@{after}"})
    whole = 'String.substringBefore(user.email, "@") + "@" + String.substringAfter(user.email, "@")'
    assert evaluate(whole, person) == f"{before}@{after}"


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(0, 9))
def test_adding_to_an_array_and_removing_again(items: list[int], item: int) -> None:
    def value(expression: str) -> Any:
        return evaluate(expression, PERSON)

    array = "{" + ", ".join(map(str, items)) + "}"
    assert value(f"Arrays.size(Arrays.add({array}, {item}))") == len(items) + 1
    assert value(f"Arrays.contains(Arrays.add({array}, {item}), {item})") is True
    assert value(f"Arrays.contains(Arrays.remove({array}, {item}), {item})") is False


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))
def test_a_time_written_by_a_pattern_reads_back(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    pattern = "yyyy-MM-dd'T'HH:mm:ss.SSSZZ"
    assert joda_parse(joda_format(aware, pattern), pattern) == aware
