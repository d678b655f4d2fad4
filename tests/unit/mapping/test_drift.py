"""A field that is no longer what the rules rely on is told with what stands still because of it, and how to mend it."""

from dataclasses import replace

import pytest

from config.mapping import MappingRules
from domain.drift import Drift, DriftKind
from domain.place import FieldOf
from domain.record import Field, FieldType
from mapping.drift import Relied, compare, effect, happened, mend, stops_connection
from mapping.uses import Use, uses

TYPES = {"salesforce": "salesforce", "hubspot": "hubspot"}
RULES = MappingRules.model_validate(
    {
        "systems": {
            "salesforce": {
                "people": {"objects": ["Lead"], "key": "LL_Lead_Key__c", "email": "Email", "company": "Company"}
            },
            "hubspot": {
                "people": {
                    "objects": ["contacts"],
                    "key": "ll_lead_key",
                    "email": "email",
                    "links": {"salesforceleadid": "salesforce:Lead"},
                }
            },
        },
        "properties": [
            {"name": "score", "type": "number", "role": "owned", "fields": {"salesforce": "LL_Score__c"}},
            {"name": "phone", "sync": "Two-way", "fields": {"salesforce": "Phone", "hubspot": "phone"}},
            {
                "name": "status",
                "role": "status",
                "fields": {"salesforce": "Status"},
                "values": {"salesforce": {"mql": "Working", "recycled": "Nurturing"}},
            },
        ],
    }
)
USED = {at: use for at, use in uses(RULES, TYPES).items() if at.object == "Lead"}


def field(name: str, type: FieldType = FieldType.TEXT, **more: bool | tuple[str, ...]) -> Field:
    return Field(name=name, label=name, type=type, **more)  # type: ignore[arg-type]  # as the keyword says


TOLD = {
    each.name: each
    for each in (
        field("LL_Lead_Key__c"),
        field("Email"),
        field("LL_Score__c", FieldType.NUMBER),
        field("Phone"),
        field("Status", FieldType.PICKLIST, options=("Working", "Nurturing"), restricted=True),
    )
}
RELIED: Relied = compare(TOLD, {}, USED).relied


def at(name: str) -> FieldOf:
    return FieldOf(connection="salesforce", object="Lead", field=name)


def only(told: dict[str, Field], relied: Relied = RELIED, used: dict[FieldOf, Use] = USED) -> Drift:
    (drift,) = compare(told, relied, used).drifts
    return drift


def without(name: str) -> dict[str, Field]:
    return {each: one for each, one in TOLD.items() if each != name}


def test_nothing_drifts_where_everything_is_as_it_was() -> None:
    assert compare(TOLD, RELIED, USED).drifts == ()


def test_what_an_object_may_lack_from_the_beginning_is_missed_only_once_it_was_there() -> None:
    assert "Company" not in TOLD
    there = compare({**TOLD, "Company": field("Company")}, RELIED, USED)
    assert only(TOLD, there.relied) == Drift(field=at("Company"), kind=DriftKind.GONE, before="text")


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (without("Phone"), DriftKind.GONE, "phone is neither read from nor written to salesforce"),
        (without("LL_Score__c"), DriftKind.GONE, "score is not written to salesforce"),
        (
            {**TOLD, "LL_Score__c": field("LL_Score__c")},
            DriftKind.RETYPED,
            "score is not written to salesforce",
        ),
        ({**TOLD, "Phone": field("Phone", writable=False)}, DriftKind.READ_ONLY, "phone is not written to salesforce"),
        (
            {**TOLD, "Status": replace(TOLD["Status"], options=("Working",))},
            DriftKind.WORDS,
            "status is not written, where it would be one of these, to salesforce",
        ),
    ],
    ids=["gone", "gone, ours", "retyped", "read-only", "a word less"],
)
def test_only_what_uses_the_field_stands_still(told: dict[str, Field], kind: DriftKind, words: str) -> None:
    drift = only(told)
    assert (drift.kind, effect(drift, USED[drift.field])) == (kind, words)


def test_a_field_that_was_never_there_is_absent_and_not_gone() -> None:
    drift = only(without("Phone"), {})
    assert drift == Drift(field=at("Phone"), kind=DriftKind.ABSENT)
    assert "leadloop provision salesforce" in mend(drift, "salesforce")


def test_a_picklist_that_becomes_text_harms_nobody() -> None:
    assert compare({**TOLD, "Status": field("Status")}, RELIED, USED).drifts == ()


def test_the_way_to_mend_it_names_who_does_what() -> None:
    gone = only(without("Phone"))
    assert happened(gone) == "cannot be seen any more"
    assert mend(gone, "salesforce") == (
        "Salesforce admin: give the integration user Read and Edit on Lead.Phone; or take it out of mapping.yaml"
    )
    assert mend(gone, "hubspot") == (
        "HubSpot admin: restore it (Properties > Archived); or take Lead.Phone out of mapping.yaml"
    )


def test_a_change_of_type_lasts_until_the_type_or_the_line_of_the_mapping_is_another() -> None:
    retyped = {**TOLD, "LL_Score__c": field("LL_Score__c")}
    relied = compare(retyped, RELIED, USED).relied
    assert only(retyped, relied).kind is DriftKind.RETYPED, "being told twice is nobody's word"
    line = {at("LL_Score__c"): replace(USED[at("LL_Score__c")], line="another")}
    taken = compare(retyped, relied, USED | line)
    assert (taken.drifts, taken.relied["LL_Score__c"]["type"]) == ((), "text")
    assert compare(TOLD, relied, USED).drifts == ()


def test_nothing_goes_on_without_our_key_once_it_was_there() -> None:
    gone, absent = only(without("LL_Lead_Key__c")), only(without("LL_Lead_Key__c"), {})
    key = USED[at("LL_Lead_Key__c")]
    assert (stops_connection(gone, key), stops_connection(absent, key)) == (True, False)
    assert effect(gone, key).startswith("nothing is read from or written to it")


def test_what_is_left_to_others_need_not_be_writable() -> None:
    theirs = RULES.model_copy(update={"decided": {"salesforce": {"Lead.Phone": "theirs"}}})
    used = {place: use for place, use in uses(theirs, TYPES).items() if place.object == "Lead"}
    assert compare({**TOLD, "Phone": field("Phone", writable=False)}, RELIED, used).drifts == ()
