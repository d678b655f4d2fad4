"""What the rules need of a system: fields with their types, who fills them in, lists, list views and buttons."""

from copy import deepcopy
from typing import Any

import pytest

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from config.scorecard import ScorecardRules
from domain.fitting import AccessFitting, FieldFitting, Fittings
from domain.record import FieldType
from domain.stage import Stage
from mapping.fittings import fittings
from tests.starter import starter_file, starter_fittings

BY_REPS = {
    "LL_Verdict__c",
    "LL_Outcome__c",
    "LL_Return_Date__c",
    "LL_Renewal_Date__c",
    "LL_Air_Cover__c",
    "LL_Snooze_Until__c",
    "LL_Interest__c",
    "LL_Budget__c",
    "LL_Timing__c",
    "LL_Understanding__c",
}


def needed(connection: str = "salesforce", **edits: Any) -> Fittings:
    """The starter's needs after edits of mapping.yaml and lifecycle.yaml."""
    mapping = deepcopy(starter_file("mapping")) | edits.get("mapping", {})
    lifecycle = deepcopy(starter_file("lifecycle")) | edits.get("lifecycle", {})
    mapped, lived = MappingRules.model_validate(mapping), LifecycleRules.model_validate(lifecycle)
    return fittings(mapped, lived, connection, kind=connection)


def field(found: Fittings, name: str, kind: str = "Lead") -> FieldFitting:
    (one,) = [each for each in found.fields if (each.object, each.name) == (kind, name)]
    return one


def test_only_what_is_leadloops_own_is_made() -> None:
    found = starter_fittings("salesforce")
    assert {one.name for one in found.fields if not one.name.startswith("LL_")} == set()
    assert len(found.fields) == 2 * 27 + 2
    assert {one.object for one in found.fields} == {"Account", "Contact", "Lead", "Task"}


@pytest.mark.parametrize(
    ("name", "type_", "length", "digits"),
    [
        ("LL_Lead_Key__c", FieldType.TEXT, 36, None),
        ("LL_Grade__c", FieldType.TEXT, 1, None),
        ("LL_Queue__c", FieldType.TEXT, 80, None),
        ("LL_Why__c", FieldType.TEXT, 255, None),
        ("LL_Score__c", FieldType.NUMBER, None, 6),
        ("LL_Times_Recycled__c", FieldType.NUMBER, None, 3),
        ("LL_Budget__c", FieldType.NUMBER, None, 1),
        ("LL_MQL_Since__c", FieldType.DATETIME, None, None),
        ("LL_Return_Date__c", FieldType.DATE, None, None),
        ("LL_Stage__c", FieldType.PICKLIST, None, None),
    ],
)
def test_a_field_is_as_large_as_what_is_written_to_it(
    name: str, type_: FieldType, length: int | None, digits: int | None
) -> None:
    one = field(starter_fittings("salesforce"), name)
    assert (one.type, one.length, one.digits) == (type_, length, digits)


def test_a_text_that_the_rules_cut_is_as_long_as_the_cut() -> None:
    story = {"name": "story", "role": "owned", "fields": {"salesforce": "LL_Story__c"}, "transforms": ["truncate(900)"]}
    found = needed(mapping={"properties": [*starter_file("mapping")["properties"], story]})
    assert field(found, "LL_Story__c").length == 900


def test_the_keys_of_people_and_tasks_are_unique_and_nothing_else_is() -> None:
    unique = {(one.object, one.name) for one in starter_fittings("salesforce").fields if one.unique}
    assert unique == {("Contact", "LL_Lead_Key__c"), ("Lead", "LL_Lead_Key__c"), ("Task", "LL_Key__c")}


def test_choices_are_the_words_of_the_rules_in_the_order_in_which_people_think() -> None:
    verdicts = {**starter_file("lifecycle")["verdicts"], "accept": "Mine"}
    found = needed(lifecycle={"verdicts": verdicts})
    assert field(found, "LL_Stage__c").options == tuple(stage.value for stage in Stage)
    assert field(found, "LL_Verdict__c").options[:2] == ("Mine", "Wrong person")
    assert field(found, "LL_Outcome__c").options[0] == "Meeting"


def test_an_outcome_that_only_the_loop_gives_is_no_choice_of_reps() -> None:
    assert not {"Went quiet", "Not our target"} & set(field(starter_fittings("salesforce"), "LL_Outcome__c").options)


def test_reps_fill_in_their_answers_and_nothing_else() -> None:
    assert {one.name for one in starter_fittings("salesforce").fields if one.by_reps} == BY_REPS


def test_a_choice_whose_values_nobody_knows_is_text() -> None:
    mood = {"name": "mood", "type": "picklist", "role": "owned", "fields": {"salesforce": "LL_Mood__c"}}
    found = needed(mapping={"properties": [*starter_file("mapping")["properties"], mood]})
    assert field(found, "LL_Mood__c").type is FieldType.TEXT


