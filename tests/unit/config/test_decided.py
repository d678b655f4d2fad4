"""Decisions about contested fields: read, checked, part of the rules and of the schema."""

from collections.abc import Callable

import pytest

from config.load import Installation
from config.mapping import Whose
from config.schema import schemas
from tests.unit.config.conftest import Edit

Mistakes = Callable[..., list[str]]
PROPERTIES = "properties:\n  - name: email\n"


def test_a_decision_is_part_of_the_rules(edit: Edit, read: Callable[..., Installation]) -> None:
    before = read().rules.hash
    edit("mapping.yaml", PROPERTIES, "decided:\n  crm: {Lead.Title: theirs, Contact.Title: shared}\n" + PROPERTIES)
    rules = read().rules
    assert rules.mapping.decided == {"crm": {"Lead.Title": Whose.THEIRS, "Contact.Title": Whose.SHARED}}
    assert rules.hash != before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("crm: {Lead.Titel: ours}", "no property has the field `Lead.Titel` of `crm` (did you mean `Lead.Title`?)"),
        ("crm: {Title: ours}", "no property has the field `Title` of `crm`"),
        ("hub: {contacts.Title: ours}", "no property has the field `contacts.Title` of `hub`"),
        ("crmm: {Lead.Title: ours}", "connection `crmm` is not defined in leadloop.yaml (did you mean `crm`?)"),
        ("crm: {Lead.Title: mine}", "`mine`"),
    ],
    ids=["misspelt field", "no object", "another system's field", "unknown connection", "unknown word"],
)
def test_a_decision_about_nothing_is_a_mistake_with_its_place(
    edit: Edit, mistakes: Mistakes, line: str, said: str
) -> None:
    edit("mapping.yaml", PROPERTIES, f"decided:\n  {line}\n{PROPERTIES}")
    (mistake,) = mistakes()
    assert mistake.startswith("mapping.yaml:11:")
    assert said in mistake


def test_editors_know_the_four_words() -> None:
    mapping = schemas()["mapping"]
    assert mapping["$defs"]["Whose"]["enum"] == ["ours", "shared", "theirs", "carried"]
    assert "decided" in mapping["properties"]


def test_what_is_carried_needs_another_system_to_be_carried_from(edit: Edit, mistakes: Mistakes) -> None:
    edit("mapping.yaml", PROPERTIES, f"decided:\n  hub: {{contacts.optout: carried}}\n{PROPERTIES}")
    (mistake,) = mistakes()
    assert "`contacts.optout` is carried from nowhere: no other system has its property" in mistake
