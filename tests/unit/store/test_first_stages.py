"""Whose first stage may still become another one: whom nothing but the table, and their warmth, brought anywhere."""

import pytest

from domain.score import Grade, Score, Step
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from store import first_stages, handoffs, installation, leads
from store.engine import Store, Tx
from store.first_stages import Confirmed
from tests.unit.store.examples import NOON, RULES, at, found, handoff

WORD = Confirmed(
    hash="abc", rows=({"status": "Working", "stage": "accepted"},), by="kim", at=NOON, leads=3, rest_is_known=True
)
NOTHING = Score(
    as_of=NOON, rule_hash=RULES, engagement=0, sales=0, fit_percent=None, grade=Grade.UNKNOWN, step=Step.COLD, lines=()
)


def move(lead: LeadId, before: Stage, after: Stage, cause: Cause) -> Transition:
    return Transition(lead_id=lead, at=NOON, before=before, after=after, cause=cause, why="", rule_hash=RULES)


def people(tx: Tx) -> tuple[list[LeadId], list[LeadId]]:
    """Those whom the table alone placed, and the others; all scored."""
    mine, warm, still, ruled, given = ids = found(tx, "1", "2", "3", "4", "5")
    handoffs.save_transitions(
        tx,
        [
            move(mine, Stage.KNOWN, Stage.ACCEPTED, Cause.BASELINE),
            move(warm, Stage.KNOWN, Stage.ENGAGED, Cause.RULE),
            move(ruled, Stage.KNOWN, Stage.ACCEPTED, Cause.BASELINE),
            move(ruled, Stage.ACCEPTED, Stage.RECYCLED, Cause.PERSON),
            move(given, Stage.KNOWN, Stage.ENGAGED, Cause.RULE),
        ],
    )
    handoffs.save(tx, [handoff(given)])
    leads.save_scores(tx, dict.fromkeys(ids, (NOTHING, "")))
    return [mine, warm, still], [ruled, given]


def test_whom_the_table_alone_placed_begins_anew_and_nobody_else(store: Store) -> None:
    with store.write() as tx:
        mine, others = people(tx)
        installation.put(tx, installation.WENT_LIVE, NOON.isoformat())
        assert first_stages.provisional(tx, [*mine, *others]) == set(mine)
        assert first_stages.give_anew(tx) == 3
        assert leads.never_scored(tx, [*mine, *others]) == set(mine)
        assert first_stages.give_anew(tx) == 0, "they wait for it already"


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "nobody has a first stage yet"])
def test_nobody_begins_anew_once_it_is_confirmed_nor_before_the_baseline(store: Store, *, confirmed: bool) -> None:
    with store.write() as tx:
        mine, _ = people(tx)
        if confirmed:
            installation.put(tx, installation.WENT_LIVE, NOON.isoformat())
            first_stages.confirm(tx, WORD)
        assert first_stages.give_anew(tx) == 0
        assert leads.never_scored(tx, mine) == set()


def test_a_word_comes_back_as_it_was_given_and_the_last_one_counts(store: Store) -> None:
    with store.write() as tx:
        assert first_stages.confirmed(tx) is None
        first_stages.confirm(tx, WORD)
        assert first_stages.confirmed(tx) == Confirmed(
            hash="abc", rows=[dict(WORD.rows[0])], by="kim", at=NOON, leads=3, rest_is_known=True
        )
        first_stages.confirm(tx, Confirmed(hash="def", rows=(), by="ana", at=at(1), leads=4, rest_is_known=False))
        last = first_stages.confirmed(tx)
        assert last is not None
        assert (last.hash, last.by) == ("def", "ana")