def test_a_property_on_one_object_is_not_made_on_the_other() -> None:
    only = {"name": "mood", "role": "owned", "fields": {"salesforce": {"Lead": "LL_Mood__c"}}}
    found = needed(mapping={"properties": [*starter_file("mapping")["properties"], only]})
    assert [one.object for one in found.fields if one.name == "LL_Mood__c"] == ["Lead"]


def test_the_login_sees_every_mapped_field_and_changes_those_that_are_ever_written() -> None:
    access = {(one.object, one.name): one.edit for one in starter_fittings("salesforce").access}
    assert access["Lead", "LL_Score__c"] is True
    assert access["Lead", "LL_Verdict__c"] is True  # cleared for a new handoff
    assert access["Lead", "HasOptedOutOfEmail"] is True
    assert access["Lead", "Status"] is True
    assert access["Lead", "LeadSource"] is False
    assert access["Lead", "Industry"] is False
    assert ("Contact", "OwnerId") not in access
    assert access["Task", "LL_Key__c"] is True


def test_what_one_system_always_decides_is_not_written_there() -> None:
    phone = {"name": "phone", "sync": "Always use Salesforce", "fields": {"salesforce": "Phone", "hubspot": "phone"}}
    mapping = {"properties": [phone]}
    assert AccessFitting(object="Lead", name="Phone", edit=False) in needed(mapping=mapping).access
    assert AccessFitting(object="contacts", name="phone", edit=True) in needed("hubspot", mapping=mapping).access


def test_each_verdict_is_one_button_and_the_outcome_a_form() -> None:
    actions = [one for one in starter_fittings("salesforce").actions if one.object == "Lead"]
    assert [(one.name, dict(one.sets)) for one in actions[:2]] == [
        ("LL_Accept", {"LL_Verdict__c": "Accept"}),
        ("LL_Wrong_person", {"LL_Verdict__c": "Wrong person"}),
    ]
    assert len(actions) == 6
    assert actions[-1].asks[:2] == ("LL_Outcome__c", "LL_Return_Date__c")
    assert actions[-1].sets == {}


def test_the_form_asks_the_factors_of_the_scorecard_that_the_rules_name() -> None:
    factor = {"name": "authority", "label": "Authority", "type": "number", "role": "answer"}
    mapping = deepcopy(starter_file("mapping"))
    mapping["properties"].append({**factor, "fields": {"salesforce": "LL_Authority__c"}})
    rules = MappingRules.model_validate(mapping)
    card = ScorecardRules.model_validate({"factors": [{"name": "authority"}], "highest": 10, "qualifies_at": 7})
    lifecycle = LifecycleRules.model_validate(starter_file("lifecycle"))
    found = fittings(rules, lifecycle, "salesforce", kind="salesforce", scorecard=card)
    dates = ("LL_Return_Date__c", "LL_Renewal_Date__c", "LL_Snooze_Until__c")
    assert found.actions[-1].asks == ("LL_Outcome__c", *dates, "LL_Authority__c")
    assert field(found, "LL_Authority__c").digits == 2


def test_nothing_is_my_own_on_an_object_whose_owner_is_never_changed() -> None:
    views = starter_fittings("salesforce").views
    assert {one.object for one in views if one.mine} == {"Lead"}
    (new,) = [one for one in views if one.name == "LL_New_for_me"]
    assert new.only == {"LL_Stage__c": ("assigned",)}


def test_a_view_of_a_property_that_is_not_mapped_is_left_out() -> None:
    properties = [one for one in starter_file("mapping")["properties"] if one["name"] != "queue"]
    names = {one.name for one in needed(mapping={"properties": properties}).views}
    assert names == {"LL_New_for_me", "LL_At_work", "LL_Sent_back_by_me", "LL_Coming_back"}


def test_lists_are_needed_where_they_are_kept_each_once() -> None:
    assert starter_fittings("salesforce").lists == ()
    names = [one.name for one in starter_fittings("hubspot").lists]
    assert sorted(names) == [
        "LL · Air cover",
        "LL · Customer",
        "LL · Lost · Other",
        "LL · Nurture · Chose another",
        "LL · Nurture · No budget",
        "LL · Nurture · No need",
        "LL · Nurture · Not our target",
        "LL · Nurture · Timing",
        "LL · Nurture · Unreachable",
        "LL · Open opportunity",
        "LL · With sales",
    ]
    timing = next(one for one in starter_fittings("hubspot").lists if one.name.endswith("Timing"))
    assert timing.why == "for leads that came back because: not now, went quiet"


def test_buttons_and_views_are_needed_only_where_reps_answer() -> None:
    found = starter_fittings("hubspot")
    assert (found.views, found.actions) == ((), ())


def test_a_connection_without_mapping_needs_nothing() -> None:
    assert needed("warehouse") == Fittings()
