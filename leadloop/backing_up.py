"""Makes a backup: a copy while others go on, looked through before it is called one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from domain.errors import SettingsError, StoreError
from leadloop.anchors import AnchorFile, accounted_for
from leadloop.archives import ANCHOR, DATABASES, POSTGRESQL, SQLITE, Page, digest, pack, workshop
from store import audit_chain, copy_postgres, copy_sqlite
from store import installation as notebook
from store import rules as rule_store
from store.audit_chain import Verdict
from store.engine import Store, Tx, database_file
from store.vault import Vault
from sync.firstday import step_in_force

KEY_WORD = "leadloop"
"""What is closed with the key, to see at a restore whether a key opens what this one closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was written, and what its audit's chain is like."""

    file: Path
    page: Page
    verdict: Verdict


def make(settings: Settings, folder: Path, file: Path, *, now: datetime) -> Made:
    """Write `file`; StoreError when the database cannot be copied or the copy is damaged: then there is no file."""
    if file.exists():
        raise SettingsError(f"{file} is there already: name another file, or move that one away.")
    if not file.parent.is_dir():
        raise SettingsError(f"There is no folder {file.parent}: make it first.")
    anchors = AnchorFile(folder / settings.audit.anchor, lambda: now)
    with workshop(file.parent) as within:
        kept = within / ANCHOR
        if anchors.path.exists():  # before the database: a line that is added meanwhile would be ahead of the copy
            kept.write_bytes(anchors.path.read_bytes())
        copied = AnchorFile(kept, lambda: now)
        with _copied(settings, folder, within) as (tx, revision):
            page, verdict = _look(tx, settings, copied, revision=revision, now=now)
        database = within / DATABASES[page.database]
        if page.database == SQLITE:
            copy_sqlite.to_one_file(database)
        page = replace(page, sha256=digest(database))
        pack(page, database, kept, to=file, within=within)
    return Made(file=file, page=page, verdict=verdict)


@contextmanager
def _copied(settings: Settings, folder: Path, within: Path) -> Iterator[tuple[Tx, str]]:
    """Make the copy, and look into exactly what it holds."""
    path = database_file(settings.database_url, folder)
    if path is None:
        with _opened(settings.database_url, folder) as store:
            revision = _revision(store)
            with copy_postgres.snapshot(store) as (tx, seen):
                copy = within / DATABASES[POSTGRESQL]
                copy_postgres.dump(settings.database_url, copy, seen=seen)
                copy_postgres.require_sound(settings.database_url, copy)
                yield tx, revision
        return
    if not path.is_file():
        raise StoreError(f"There is no database at {path}.")
    copy = within / DATABASES[SQLITE]
    copy_sqlite.copy(path, copy)
    copy_sqlite.require_sound(copy)
    with _opened(f"sqlite:///{copy}", within) as store, store.read() as tx:
        yield tx, _revision(store)


@contextmanager
def _opened(url: str, folder: Path) -> Iterator[Store]:
    store = Store.open_to_look(url, folder=folder)
    try:
        yield store
    finally:
        store.dispose()


def _revision(store: Store) -> str:
    found = store.revision()
    if found is None:
        raise StoreError("There is nothing to back up: the database has no leadloop tables.")
    store.require_known()
    return found


def _look(tx: Tx, settings: Settings, anchors: AnchorFile, *, revision: str, now: datetime) -> tuple[Page, Verdict]:
    ends, _ = accounted_for(tx, tuple(anchors.all()))
    verdict, end, version = audit_chain.verify(tx, ends), audit_chain.end(tx), rule_store.current(tx)
    vault = Vault(settings.key.get_secret_value() if settings.key else None)
    page = Page(
        taken_at=now,
        database=SQLITE if tx.dialect.name == "sqlite" else POSTGRESQL,
        revision=revision,
        installation=notebook.get(tx, "installation_id") or "",
        sealed=0 if end is None else end.number,
        audit_end=(end or audit_chain.NOTHING).to_text(),
        rules="" if version is None else version.hash,
        go_live=step_in_force(tx, settings.go_live).value,
        key_check=vault.encrypt(KEY_WORD) if vault.is_open else None,
        sha256="",
    )
    return page, verdict
