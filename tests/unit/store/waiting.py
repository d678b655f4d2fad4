"""Waits until one transaction waits for another."""

import pytest
from sqlalchemy import text

from store.engine import Store

PATIENCE = 20_000
"""How often it is asked whether somebody waits yet: no wait is that long."""


def wait_for_a_waiter(store: Store) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(PATIENCE):
        with store.engine.connect() as tx:
            if tx.execute(waiting).scalar():
                return
    pytest.fail("nobody waits for the row that is held")
