"""What an older database knows of its leads' stages, and what it does not, once it is brought up to date."""

from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import text

from domain.stage import Stage
from domain.values import LeadId
from store import leads
from store.columns import to_micros
from store.engine import Store, Tx
from store.migrations.upgrade import settings

THEN = datetime(2026, 9, 7, 8, tzinfo=UTC)
OUT, AT_WORK, FOUND, NEW = (LeadId(number) for number in (1, 2, 3, 4))


def lead(tx: Tx, number: LeadId, stage: Stage) -> None:
    names = "id, key, revision, stage, stage_since, armed_at, times_recycled, left_lists, due, plan_due, created_at"
    values = f"{number}, 'LL-{number}', 1, '{stage}', {to_micros(THEN)}, 0, 0, '[]', false, false, 0"
    tx.execute(text(f"INSERT INTO lead ({names}) VALUES ({values})"))


def move(tx: Tx, number: LeadId, before: Stage, after: Stage, cause: str, *, ago: timedelta = timedelta(0)) -> None:
    names = "lead_id, at, before, after, cause, why, rule_hash"
    values = f"{number}, {to_micros(THEN - ago)}, '{before}', '{after}', '{cause}', '{cause} to {after}', 'r1'"
    tx.execute(text(f"INSERT INTO transition ({names}) VALUES ({values})"))


def test_the_present_stage_has_its_date_and_whoever_is_out_the_reason_of_that_move(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        command.upgrade(settings(tx), "0025")
        for number, stage in ((OUT, Stage.DISQUALIFIED), (AT_WORK, Stage.ACCEPTED), (FOUND, Stage.CUSTOMER)):
            lead(tx, number, stage)
        lead(tx, NEW, Stage.KNOWN)
        move(tx, OUT, Stage.KNOWN, Stage.DISQUALIFIED, "rule", ago=timedelta(days=9))
        move(tx, OUT, Stage.KNOWN, Stage.DISQUALIFIED, "person")
        move(tx, AT_WORK, Stage.ASSIGNED, Stage.ACCEPTED, "person")
        move(tx, FOUND, Stage.KNOWN, Stage.CUSTOMER, "baseline")
    store.migrate()
    with store.read() as tx:
        found = leads.get(tx, [OUT, AT_WORK, FOUND, NEW])
    store.dispose()
    assert {number: dict(each.reached) for number, each in found.items()} == {
        OUT: {Stage.DISQUALIFIED: THEN},
        AT_WORK: {Stage.ACCEPTED: THEN},
        FOUND: {},
        NEW: {},
    }
    assert [found[each].set_aside_because for each in (OUT, AT_WORK, FOUND, NEW)] == [
        "person to disqualified",
        None,
        None,
        None,
    ]
