"""Who may be worth a call is found by index, and whoever cannot be is not read."""

from dataclasses import replace
from typing import Any

import pytest

from domain.score import Dimension, Grade, Line, Score, Step
from domain.stage import Stage
from domain.values import LeadId
from store import handoffs, leads, warm
from store.engine import Store, Tx
from store.scores import save_scores
from tests.unit.store.examples import NOON, RULES, handoff

SAM = "sam@us.example"


def scored(engagement: int, sales: int = 0, *, excluded: str | None = None) -> tuple[Score, str]:
    step = Step.HOT if engagement >= 50 else Step.WARM if engagement >= 20 else Step.COLD
    line = Line(dimension=Dimension.ENGAGEMENT, group="g", rule="Demo form", count=1, raw=0, decayed=0, points=0)
    made = Score(
        as_of=NOON,
        rule_hash=RULES,
        engagement=engagement * 1000,
        sales=sales * 1000,
        fit_percent=None,
        grade=Grade.B,
        step=step,
        lines=(line,) if engagement else (),
        excluded=excluded,
        last_point_at=NOON if engagement else None,
    )
    return made, "because"


def people(tx: Tx, *made: tuple[Score, str], **standing: Any) -> list[LeadId]:
    """Decided leads with these scores."""
    new = leads.create(tx, len(made), now=NOON, installation="LL")
    leads.save(tx, [replace(each, **standing) for each in new], now=NOON)
    save_scores(tx, {lead.id: score for lead, score in zip(new, made, strict=True)})
    return [each.id for each in new]


def test_the_hottest_come_first_then_who_was_in_touch_with_sales_and_nobody_who_is_cold(store: Store) -> None:
    with store.write() as tx:
        cold, spoke, hot, level, warmish, _ = people(
            tx, scored(3, 4), scored(3, 5), scored(70), scored(30), scored(30), scored(99, excluded="Tests")
        )
    with store.read() as tx:
        found = warm.hottest(tx, 10)
        assert [each.lead for each in found] == [hot, level, warmish, spoke]
        assert (found[0].engagement, found[0].last_point_at) == (70_000, NOON)
        assert found[0].rules == frozenset({"Demo form"})
        assert [each.lead for each in warm.hottest(tx, 2)] == [hot, level]
        assert cold not in {each.lead for each in found}


def test_who_is_disqualified_or_merged_away_is_nobody_to_call(store: Store) -> None:
    with store.write() as tx:
        people(tx, scored(70), stage=Stage.DISQUALIFIED)
        (gone,) = people(tx, scored(60))
        (there,) = people(tx, scored(50))
        mark = "%s" if tx.dialect.name == "postgresql" else "?"
        tx.exec_driver_sql(f"UPDATE lead SET merged_into = {mark} WHERE id = {mark}", (there, gone))
    with store.read() as tx:
        assert [each.lead for each in warm.hottest(tx, 10)] == [there]


def test_a_rep_s_people_are_theirs_and_who_was_given_to_nobody_stands_apart(store: Store) -> None:
    with store.write() as tx:
        mine, _ = people(tx, scored(30), scored(1), owner=SAM)
        (loose,) = people(tx, scored(40))
    with store.read() as tx:
        assert [each.lead for each in warm.of_owner(tx, SAM)] == [mine]
        assert [each.lead for each in warm.hottest(tx, 10, without_owner=True)] == [loose]


def test_of_an_account_s_people_also_those_who_wait_to_be_decided_about_are_read(store: Store) -> None:
    with store.write() as tx:
        hot, cold, waits = people(tx, scored(70), scored(1), scored(2))
        leads.touch(tx, [waits])
    with store.read() as tx:
        assert {each.lead for each in warm.of_leads(tx, [hot, cold, waits])} == {hot, waits}


def test_who_is_in_an_open_handoff_of_a_rep_or_of_anybody(store: Store) -> None:
    with store.write() as tx:
        first, second, third = people(tx, scored(1), scored(1), scored(1))
        handoffs.save(
            tx,
            [
                handoff(first, owner=SAM),
                handoff(second, owner="diaz@us.example"),
                replace(handoff(third, owner=SAM), closed_at=NOON),
            ],
        )
    with store.read() as tx:
        assert warm.handed(tx, 10) == [first, second]
        assert warm.handed(tx, 10, owner=SAM) == [first]
        assert warm.handed(tx, 1) == [first]


def test_the_warmest_of_very_many_are_read_by_their_index_alone(store: Store) -> None:
    with store.write() as tx:
        people(tx, *(scored(99 if number % 100 == 0 else 1) for number in range(2_000)))
    with store.write() as tx:
        tx.exec_driver_sql("ANALYZE")
    query = warm.HOTTEST.format(more="").format(keys="20")
    with store.read() as tx:
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        prefix = "EXPLAIN QUERY PLAN " if tx.dialect.name == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(tuple(row)) for row in tx.exec_driver_sql(prefix + query))
        assert "ix_score_warm" in plan
        assert len(warm.hottest(tx, 100)) == 20


@pytest.mark.parametrize("most", [0, 3])
def test_no_more_are_read_than_asked_for(store: Store, most: int) -> None:
    with store.write() as tx:
        people(tx, *(scored(30) for _ in range(5)))
    with store.read() as tx:
        assert len(warm.hottest(tx, most)) == most
