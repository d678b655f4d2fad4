"""A portal in which a life can be lived, and what must have arrived of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Connector, KnownRecords
from connectors.hubspot.connector import HubSpot, Settings
from domain.record import Record
from store.engine import Store
from tests.contract.arrival import Deed, Do, allowed
from tests.contract.arrived import Groups, activities, arrived, counted, leads_of
from tests.fresh import FreshSimulator
from tests.rig import UNPACED, FastWall, MemoryTokens, surroundings

DOES = (Do.CREATE, Do.EDIT, Do.MERGE, Do.DELETE, Do.ERASE, Do.RESTORE, Do.CALL, Do.FORM)
WANTED = ("email", "jobtitle", "lastname")
LAGS_S = (0, 30, 880, 4_190)
"""The last: as late as the second pass is promised to cope with."""


FIRST_PASS_S = 900
"""What shows later than that is promised by the second pass, which comes round about once an hour."""


class Portal:
    """One portal, its people, and how late it shows them."""

    name = "hubspot"

    def __init__(self, simulator: FreshSimulator, *, generation: str) -> None:
        self.simulator = simulator
        self._generation = generation
        self._tokens, self._wall = MemoryTokens(), FastWall()
        self._people: list[str] = []
        self._bin: list[str] = []
        self._groups = Groups()
        self._back: set[str] = set()
        self._made = 0
        self._is_late = False
        simulator.act("edit", system=self.name, id="settings", oauth_burst_per_10_s=1_000_000, **UNPACED)
        for _ in range(7):
            self._create()

    @property
    def last(self) -> Sequence[tuple[int, bool]]:
        """The longest lag is over, where the first pass copes with it; the second pass has come round; a night."""
        first = () if self._is_late else ((4_200, False),)
        return (*first, (7_900, False), (75_600, True))

    def connect(self, known: KnownRecords) -> Connector:
        given = {
            "base_url": self.simulator.hubspot,
            "auth": "oauth",
            "client_id": "simulator-client",
            "client_secret": "simulator-secret",
            "refresh_token": "simulator-refresh",
            "api_generation": self._generation,
            "streams": ["contacts", "contacts_archived", "calls", "forms"],
        }
        small = Settings.model_validate(given).model_copy(update={"page_size": 3})
        around = surroundings(
            self.name, self.simulator, fields={"contacts": frozenset(WANTED)}, tokens=self._tokens, known=known
        )
        return HubSpot(small, around, wall=self._wall.wall, ceiling=8)

    def lag(self, level: int) -> None:
        self._is_late |= LAGS_S[level] > FIRST_PASS_S
        self.simulator.settings(lag_s={"hubspot": LAGS_S[level]})
        self.simulator.act("edit", system=self.name, id="settings", search_shuffled=level > 1)

    def do(self, deed: Deed) -> None:
        who = self._people[deed.who % len(self._people)] if self._people else ""
        other = self._people[deed.other % len(self._people)] if self._people else ""
        match deed.do:
            case Do.CREATE:
                self._create()
            case Do.RESTORE:
                self._restore(deed.who)
            case _ if not who:
                return
            case Do.EDIT:
                self._act("edit", who, jobtitle=self._next())
            case Do.CALL:
                self._act("call", who, subject=self._next())
            case Do.FORM:
                self._act("submit_form", who, form=f"Form {deed.other % 2}", values={"message": self._next()})
            case Do.MERGE:
                self._merge(who, other)
            case Do.DELETE | Do.ERASE if self._act("delete", who, gdpr=deed.do is Do.ERASE):
                self._people.remove(who)
                self._bin += [who] if deed.do is Do.DELETE else []

    def judge(self, store: Store, *, after_night: bool) -> None:
        """Who was deleted, erased or restored is noticed in the night; everything else before it."""
        remote = {row["id"]: row for row in self.simulator.objects("contacts", system=self.name)}
        local = {ref.id: record for ref, record in arrived(store, self.name).items() if ref.object == "contacts"}
        due = {each for each, row in remote.items() if after_night or (not row["archived"] and each not in self._back)}
        assert {each: _kept(local[each]) for each in due & local.keys()} == {each: _held(remote[each]) for each in due}
        for each in due:
            assert local[each].modified_at >= datetime.fromisoformat(remote[each]["properties"]["lastmodifieddate"])
        if after_night:
            gone = {each for each, record in local.items() if record.merged_into is None and not record.archived}
            assert gone <= {self._groups.head(each) for each in remote}
            known = [each for each, record in local.items() if record.values or record.merged_into]
            assert leads_of(store, self.name, among=known) == self._groups.of(known)
        self._judge_activities(store)

    def _judge_activities(self, store: Store) -> None:
        """What nobody living is associated with may be missing: an erased person takes it along."""
        kept, calls = activities(store, self.name), counted(store, self.name, "calls")
        known = {row["id"]: row["joined"] for row in self.simulator.objects("calls", system=self.name)}
        assert len(calls) == len(set(calls)), "a call counts twice on a lead"
        assert {each for each, whom in known.items() if whom.get("contacts")} <= {each for _, each in calls}
        assert {each for _, each in calls} <= known.keys()
        forms = self.simulator.objects("form_submissions", system=self.name)
        assert {_sent(row) for row in forms if row["values"]} <= {each for stream, each in kept if stream == "forms"}

    def _create(self) -> None:
        row = {"email": f"{self._next()}@people.example", "lastname": self._next()}
        self._people += self.simulator.seed(contacts=[row])["contacts"]

    def _merge(self, who: str, other: str) -> None:
        if done := self._act("merge", who, loser_id=other):
            self._people = [each for each in self._people if each not in (who, other)] + [str(done["id"])]
            for each in {who, other} - {str(done["id"])}:
                self._groups.unite(each, str(done["id"]))

    def _restore(self, number: int) -> None:
        who = self._bin[number % len(self._bin)] if self._bin else ""
        if who and self._act("edit", who, restore=True):
            self._bin.remove(who)
            self._people.append(who)
            self._back.add(who)

    def _act(self, do: str, who: str, **fields: Any) -> Mapping[str, Any] | None:
        return allowed(self.simulator, do, system=self.name, id=who, **fields)

    def _next(self) -> str:
        self._made += 1
        return f"n{self._made}"


def _kept(record: Record) -> tuple[object, ...]:
    return (*(record.values.get(name) for name in WANTED), record.archived)


def _held(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (*(row["properties"].get(name) for name in WANTED), row["archived"])


def _sent(row: Mapping[str, Any]) -> str:
    return f"{row['guid']}:{row['conversionId']}"
