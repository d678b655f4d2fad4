"""A loop on a store of its own, with systems that do just what a test says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.settings import Settings
from connectors.contract import Connector, Holds, Pace, Stream
from domain.change import Change, Receipt, ReceiptOutcome
from domain.record import AccountInfo, Cursor, Page
from domain.run import GoLive, RuleVersion
from store import connections, leadership
from store import rules as rule_store
from store.engine import Store
from sync.loop import Loop

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
TYPES = {"salesforce": "salesforce", "hubspot": "hubspot"}


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def applied(change: Change) -> Receipt:
    return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=change.id)


@dataclass(slots=True, kw_only=True)
class Named:
    name: str = "salesforce"

    def account(self) -> AccountInfo:
        return AccountInfo(account_id="1", name="Acme", user="loop")


@dataclass(slots=True, kw_only=True)
class Writing(Named):
    """Writes what it is told: `does` gives the receipts, `finds` says what became of a lost one."""

    does: Callable[[Sequence[Change]], Iterator[Receipt]] = lambda changes: map(applied, changes)
    finds: Callable[[Change], Receipt | None] = applied
    written: list[Change] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        self.written += changes
        yield from self.does(changes)

    def settle(self, change: Change) -> Receipt | None:
        self.asked.append(change.key)
        return self.finds(change)


@dataclass(slots=True, kw_only=True)
class Reading(Named):
    """Answers with `pages`, stream by stream; an exception among them is raised in its place."""

    streams: Mapping[str, Stream]
    pages: dict[str, list[Page | Exception]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        self.asked.append(f"{stream}@{cursor.position if cursor else ''}")
        for page in self.pages.get(stream, []):
            if isinstance(page, Exception):
                raise page
            yield page


def stream(name: str, holds: Holds, pace: Pace = Pace.SLOW) -> Stream:
    return Stream(name=name, holds=holds, pace=pace)


@contextmanager
def looping(
    store: Store, version: RuleVersion, *systems: Connector, settings: Settings | None = None
) -> Iterator[Loop]:
    """The lead on this store, its rules published, its systems introduced."""
    lead = leadership.acquire(store, holder="test")
    try:
        with store.write(lead.epoch) as tx:
            rule_store.publish(tx, version)
            connections.ensure(tx, TYPES, now=NOON)
        yield Loop(
            store=store,
            settings=settings or Settings(go_live=GoLive.LIVE),
            connections={each.name: each for each in systems},
            holder="test",
            epoch=lead.epoch,
            types=TYPES,
            introduced=set(TYPES),
        )
    finally:
        lead.release()


def lose_the_lead(store: Store) -> None:
    """As when another process took it meanwhile."""
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE leadership SET epoch = epoch + 1")
