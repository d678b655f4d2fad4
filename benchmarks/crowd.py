"""Leads as the loop makes them: people in two systems in memory, read, decided and written by real cycles.

What `benchmarks/copies.py` copies until there are millions. The shape is a marketing database's, most of which is cold:

* six of ten are silent: from a list or a fair, with a name, an address, a company, one thing more at most, and
  nothing that they ever did;
* four of ten did something: one thing most of them and up to 300 a few (Pareto, 1.2; four on average), mostly pages
  seen and mails opened, the older the rarer; their fields are fuller;
* one in twenty did something within the last hour besides: of them come the warm, the hot and most handoffs;
* one in seven stands in the CRM too, and every ten people are a company there.

Everybody has what the loop keeps of anybody: a score with its lines, keys, merge bases, and wishes for each record;
those for the score are of the warm only, as the loop has it.
"""

import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Settings
from connectors.contract import Connector, Holds, Pace, Stream
from domain.activity import Activity, ActivityKind
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.record import AccountInfo, Cursor, Page, Record
from domain.run import GoLive
from domain.values import RecordRef, Value
from store import connections
from store import rules as rule_store
from store.engine import Store
from sync.cycle import run_once
from sync.loop import Loop
from tests.starter import starter_version

BASE = 100_000_000
"""Leads are numbered from here on: nine digits, which stand in every id, address and key of theirs."""
SAMPLE = 2_000
COMPANY = 10
"""People of one company."""
ACTIVE = 4
"""Of ten people who follow each other, how many ever did something."""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TYPES = {"hubspot": "hubspot", "salesforce": "salesforce"}
WIDE = {"floor": 1_000_000}
REP = "first.rep@your-company.example"
_KINDS = {
    ActivityKind.PAGE_VIEWED: 55,
    ActivityKind.EMAIL_OPENED: 22,
    ActivityKind.EMAIL_CLICKED: 12,
    ActivityKind.FORM_SUBMITTED: 6,
    ActivityKind.WEBINAR_VIEWED: 4,
    ActivityKind.EMAIL_REPLIED: 1,
}
_PAGES = ("/blog", "/docs", "/support", "/pricing", "/compare")
_FORMS = ("Guide download", "Newsletter", "Checklist download", "Demo request")
_PROFILE: Mapping[str, Sequence[str | None]] = {
    "jobtitle": ("VP Operations", "Team lead", "Engineer", "Student", "Head of Sales", None),
    "country": ("US", "DE", "BR", None),
    "industry": ("software", "retail", None),
}


@dataclass(slots=True, kw_only=True)
class System:
    """A system in memory: shows once what it was given, and writes whatever it is told."""

    name: str
    streams: Mapping[str, Stream]
    pages: dict[str, Page] = field(default_factory=dict)

    def account(self) -> AccountInfo:
        return AccountInfo(account_id="1", name="Acme", user="loop")

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:  # noqa: ARG002 - the contract's
        if stream in self.pages:
            yield self.pages.pop(stream)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for each in changes:
            made = _made(each) if each.kind is ChangeKind.CREATE else each.id
            yield Receipt(key=each.key, outcome=ReceiptOutcome.APPLIED, id=made)


def _made(change: Change) -> str:
    """The id of what was created: a person's has their number in it."""
    number = str(change.values.get("LL_Lead_Key__c") or "").rpartition("-")[2]
    return f"00Q{number}" if number else change.key[:18]


def systems() -> tuple[System, System]:
    theirs = {"contacts": Holds.PEOPLE, "events": Holds.ACTIVITIES, "owners": Holds.USERS}
    ours = {"Lead": Holds.PEOPLE, "Account": Holds.ACCOUNTS, "User": Holds.USERS}
    return System(name="hubspot", streams=_streams(theirs)), System(name="salesforce", streams=_streams(ours))


def _streams(holds: Mapping[str, Holds]) -> dict[str, Stream]:
    return {name: Stream(name=name, holds=each, pace=Pace.HOT) for name, each in holds.items()}


def loop_over(store: Store, epoch: int, *connected: Connector) -> Loop:
    """Handoffs and writes in any number: what is held costs less than what goes."""
    radius = {"handoff": WIDE, "additive": WIDE, "score": WIDE, "destructive": {**WIDE, "ceiling": 1_000_000}}
    settings = Settings.model_validate({"go_live": GoLive.LIVE, "blast_radius": radius, "time_zone": "Europe/Berlin"})
    return Loop(
        store=store,
        settings=settings,
        connections={each.name: each for each in connected},
        holder="benchmark",
        epoch=epoch,
        types=TYPES,
        random_bytes=random.Random(7).randbytes,
        introduced=set(TYPES),
    )


