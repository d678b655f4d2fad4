"""Leads: who is due, what saving clears, and that no touch is ever lost."""

from dataclasses import replace

from sqlalchemy import text

from domain.activity import Activity
from domain.score import Dimension, Grade, Line, Score, Step
from domain.stage import Stage
from domain.values import LeadId
from store import leads
from store.engine import Store
from tests.unit.store.examples import NOON, RULES, at, found, lead_of


def test_new_leads_are_due_and_carry_a_key_of_their_own(store: Store) -> None:
    with store.write() as tx:
        first, second = leads.create(tx, 2, now=NOON, installation="LL7", armed_at=at(-60))
        assert (first.key, second.key) == (f"LL7-{first.id}", f"LL7-{second.id}")
        assert first.stage is Stage.KNOWN
        assert first.armed_at == at(-60)
        assert leads.get(tx, [first.id, second.id]) == {first.id: first, second.id: second}
        assert leads.by_key(tx, [second.key, "LL7-x"]) == {second.key: second}
        assert leads.due(tx, now=NOON, limit=10) == [first.id, second.id]
        assert leads.create(tx, 0, now=NOON, installation="LL7") == []


def test_a_number_is_never_given_out_twice(store: Store) -> None:
    with store.write() as tx:
        first = {lead.id for lead in leads.create(tx, 3, now=NOON, installation="LL")}
        tx.execute(text("DELETE FROM lead"))
        assert first.isdisjoint({lead.id for lead in leads.create(tx, 3, now=NOON, installation="LL")})


