"""Fills a store with people whom systems count differently, for every cause there is and in combinations nobody plans.

Rows are written as the tables have them. Moments fall on few places around the edges of the window.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table

from domain.stage import Cause, Stage
from store import schema
from store.columns import to_json, to_micros
from store.engine import Tx

SINCE = datetime(2026, 10, 1, tzinfo=UTC) - timedelta(hours=2)
UNTIL = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=1)
"""October in Vienna, in which the summer time ends."""
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULES: Mapping[str, Any] = {
    "systems": {
        "hub": {"people": {"objects": ["contacts"], "key": "ll_key", "email": "email"}},
        "crm": {
            "people": {"objects": ["Contact", "Lead"], "key": "Key__c", "email": "Email"},
            "create": "create_at_mql",
            "create_object": "Lead",
        },
        "list": {"people": {"objects": ["row"], "key": "key", "email": "mail"}},
    },
    "properties": [
        {
            "name": "mql_since",
            "type": "datetime",
            "role": "owned",
            "fields": {"hub": "ll_mql", "crm": {"Lead": "MQL__c"}},
        },
        {"name": "accepted_at", "type": "datetime", "role": "owned", "fields": {"crm": "Accepted__c"}},
        {"name": "hub_day", "type": "date", "fields": {"hub": "became_mql"}},
        {
            "name": "lifecycle",
            "type": "picklist",
            "role": "status",
            "fields": {"hub": "stage"},
            "values": {"hub": {"mql": "M Q L", "accepted": "SQL", "customer": "Customer"}},
            "forward_only": ["hub"],
        },
        {
            "name": "status",
            "type": "picklist",
            "role": "status",
            "fields": {"crm": {"Lead": "Status"}},
            "values": {"crm": {"mql": "Marketing", "accepted": "Working"}},
        },
        {"name": "email", "fields": {"hub": "email", "crm": "Email", "list": "mail"}},
    ],
}
COUNTED = {"hub": {"mql": "hub_day"}}
_PLACES = (("hub", "contacts"), ("crm", "Lead"), ("crm", "Contact"), ("list", "row"))
_FIELDS = {
    ("hub", "contacts"): ("ll_mql", "became_mql", "stage"),
    ("crm", "Lead"): ("MQL__c", "Accepted__c", "Status"),
    ("crm", "Contact"): ("Accepted__c",),
    ("list", "row"): (),
}
_EDGES = (SINCE, UNTIL)
_STAGES = tuple(Stage)


@dataclass(slots=True)
class Office:
    """One seed's choices, and the rows that come of them."""

    random: Random
    tx: Tx
    number: int = 0
    silent: str | None = None
    """A connection that was never read, and of which nothing is known."""

    def likely(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self) -> datetime:
        """Within, at or around the window's edges, or long before."""
        if self.likely(0.5):
            return SINCE + timedelta(hours=self.random.randrange(1, 700))
        edge = self.random.choice(_EDGES)
        return edge + self.random.choice((-40, -2, -1, 0, 0, 1, 2)) * self.random.choice(
            (timedelta(days=1), timedelta(hours=7), timedelta(seconds=1))
        )

    def put(self, table: Table, **row: Any) -> None:
        self.tx.execute(table.insert().values(**row))


def gather(tx: Tx, seed: int, people: int) -> None:
    office = Office(Random(seed), tx)
    office.silent = office.random.choice(("hub", "crm", *[None] * 8))
    _surroundings(office)
    for number in range(1, people + 1):
        office.number = number
        _arrive(office)
    for place in _PLACES:
        if office.likely(0.5):
            _record(office, place, lead=None, id=f"n{place[0]}{place[1]}")


def _surroundings(office: Office) -> None:
    """Connections that stand still or were read long ago, fields that are gone, and places that are left alone."""
    chance = office.random
    for name in ("hub", "crm", "list"):
        never = {"people": 0, "tasks": to_micros(NOW)} if name == "crm" else None
        heard = chance.choice((never, {"people": to_micros(NOW)}, {"people": to_micros(office.moment())}))
        heard = never if name == office.silent else heard
        status = chance.choice(("running", "running", "degraded", "paused", "suspended"))
        office.put(schema.connection, name=name, status=status, heard=heard)
    for place in _PLACES[:3]:
        for field in _FIELDS[place]:
            if office.likely(0.05):
                kind = chance.choice(("gone", "absent", "retyped", "read_only", "words", "back"))
                at = dict(zip(("connection", "object"), place, strict=True))
                told = {"before": "", "now": "", "effect": "", "mend": "", "since": NOW, "noticed": "look"}
                office.put(schema.drift, **at, field=field, kind=kind, **told)
            if office.likely(0.04):
                _stop(office, place, field, "")


