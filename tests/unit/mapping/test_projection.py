"""What we decided, as fields: our own, answers cleared, owner and status."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules, People, Property, Role, System
from domain.record import FieldType, Record
from domain.stage import Stage
from domain.values import RecordRef, Value
from mapping.projection import project

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STATUS = {
    Stage.KNOWN: "lead",
    Stage.MQL: "marketingqualifiedlead",
    Stage.ACCEPTED: "salesqualifiedlead",
    Stage.CUSTOMER: "customer",
    Stage.RECYCLED: "lead",
}
RULES = MappingRules(
    systems={
        "crm": System(people=People(objects=["Contact", "Lead"], key="K", email="Email")),
        "mail": System(people=People(objects=["contacts"], key="k", email="email")),
    },
    properties=[
        Property(
            name="score", type=FieldType.NUMBER, role=Role.OWNED, fields={"crm": "LL_Score__c", "mail": "ll_score"}
        ),
        Property(name="why", role=Role.OWNED, fields={"crm": "LL_Why__c"}, transforms=["truncate(9)"]),
        Property(name="mql_since", type=FieldType.DATETIME, role=Role.OWNED, fields={"crm": "LL_MQL_Since__c"}),
        Property(name="verdict", role=Role.ANSWER, fields={"crm": "LL_Verdict__c"}),
        Property(name="owner", role=Role.OWNER, fields={"crm": "OwnerId", "mail": "hubspot_owner_id"}),
        Property(
            name="crm_status",
            role=Role.STATUS,
            fields={"crm": {"Lead": "Status"}},
            values={"crm": {Stage.MQL: "Open"}},
        ),
        Property(
            name="lifecycle",
            role=Role.STATUS,
            fields={"mail": "lifecyclestage"},
            values={"mail": STATUS},
            forward_only=["mail"],
        ),
        Property(name="title", fields={"crm": "Title"}),
    ],
)
USERS = {("crm", "rep@us.example"): "005A", ("mail", "rep@us.example"): "901"}


def record(connection: str, kind: str, **values: Value) -> Record:
    return Record(ref=RecordRef(connection=connection, object=kind, id="1"), values=values, modified_at=NOW)


HEADS = {"crm": record("crm", "Lead"), "mail": record("mail", "contacts")}


def wished(properties: Mapping[str, Value], heads: Mapping[str, Record] = HEADS) -> dict[tuple[str, str], Value]:
    found = project(properties, heads, RULES, users=USERS)
    return {(wish.ref.connection, wish.field): wish.value for wish in found}


def test_what_we_own_is_written_to_every_head_in_canonical_form() -> None:
    given_ = {"score": "74", "why": "Asked for a demo", "mql_since": "2026-11-22T10:00:00.123456+00:00"}
    assert wished(given_) == {
        ("crm", "LL_Score__c"): 74,
        ("mail", "ll_score"): 74,
        ("crm", "LL_Why__c"): "Asked for",
        ("crm", "LL_MQL_Since__c"): "2026-11-22T10:00:00Z",
    }


def test_a_blank_of_our_own_is_written_and_what_was_not_decided_is_left_alone() -> None:
    assert wished({"why": None}) == {("crm", "LL_Why__c"): None}
    assert wished({}) == {}


def test_an_answer_is_only_ever_cleared() -> None:
    assert wished({"verdict": None}) == {("crm", "LL_Verdict__c"): None}
    assert wished({"verdict": "Accept"}) == {}


def test_the_owner_is_each_systems_own_user() -> None:
    assert wished({"owner": "Rep@us.example"}) == {("crm", "OwnerId"): "005A", ("mail", "hubspot_owner_id"): "901"}


def test_a_contacts_owner_is_never_written() -> None:
    heads = {"crm": record("crm", "Contact")}
    assert wished({"owner": "rep@us.example"}, heads) == {}


@pytest.mark.parametrize("owner", ["queue:unassigned", None, "stranger@us.example", ""])
def test_a_queue_nobody_and_a_stranger_are_no_owner_to_write(owner: Value) -> None:
    assert wished({"owner": owner}) == {}


def test_a_status_follows_the_stage_where_the_rules_have_a_word_for_it() -> None:
    assert wished({"stage": "mql"}) == {("crm", "Status"): "Open", ("mail", "lifecyclestage"): "marketingqualifiedlead"}
    assert wished({"stage": Stage.ENGAGED}) == {}
    assert wished({"stage": "nonsense"}) == {}


@pytest.mark.parametrize(
    ("stage", "shown", "written"),
    [
        ("mql", "subscriber", "marketingqualifiedlead"),
        ("mql", "lead", "marketingqualifiedlead"),
        ("mql", None, "marketingqualifiedlead"),
        ("mql", "marketingqualifiedlead", None),
        ("mql", "salesqualifiedlead", None),
        ("recycled", "salesqualifiedlead", None),
        ("customer", "1234567", None),
    ],
)
def test_a_forward_only_status_never_takes_a_step_back(stage: str, shown: str | None, written: str | None) -> None:
    found = wished({"stage": stage}, {"mail": record("mail", "contacts", lifecyclestage=shown)})
    assert found.get(("mail", "lifecyclestage")) == written


def test_a_ladder_of_the_accounts_own_says_what_forward_is() -> None:
    heads = {"mail": record("mail", "contacts", lifecyclestage="1234567")}
    ladders = {("mail", "lifecyclestage"): ("lead", "1234567", "marketingqualifiedlead")}
    found = project({"stage": "mql"}, heads, RULES, users={}, ladders=ladders)
    assert [wish.value for wish in found] == ["marketingqualifiedlead"]


def test_custom_words_go_forward_in_the_order_of_our_stages() -> None:
    prop = Property(
        name="lifecycle",
        role=Role.STATUS,
        fields={"mail": "stage"},
        values={"mail": {Stage.CUSTOMER: "13", Stage.KNOWN: "11", Stage.MQL: "12"}},
        forward_only=["mail"],
    )
    rules = MappingRules(systems=RULES.systems, properties=[prop])
    back = project({"stage": "known"}, {"mail": record("mail", "contacts", stage="12")}, rules, users={})
    forth = project({"stage": "customer"}, {"mail": record("mail", "contacts", stage="12")}, rules, users={})
    assert (back, [wish.value for wish in forth]) == ((), ["13"])


NAMES = st.sampled_from(["score", "why", "mql_since", "verdict", "owner", "stage", "crm_status", "title", "else"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(Stage))
RECORDS = st.builds(
    record,
    st.sampled_from(["crm", "mail", "gone"]),
    st.sampled_from(["Lead", "Contact", "contacts", "Task"]),
    lifecyclestage=VALUES,
)


@given(properties=st.dictionaries(NAMES, VALUES), heads=st.dictionaries(st.sampled_from(["crm", "mail"]), RECORDS))
@settings(max_examples=100)
def test_projecting_is_total_and_never_touches_what_is_not_ours(
    properties: dict[str, Value], heads: dict[str, Record]
) -> None:
    known = {"LL_Score__c", "ll_score", "LL_Why__c", "LL_MQL_Since__c", "LL_Verdict__c", "OwnerId", "hubspot_owner_id"}
    for wish in project(properties, heads, RULES, users=USERS):
        assert wish.field in known | {"Status", "lifecyclestage"}
        assert wish.field != "OwnerId" or wish.ref.object == "Lead"
