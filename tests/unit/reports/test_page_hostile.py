"""Names and addresses that would be more than words: on a page they are words."""

import re
from dataclasses import replace

import pytest

from domain.values import LeadId
from reports.pages.html import Person, harmless, html_of
from reports.pages.page import Figure, Leads
from tests.report_pages import HOSTILE, hostile
from tests.unit.reports.page_tree import Tree, read, with_cell


def test_hostile_names_come_out_as_words() -> None:
    root = read(hostile(), hostile_names=True)
    said = [" ".join(harmless(each).split()) for each in HOSTILE if each.strip()]
    assert [each.text for each in root.one("section", class_="missing").all("strong")][: len(said)] == said


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_only_a_name_wherever_it_stands(name: str) -> None:
    page = with_cell(Figure(value=1, leads=Leads(n=1, first=(LeadId(1),))))
    text = html_of(page, {LeadId(1): Person(name=name, links=((name, "https://x.example/"),))})
    text.encode()
    found = Tree(text).root.one("section", id="behind-team.benelux.handoffs").one("li")
    shown = " ".join(harmless(name).split()) or "lead 1"
    assert found.one("bdi").text == shown
    assert found.one("a").text == " ".join(harmless(name).split())


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x85", "\u061c", "\u202e", "\u2066", "\u200f", "\ud800", "\ufeff", "\uffff"]
)
def test_what_breaks_or_turns_text_is_taken_out(character: str) -> None:
    assert harmless(f"a{character}b") == "ab"
    page = replace(hostile(), asks=f"a{character}b", counts=f"c{character}d", remarks=(f"e{character}f",))
    assert character not in html_of(page, {LeadId(1): Person(name=f"g{character}h")})


def test_ordinary_writing_of_any_language_is_left_alone() -> None:
    plain = "Ærøskøbing\tŻółć 王小明 שלום محمد नमस्ते 👩‍💻\n"
    assert harmless(plain) == plain


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,x", "//x", ""],
)
def test_only_an_address_of_the_web_becomes_a_link(address: str) -> None:
    page = with_cell(Figure(value=1, leads=Leads(n=1, first=(LeadId(1),))))
    root = Tree(html_of(page, {LeadId(1): Person(name="Ada", links=(("HubSpot", address),))})).root
    found = root.one("section", id="behind-team.benelux.handoffs").one("li")
    assert found.text == "Ada"
    assert list(found.all("a")) == []


def test_keys_with_blanks_and_quotes_are_still_places_on_the_page() -> None:
    root = read(hostile())
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert not [each for each in ids if re.search(r"\s", each)]
    assert "behind-a-b.r-1\"<'ü.n" in ids
