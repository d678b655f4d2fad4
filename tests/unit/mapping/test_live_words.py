"""Words that the rules rely on and the systems' own lists: what is told of each that does not fit."""

from collections.abc import Iterable
from typing import Any

import pytest

from config.lifecycle import BaselineRow, LifecycleRules
from config.mapping import MappingRules
from domain.place import FieldOf
from domain.record import Field, FieldType
from domain.stage import Stage
from mapping.live_words import strange_words
from tests.unit.handoff.material import lifecycle_rules

STATUSES = ("Open", "Working", "Nurturing", "Unqualified", "Won")
VERDICTS = ("Accept", "Wrong person", "Data wrong", "Not our target", "Already working it")
OUTCOMES = ("Meeting", "Qualified", "Not now", "No budget", "No need", "Chose another", "Unreachable", "Left company")


def rules() -> MappingRules:
    people = {"objects": ["Lead"], "key": "Key__c", "email": "Email"}
    hub = {"objects": ["contacts"], "key": "key", "email": "email"}
    return MappingRules.model_validate(
        {
            "systems": {"crm": {"people": people}, "hub": {"people": hub}},
            "properties": [
                {
                    "name": "status",
                    "role": "status",
                    "fields": {"crm": "Status", "hub": "hs_lead_status"},
                    "values": {"crm": {"assigned": "Open", "accepted": "Working"}, "hub": {"assigned": "OPEN"}},
                },
                {
                    "name": "lifecycle",
                    "role": "status",
                    "fields": {"hub": "lifecyclestage"},
                    "values": {"hub": {"mql": "marketingqualifiedlead"}},
                },
                {"name": "verdict", "role": "answer", "fields": {"crm": "Verdict__c"}},
                {"name": "outcome", "role": "answer", "fields": {"crm": "Outcome__c"}},
            ],
        }
    )


def field(name: str, options: Iterable[str], **more: Any) -> Field:
    return Field(name=name, label=name, type=FieldType.PICKLIST, options=tuple(options), **more)


def told(**changes: Field) -> dict[str, dict[str, dict[str, Field]]]:
    every = {
        "Status": field("Status", STATUSES),
        "Verdict__c": field("Verdict__c", VERDICTS),
        "Outcome__c": field("Outcome__c", OUTCOMES),
        "hs_lead_status": field("hs_lead_status", ("OPEN", "IN_PROGRESS")),
        "lifecyclestage": field("lifecyclestage", ("lead", "marketingqualifiedlead", "customer")),
    } | changes
    here = {name: each for name, each in every.items() if name[0].isupper()}
    return {
        "crm": {"Lead": here},
        "hub": {"contacts": {name: each for name, each in every.items() if name not in here}},
    }


def found(lifecycle: LifecycleRules | None = None, **changes: Field) -> list[str]:
    return [each.words for each in strange_words(rules(), lifecycle or lifecycle_rules(), told(**changes))]


def test_words_that_are_all_offered_are_not_told() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("options", "more", "rather"),
    [
        (("OPEN", "Working", *STATUSES[2:]), {}, ": it is `OPEN` there, letter for letter"),
        (STATUSES[1:], {"retired": ("Open",)}, ": it is inactive there"),
        (("O1", *STATUSES[1:]), {"labels": ("Open", *STATUSES[1:])}, ": that is how screens show `O1`"),
        (("Opened", *STATUSES[1:]), {}, ": did you mean `Opened`?"),
        (STATUSES[1:], {}, ""),
    ],
)
def test_a_word_that_is_written_has_to_stand_there_letter_for_letter(
    options: tuple[str, ...], more: Any, rather: str
) -> None:
    (words,) = found(Status=field("Status", options, **more))
    assert words == f"crm Lead.Status does not offer `Open`, which is written for assigned{rather}"


def test_an_answer_that_reps_cannot_give_and_one_that_nobody_understands_are_told() -> None:
    assert found(Verdict__c=field("Verdict__c", (*VERDICTS[:4], "Maybe"))) == [
        "crm Lead.Verdict__c does not offer `Already working it` (already_working): reps cannot answer so",
        "crm Lead.Verdict__c offers `Maybe`, which lifecycle.yaml does not know: whoever picks it is not heard",
    ]
    assert found(Verdict__c=field("Verdict__c", [each.upper() for each in VERDICTS])) == [], "capitals do not matter"


def test_a_status_that_no_system_offers_is_never_heard() -> None:
    rows = [
        BaselineRow(status="Opne", stage=Stage.KNOWN),
        BaselineRow(lifecycle="evangelist", stage=Stage.CUSTOMER),
        BaselineRow(lifecycle="CUSTOMER", stage=Stage.CUSTOMER),
    ]
    lifecycle = lifecycle_rules(
        touch_statuses=["working", "Wroking"], status_stages={"Lost": "recycled"}, baseline=rows
    )
    waits = "which lifecycle.yaml waits for in"
    assert found(lifecycle) == [
        f"no status field offers `Wroking`, {waits} touch_statuses: did you mean `Working`?",
        f"no status field offers `Lost`, {waits} status_stages",
        f"no status field offers `Opne`, {waits} the baseline's `status`: did you mean `OPEN`?",
        f"no status field offers `evangelist`, {waits} its `lifecycle`",
    ]


def test_what_may_stand_in_a_list_that_nobody_could_ask_for_is_not_judged() -> None:
    known = {"crm": told()["crm"]}
    lifecycle = lifecycle_rules(touch_statuses=["Wroking"])
    assert list(strange_words(rules(), lifecycle, known)) == []
    free = Field(name="Status", label="Status", type=FieldType.TEXT)
    assert found(lifecycle, Status=free) == []


def test_a_status_that_only_a_conversion_sets_is_not_to_be_written() -> None:
    at = FieldOf(connection="crm", object="Lead", field="Status")
    (one,) = strange_words(rules(), lifecycle_rules(), told(), reserved={at: ["Working"]})
    assert one.words == (
        "crm Lead.Status: `Working`, which is written for accepted, is the status of a lead that was converted there"
    )
