"""Puts a backup in the place of the database, marks it as put back, and keeps what was there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from domain.errors import CredentialsError, LeadHeldError, SettingsError, StoreError
from leadloop.anchors import AnchorFile, accounted_for
from leadloop.archives import POSTGRESQL, SQLITE, Page
from leadloop.backing_up import KEY_WORD
from store import audit_chain, copy_postgres, copy_sqlite, erased_since, leadership, restored
from store.engine import Store, database_file
from store.erased_since import Carried, Gone
from store.vault import Vault
from store.views import making

_STOP_FIRST = "A daemon leads this installation, or a command does: stop it, then restore."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a backup goes, who puts it there and when."""

    settings: Settings
    folder: Path
    by: str
    now: datetime

    @property
    def file(self) -> Path | None:
        return database_file(self.settings.database_url, self.folder)

    @property
    def kind(self) -> str:
        return POSTGRESQL if self.file is None else SQLITE

    @property
    def anchors(self) -> AnchorFile:
        return AnchorFile(self.folder / self.settings.audit.anchor, lambda: self.now)

    def aside(self) -> Path:
        """Where what is there now will be."""
        stamp = f"before-restore-{self.now:%Y%m%dT%H%M%SZ}"
        if self.file is None:
            return self.folder / f"leadloop.{stamp}.dump"
        return self.file.with_name(f"{self.file.name}.{stamp}")


def require_fit(place: Place, page: Page, anchor: Path) -> None:
    """SettingsError or CredentialsError while the backup cannot be put here."""
    if page.database != place.kind:
        raise SettingsError(f"The backup is of {page.database}, and database_url names {place.kind}.")
    _require_key(place.settings, page)
    theirs, ours = AnchorFile(anchor, lambda: place.now).last(), tuple(place.anchors.all())
    if theirs is not None and ours and theirs not in {line.end for line in ours}:
        raise SettingsError(
            f"The backup is of another installation: {place.anchors.path} has never heard of where its audit ends. "
            "Restore into the folder that it was made in, or move that file away if this folder is to become it."
        )


