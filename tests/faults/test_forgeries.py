"""Attacks without the IdP's key: the genuine signature stays right, and somebody careless reads the forged part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from fake_idp.faults import CatalogueFault, Forgery, catalogue
from tests.faults.messages import LISTENER, issue, shapes_of
from tests.faults.verifier import DS, SAML2, covered, names_in
from tests.saml import examples

GENUINE, FORGED, MARKER = "ada@acme.test", "mallory@acme.test", "mark-4711"
PLAIN = {"both", "assertion", "response"}
WRAPPING = [
    f
    for f in catalogue()
    if (f.group in ("wrapping", "wrapping_more") and f.stage == "signed")
    or f.id.startswith(("id-decoy", "extra-assertion-unsigned", "signedinfo-second"))
]
OTHER_DOCUMENT = {
    "wrap-signed-metadata",
    "wrap-signed-logout-request",
    "wrap-signed-error-response",
    "wrap-old-assertion",
}


def shared() -> dict[str, object]:
    """What the suite hands to the faults of one case."""
    return {"listener": LISTENER, "forge": {GENUINE: FORGED}, "marker": MARKER}


def cases(faults: list[CatalogueFault]) -> list[object]:
    """Each fault in each plain shape that it applies to."""
    return [
        pytest.param(f, shape, id=f"{f.id}-{shape}")
        for f in faults
        for shape in shapes_of(f)
        if shape in PLAIN
    ]


READERS: dict[str, Callable[[etree._Element], list[str]]] = {
    "the first NameID anywhere": lambda root: names_in(root)[:1],
    "the last NameID anywhere": lambda root: names_in(root)[-1:],
    "the first assertion of the Response": lambda root: _of(root.find(f"{SAML2}Assertion")),
    "the last assertion of the Response": lambda root: _of([None, *root.findall(f"{SAML2}Assertion")][-1]),
    "the element that holds the Signature": lambda root: _of(next(root.iter(f"{DS}Signature")).getparent()),
    "any element called Assertion, whatever its namespace": lambda root: [
        "".join(e.itertext())
        for e in root.xpath("(//*[local-name()='Assertion'])[1]//*[local-name()='NameID']")
    ],
    "the first Response in the document, from the inside": lambda root: [
        "".join(e.itertext())
        for e in root.xpath("(//*[local-name()='Response'])[last()]//*[local-name()='NameID']")
    ],
    "the element with this ID that comes first": lambda root: _of(_first_with_signed_id(root)),
}


def _of(element: etree._Element | None) -> list[str]:
    return [] if element is None else names_in(element)[:1]


def _first_with_signed_id(root: etree._Element) -> etree._Element | None:
    wanted = next(root.iter(f"{DS}Reference")).get("URI", "").removeprefix("#")
    return next((e for e in root.iter(etree.Element) if e.get("ID") == wanted), None)


@pytest.mark.parametrize(("attack", "shape"), cases(WRAPPING))
def test_a_wrapped_original_still_verifies_and_names_the_genuine_person(
    attack: CatalogueFault, shape: str
) -> None:
    xml = issue(shape, attack, data=shared()).xml

    good = covered(xml, examples.signing_key())

    assert good, "no signature in the document is right"
    if attack.id not in OTHER_DOCUMENT:
        assert any(names_in(element)[:1] == [GENUINE] for element in good)
    assert all(FORGED not in names_in(element) for element in good if "nested" not in attack.id)


@pytest.mark.parametrize(("attack", "shape"), cases(WRAPPING))
def test_a_careless_reader_of_the_wrapped_message_takes_it_for_the_forged_person(
    attack: CatalogueFault, shape: str
) -> None:
    root = etree.fromstring(issue(shape, attack, data=shared()).xml)

    fooled = [name for name, read in READERS.items() if read(root)[:1] == [FORGED]]

    assert fooled


@pytest.mark.parametrize("shape", sorted(PLAIN))
def test_no_reader_is_fooled_by_the_genuine_message(shape: str) -> None:
    root = etree.fromstring(issue(shape).xml)

    assert {name for name, read in READERS.items() if read(root) not in ([], [GENUINE])} == set()


@pytest.mark.parametrize(
    ("attack", "shape"), cases([f for f in WRAPPING if not f.id.startswith("lookalike-name")])
)
def test_the_marker_is_in_the_forged_part_and_nowhere_in_what_is_signed(
    attack: CatalogueFault, shape: str
) -> None:
    data = shared()
    xml = issue(shape, attack, data=data).xml

    assert data["forged"] == Forgery({GENUINE: FORGED}, FORGED, MARKER)
    assert MARKER.encode() in xml
    for element in covered(xml, examples.signing_key()):
        if "nested" not in attack.id:
            assert MARKER not in "".join(element.itertext())


def test_without_instructions_the_forged_person_is_the_admin_of_the_same_domain() -> None:
    data: dict[str, object] = {"listener": LISTENER}
    issue("both", next(f for f in WRAPPING if f.id == "xsw3"), data=data)

    forged = data["forged"]
    assert isinstance(forged, Forgery)
    assert forged.identity == "admin@acme.test"


OUTSIDE = [
    f
    for f in catalogue()
    if any(word in f.id for word in ("external", "remote", "xslt", "keyinfo-x509-url")) and "file" not in f.id
]


@pytest.mark.parametrize("fault", OUTSIDE, ids=lambda f: f.id)
def test_what_an_sp_might_fetch_is_at_the_suites_own_listener(fault: CatalogueFault) -> None:
    if fault.stage == "metadata":
        return  # looked at in test_metadata_faults
    shape = shapes_of(fault)[0]

    xml = issue(shape, fault, data=shared()).xml

    assert f"{LISTENER}/{fault.id}".encode() in xml
    assert f"{LISTENER}/{fault.id}".encode() not in issue(shape).xml
