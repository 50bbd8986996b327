"""Hypothesis strategies: trees of any names, values and shapes that XML 1.0 can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from fake_idp.saml.xml import Comment, Element, Node, ProcessingInstruction, Text

# XML 1.0, production 2: everything but most control characters, surrogates and two non-characters.
CHARACTERS = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[*(chr(c) for c in range(32) if c not in (9, 10, 13)), "\ufffe", "\uffff"],
)
TEXTS = st.text(CHARACTERS, max_size=30)
PREFIXES = {"saml2": "urn:a", "saml2p": "urn:b", "ds": "urn:c", "xs": "urn:d"}
DECLARATIONS = {f"xmlns:{prefix}": uri for prefix, uri in PREFIXES.items()}
LOCAL_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
NAMES = st.builds(lambda prefix, name: f"{prefix}:{name}", st.sampled_from(sorted(PREFIXES)), LOCAL_NAMES)
ATTRIBUTES = st.dictionaries(LOCAL_NAMES.filter(lambda n: n != "xmlns"), TEXTS, max_size=4)
COMMENTS = st.builds(Comment, st.text(CHARACTERS.filter(lambda c: c not in "-\r"), max_size=10))
INSTRUCTIONS = st.builds(
    ProcessingInstruction,
    LOCAL_NAMES.filter(lambda n: not n.lower().startswith("xml")),
    st.text(CHARACTERS.filter(lambda c: c not in "?\r \t\n"), min_size=1, max_size=10),
)
LEAVES: st.SearchStrategy[Node] = st.one_of(st.builds(Text, TEXTS), COMMENTS, INSTRUCTIONS)


def _element(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    redeclared = st.dictionaries(st.sampled_from(sorted(DECLARATIONS)), st.just(""), max_size=2)
    attributes = st.builds(lambda a, d: a | {k: DECLARATIONS[k] for k in d}, ATTRIBUTES, redeclared)
    return st.builds(Element, NAMES, attributes, st.lists(children, max_size=4))


NODES = st.recursive(LEAVES, _element, max_leaves=20)


@st.composite
def documents(draw: st.DrawFn) -> Element:
    """A root element that declares every prefix."""
    children = draw(st.lists(NODES, max_size=5))
    return Element(draw(NAMES), DECLARATIONS | draw(ATTRIBUTES), children)
