"""Scores, handoffs and clicks from before there were named scores, scorecards and a person's word on a click."""

from alembic import command

from domain.score import Grade, Step
from domain.values import LeadId
from store import handoffs, ledger, scores
from store.engine import Store, Tx
from store.migrations.upgrade import settings
from tests.unit.store.examples import NOON

ANA = LeadId(1)
MICROS = int(NOON.timestamp()) * 1_000_000


def test_what_was_kept_before_is_read_as_it_was_and_says_nothing_of_what_came(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        command.upgrade(settings(tx), "0020")
        _keep(tx)
    store.migrate()
    with store.read() as tx:
        score, _ = scores.scores_of(tx, [ANA])[ANA]
        handoff = handoffs.open_of(tx, [ANA])[ANA]
        (click,) = ledger.activities_of(tx, [ANA])[ANA]
    store.dispose()
    assert (score.shown, score.grade, score.step, score.as_of) == (60, Grade.B, Step.HOT, NOON)
    assert (score.named, handoff.scorecard, click.vouched_at) == ({}, (), None)
    assert (handoff.number, handoff.owner, handoff.steps) == (1, "okafor@us.example", ("asked",))
    assert (click.key, click.properties) == (("hubspot", "email_events", "1"), {"url": "/pricing"})


def _keep(tx: Tx) -> None:
    no = "false" if tx.dialect.name == "postgresql" else "0"
    _insert(
        tx,
        "score",
        "lead_id, as_of, rule_hash, engagement, sales, grade, step, why, lines",
        f"1, {MICROS}, 'r', 60000, 0, 'B', 'hot', 'Asked.', '[]'",
    )
    _insert(
        tx,
        "handoff",
        "lead_id, number, kind, opened_at, why, hand_raise, score, band, owner, tried, steps",
        f"1, 1, 'new_business', {MICROS}, 'Asked.', {no}, 60, 'B hot', 'okafor@us.example', '[]', '[\"asked\"]'",
    )
    _insert(
        tx,
        "activity",
        "lead_id, connection, stream, external_id, kind, occurred_at, seen_at, automated, properties",
        f"1, 'hubspot', 'email_events', '1', 'email_clicked', {MICROS}, {MICROS}, {no}, '{{\"url\": \"/pricing\"}}'",
    )


def _insert(tx: Tx, table: str, columns: str, values: str) -> None:
    tx.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({values})")
