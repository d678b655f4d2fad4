"""What stays at home is known lead by lead, and counted by field and cause."""

from dataclasses import replace

from domain.misfit import Blocked, Misfit, Why
from domain.place import FieldOf
from domain.values import LeadId, RecordRef
from store import leads, misfits
from store.engine import Store
from tests.unit.store.examples import NOON, at

ANA, BEN, CAT = LeadId(1), LeadId(2), LeadId(3)


def misfit(record: str, field: str = "Title", why: Why = Why.LENGTH, **more: str) -> Misfit:
    ref = RecordRef(connection="salesforce", object="Lead", id=record)
    told = {"property": "job_title", "words": "holds 128 characters", **more}
    return Misfit(ref=ref, field=field, why=why, **told)


UNREAD = misfit("00Q1", "Phone", Why.UNREADABLE, property="phone", words="e164 cannot read the value")


def test_planning_and_deciding_each_replace_their_own_part(store: Store) -> None:
    with store.write() as tx:
        misfits.unfit(tx, {ANA: [misfit("00Q1")], BEN: [misfit("00Q2")]}, now=at(0))
        assert misfits.unread(tx, {ANA: [UNREAD], CAT: []}, now=at(0)) == {ANA}
        assert misfits.of_leads(tx, [ANA, BEN, CAT]) == {ANA: [UNREAD, misfit("00Q1")], BEN: [misfit("00Q2")]}
        misfits.unfit(tx, {ANA: []}, now=at(1))
        assert misfits.unread(tx, {ANA: []}, now=at(1)) == set()
        assert misfits.of_leads(tx, [ANA, BEN]) == {BEN: [misfit("00Q2")]}


def test_it_is_counted_by_field_and_cause_since_the_oldest(store: Store) -> None:
    def option(record: str, hint: str = "Software") -> Misfit:
        return misfit(record, "Industry", Why.OPTION, property="industry", words="lacks the option", hint=hint)

    with store.write() as tx:
        misfits.unfit(tx, {ANA: [misfit("00Q1")]}, now=at(0))
        misfits.unfit(tx, {BEN: [misfit("00Q2"), option("00Q2", "Steel")], CAT: [option("00Q3")]}, now=at(1))
        misfits.unfit(tx, {ANA: [misfit("00Q1"), option("00Q1")]}, now=at(2))
        title = FieldOf(connection="salesforce", object="Lead", field="Title")
        assert misfits.blocked(tx) == (
            Blocked(
                column=replace(title, field="Industry"),
                property="industry",
                why=Why.OPTION,
                words="lacks the option",
                hint="Software",
                values=3,
                examples=("00Q1", "00Q2", "00Q3"),
                since=at(1),
            ),
            Blocked(
                column=title,
                property="job_title",
                why=Why.LENGTH,
                words="holds 128 characters",
                hint="",
                values=2,
                examples=("00Q1", "00Q2"),
                since=at(0),
            ),
        )


def test_when_an_object_is_described_anew_what_it_would_have_refused_is_planned_again(store: Store) -> None:
    with store.write() as tx:
        first, second, third = (each.id for each in leads.create(tx, 3, now=NOON, installation="LL"))
        elsewhere = RecordRef(connection="hubspot", object="contacts", id="7")
        misfits.unfit(tx, {first: [misfit("00Q1")], second: [replace(misfit("x"), ref=elsewhere)]}, now=at(0))
        misfits.unread(tx, {third: [UNREAD]}, now=at(0))
        leads.clear_plan_due(tx, [first, second, third])
        misfits.replan(tx, "salesforce", "Lead")
        assert leads.plan_due(tx, limit=None) == [first]


def test_a_lead_that_became_part_of_another_leaves_nothing(store: Store) -> None:
    with store.write() as tx:
        misfits.unfit(tx, {ANA: [misfit("00Q1")], BEN: [misfit("00Q2")]}, now=at(0))
        misfits.forget(tx, ANA)
        assert misfits.of_leads(tx, [ANA, BEN]) == {BEN: [misfit("00Q2")]}
