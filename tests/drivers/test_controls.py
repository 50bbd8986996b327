"""What a person does with a page, through both drivers."""

from __future__ import annotations

import pytest

from harness.drivers import Agent
from harness.drivers.errors import (
    AmbiguousControl,
    ControlBlocked,
    ControlNotFound,
    FormIncomplete,
    PartNotFound,
)
from tests.drivers.pages import Shop


def test_a_form_is_sent_as_it_stands(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/form")
    agent.press("Save")
    form = shop.seen[-1]["form"]
    assert form == {
        "token": ["t&1"],
        "name": ["old"],
        "notes": ["first"],
        "colour": ["b"],
        "news": ["on"],
        "size": ["s"],
        "mail": [""],
        "pw": [""],
        "ghost": [""],
        "picture": [""],
        "fixed": ["as is"],
        "deep": [""],
        "go": ["save"],
    }


def test_every_control_takes_what_a_person_does_with_it(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/form?enctype=multipart/form-data")
    agent.fill("Name", "Ada O'Neil ü")
    agent.fill("Notes", "one\ntwo")
    agent.fill("Email", "ada@acme.test")
    agent.fill("Secret word", "sesame")
    agent.choose("Colour", "Red")
    agent.tick("Send news", on=False)
    agent.tick("Accept the terms")
    agent.pick("Large")
    agent.attach("Picture", "ada.png", b"\x89PNG\r\n", "image/png")
    agent.unfold("Show more")
    agent.fill("Deep", "water")
    agent.press("Save")
    seen = shop.seen[-1]
    assert seen["form"] == {
        "token": ["t&1"],
        "name": ["Ada O'Neil ü"],
        "notes": ["one\r\ntwo"],
        "colour": ["r"],
        "terms": ["yes"],
        "size": ["l"],
        "mail": ["ada@acme.test"],
        "pw": ["sesame"],
        "ghost": [""],
        "fixed": ["as is"],
        "deep": ["water"],
        "go": ["save"],
    }
    assert seen["files"] == {"picture": ("ada.png", b"\x89PNG\r\n")}


def test_values_are_read_back_by_label(agent: Agent, url: str) -> None:
    agent.open(f"{url}/form")
    agent.fill("Name", "Ada")
    assert [agent.value(label) for label in ("Name", "Colour", "Send news", "Fixed", "Notes")] == [
        "Ada",
        "Blue",
        "on",
        "as is",
        "first",
    ]
    assert agent.options("Colour") == ["Red", "Blue"]


def test_a_button_may_have_its_own_method_and_address(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/form")
    agent.press("Go elsewhere")
    assert shop.seen[-1]["path"] == "/elsewhere"
    assert shop.seen[-1]["query"]["go"] == ["far"]  # type: ignore[index]


def test_a_control_outside_belongs_to_the_form_it_names(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/form")
    agent.press("Search now")
    assert shop.seen[-1]["query"] == {"outside": ["o"]}


def test_an_unknown_field_is_answered_with_the_fields_of_the_page(agent: Agent, url: str) -> None:
    agent.open(f"{url}/form")
    with pytest.raises(ControlNotFound) as raised:
        agent.fill("Nam", "x")
    assert "has no field 'Nam'. Did you mean 'Name'?" in str(raised.value)
    assert raised.value.received.startswith("fields of the page: Name, Notes, Email, Secret word")


@pytest.mark.parametrize("name", ["Ghost", "Hidden link", "You do not see this"])
def test_a_placeholder_or_hidden_text_names_nothing(agent: Agent, url: str, name: str) -> None:
    agent.open(f"{url}/form")
    with pytest.raises(ControlNotFound):
        agent.follow(name)
    with pytest.raises(ControlNotFound):
        agent.fill(name, "x")


def test_an_unknown_option_is_answered_with_the_options(agent: Agent, url: str) -> None:
    agent.open(f"{url}/form")
    with pytest.raises(ControlNotFound, match="Did you mean 'Red'"):
        agent.choose("Colour", "red")


def test_folded_disabled_and_read_only_controls_cannot_be_used(agent: Agent, url: str) -> None:
    agent.open(f"{url}/form")
    with pytest.raises(ControlBlocked, match="folded away; unfold 'Show more' first"):
        agent.fill("Deep", "x")
    with pytest.raises(ControlBlocked, match="disabled"):
        agent.fill("Gone", "x")
    with pytest.raises(ControlBlocked, match="read-only"):
        agent.fill("Fixed", "x")


def test_a_browser_does_not_send_an_incomplete_form(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/form")
    agent.fill("Name", "")
    with pytest.raises(FormIncomplete, match="'Name'"):
        agent.press("Save")
    agent.fill("Name", "Ada")
    agent.fill("Email", "not an address")
    with pytest.raises(FormIncomplete):
        agent.press("Save")
    assert not shop.seen
    agent.press("Save draft")
    assert shop.seen


def test_the_row_says_which_of_several_controls_is_meant(agent: Agent, shop: Shop, url: str) -> None:
    agent.open(f"{url}/table")
    with pytest.raises(AmbiguousControl, match="2 controls named 'Activate'"):
        agent.press("Activate")
    agent.press("Activate", within="Active")
    assert shop.seen[-1]["path"] == "/on/2"


def test_a_section_is_found_by_heading_or_label(agent: Agent, url: str) -> None:
    agent.open(f"{url}/table")
    agent.follow("Open", within="Ada's things")
    assert agent.heading == "Ada's page"
    agent.back()
    agent.follow("Open", within="Others")
    assert agent.heading == "The others"


def test_an_unknown_row_is_answered_with_the_rows(agent: Agent, url: str) -> None:
    agent.open(f"{url}/table")
    with pytest.raises(PartNotFound) as raised:
        agent.press("Activate", within="SHA-3")
    assert "SHA-1 Inactive" in raised.value.received


def test_tables_text_and_controls_are_read(agent: Agent, url: str) -> None:
    agent.open(f"{url}/table")
    assert [(row["Type"], row["Status"]) for row in agent.rows()] == [
        ("SHA-1", "Inactive"),
        ("SHA-2", "Active"),
    ]
    assert (agent.title, agent.heading, agent.status) == ("Table", "Keys", 200)
    assert agent.says("SHA-1 Inactive")
    assert agent.controls("button") == ["Activate", "Activate"] or agent.controls("button") == ["Activate"]
    assert agent.has("link", "View")
    assert not agent.has("link", "view")


def test_hidden_text_is_not_read(agent: Agent, url: str) -> None:
    agent.open(f"{url}/form")
    assert not agent.says("You do not see this")
    assert agent.says("Accept the terms")
