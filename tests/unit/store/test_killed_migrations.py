"""An upgrade that is killed anywhere leaves the database as it was, and the next start finishes it (F11)."""

import multiprocessing
import os
import signal
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, event, text

from domain.stage import Stage
from store.engine import Store
from store.migrations.upgrade import settings
from store.schema import KNOWN_REVISIONS
from tests.unit.store.test_stage_dates_migration import OUT, lead, move

BEFORE = "0025"
STEPS = [each for each in KNOWN_REVISIONS if each > BEFORE]
_FORKS = multiprocessing.get_context("fork")


def filled(url: str) -> None:
    """A database of an earlier release with somebody in it."""
    store = Store.open(url)
    with store.write() as tx:
        command.upgrade(settings(tx), BEFORE)
        lead(tx, OUT, Stage.DISQUALIFIED)
        move(tx, OUT, Stage.KNOWN, Stage.DISQUALIFIED, "person")
    store.dispose()


def upgrade_until(url: str, statement: int | None, step: str | None) -> None:
    """In a process of its own: SIGKILL before the n-th statement, or before a step's number is written."""
    store = Store.open(url)
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def look(_connection: Any, _cursor: Any, said: str, given: Any, *_: Any) -> None:
        nonlocal count
        count += 1
        ends_step = "UPDATE alembic_version" in said and step is not None and (step in said or step in str(given))
        if count == statement or ends_step:
            os.kill(os.getpid(), signal.SIGKILL)

    store.migrate()
    store.dispose()
    os._exit(0)


def killed(url: str, *, statement: int | None = None, step: str | None = None) -> bool:
    process = _FORKS.Process(target=upgrade_until, args=(url, statement, step))
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL}
    return code != 0


def stands(url: str) -> tuple[str | None, list[tuple[Any, ...]]]:
    """The schema's number and what is known of everybody, by the columns that every release has."""
    store = Store.open(url)
    with store.read() as tx:
        rows = tx.execute(text("SELECT id, key, stage, stage_since FROM lead ORDER BY id")).all()
    found = store.revision()
    store.dispose()
    return found, [tuple(row) for row in rows]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_the_end_of_a_step_it_is_as_it_was_and_the_next_start_finishes(fresh_url: str, step: str) -> None:
    filled(fresh_url)
    before = stands(fresh_url)
    assert killed(fresh_url, step=step)
    assert stands(fresh_url) == before
    assert not killed(fresh_url)
    assert stands(fresh_url) == (KNOWN_REVISIONS[-1], before[1])


def test_killed_before_any_statement_it_is_as_it_was_and_the_next_start_finishes(fresh_url: str) -> None:
    filled(fresh_url)
    before = stands(fresh_url)
    statement, kills = 1, 0
    while killed(fresh_url, statement=statement):
        assert stands(fresh_url) == before, statement
        statement += 7
        kills += 1
    assert kills >= 5, "a run that was killed less often proves nothing"
    assert stands(fresh_url) == (KNOWN_REVISIONS[-1], before[1])