def _arrive(office: Office) -> None:
    chance = office.random
    erased = office.likely(0.06)
    office.put(
        schema.lead, id=office.number, key=f"k{office.number}", revision=1, stage=chance.choice(_STAGES).value,
        stage_since=NOW, armed_at=NOW, times_recycled=0, left_lists=[], due=not erased and office.likely(0.1),
        plan_due=False, merged_into=0 if erased else None, created_at=SINCE, reached={},
        failure="no" if office.likely(0.05) else None,
    )  # fmt: skip
    _passes(office)
    if erased:
        return
    absent = chance.choice(("hub", "crm", *[None] * 4))
    for place in _PLACES:
        for copy in range(chance.choice((0, 1, 1, 1, 2, 3)) if place[0] != absent else 0):
            _record(office, place, lead=office.number, id=f"{office.number}-{copy}")
    for put in (_gates, _holds, _creations, _conflicts):
        put(office)


def _passes(office: Office) -> None:
    """Moves in any order that hang together, some told by the first look, some that begin a handoff after another."""
    chance, stage, at = office.random, Stage.KNOWN, office.moment()
    opened: list[datetime] = []
    for _ in range(chance.choice((0, 0, 1, 2, 3, 6))):
        after = chance.choice(_STAGES)
        cause = chance.choice((*Cause, Cause.RULE, Cause.RULE, Cause.PERSON))
        office.put(
            schema.transition, lead_id=office.number, at=at, before=stage.value, after=after.value, cause=cause.value,
            why="", rule_hash="r",
        )  # fmt: skip
        if after is Stage.MQL and office.likely(0.6):
            opened.append(at)
        stage, at = after, max(at, office.moment()) if office.likely(0.8) else at
    for number, moment in enumerate(opened, start=1):
        is_last = number == len(opened)
        office.put(
            schema.handoff, lead_id=office.number, number=number, kind="new_business", opened_at=moment, why="",
            hand_raise=False, score=0, band="A hot", tried=[], steps=[], scorecard={},
            closed_at=None if is_last and office.likely(0.6) else NOW, queue=chance.choice((None, "needs_data")),
            after=number - 1 if number > 1 and office.likely(0.5) else None,
        )  # fmt: skip


def _record(office: Office, place: tuple[str, str], *, lead: int | None, id: str) -> None:
    chance = office.random
    if place[0] == office.silent:
        return
    values = {field: value for field in _FIELDS[place] if (value := _value(office, field)) is not None}
    if office.likely(0.7):
        values[{"hub": "email", "crm": "Email", "list": "mail"}[place[0]]] = f"p{office.number}@acme.example"
    fate = chance.choice((None, None, None, None, None, "archived", "merged", "converted"))
    beside = to_json([*place, "x"])
    office.put(
        schema.record, connection=place[0], object=place[1], id=id, lead_id=lead, modified_at=NOW, seen_at=NOW,
        archived=fate == "archived", merged_into=beside if fate == "merged" else None,
        converted_to=beside if fate == "converted" else None, former_ids="[]", read_hash="", content=to_json(values),
    )  # fmt: skip
    if lead is not None:
        for field in _FIELDS[place]:
            _around(office, place, id, field, lead)


def _value(office: Office, field: str) -> Any:
    chance = office.random
    if field in {"stage", "Status"}:
        return chance.choice((None, "m q l", "M Q L ", "SQL", "lead", "Marketing", "Working", "Customer"))
    at = office.moment().isoformat().replace("+00:00", "Z")
    if field == "became_mql":
        return chance.choice((None, at[:10], at[:10], at[:10], at))
    return chance.choice((*[None] * 6, *[at] * 6, "soon"))


