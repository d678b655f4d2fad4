"""A field that takes nothing of what is written to it is told before anybody waits for it."""

import pytest

from config.mapping import MappingRules, People, Property, SyncRule, System, Wording
from domain.record import Field, FieldType
from mapping.kinds import unkind

TYPES = {"crm": "salesforce", "mail": "hubspot"}
SYSTEMS = {
    "crm": System(people=People(objects=["Lead"], key="Key__c", email="Email")),
    "mail": System(people=People(objects=["contacts"], key="key", email="email")),
}
T = FieldType


def words(prop: Property, takes: FieldType) -> list[str]:
    rules = MappingRules(systems=SYSTEMS, properties=[prop])
    told = {"Lead": {"P": Field(name="P", label="P", type=takes)}}
    return [one.words for one in unkind(rules, TYPES, "crm", told)]


def prop(type: FieldType, where: str | Wording = "P", sync: SyncRule = SyncRule.TWO_WAY, *chain: str) -> Property:
    return Property(name="p", type=type, sync=sync, fields={"crm": where, "mail": "p"}, transforms=list(chain))


@pytest.mark.parametrize(
    ("rule", "takes", "said"),
    [
        (prop(T.TEXT), T.NUMBER, ["crm Lead.P takes a number, and p is written there as text"]),
        (
            prop(T.TEXT, "P", SyncRule.TWO_WAY, "trim", "lower"),
            T.NUMBER,
            ["crm Lead.P takes a number, and p is written there as text"],
        ),
        (prop(T.DATE), T.NUMBER, ["crm Lead.P takes a number, and p is written there as date"]),
        (prop(T.NUMBER), T.TEXT, []),
        (prop(T.DATE), T.DATETIME, []),
        (prop(T.TEXT, "P", SyncRule.ALWAYS_SALESFORCE), T.NUMBER, []),
        (prop(T.PICKLIST, Wording(field="P", read=["map(1=low, 9=high)"])), T.NUMBER, []),
        (
            prop(T.DATE, Wording(field="P", read=["date(%d.%m.%Y)"])),
            T.DATE,
            ["crm Lead.P takes a date, and p is written there as text"],
        ),
        (prop(T.DATE, Wording(field="P", read=["day(Europe/Berlin)"])), T.DATETIME, []),
        (prop(T.TEXT, "P", SyncRule.TWO_WAY, "digits"), T.NUMBER, []),
    ],
    ids=[
        *(
            "text to a number",
            "trimmed text to a number",
            "a date to a number",
            "a number to text",
            "a date to a moment",
            "never written",
        ),
        *("words for numbers", "a form to a date", "a midnight to a moment", "digits to a number"),
    ],
)
def test_a_misfit_is_judged_by_what_would_be_written(rule: Property, takes: FieldType, said: list[str]) -> None:
    assert words(rule, takes) == said
