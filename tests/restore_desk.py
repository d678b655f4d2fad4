"""An installation that has sealed a few acts, and what is done to it before and after a restore."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from leadloop import cli, exits
from leadloop.anchors import AnchorFile
from store import audit, audit_chain, leadership
from store.audit import AuditEntry
from store.engine import Store

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def acts(folder: Path, name: str, count: int = 3) -> None:
    """Done under a lead of its own, and sealed, as the loop does it."""
    with opened(folder) as store:
        lead = leadership.acquire(store, holder="test")
        with store.write(lead.epoch) as tx:
            audit.append(tx, [AuditEntry(at=NOW, actor="ana", action=f"{name} {number}") for number in range(count)])
            end = audit_chain.seal(tx, now=NOW)
        assert end is not None
        AnchorFile(folder / "audit.anchor", lambda: NOW).keep(end)
        lead.release()


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The database alone: reading the rules costs more than all of it."""
    store = Store.open(os.environ.get("LEADLOOP_DATABASE_URL", "sqlite:///leadloop.db"), folder=folder)
    store.migrate()
    yield store
    store.dispose()


def does(folder: Path, *arguments: str) -> int:
    return cli.run([*arguments, "-C", str(folder)])


def back_up(folder: Path) -> Path:
    file = folder / "kept.tar"
    assert does(folder, "backup", str(file)) == exits.OK
    return file


def tamper(folder: Path) -> None:
    with opened(folder) as store, store.write() as tx:
        if store.is_postgresql:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        else:
            tx.execute(text("DROP TRIGGER audit_no_update"))
        tx.execute(text("UPDATE audit SET action = 'nothing' WHERE action = 'before 1'"))
