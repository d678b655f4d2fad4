"""A small world in memory: three people, two reps, two systems, a store, and whoever leads the loop.

It is set up once and copied for every history. Time stands still but for what a history does to it.
"""

import copy
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from config.settings import Settings
from connectors.contract import Holds, Pace, Stream
from domain.activity import Activity, ActivityKind
from domain.errors import FencedError
from domain.hint import Hint, HintKind
from domain.record import Record
from domain.run import GoLive, RuleVersion
from domain.values import RecordRef
from store import connections, inbox, leadership, leads
from store import rules as rule_store
from store.engine import Store
from store.leadership import Leadership
from sync.cycle import Tally, follow_hints, run_once
from sync.loop import InForce, Loop, compile_version, nothing_reached
from tests.cast import REPS, contact
from tests.simulation.systems import Effect, System
from tests.stores import migrated

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
TYPES = {"salesforce": "salesforce", "hubspot": "hubspot"}
PEOPLE = ("ana.ruiz@globex.example", "ben.cole@initech.example", "cat.lee@stark.example")
WIDE: dict[str, Any] = {
    "handoff": {"floor": 1_000_000},
    "additive": {"floor": 1_000_000},
    "destructive": {"floor": 1_000_000, "ceiling": 1_000_000},
    "smaller_sweep_percent": 100,
}
"""What three people do at once would be held otherwise."""
MINUTE = timedelta(minutes=1)


class KilledError(BaseException):
    """The daemon ended at a point of the loop. No `Exception`: nothing in the loop may answer it."""


def _streams(**held: tuple[Holds, Pace]) -> dict[str, Stream]:
    return {name: Stream(name=name, holds=holds, pace=pace) for name, (holds, pace) in held.items()}