def _require_key(settings: Settings, page: Page) -> None:
    if page.key_check is None:
        return
    try:
        told = Vault(settings.key.get_secret_value() if settings.key else None).decrypt(page.key_check)
    except (CredentialsError, SettingsError) as error:
        raise CredentialsError(
            "LEADLOOP_KEY does not open what the backup keeps encrypted, the systems' logins. The key is not in a "
            "backup: put back the one that was in use then (leadloop.key, or wherever you keep it)."
        ) from error
    if told != KEY_WORD:
        raise CredentialsError("LEADLOOP_KEY opens the backup, and not what it says of itself: take another backup.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """`aside`: where what was there is now, None where there was nothing. `carried`: what became of those whom it had
    erased; None where that cannot be read."""

    aside: Path | None
    carried: Carried | None


def put_back(place: Place, page: Page, database: Path, anchor: Path) -> PutBack:
    """LeadHeldError while somebody leads."""
    if place.file is None:
        return _put_back_postgresql(place, page, database, anchor)
    with _nobody_leads(place.file):
        left = _left_in(place.file)
        with _opened(Store.open(f"sqlite:///{database}")) as copy:
            copy.migrate()
            _require_whole(copy, place, anchor, so="Nothing was changed; take an older backup.")
            carried = _mark(copy, place, page.taken_at, anchor, left)
        aside = place.aside() if place.file.exists() else None
        copy_sqlite.exchange(place.file, database, aside=place.aside())
    return PutBack(aside=aside, carried=carried)


def _put_back_postgresql(place: Place, page: Page, database: Path, anchor: Path) -> PutBack:
    url = place.settings.database_url
    with _opened(Store.open(url, folder=place.folder)) as store, _nobody_leads(store):
        left, aside = _Left(epoch=restored.UNKNOWN_EPOCHS), None
        with store.read() as tx:
            readers = making.readers(tx)
        if store.revision() is not None:
            left, aside = _left_by(store), place.aside()
            copy_postgres.dump_all(url, aside)
        notes = {restored.BROKEN_OFF: f"{place.by} {page.taken_at.isoformat()}"}
        if left.gone is not None:
            notes[erased_since.NOTE] = erased_since.to_text(left.gone)
        copy_postgres.bring_back(url, database, notes=notes)
        store.migrate()
        with store.write() as tx:
            making.grant(tx, readers)
        kept = f" What was there is kept as {aside}." if aside is not None else ""
        _require_whole(
            store,
            place,
            anchor,
            so=f"It stands in the database all the same, and nobody leads on it: put another backup back.{kept}",
        )
        carried = _mark(store, place, page.taken_at, anchor, left)
    return PutBack(aside=aside, carried=carried)


def announce(place: Place) -> datetime:
    """Mark a database that came back by other means; returns as of when it seems to be."""
    with _opened(Store.open(place.settings.database_url, folder=place.folder)) as store:
        store.migrate()
        with _nobody_leads(place.file or store):
            with store.read() as tx:
                taken_at, epoch = restored.last_moment(tx) or place.now, restored.highest_epoch(tx)
            _require_whole(store, place, place.anchors.path, so="It was not marked; put another backup back.")
            left = _Left(epoch=epoch + restored.UNKNOWN_EPOCHS)
            _mark(store, place, taken_at, place.anchors.path, left)
    return taken_at


def _require_whole(store: Store, place: Place, anchor: Path, *, so: str) -> None:
    """StoreError when the audit that came back was tampered with; `so`: how things stand then, and what to do."""
    own = AnchorFile(anchor, lambda: place.now)
    with store.read() as tx:
        ends, _ = accounted_for(tx, tuple(own.all()))
        verdict = audit_chain.verify(tx, () if own.path == place.anchors.path else ends)
    if not verdict.ok:
        raise StoreError(f"The audit of the backup is not whole: row {verdict.first_bad} is {verdict.fault}. {so}")


def _mark(store: Store, place: Place, taken_at: datetime, anchor: Path, left: "_Left") -> Carried | None:
    """The anchors first: a mark that they do not know of would look like a chain that was cut."""
    anchors, own = place.anchors, AnchorFile(anchor, lambda: place.now)
    with store.read() as tx:
        end = audit_chain.end(tx)
    if not anchors.path.exists() and own.path.exists():
        anchors.path.write_bytes(own.path.read_bytes())
        anchors.path.chmod(0o600)
    anchors.restore(end, by=place.by, taken_at=taken_at)
    how = restored.Mark(
        by=place.by,
        at=place.now,
        taken_at=taken_at,
        connections=tuple(place.settings.connections),
        times=sum(1 for line in anchors.all() if line.taken_at is not None),
    )
    with store.write() as tx:
        restored.mark(tx, how, epoch=left.epoch)
        return None if left.gone is None else erased_since.carry_over(tx, left.gone)


@contextmanager
def _nobody_leads(where: Store | Path) -> Iterator[None]:
    let_go = _alone(where)
    try:
        yield
    finally:
        let_go()


def _alone(where: Store | Path) -> Callable[[], None]:
    try:
        return leadership.keep_out(where)
    except LeadHeldError as error:
        raise LeadHeldError(_STOP_FIRST) from error


@contextmanager
def _opened(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What the store that was there tells: the highest epoch, and whom it erased; None: that cannot be read."""

    epoch: int
    gone: list[Gone] | None = None


def _left_in(path: Path) -> _Left:
    try:
        with _opened(Store.open_to_look(f"sqlite:///{path}")) as store:
            return _left_by(store)
    except StoreError:
        return _Left(epoch=restored.UNKNOWN_EPOCHS)


def _left_by(store: Store) -> _Left:
    """As far as it can be read: it may be damaged, older than erasures, or what a restore left that was broken off."""
    try:
        with store.read() as tx:
            epoch, noted = restored.epoch_before(tx), erased_since.noted(tx)
    except StoreError:
        return _Left(epoch=restored.UNKNOWN_EPOCHS)
    try:
        with store.read() as tx:
            gone = {each.key: each for each in (*erased_since.everybody(tx), *(noted or ()))}
    except StoreError:
        return _Left(epoch=epoch, gone=noted)
    return _Left(epoch=epoch, gone=list(gone.values()))
