"""A field that drifted is neither heard nor written, and its silence is no blank."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.mapping import MappingRules, Nulls, People, Property, Role, SyncRule, System
from domain.drift import SILENT, Drift, DriftKind
from domain.place import FieldOf
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.merge_lead import LeadMerge, merge_lead

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {"crm": "salesforce", "mail": "hubspot"}
RULES = MappingRules(
    systems={
        "crm": System(people=People(objects=["Lead"], key="K", email="Email")),
        "mail": System(people=People(objects=["contacts"], key="k", email="email")),
    },
    properties=[
        Property(
            name="title",
            fields={"crm": "Title", "mail": "jobtitle"},
            sync=SyncRule.PREFER_SALESFORCE,
            nulls=Nulls.PROPAGATE,
        ),
        Property(name="verdict", role=Role.ANSWER, fields={"crm": "Verdict"}),
    ],
)
AGREED = {("title", name): Base(value="CEO", vendor_form="CEO") for name in TYPES}


def fields(kind: DriftKind | None, name: str = "Title") -> FieldMap:
    at = FieldOf(connection="crm", object="Lead", field=name)
    return FieldMap(RULES, TYPES, drifts=[] if kind is None else [Drift(field=at, kind=kind)])


def merged(kind: DriftKind | None, *, crm: dict[str, Value], mail: dict[str, Value]) -> LeadMerge:
    lead = Record(ref=RecordRef(connection="crm", object="Lead", id="1"), values=crm, modified_at=NOW)
    contact = replace(lead, ref=RecordRef(connection="mail", object="contacts", id="1"), values=mail)
    return merge_lead([lead, contact], AGREED, fields(kind))


def test_a_blank_that_is_shown_is_carried_over() -> None:
    (wish,) = merged(None, crm={"Title": None}, mail={"jobtitle": "CEO"}).desired
    assert (wish.field, wish.value) == ("jobtitle", None)


@pytest.mark.parametrize("kind", sorted(SILENT))
@pytest.mark.parametrize("crm", [{}, {"Title": None}, {"Title": "12"}], ids=["unread", "blank", "of another kind"])
def test_what_has_drifted_out_of_sight_changes_nothing_elsewhere(kind: DriftKind, crm: dict[str, Value]) -> None:
    found = merged(kind, crm=crm, mail={"jobtitle": "CEO"})
    assert (found.desired, found.conflicts, found.values["title"]) == ((), (), "CEO")


@pytest.mark.parametrize("kind", [DriftKind.READ_ONLY, DriftKind.WORDS])
def test_what_may_only_not_be_written_is_heard_as_before(kind: DriftKind) -> None:
    (wish,) = merged(kind, crm={"Title": "CFO"}, mail={"jobtitle": "CEO"}).desired
    assert (wish.field, wish.value) == ("jobtitle", "CFO")


@pytest.mark.parametrize(("kind", "paused"), [(kind, kind is not DriftKind.WORDS) for kind in DriftKind], ids=str)
def test_only_the_field_itself_is_paused(kind: DriftKind, paused: bool) -> None:
    known = fields(kind)
    assert known.is_paused("crm", "Lead", "Title") is paused
    assert [known.is_paused(*at) for at in (("crm", "Lead", "Verdict"), ("mail", "contacts", "Title"))] == [False] * 2


def test_an_answer_in_a_field_that_is_gone_is_no_answer() -> None:
    shown: dict[str, Value] = {"Verdict": "Accept"}
    lead = Record(ref=RecordRef(connection="crm", object="Lead", id="1"), values=shown, modified_at=NOW)
    assert merge_lead([lead], {}, fields(None)).answers == {("verdict", "crm"): "Accept"}
    assert merge_lead([lead], {}, fields(DriftKind.GONE, "Verdict")).answers == {}