def live(store: Store, epoch: int) -> None:
    """Publish the starter's rules and let everybody arrive, be decided and written; a few cross the line later on."""
    with tempfile.TemporaryDirectory() as folder, store.write(epoch) as tx:
        rule_store.publish(tx, starter_version(Path(folder) / "rules"))
        connections.ensure(tx, TYPES, now=NOON)
    chance, numbers = random.Random(20261122), range(BASE + 1, BASE + SAMPLE + 1)
    hubspot, salesforce = systems()
    loop = loop_over(store, epoch, hubspot, salesforce)
    begin = NOON - timedelta(days=2)
    hubspot.pages = {
        "contacts": _page("contacts", map(_contact, numbers)),
        "owners": _page("owners", [_record("hubspot", "owners", "41", {"email": REP})]),
        "events": _happened(history(numbers, chance, begin)),
    }
    user = _record("salesforce", "User", "005F", {"Email": REP, "IsActive": True, "Name": "Fay"})
    salesforce.pages = {
        "Lead": _page("Lead", map(_lead, numbers[::7])),
        "Account": _page("Account", map(_account, numbers[::COMPANY])),
        "User": _page("User", [user]),
    }
    for hour in range(3):
        run_once(loop, now=begin + timedelta(hours=hour))
    recent = NOON - timedelta(hours=1)
    hubspot.pages["events"] = _happened([happening(each, 10_000, chance, recent) for each in numbers[::20]])
    for minute in (10, 30, 50):
        run_once(loop, now=recent + timedelta(minutes=minute))


def _page(stream: str, records: Iterable[Record]) -> Page:
    return Page(stream=stream, cursor=Cursor(position="1"), records=tuple(records))


def _happened(activities: Iterable[Activity]) -> Page:
    return Page(stream="events", cursor=Cursor(position="1"), activities=tuple(activities))


def history(numbers: Sequence[int], chance: random.Random, at: datetime) -> Iterator[Activity]:
    """A few things of most who did anything, and very many of a few (Pareto)."""
    for number in filter(_is_active, numbers):
        for place in range(min(300, int(chance.paretovariate(1.2)))):
            yield happening(number, place, chance, at - timedelta(days=chance.expovariate(1 / 60), hours=1))


def happening(number: int, place: int, chance: random.Random, at: datetime) -> Activity:
    """One thing that somebody did, mostly one worth little; `place` tells it from their others."""
    kind = chance.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    if kind is ActivityKind.FORM_SUBMITTED:
        properties: dict[str, Value] = {"form": chance.choice(_FORMS)}
    else:
        properties = {"url": f"https://www.acme.example{chance.choice(_PAGES)}", "campaign": "Autumn"}
    return Activity(
        connection="hubspot",
        stream="events",
        external_id=f"{number}-{place}",
        kind=kind,
        occurred_at=at,
        record=RecordRef(connection="hubspot", object="contacts", id=str(number)),
        properties=properties,
    )


def _is_active(number: int) -> bool:
    return (number - BASE - 1) % 10 < ACTIVE


def _contact(number: int) -> Record:
    chance = random.Random(number)
    known = {name: chance.choice(choices) for name, choices in _PROFILE.items()}
    if not _is_active(number):
        kept = chance.choice(tuple(_PROFILE))
        known = {name: value if name == kept else None for name, value in known.items()}
    values: dict[str, Value] = {
        "email": f"p{number}@{_domain(number)}",
        "firstname": "Ana",
        "lastname": f"Ruiz {number}",
        "company": f"Globex {_company(number)}",
        "phone": f"+1 202 555 0{number % 1000:03d}" if _is_active(number) else None,
        **known,
    }
    return _record("hubspot", "contacts", str(number), values)


def _lead(number: int) -> Record:
    values: dict[str, Value] = {
        "Email": f"p{number}@{_domain(number)}",
        "LastName": f"Ruiz {number}",
        "Company": f"Globex {_company(number)}",
        "NumberOfEmployees": 10 + number % 2000,
        "Status": "Open",
    }
    return _record("salesforce", "Lead", f"00Q{number}", values)


def _account(number: int) -> Record:
    values: dict[str, Value] = {"Name": f"Globex {number}", "Website": f"https://www.{_domain(number)}"}
    return _record("salesforce", "Account", f"001{number}", values)


def _record(connection: str, kind: str, id: str, values: Mapping[str, Value]) -> Record:
    ref = RecordRef(connection=connection, object=kind, id=id)
    return Record(ref=ref, values=values, modified_at=NOON - timedelta(days=30))


def _company(number: int) -> int:
    return (number - BASE - 1) // COMPANY * COMPANY + BASE + 1


def _domain(number: int) -> str:
    return f"c{_company(number)}.example"