def _around(office: Office, place: tuple[str, str], id: str, field: str, lead: int) -> None:
    """What is wished, waits, was written, is held or stays at home of one field."""
    chance = office.random
    at = {"connection": place[0], "object": place[1], "record_id": id, "lead_id": lead}
    wish = chance.choice((None, None, "2026-10-05T08:00:00Z", "M Q L", "Marketing"))
    if field == _FIELDS[place][0] and office.likely(0.7):
        wishes = {each: ["p", wish, 0] for each in _FIELDS[place] if office.likely(0.7)}
        office.put(schema.desired, **at, fields={"": [["r", "why"]], **wishes})
    if office.likely(0.12):
        status = chance.choice(("pending", "claimed", "waiting", "parked", "unsure", "done"))
        _write(office, place, id, values={field: wish}, status=status, lead=lead)
    if office.likely(0.04):
        told = {"property": "p", "words": "is too long", "hint": "", "since": NOW, "why": "length"}
        office.put(schema.misfit, **at, field=field, **told)
    if office.likely(0.05):
        _stop(office, place, field, id)
    if office.likely(0.06):
        _hold(office, at, field)


def _stop(office: Office, place: tuple[str, str], field: str, id: str) -> None:
    office.put(
        schema.flap, connection=place[0], object=place[1], record_id=id, field=field, times=[], last_at=NOW,
        stopped_at=office.random.choice((NOW, None)), who=None,
    )  # fmt: skip


def _write(
    office: Office, place: tuple[str, str], id: str | None, *, values: Mapping[str, Any], status: str, lead: int
) -> None:
    number = office.tx.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM outbox").scalar()
    change: dict[str, Any] = {"values": values, "expected": {}, "guarded": [], "unique": None, "member": None}
    office.put(
        schema.outbox, id=number, key=f"o{number}", connection=place[0], lane="handoff", object=place[1], record_id=id,
        kind="create" if id is None else "fields", lead_id=lead, target=f"t{number}", change=to_json(change),
        before="{}", cause="", rule_hash="r", status=status, ignored=False, attempts=1, due_at=NOW,
        code="applied" if status == "done" else "REFUSED_BY_RULE", message="", created_at=NOW,
        settled_at=NOW if status == "done" else None,
    )  # fmt: skip


def _hold(office: Office, at: Mapping[str, Any], field: str) -> None:
    status = office.random.choice(("open", "approved", "discarded"))
    office.put(
        schema.held_write, set_id=_set(office, status), **at, field=field, property="p", kind="additive", before=None,
        value=None, cause="", rule_hash="r", held_at=NOW, released_at=None,
    )  # fmt: skip


def _set(office: Office, status: str) -> int:
    number: int = office.tx.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM held_set").scalar_one()
    office.put(
        schema.held_set, id=number, name=f"set-{number}", cause="", status=status, opened_at=NOW, about={},
        answered_at=None if status == "open" else NOW,
        valid_until=NOW + timedelta(days=1) if status == "approved" else None,
    )  # fmt: skip
    return number


def _gates(office: Office) -> None:
    for name in ("hub", "crm", "list"):
        for way in ("read", "write", "create"):
            if office.likely(0.06):
                office.put(
                    schema.gate_closed, lead_id=office.number, connection=name, way=way, words=f"{name} {way}",
                    errs=False, after_no=office.likely(0.4), since=NOW,
                )  # fmt: skip


def _holds(office: Office) -> None:
    if office.likely(0.06):
        number = _set(office, office.random.choice(("open", "discarded")))
        office.put(schema.held_lead, set_id=number, lead_id=office.number, held_at=NOW)


def _creations(office: Office) -> None:
    if office.likely(0.2):
        status = office.random.choice(("pending", "waiting", "parked", "unsure"))
        kind = office.random.choice(("Lead", "Lead", "Task"))
        _write(office, ("crm", kind), None, values={"Email": "x"}, status=status, lead=office.number)
    if office.likely(0.1):
        office.put(
            schema.misfit, lead_id=office.number, connection="crm", object="Lead", record_id="", field="LastName",
            why="missing", property="last_name", words="is not known", hint="", since=NOW,
        )  # fmt: skip


def _conflicts(office: Office) -> None:
    for name in ("status", "hub_day", "mql_since", "email"):
        if office.likely(0.04):
            ended = NOW if office.likely(0.3) else None
            office.put(schema.conflict, lead_id=office.number, property=name, sides={}, opened_at=NOW, closed_at=ended)


def tables() -> Iterator[str]:
    """All that is filled here."""
    yield from (
        *("lead", "transition", "handoff", "record", "desired", "outbox", "misfit", "flap", "held_write", "held_set"),
        *("held_lead", "gate_closed", "conflict", "connection", "drift"),
    )
