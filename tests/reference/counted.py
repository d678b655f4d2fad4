"""Who is counted where and why not elsewhere, from raw rows: every figure of the page by its name."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from tests.reference.ledger import Row

VIENNA = ZoneInfo("Europe/Vienna")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
FORWARD = ("known", "engaged", "mql", "assigned", "accepted", "qualified", "opportunity", "customer")
TABLES = (
    *("lead", "transition", "handoff", "record", "desired", "outbox", "misfit", "flap", "held_write", "held_set"),
    *("held_lead", "gate_closed", "conflict", "connection", "drift"),
)
PEOPLE = {"hub": ("contacts",), "crm": ("Contact", "Lead"), "list": ("row",)}
EMAILS = {"hub": "email", "crm": "Email", "list": "mail"}
US = "leadloop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one system counts. `dates`: object → field; `stages`: (object, field) → words; `ours`: we write the date."""

    dates: Mapping[str, str]
    ours: bool
    stages: Mapping[tuple[str, str], frozenset[str]]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `stage`: of ours; `left`: (system, object, field) that are left to others; moments as in rows."""

    stage: str
    rules: Mapping[str, Rule]
    since: int
    until: int
    left: frozenset[tuple[str, str, str]] = frozenset()
    step: str = "live"


@dataclass(slots=True, kw_only=True)
class Person:
    """One lead's rows and what follows from them."""

    lead: Row
    records: list[Row]
    rows: Mapping[str, list[Row]]
    dates: list[int]
    skipped: set[int]
    taken: list[int]
    found: bool


@dataclass(slots=True, kw_only=True)
class World:
    """Rows that belong to nobody, and all else by lead."""

    tables: Mapping[str, list[Row]]
    by_lead: Mapping[str, Mapping[int, list[Row]]] = field(default_factory=dict)


def read(tx: Connection) -> World:
    tables = {name: [dict(row._mapping) for row in tx.exec_driver_sql(f"SELECT * FROM {name}")] for name in TABLES}
    sets = {row["id"]: row["status"] for row in tables["held_set"]}
    for row in (*tables["held_lead"], *tables["held_write"]):
        row["status"] = sets[row["set_id"]]
    by_lead: dict[str, dict[int, list[Row]]] = {name: defaultdict(list) for name in TABLES}
    for name, rows in tables.items():
        for row in rows:
            if row.get("lead_id") is not None:
                by_lead[name][row["lead_id"]].append(row)
    return World(tables=tables, by_lead=by_lead)


def rank(stage: str) -> int | None:
    return FORWARD.index(stage) if stage in FORWARD else None


def person_of(world: World, lead: Row, asked: Question) -> Person:
    rows = {name: theirs[lead["id"]] for name, theirs in world.by_lead.items()}
    dates, skipped, taken, found = stage_dates(rows["transition"], rows["handoff"], asked.stage)
    own = sorted(rows["record"], key=lambda row: (row["connection"], row["object"], row["id"]))
    return Person(lead=lead, records=own, rows=rows, dates=dates, skipped=skipped, taken=taken, found=found)


def stage_dates(
    moves: Sequence[Row], handoffs: Sequence[Row], stage: str
) -> tuple[list[int], set[int], list[int], bool]:
    """Cut into passes, and each into stretches at or beyond the stage: only the last stretch of a pass still stands."""
    goal, chained = FORWARD.index(stage), {row["opened_at"] for row in handoffs if row["after"] is not None}
    passes: list[list[Row]] = [[]]
    for move in sorted(moves, key=lambda row: (row["at"], row["id"])):
        begins = (
            move["cause"] == "baseline"
            or move["before"] in ("known", "engaged", "recycled", "disqualified")
            or (move["before"], move["after"]) == ("customer", "mql")
            or (move["after"] == "mql" and move["at"] in chained)
        )
        passes.append([move]) if begins else passes[-1].append(move)
    dates, skipped, taken, found = [], set(), [], False
    for each in passes:
        stretches: list[list[Row]] = [[]]
        is_found = bool(each) and each[0]["cause"] == "baseline"
        if is_found:
            found = (rank(each[0]["after"]) or -1) >= goal
        for move in each:
            place = rank(move["after"])
            if place is None:
                continue
            stretches[-1].append(move) if place >= goal else stretches.append([])
        if is_found and found:
            stretches[0] = []
        for stretch in stretches[:-1]:
            taken += [stretch[0]["at"]] if stretch else []
        if stretches[-1]:
            first = stretches[-1][0]
            dates.append(first["at"])
            skipped |= {first["at"]} if first["after"] != stage else set()
    return sorted(dates), skipped, taken, found


def content(record: Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record["content"])
    return found


def shown_in(person: Person, side: str) -> list[Row]:
    theirs = of_system(person, side)
    return [row for row in theirs if not row["archived"] and row["merged_into"] is None]


def of_system(person: Person, side: str) -> list[Row]:
    return [row for row in person.records if row["connection"] == side and row["object"] in PEOPLE[side]]


def raw(record: Row, rule: Rule) -> Any:
    """What stands in the field, as its type has it: a day has no time."""
    text = content(record).get(rule.dates.get(record["object"], "?"))
    return text[:10] if text and text != "soon" and rule.name == "hub_day" else text


def dated(record: Row, rule: Rule) -> tuple[int, bool] | None:
    """The moment, and whether it is a whole day."""
    text = raw(record, rule)
    if not text or text == "soon":
        return None
    if len(text) == 10:
        return micros(datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=VIENNA)), True
    return micros(datetime.fromisoformat(text)), False


def micros(at: datetime) -> int:
    return (at.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def local_day(at: int) -> date:
    return (EPOCH + timedelta(microseconds=at)).astimezone(VIENNA).date()


def is_within(at: int, asked: Question) -> bool:
    return asked.since <= at < asked.until


def counts(person: Person, side: str, asked: Question) -> list[Row]:
    """The records by which a side counts a person; for ourselves one that stands for the lead."""
    if side == US:
        return [person.lead] if any(is_within(at, asked) for at in person.dates) else []
    found = [(row, dated(row, asked.rules[side])) for row in shown_in(person, side)]
    return [row for row, at in found if at is not None and is_within(at[0], asked)]


def says_stage(record: Row, rule: Rule) -> bool:
    values = content(record)
    return any(
        str(values.get(name) or "").strip().lower() in words
        for (kind, name), words in rule.stages.items()
        if kind == record["object"]
    )


def stands_undated(person: Person, side: str, asked: Question) -> bool:
    rule = asked.rules[side]
    never = not (person.dates or person.taken or person.found)
    return never and rule.ours and any(says_stage(r, rule) and dated(r, rule) is None for r in shown_in(person, side))


def nobody_counts(world: World, side: str, asked: Question) -> int:
    loose = [row for row in world.tables["record"] if row["lead_id"] is None]
    person = Person(lead={}, records=loose, rows={}, dates=[], skipped=set(), taken=[], found=False)
    return len(counts(person, side, asked))