@dataclass(slots=True)
class World:
    """One history, from a copy of what `settle_in` made."""

    store: Store
    versions: tuple[RuleVersion, ...]
    rules: InForce
    crm: System = field(init=False)
    mail: System = field(init=False)
    loop: Loop = field(init=False)
    now: datetime = MONDAY
    ahead: timedelta = timedelta()
    """The daemon's clock, of the systems'."""
    latest: datetime = MONDAY
    """To what the daemon's clock ever came."""
    lead: Leadership | None = None
    happened: int = 0
    told: int = 0
    version: int = 0
    erased: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        mapping = self.rules.fields
        self.crm = System(
            name="salesforce",
            streams=_streams(
                Contact=(Holds.PEOPLE, Pace.HOT), Lead=(Holds.PEOPLE, Pace.HOT), User=(Holds.USERS, Pace.HOT)
            ),
            kinds={
                "Lead": sorted(mapping.fields("salesforce", "Lead")),
                "Contact": sorted(mapping.fields("salesforce", "Contact")),
                "User": ["Email", "IsActive", "Name"],
                "Task": ["LL_Key__c", "Subject", "Description", "OwnerId", "WhoId", "Status"],
            },
            keys={"Lead": "LL_Lead_Key__c", "Task": "LL_Key__c"},
            now=self._tell,
        )
        self.mail = System(
            name="hubspot",
            streams=_streams(
                contacts=(Holds.PEOPLE, Pace.HOT),
                owners=(Holds.USERS, Pace.HOT),
                forms=(Holds.ACTIVITIES, Pace.HAND_RAISE),
            ),
            kinds={"contacts": sorted(mapping.fields("hubspot", "contacts")), "owners": ["email"]},
            keys={"contacts": "ll_lead_key"},
            now=self._tell,
            forgets=frozenset({"contacts"}),
        )

    def _tell(self) -> datetime:
        return self.now

    # --- beginnings

    def settle_in(self) -> None:
        """The rules are published, everybody was read once, and nobody has done anything."""
        with self.store.write() as tx:
            rule_store.publish(tx, self.versions[0])
            connections.ensure(tx, TYPES, now=self.now)
        for email in REPS:
            self.crm.create("User", Email=email, IsActive=True, Name=email.partition("@")[0])
            self.mail.create("owners", email=email)
        for email in PEOPLE:
            self.mail.create("contacts", **contact(email))
        self.take_the_lead()
        self.cycle()
        self.cycle()

    def copied(self) -> "World":
        """Another history; the store is put back by whoever asks."""
        other = copy.copy(self)
        other.crm, other.mail = (copy.deepcopy(each, {id(each.now): other._tell}) for each in (self.crm, self.mail))
        for system in (other.crm, other.mail):
            system.now = other._tell
        other.take_the_lead()
        return other

    # --- who leads

    def take_the_lead(self) -> None:
        """A daemon begins, with nothing but the store: whoever led before is fenced from now on."""
        self.lead = leadership.acquire(self.store, holder="simulated")
        chance = random.Random(self.lead.epoch)
        self.loop = Loop(
            store=self.store,
            settings=Settings.model_validate({"go_live": GoLive.LIVE, "blast_radius": WIDE}),
            connections={"salesforce": self.crm, "hubspot": self.mail},
            holder="simulated",
            epoch=self.lead.epoch,
            types=TYPES,
            introduced=set(TYPES),
            random_bytes=chance.randbytes,
        )

    def cycle(self, *, after: timedelta = 30 * MINUTE) -> None:
        """What was told is followed, then a whole cycle; a bug in it is never only noted."""
        self.passes(after.total_seconds())
        tally, now = Tally(), self.now + self.ahead
        self.latest = max(self.latest, now)
        follow_hints(self.loop, "hubspot", tally, now=now)
        run = run_once(self.loop, now=now, trigger="test")
        failures = [*tally.failures, *run.failures]
        assert not any("bug" in words for words in failures), failures

    def killed_at(self, point: str, times: int) -> None:
        """A cycle that ends at the n-th pass of a point, and a new daemon; it may never come there."""
        self.loop.reached = _killer(point, times)
        try:
            self.cycle()
        except KilledError:
            self.take_the_lead()
        self.loop.reached = nothing_reached

    def overtaken_at(self, point: str, times: int) -> list[Effect]:
        """Another daemon takes the lead in the middle of a cycle and does one of its own; the first, which does not
        know, goes on from there. What the first one changed in the systems after that, where it called nobody."""
        first, reached = self.loop, _killer(point, times)

        def overtake(name: str) -> None:
            try:
                reached(name)
            except KilledError:
                self.take_the_lead()
                self.cycle()

        first.reached = overtake
        with suppress(FencedError):
            self.cycle()
        first.reached = nothing_reached
        before = len(self.effects())
        try:
            run_once(first, now=self.now + self.ahead, trigger="test")
        except FencedError:
            return self.effects()[before:]
        assert first is self.loop, "who lost the lead ran a cycle"
        return []

    def publish(self) -> None:
        self.version = (self.version + 1) % len(self.versions)
        with self.store.write() as tx:
            rule_store.publish(tx, self.versions[self.version])

    # --- what people do

    def passes(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def in_mail(self, email: str) -> RecordRef | None:
        found = self.mail.living("contacts", email=email)
        return found[0].ref if found else None

    def in_crm(self, email: str) -> Record | None:
        """Their Contact, or else their Lead."""
        found = [each for kind in ("Contact", "Lead") for each in self.crm.living(kind, Email=email)]
        return found[0] if found else None

    def behaves(self, ref: RecordRef, kind: ActivityKind, **properties: str) -> None:
        self.happened += 1
        self.mail.happened(
            Activity(
                connection="hubspot",
                stream="forms",
                external_id=f"a{self.happened}",
                kind=kind,
                occurred_at=self.now,
                record=ref,
                properties=properties,
            )
        )

    def webhook(self, ref: RecordRef, kind: HintKind, *, times: int = 1) -> None:
        """The system tells it once or several times; nothing is told where it is never called."""
        self.told += 1
        hint = Hint(
            connection="hubspot",
            key=f"h{self.told}",
            object=ref.object,
            record_id=ref.id,
            kind=kind,
            occurred_at=self.now,
        )
        for _ in range(times):
            with self.store.write() as tx:
                inbox.add(tx, [hint], now=self.now)

    def everything_kept(self) -> bytes:
        """The database, byte by byte."""
        with self.store.engine.connect() as connection:
            data: bytes = _raw(connection).serialize()
            return data

    def erase(self, ref: RecordRef) -> None:
        """By the law, with every address that the contact has; HubSpot tells of it."""
        values = self.mail.records[ref].values
        addresses = [values["email"], *str(values["hs_additional_emails"] or "").split(";")]
        self.erased |= {str(each) for each in addresses if each}
        self.mail.erase(ref)
        self.webhook(ref, HintKind.ERASED)

    # --- rest

    def effects(self) -> list[Effect]:
        return [*self.crm.effects, *self.mail.effects]

    def come_to_rest(self) -> list[Effect]:
        """Nothing breaks any more, and there is time for what was put off; the effects of one more cycle."""
        for system in (self.crm, self.mail):
            system.catch_up()
            system.fates.clear()
        self.now, self.ahead = max(self.now, self.latest), timedelta()
        self.cycle(after=timedelta(hours=1))
        for _ in range(8):
            before = len(self.effects())
            self.cycle(after=timedelta(hours=1))
            if len(self.effects()) == before and not self._comes_due():
                break
        done = len(self.effects())
        self.cycle(after=MINUTE)
        return self.effects()[done:]

    def _comes_due(self) -> bool:
        with self.store.read() as tx:
            return bool(leads.due(tx, now=self.now + 2 * MINUTE, limit=1))


def _killer(point: str, times: int) -> Callable[[str], None]:
    left = times

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0 and name == point:
            raise KilledError(point)

    return reached


@dataclass(slots=True)
class Site:
    """The store and the world as they were set up once. `begin` puts both back."""

    world: World
    _prepared: bytes

    @classmethod
    def prepare(cls, *versions: RuleVersion) -> "Site":
        store = Store.open("sqlite://")
        _put_back(store, migrated())
        rules = compile_version(versions[0], types=TYPES, time_zone="UTC")
        world = World(store=store, versions=versions, rules=rules)
        world.settle_in()
        with store.engine.connect() as connection:
            return cls(world=world, _prepared=_raw(connection).serialize())

    def begin(self) -> World:
        _put_back(self.world.store, self._prepared)
        return self.world.copied()


def _put_back(store: Store, data: bytes) -> None:
    with store.engine.connect() as connection:
        _raw(connection).deserialize(data[:18] + b"\x01\x01" + data[20:])  # a file's write-ahead log needs a file


def _raw(connection: Any) -> Any:
    return connection.connection.dbapi_connection
