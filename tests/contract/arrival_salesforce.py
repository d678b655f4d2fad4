"""An org in which a life can be lived, and what must have arrived of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Connector, KnownRecords
from connectors.salesforce.connector import Salesforce, Settings
from store.engine import Store
from tests.contract.arrival import LOCATORS_S, Deed, Do, allowed
from tests.contract.arrived import Groups, activities, arrived, leads_of
from tests.fresh import FreshSimulator
from tests.rig import FastWall, MemoryTokens, surroundings

DOES = (Do.CREATE, Do.EDIT, Do.EDIT_SLOWLY, Do.MERGE, Do.DELETE, Do.ERASE, Do.RESTORE, Do.CONVERT, Do.CALL)
WANTED = frozenset({"LastName", "Email", "Title"})
PEOPLE = ("Lead", "Contact")
LAGS_S = (0, 5, 300, 590)
OPEN_S = (30, 700, 1_500, 3_000)
BULK_S = (0, 20, 900, 90)


class Org:
    """`last`: the longest transaction and lag are over; then a night, in which the bin is looked after."""

    name = "salesforce"
    last = ((3_700, False), (75_600, True))

    def __init__(self, simulator: FreshSimulator, *, bulk_rows: int) -> None:
        self.simulator = simulator
        self._bulk_rows = bulk_rows
        self._tokens, self._wall = MemoryTokens(), FastWall()
        self._people: list[str] = []
        self._bin: list[str] = []
        self._held: dict[str, float] = {}
        self._erased: set[str] = set()
        self._made = 0
        simulator.settings(page_rows=3, locator_life_s=LOCATORS_S)
        for _ in range(7):
            self._create()

    def connect(self, known: KnownRecords) -> Connector:
        given = {"login_url": self.simulator.salesforce, "client_id": "leadloop", "client_secret": "leadloop-secret"}
        settings = Settings.model_validate(given | {"hot": ["Lead", "Contact", "Task"], "slow": []})
        small = settings.model_copy(update={"bulk_rows": self._bulk_rows, "page_size": 3})
        fields = dict.fromkeys(PEOPLE, WANTED)
        around = surroundings(self.name, self.simulator, fields=fields, tokens=self._tokens, known=known)
        return Salesforce(small, around, wall=self._wall.wall)

    def lag(self, level: int) -> None:
        self.simulator.settings(lag_s={"salesforce": LAGS_S[level]}, bulk_s=BULK_S[level])

    def do(self, deed: Deed) -> None:
        who, other = self._free(deed.who), self._free(deed.other)
        match deed.do:
            case Do.CREATE:
                self._create()
            case Do.RESTORE:
                self._restore(deed.who)
            case _ if not who:
                return
            case Do.EDIT:
                self._act("edit", who, Title=self._next())
            case Do.EDIT_SLOWLY:
                self._open(who, OPEN_S[deed.other % len(OPEN_S)])
            case Do.CALL:
                self._act("call", who, subject=self._next())
            case Do.CONVERT:
                self._convert(who)
            case Do.MERGE if self._act("merge", who, loser_id=other):
                self._people.remove(other)
            case Do.DELETE | Do.ERASE if self._act("delete", who, purge=deed.do is Do.ERASE):
                self._people.remove(who)
                (self._bin.append if deed.do is Do.DELETE else self._erased.add)(who)

    def judge(self, store: Store, *, after_night: bool) -> None:
        """Of whom the bin has forgotten nothing is asked before the night; then they must not be taken for living."""
        remote = {row["Id"]: row for kind in PEOPLE for row in self._objects(kind)}
        local = {ref.id: record for ref, record in arrived(store, self.name).items() if ref.object in PEOPLE}
        shown = {each: row for each, row in remote.items() if each not in self._erased}
        assert {
            each: _told(record.values, record.archived, record.modified_at)
            for each, record in local.items()
            if each in shown
        } == {
            each: _told(row, row["IsDeleted"], datetime.fromisoformat(row["SystemModstamp"]))
            for each, row in shown.items()
        }
        assert local.keys() <= remote.keys()
        if after_night:
            assert {each for each in self._erased & local.keys() if not local[each].archived} == set()
        assert leads_of(store, self.name, among=local.keys()) == _persons(remote).of(local)
        self._judge_tasks(store)

    def _judge_tasks(self, store: Store) -> None:
        tasks = self._objects("Task")
        living = {row["Id"] for row in tasks if not row["IsDeleted"] and row["WhoId"]}
        kept = activities(store, self.name)
        assert {each for (_, each), retracted in kept.items() if not retracted} == living
        assert {each for _, each in kept} <= {row["Id"] for row in tasks}

    def _objects(self, kind: str) -> list[dict[str, Any]]:
        return self.simulator.objects(kind, system=self.name)

    def _create(self) -> None:
        row = {"LastName": self._next(), "Company": "Works", "Email": f"{self._next()}@people.example"}
        self._people += self.simulator.seed(leads=[row])["Lead"]

    def _free(self, number: int) -> str:
        """Whoever else would write to a record that a transaction holds waits for it."""
        free = [each for each in self._people if self._held.get(each, 0) < self._asked_at()]
        return free[number % len(free)] if free else ""

    def _open(self, who: str, seconds: int) -> None:
        if self._act("edit", who, Title=self._next(), open_s=seconds):
            self._held[who] = self._asked_at() + seconds + 1

    def _asked_at(self) -> float:
        return self.simulator.now().timestamp()

    def _convert(self, who: str) -> None:
        done = self._act("convert", who, create_opportunity=False)
        if done:
            self._people[self._people.index(who)] = str(done["contact_id"])

    def _restore(self, number: int) -> None:
        who = self._bin[number % len(self._bin)] if self._bin else ""
        if who and self._act("edit", who, restore=True):
            self._bin.remove(who)
            self._people.append(who)

    def _act(self, do: str, who: str, **fields: Any) -> Mapping[str, Any] | None:
        return allowed(self.simulator, do, system=self.name, id=who, as_="admin", **fields)

    def _next(self) -> str:
        self._made += 1
        return f"n{self._made}"


def _told(values: Mapping[str, Any], archived: bool, at: datetime) -> tuple[object, ...]:
    return (*(values.get(name) for name in sorted(WANTED)), values.get("MasterRecordId"), archived, at)


def _persons(remote: Mapping[str, Mapping[str, Any]]) -> Groups:
    groups = Groups()
    for each, row in remote.items():
        for other in (row.get("MasterRecordId"), row.get("ConvertedContactId")):
            if other:
                groups.unite(each, other)
    return groups
