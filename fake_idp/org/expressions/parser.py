"""Tokens to a tree: Okta's classic Expression Language, a subset of the Spring Expression Language.

From the weakest binding to the strongest: ``? :`` and ``?:``; OR; AND; comparison; ``+ -``; ``* / %``; ``! -``;
``.name``, ``.method()``, ``[index]``, ``.![projection]``. AND, OR and NOT are words in any case, or ``&& || !``.
"""

from __future__ import annotations

from fake_idp.org.expressions.errors import ExpressionError
from fake_idp.org.expressions.lexer import Token, tokens_of, unquoted
from fake_idp.org.expressions.nodes import (
    ArrayLiteral,
    Binary,
    Call,
    Elvis,
    Index,
    Literal,
    MapLiteral,
    Method,
    Name,
    Node,
    Projection,
    Property,
    Ternary,
    Unary,
)

NAMESPACES = frozenset({"String", "Arrays", "Convert", "Iso3166Convert", "Groups", "Time"})
"""The names that functions stand behind."""

MAX_DEPTH = 40
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_WORDS = {"and": "AND", "&&": "AND", "or": "OR", "||": "OR"}
_COMPARISONS = {
    "==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "matches": "matches",
    "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
}  # fmt: skip


def parse_tree(text: str) -> Node:
    """The tree of an expression; whether its functions exist is checked elsewhere.

    :raises ExpressionError: with the column where reading stopped.
    """
    return _Parser(tokens_of(text)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._ended():
            raise ExpressionError("the expression is empty", 1)
        tree = self._ternary()
        if not self._ended():
            raise self._unexpected("an operator or the end")
        return tree

    @property
    def _here(self) -> Token:
        return self._tokens[self._position]

    def _ended(self) -> bool:
        return self._here.kind == "end"

    def _take(self) -> Token:
        token = self._here
        self._position += 1
        return token

    def _accept(self, *symbols: str) -> Token | None:
        if self._here.kind == "symbol" and self._here.text in symbols:
            return self._take()
        return None

    def _expect(self, symbol: str, opened: Token | None = None) -> Token:
        token = self._accept(symbol)
        if token is None:
            since = f" for the {opened.text!r} of column {opened.column}" if opened else ""
            raise self._unexpected(f"{symbol!r}{since}")
        return token

    def _unexpected(self, wanted: str) -> ExpressionError:
        found = "the expression ends" if self._ended() else f"found {self._here.text!r}"
        return ExpressionError(f"expected {wanted}, but {found}", self._here.column)

    def _ternary(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", self._here.column)
        condition = self._or()
        if self._accept("?:"):
            condition = Elvis(condition, self._ternary(), column=condition.column)
        elif question := self._accept("?"):
            yes = self._ternary()
            self._expect(":", question)
            condition = Ternary(condition, yes, self._ternary(), column=condition.column)
        self._depth -= 1
        return condition

    def _word(self, words: dict[str, str]) -> str | None:
        """The operator here when it is one of ``words``, taken."""
        token = self._here
        if token.kind not in ("symbol", "name"):
            return None
        operator = words.get(token.text.lower() if token.kind == "name" else token.text)
        if operator is not None:
            self._take()
        return operator

    def _or(self) -> Node:
        left = self._and()
        while self._word({"or": "OR", "||": "OR"}):
            left = Binary("OR", left, self._and(), column=left.column)
        return left

    def _and(self) -> Node:
        left = self._comparison()
        while self._word({"and": "AND", "&&": "AND"}):
            left = Binary("AND", left, self._comparison(), column=left.column)
        return left

    def _comparison(self) -> Node:
        left = self._sum()
        operator = self._word(_COMPARISONS)
        return Binary(operator, left, self._sum(), column=left.column) if operator else left

    def _sum(self) -> Node:
        left = self._product()
        while token := self._accept("+", "-"):
            left = Binary(token.text, left, self._product(), column=left.column)
        return left

    def _product(self) -> Node:
        left = self._unary()
        while token := self._accept("*", "/", "%"):
            left = Binary(token.text, left, self._unary(), column=left.column)
        return left

    def _unary(self) -> Node:
        operators: list[Token] = []
        while True:
            token = self._here
            is_word = token.kind == "name" and token.text.lower() == "not"
            if is_word or (token.kind == "symbol" and token.text in ("!", "-")):
                operators.append(self._take())
            else:
                break
        node = self._postfix()
        for token in reversed(operators[-MAX_DEPTH:]):
            node = Unary("-" if token.text == "-" else "!", node, column=token.column)
        if len(operators) > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels", operators[0].column)
        return node

    def _postfix(self) -> Node:
        node = self._primary()
        links = 0
        while True:
            if opened := self._accept(".!["):
                node = Projection(node, self._ternary(), column=node.column)
                self._expect("]", opened)
            elif opened := self._accept("["):
                node = Index(node, self._ternary(), column=node.column)
                self._expect("]", opened)
            elif self._accept("."):
                node = self._member(node)
            else:
                return node
            links += 1
            if links > MAX_DEPTH:
                raise ExpressionError(f"more than {MAX_DEPTH} links in a chain", node.column)

    def _member(self, target: Node) -> Node:
        name = self._here
        if name.kind != "name":
            raise self._unexpected("a name after the dot")
        self._take()
        arguments = self._arguments()
        if arguments is None:
            return Property(target, name.text, column=name.column)
        if isinstance(target, Name) and target.name in NAMESPACES:
            return Call(f"{target.name}.{name.text}", arguments, column=target.column)
        return Method(target, name.text, arguments, column=name.column)

    def _arguments(self) -> tuple[Node, ...] | None:
        """What stands in round brackets here, or None where no bracket is."""
        opened = self._accept("(")
        if opened is None:
            return None
        arguments: list[Node] = []
        if not self._accept(")"):
            arguments.append(self._ternary())
            while self._accept(","):
                arguments.append(self._ternary())
            self._expect(")", opened)
        return tuple(arguments)

    def _primary(self) -> Node:
        token = self._here
        if token.kind == "string":
            return Literal(unquoted(self._take()), column=token.column)
        if token.kind == "number":
            text = self._take().text
            return Literal(float(text) if "." in text else int(text), column=token.column)
        if token.kind == "name":
            return self._named()
        if self._accept("("):
            inner = self._ternary()
            self._expect(")", token)
            return inner
        if self._accept("{"):
            return self._braces(token)
        raise self._unexpected("a value")

    def _named(self) -> Node:
        token = self._take()
        if token.text.lower() in _CONSTANTS:
            return Literal(_CONSTANTS[token.text.lower()], column=token.column)
        # "Sales (EMEA)" is text that people type; a function has its bracket right behind the name.
        arguments = None if self._here.spaced else self._arguments()
        if arguments is not None:
            return Call(token.text, arguments, column=token.column)
        return Name(token.text, column=token.column)

    def _braces(self, opened: Token) -> Node:
        if self._accept("}"):
            return ArrayLiteral((), column=opened.column)
        first = self._ternary()
        if self._accept(":"):
            pairs = [(first, self._ternary())]
            while self._accept(","):
                key = self._ternary()
                self._expect(":")
                pairs.append((key, self._ternary()))
            self._expect("}", opened)
            return MapLiteral(tuple(pairs), column=opened.column)
        items = [first]
        while self._accept(","):
            items.append(self._ternary())
        self._expect("}", opened)
        return ArrayLiteral(tuple(items), column=opened.column)
