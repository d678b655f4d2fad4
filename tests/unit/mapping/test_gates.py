"""Gates: whom a connection is for, which cause is named, and what a closed read gate does to the merge."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import Gates as GateRules
from config.mapping import MappingRules, People, Property, Role, SyncRule, System
from domain.change import Conflict
from domain.gate import Closed, Way
from domain.record import FieldType, Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.gated import GATE, merge_gated
from mapping.gates import Gates
from mapping.merge_lead import ABOUT, At, LeadMerge, merge_lead
from mapping.wishes import FieldWish

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
COUNTRY = Property(name="country", fields={"crm": "Country", "mail": "country"}, sync=SyncRule.TWO_WAY)
TITLE = Property(name="title", fields={"crm": "Title", "mail": "jobtitle"}, sync=SyncRule.TWO_WAY)
CITY = Property(name="city", fields={"crm": "City", "mail": "city"}, sync=SyncRule.ALWAYS_HUBSPOT)
FAX = Property(name="fax", fields={"crm": "Fax"})
OPTED_OUT = Property(
    name="opted_out",
    fields={"crm": "HasOptedOutOfEmail", "mail": "optout"},
    type=FieldType.BOOLEAN,
    sync=SyncRule.NO_WINS,
    no_is=True,
)
VERDICT = Property(name="verdict", fields={"crm": "LL_Verdict__c"}, role=Role.ANSWER, type=FieldType.PICKLIST)
NOT_CUBA = {"none": [{"property": "country", "operator": "equals", "value": "CU"}]}


def rules(**crm: object) -> MappingRules:
    gates = GateRules.model_validate(crm)
    return MappingRules(
        systems={
            "crm": System(people=People(objects=["Lead"], key="Key", email="Email"), gates=gates),
            "mail": System(people=People(objects=["contacts"], key="key", email="email")),
        },
        properties=[COUNTRY, TITLE, CITY, FAX, OPTED_OUT, VERDICT],
    )


CLOSING = FieldMap(rules(read=NOT_CUBA), TYPES)


def record(connection: str, values: Mapping[str, Value]) -> Record:
    kind = "Lead" if connection == "crm" else "contacts"
    return Record(ref=RecordRef(connection=connection, object=kind, id="1"), values=values, modified_at=NOW)


def agreed(value: Value) -> Base:
    return Base(value=value, vendor_form=value)


def both(name: str, value: Value) -> dict[At, Base]:
    return {(name, "crm"): agreed(value), (name, "mail"): agreed(value)}


@pytest.mark.parametrize(
    ("gate", "values", "words"),
    [
        pytest.param(NOT_CUBA, {"country": "CU"}, "country equals CU", id="an exclusion that is met"),
        pytest.param(
            {"all": [{"property": "country", "operator": "in", "value": ["US", "CA"]}]},
            {"country": "CU"},
            "not: country in (US, CA)",
            id="a demand that is not met",
        ),
        pytest.param(
            {"any": [{"property": "city", "operator": "known"}, {"property": "fax", "operator": "known"}]},
            {"country": "CU"},
            "none of: city known; fax known",
            id="no choice that is met",
        ),
        pytest.param(
            {"expr": "lead.country != 'CU'"}, {"country": "CU"}, "not: lead.country != 'CU'", id="an expression"
        ),
        pytest.param(
            {"all": [{"property": "city", "operator": "in", "value": [str(each) for each in range(9)]}]},
            {},
            "not: city in (0, 1, 2, 3, 4, 5, 3 more)",
            id="a long list",
        ),
    ],
)
def test_a_closed_gate_names_the_first_condition_that_stands_against_the_lead(
    gate: dict[str, object], values: Mapping[str, Value], words: str
) -> None:
    assert Gates(rules(write=gate)).closed(values) == (Closed(connection="crm", way=Way.WRITE, words=words),)


def test_a_gate_that_cannot_be_told_is_closed_and_says_why_without_a_value() -> None:
    gates = Gates(rules(create={"expr": "lead.country.size() > 1"}))
    why = "cannot be told: lead.country is blank: ask has(lead.country) first"
    assert gates.closed({"title": "VP"}) == (Closed(connection="crm", way=Way.CREATE, words=why, errs=True),)
    assert gates.closed({"country": "US"}) == ()


def test_a_gate_without_conditions_is_open_to_everybody() -> None:
    assert Gates(rules(write={})).closed({}) == ()


def test_a_mapping_without_gates_merges_as_if_there_were_no_such_thing() -> None:
    fields = FieldMap(rules(), TYPES)
    records = [record("crm", {"Title": "VP"}), record("mail", {"jobtitle": "CEO"})]
    assert not fields.gates
    assert merge_gated(records, {}, fields) == merge_lead(records, {}, fields)


def test_what_is_said_behind_a_closed_read_gate_is_no_fact_and_goes_nowhere() -> None:
    crm = record("crm", {"Country": "CU", "Title": "VP", "Fax": "1"})
    mail = record("mail", {"country": None, "jobtitle": "CEO"})
    merged = merge_gated([crm, mail], {}, CLOSING)
    assert merged.values == {"country": None, "title": "CEO", "fax": None}
    assert (merged.desired, merged.conflicts) == ((), ())
    assert merged.heads == {"crm": crm.ref, "mail": mail.ref}, "they are known all the same"
    assert merged.closed == (Closed(connection="crm", way=Way.READ, words="country equals CU"),)


def test_a_no_is_heard_through_a_closed_read_gate_and_a_rep_s_answer_too() -> None:
    crm = record("crm", {"Country": "CU", "HasOptedOutOfEmail": True, "LL_Verdict__c": "Accept"})
    mail = record("mail", {"optout": False})
    merged = merge_gated([crm, mail], {}, CLOSING)
    assert merged.values["opted_out"] is True
    assert merged.answers == {("verdict", "crm"): "Accept"}
    assert merged.desired == (FieldWish(ref=mail.ref, field="optout", property="opted_out", value=True),)


def test_a_system_whose_word_never_counts_is_still_written_to_behind_its_closed_read_gate() -> None:
    crm = record("crm", {"Country": "CU", "City": "Havana"})
    mail = record("mail", {"city": "Miami"})
    merged = merge_gated([crm, mail], {}, CLOSING)
    assert merged.desired == (FieldWish(ref=crm.ref, field="City", property="city", value="Miami"),)


def test_a_value_that_was_cleared_behind_a_closed_read_gate_blanks_nothing() -> None:
    crm, mail = record("crm", {"Country": "CU", "Title": None}), record("mail", {"jobtitle": "CEO"})
    merged = merge_gated([crm, mail], both("title", "CEO"), CLOSING)
    assert (merged.values["title"], merged.desired) == ("CEO", ())


def test_a_gate_does_not_open_by_its_own_effect() -> None:
    """Taken by what it lets through, the country would be DE as soon as the gate is closed."""
    crm, mail = record("crm", {"Country": "CU"}), record("mail", {"country": "DE"})
    bases = both("country", "DE")
    for _ in range(4):
        merged = merge_gated([crm, mail], bases, CLOSING)
        assert (merged.values["country"], [each.way for each in merged.closed]) == ("DE", [Way.READ])
        bases = kept(bases, merged)


def test_once_it_opens_again_both_sides_meet_for_the_first_time() -> None:
    mail = record("mail", {"country": "DE", "jobtitle": "CEO"})
    closed = merge_gated([record("crm", {"Country": "CU", "Title": "VP"}), mail], both("title", "VP"), CLOSING)
    bases = kept(both("title", "VP"), closed)
    assert bases[GATE, "crm"] == Base(value=True, vendor_form=None)
    opened = merge_gated([record("crm", {"Country": "DE", "Title": "VP"}), mail], bases, CLOSING)
    assert opened.conflicts == (Conflict(property="title", values={"crm": "VP", "mail": "CEO"}),)
    assert opened.desired == (), "HubSpot's change of long ago is no reason to overwrite a rep's title"
    assert opened.forgotten == {("title", "crm"), (GATE, "crm")}


def test_a_gate_that_is_taken_out_of_the_rules_opens_like_any_other() -> None:
    mail = record("mail", {"jobtitle": "CEO"})
    bases = {**both("title", "VP"), (GATE, "crm"): Base(value=True, vendor_form=None)}
    opened = merge_gated([record("crm", {"Title": "VP"}), mail], bases, FieldMap(rules(), TYPES))
    assert [each.property for each in opened.conflicts] == ["title"]


def kept(bases: Mapping[At, Base], merged: LeadMerge) -> dict[At, Base]:
    """As the loop keeps them from one merge to the next."""
    after = {at: base for at, base in bases.items() if at not in merged.forgotten}
    return {at: base for at, base in (after | dict(merged.bases)).items() if at[0] != ABOUT}


WORDS = st.sampled_from([None, "CU", "DE", "US"])


@settings(max_examples=100, deadline=None)
@given(crm=WORDS, mail=WORDS, ours=WORDS, theirs=WORDS)
def test_with_nothing_edited_a_gate_comes_to_rest(crm: Value, mail: Value, ours: Value, theirs: Value) -> None:
    records = [record("crm", {"Country": crm}), record("mail", {"country": mail})]
    bases = {("country", "crm"): agreed(ours), ("country", "mail"): agreed(theirs)}
    verdicts = []
    for _ in range(6):
        merged = merge_gated(records, bases, CLOSING)
        verdicts.append(merged.closed)
        bases = kept(bases, merged)
        shown = {wish.ref: {wish.field: wish.value} for wish in merged.desired}
        records = [record(each.ref.connection, {**each.values, **shown.get(each.ref, {})}) for each in records]
        bases |= {("country", wish.ref.connection): agreed(wish.value) for wish in merged.desired}
    assert verdicts[2] == verdicts[3] == verdicts[4] == verdicts[5]