def test_saving_keeps_every_field(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        decided = replace(
            lead,
            stage=Stage.RECYCLED,
            stage_since=at(1),
            armed_at=at(2),
            owner="okafor@us.example",
            mql_since=at(3),
            return_at=at(4),
            recycled_as="no_budget",
            times_recycled=2,
            left_lists=("LL · Nurture · Timing",),
            nurture_withheld="opted_out",
            shown_score=74,
            shown_band="B hot",
            shown_at=at(5),
            wake_at=at(600),
        )
        leads.save(tx, [decided], now=NOON)
        assert lead_of(tx, lead.id) == replace(decided, revision=2)


def test_the_revision_rises_with_stage_and_owner_only(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        leads.save(tx, [replace(lead, shown_score=3)], now=NOON)
        assert lead_of(tx, lead.id).revision == 1
        leads.save(tx, [replace(lead, owner="okafor@us.example")], now=NOON)
        assert lead_of(tx, lead.id).revision == 2
        leads.save(tx, [replace(lead_of(tx, lead.id), stage=Stage.MQL)], now=NOON)
        assert lead_of(tx, lead.id).revision == 3


def test_saving_clears_due_unless_the_lead_was_touched_since(store: Store) -> None:
    with store.write() as tx:
        quiet, busy = leads.create(tx, 2, now=NOON, installation="LL")
        leads.touch(tx, [busy.id])
        leads.save(tx, [quiet, busy], now=NOON)
        assert leads.due(tx, now=NOON, limit=10) == [busy.id]
        leads.save(tx, [lead_of(tx, busy.id)], now=NOON)
        assert leads.due(tx, now=NOON, limit=10) == []


def test_changed_leads_come_first_and_then_those_whose_time_has_come(store: Store) -> None:
    with store.write() as tx:
        late, early, later, changed = leads.create(tx, 4, now=NOON, installation="LL")
        moments = ((late, 5), (early, 2), (later, 60), (changed, 1))
        leads.save(tx, [replace(lead, wake_at=at(minute)) for lead, minute in moments], now=NOON)
        leads.touch(tx, [changed.id])
        assert leads.due(tx, now=at(5), limit=10) == [changed.id, early.id, late.id]
        assert leads.due(tx, now=at(5), limit=2) == [changed.id, early.id]
        assert leads.due(tx, now=at(60), limit=None) == [changed.id, early.id, late.id, later.id]
        assert leads.count_due(tx, now=at(5)) == 3
        assert leads.next_wake(tx) == at(1)


def test_a_time_that_has_passed_does_not_come_up_again_in_the_same_pass(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        leads.save(tx, [replace(lead, wake_at=at(-1))], now=NOON)
        assert leads.due(tx, now=NOON, limit=10) == []
        assert leads.due(tx, now=at(1), limit=10) == [lead.id]


def test_what_was_looked_at_is_neither_due_nor_awake(store: Store) -> None:
    with store.write() as tx:
        held, asleep = leads.create(tx, 2, now=NOON, installation="LL")
        leads.save(tx, [replace(held, wake_at=at(1)), replace(asleep, wake_at=at(60))], now=NOON)
        leads.touch(tx, [held.id, asleep.id])
        leads.clear_due(tx, [held.id, asleep.id], now=at(2))
        assert leads.due(tx, now=at(2), limit=10) == []
        assert leads.due(tx, now=at(60), limit=10) == [asleep.id]


def test_a_lead_that_cannot_be_decided_is_shown_until_it_can(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        leads.fail(tx, lead.id, "LookupError: no such stage", now=NOON)
        assert leads.failed(tx) == {lead.id: "LookupError: no such stage"}
        assert leads.due(tx, now=NOON, limit=10) == []
        leads.touch(tx, [lead.id])
        leads.save(tx, [lead_of(tx, lead.id)], now=NOON)
        assert leads.failed(tx) == {}


def test_a_lead_is_planned_when_somebody_says_so(store: Store) -> None:
    with store.write() as tx:
        first, second = leads.create(tx, 2, now=NOON, installation="LL")
        leads.save(tx, [first, second], now=NOON, replan=[second.id])
        assert leads.plan_due(tx, limit=10) == [second.id]
        leads.mark_plan_due(tx, [first.id])
        assert leads.plan_due(tx, limit=1) == [first.id]
        leads.clear_plan_due(tx, [first.id, second.id])
        assert leads.plan_due(tx, limit=None) == []


def test_publishing_arms_every_lead_and_has_it_decided_anew(store: Store) -> None:
    with store.write() as tx:
        first, second = leads.create(tx, 2, now=NOON, installation="LL")
        leads.save(tx, [first, replace(second, armed_at=at(90))], now=NOON)
        leads.arm_all(tx, at(60))
        leads.make_all_due(tx)
        assert (lead_of(tx, first.id).armed_at, lead_of(tx, second.id).armed_at) == (at(60), at(90))
        assert leads.due(tx, now=NOON, limit=10) == [first.id, second.id]


def test_leads_are_counted_by_stage(store: Store) -> None:
    with store.write() as tx:
        made = leads.create(tx, 3, now=NOON, installation="LL")
        leads.save(tx, [replace(made[2], stage=Stage.MQL)], now=NOON)
        assert leads.count_by_stage(tx) == {Stage.KNOWN: 2, Stage.MQL: 1}
        assert leads.by_stage(tx, Stage.MQL) == [made[2].id]
        assert leads.count(tx) == 3


def test_a_score_comes_back_as_it_was(store: Store) -> None:
    line = Line(
        dimension=Dimension.ENGAGEMENT, group="web", rule="pricing", count=3, raw=30_000, decayed=28_125, points=20_000,
        latest_at=at(-7),
    )  # fmt: skip
    score = Score(
        as_of=NOON, rule_hash=RULES, engagement=20_000, sales=0, fit_percent=61, grade=Grade.B, step=Step.WARM,
        lines=(line,), last_point_at=at(-7), last_fact_at=at(-9), next_change_at=at(90),
    )  # fmt: skip
    hand_raise: tuple[Activity, ...] = ()
    with store.write() as tx:
        scored, unscored = found(tx, "00Q1", "00Q2")
        leads.save_scores(tx, {scored: (score, "Pricing page 3× this week.")})
        assert leads.scores_of(tx, [scored, unscored]) == {
            scored: (replace(score, hand_raises=hand_raise), "Pricing page 3× this week.")
        }
        assert leads.never_scored(tx, [scored, unscored]) == {unscored}
        leads.save_scores(tx, {scored: (replace(score, engagement=1_000, lines=()), "")})
        assert leads.scores_of(tx, [scored])[scored][0].engagement == 1_000


def test_finding_the_due_reads_no_whole_table(store: Store) -> None:
    """A tick at ten million leads may not cost more than one at a hundred thousand."""
    with store.write() as tx:
        leads.create(tx, 5, now=NOON, installation="LL")
        if store.is_postgresql:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        questions = {
            "ix_lead_due": "SELECT id FROM lead WHERE {due} ORDER BY id LIMIT 5",
            "ix_lead_wake_at": "SELECT id FROM lead WHERE wake_at <= 5 AND {not_due} ORDER BY wake_at, id LIMIT 5",
            "ix_lead_plan_due": "SELECT id FROM lead WHERE {plan_due} ORDER BY id LIMIT 5",
        }
        flags = {"due": "due", "not_due": "NOT due", "plan_due": "plan_due"}
        flags_sqlite = {"due": "due = 1", "not_due": "due = 0", "plan_due": "plan_due = 1"}
        explain = "EXPLAIN " if store.is_postgresql else "EXPLAIN QUERY PLAN "
        for index, question in questions.items():
            asked = question.format(**(flags if store.is_postgresql else flags_sqlite))
            plan = " ".join(str(row) for row in tx.execute(text(explain + asked)))
            assert index in plan


def test_touching_nobody_is_no_work(store: Store) -> None:
    with store.write() as tx:
        leads.touch(tx, set())
        leads.save(tx, [], now=NOON)
        assert leads.get(tx, [LeadId(404)]) == {}
