"""The tree that messages are built of: elements, text, comments and raw markup, all mutable.

Names are the literal prefixed names, and ``xmlns`` declarations are ordinary attributes, so that a message can
be given any shape, the wrong ones too. :mod:`fake_idp.saml.xml` writes, parses and canonicalizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias


class NoSuchElement(LookupError):
    """A lookup by name or path found nothing; the message lists what is there."""


class Text:
    """Character data; escaped when written."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Text({self.value!r})"


class Comment:
    """A comment. Exclusive canonicalization without comments drops it, which is what attacks count on."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


class ProcessingInstruction:
    """A processing instruction: ``<?target value?>``."""

    __slots__ = ("target", "value")

    def __init__(self, target: str, value: str = "") -> None:
        self.target = target
        self.value = value


class Raw:
    """Markup written as it is: CDATA sections, entity references, or text that is not XML at all."""

    __slots__ = ("markup",)

    def __init__(self, markup: bytes | str) -> None:
        self.markup = markup if isinstance(markup, str) else markup.decode("utf-8")


Node: TypeAlias = "Element | Text | Comment | ProcessingInstruction | Raw"


class Element:
    """One element. ``children`` may hold plain strings when it is made; they become :class:`Text`.

    Lookups take literal prefixed names (``saml2:Assertion``); a name with slashes is a path of child elements
    (``saml2:Subject/saml2:NameID``). Nodes compare by identity.
    """

    __slots__ = ("attributes", "children", "name")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        children: Iterable[Node | str] = (),
    ) -> None:
        self.name = name
        self.attributes: dict[str, str] = dict(attributes)
        self.children: list[Node] = [Text(c) if isinstance(c, str) else c for c in children]

    def __repr__(self) -> str:
        return f"<Element {self.name} {self.attributes.get('ID', '')}>"

    @property
    def local_name(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def elements(self) -> list[Element]:
        """The child elements."""
        return [c for c in self.children if isinstance(c, Element)]

    @property
    def text(self) -> str:
        """All character data below this element; setting it replaces all children."""
        return "".join(
            c.value if isinstance(c, Text) else c.text if isinstance(c, Element) else ""
            for c in self.children
        )

    @text.setter
    def text(self, value: str) -> None:
        self.children = [Text(value)]

    def get(self, attribute: str, default: str = "") -> str:
        """The attribute's value."""
        return self.attributes.get(attribute, default)

    def set(self, attribute: str, value: str | None) -> None:
        """Set an attribute; ``None`` takes it away."""
        if value is None:
            self.attributes.pop(attribute, None)
        else:
            self.attributes[attribute] = value

    def walk(self) -> Iterator[Element]:
        """Yield this element and all elements below it, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, name: str) -> Element | None:
        """The first element below with this name, or at this path; ``None`` when there is none."""
        if "/" in name:
            first, _, rest = name.partition("/")
            return next((found for e in self.elements if e.name == first and (found := e._step(rest))), None)
        return next((e for e in self.walk() if e.name == name and e is not self), None)

    def _step(self, path: str) -> Element | None:
        first, _, rest = path.partition("/")
        matches = (e for e in self.elements if e.name == first)
        return next((found for e in matches if (found := e._step(rest) if rest else e)), None)

    def one(self, name: str) -> Element:
        """Like :meth:`find`, but raises :class:`NoSuchElement` when there is none."""
        found = self.find(name)
        if found is None:
            there = ", ".join(dict.fromkeys(e.name for e in self.walk())) or "nothing"
            raise NoSuchElement(f"no {name} below {self.name}; what is there: {there}")
        return found

    def find_all(self, name: str) -> list[Element]:
        """Every element below with this literal name, in document order."""
        return [e for e in self.walk() if e.name == name and e is not self]

    def child(self, local_name: str) -> Element | None:
        """The first child element with this local name, whatever its prefix."""
        return next((e for e in self.elements if e.local_name == local_name), None)

    def with_id(self, value: str) -> Element | None:
        """The first element, this one included, whose ``ID`` or ``Id`` is ``value``."""
        return next(
            (e for e in self.walk() if value in (e.attributes.get("ID"), e.attributes.get("Id"))), None
        )

    def parent_of(self, node: Node) -> Element:
        """The element below (or equal to) this one that holds ``node``; :class:`NoSuchElement` if none does."""
        for element in self.walk():
            if any(c is node for c in element.children):
                return element
        raise NoSuchElement(f"{node!r} is not below {self.name}")

    def path_to(self, element: Element) -> list[Element]:
        """The elements from this one down to ``element``, both included; empty when it is not in this tree."""
        if element is self:
            return [self]
        for child in self.elements:
            if below := child.path_to(element):
                return [self, *below]
        return []

    def append(self, node: Node | str) -> None:
        """Add a last child."""
        self.children.append(Text(node) if isinstance(node, str) else node)

    def insert(self, index: int, node: Node) -> None:
        """Add a child before position ``index``."""
        self.children.insert(index, node)

    def index(self, node: Node) -> int:
        """The position of a direct child, by identity."""
        for position, child in enumerate(self.children):
            if child is node:
                return position
        raise NoSuchElement(f"{node!r} is not a child of {self.name}")

    def insert_before(self, reference: Node, node: Node) -> None:
        """Put ``node`` before ``reference``, which may be anywhere below this element."""
        parent = self.parent_of(reference)
        parent.children.insert(parent.index(reference), node)

    def insert_after(self, reference: Node, node: Node) -> None:
        """Put ``node`` after ``reference``, which may be anywhere below this element."""
        parent = self.parent_of(reference)
        parent.children.insert(parent.index(reference) + 1, node)

    def replace(self, old: Node, new: Node) -> None:
        """Put ``new`` where ``old`` is, anywhere below this element."""
        parent = self.parent_of(old)
        parent.children[parent.index(old)] = new

    def remove(self, node: Node) -> None:
        """Take ``node`` out, anywhere below this element."""
        parent = self.parent_of(node)
        del parent.children[parent.index(node)]

    def copy(self) -> Element:
        """A deep copy: changing it leaves this element alone."""
        return Element(self.name, self.attributes, [_copy(c) for c in self.children])


def _copy(node: Node) -> Node:
    match node:
        case Element():
            return node.copy()
        case Text():
            return Text(node.value)
        case Comment():
            return Comment(node.value)
        case ProcessingInstruction():
            return ProcessingInstruction(node.target, node.value)
        case Raw():
            return Raw(node.markup)
