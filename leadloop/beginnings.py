"""Whether a database may be begun: not where one has been, for then everything would be done a second time."""

from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from domain.errors import StoreError
from leadloop.anchors import AnchorFile
from store import restored
from store.engine import Store, database_file


def require_there(settings: Settings, folder: Path) -> None:
    """StoreError where the database's file is gone, before anything makes a new one."""
    path = database_file(settings.database_url, folder)
    if path is not None and (not path.exists() or not path.stat().st_size):
        _refuse_if_lived(settings, folder, f"There is no database at {path}")


def require_filled(store: Store, settings: Settings, folder: Path) -> None:
    """StoreError where the database is there and empty."""
    if store.revision() is None:
        _refuse_if_lived(settings, folder, "The database has no tables")


def _refuse_if_lived(settings: Settings, folder: Path, what: str) -> None:
    anchors = _anchors(settings, folder)
    lines = tuple(anchors.all())
    if not lines or not lines[-1].end.number:
        return
    last = lines[-1]
    raise StoreError(
        f"{what}, and {anchors.path.name} knows that this installation was at work until {last.at:%Y-%m-%d %H:%M} UTC "
        f"({last.end.number:,} sealed rows of the audit). Nothing was made or sent. Put the database back, or restore "
        "a backup (`leadloop restore FILE`). Where there is none: `leadloop run --adopt` begins anew from what the "
        "systems show; who is in a handoff by then has none any more."
    )


def begin_anew(store: Store, settings: Settings, folder: Path, *, by: str, now: datetime) -> None:
    """A person said so: the audit begins again, and says by whom. The anchors first, as for a restore."""
    if not any(_anchors(settings, folder).all()):
        return
    AnchorFile(folder / settings.audit.anchor, lambda: now).restore(None, by=by, taken_at=now)
    with store.write() as tx:
        restored.begin_anew(tx, by=by, at=now)


def _anchors(settings: Settings, folder: Path) -> AnchorFile:
    return AnchorFile(folder / settings.audit.anchor, lambda: datetime.max.replace(tzinfo=UTC))
