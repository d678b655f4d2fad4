"""Who is counted where and why not elsewhere, from raw rows: every figure of the page by its name."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from tests.reference.ledger import Row
from tests.reference.local_days import midnight
from tests.reference.mapped import FORWARD, Question, Rule, as_read

DAY = 86_400_000_000
TABLES = (
    *("lead", "transition", "handoff", "record", "desired", "outbox", "misfit", "flap", "held_write", "held_set"),
    *("held_lead", "gate_closed", "conflict", "connection", "drift"),
)
US = "leadloop"


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
    """Rows that belong to nobody, and all else by lead; `said` of a record: its fields."""

    tables: Mapping[str, list[Row]]
    by_lead: Mapping[str, Mapping[int, list[Row]]] = field(default_factory=dict)


def read(tx: Connection) -> World:
    tables = {name: [dict(row._mapping) for row in tx.exec_driver_sql(f"SELECT * FROM {name}")] for name in TABLES}
    for row in tables["record"]:
        row["said"] = json.loads(row["content"])
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


def shown_in(person: Person, side: str, asked: Question) -> list[Row]:
    theirs = of_system(person, side, asked)
    return [row for row in theirs if not row["archived"] and row["merged_into"] is None]


def of_system(person: Person, side: str, asked: Question) -> list[Row]:
    people = asked.mapped.systems[side].people
    return [row for row in person.records if row["connection"] == side and row["object"] in people]


def raw(record: Row, asked: Question) -> int | date | str | None:
    """What stands in the field of the date, as its type has it."""
    rule = asked.rules[record["connection"]]
    field = rule.dates.get(record["object"])
    return None if field is None else as_read(record["said"].get(field), rule.kind)


def dated(record: Row, asked: Question) -> tuple[int, bool] | None:
    """The moment, and whether it is a whole day."""
    found = raw(record, asked)
    if isinstance(found, date):
        return midnight(found, asked.mapped.zone), True
    return (found, False) if isinstance(found, int) else None


def is_within(at: int, asked: Question) -> bool:
    return asked.since <= at < asked.until


def counts(person: Person, side: str, asked: Question) -> list[Row]:
    """The records by which a side counts a person; for ourselves one that stands for the lead."""
    if side == US:
        return [person.lead] if any(is_within(at, asked) for at in person.dates) else []
    found = [(row, dated(row, asked)) for row in shown_in(person, side, asked)]
    return [row for row, at in found if at is not None and is_within(at[0], asked)]


def says_stage(record: Row, rule: Rule) -> bool:
    return any(
        str(record["said"].get(name) or "").strip().lower() in words
        for (kind, name), words in rule.stages.items()
        if kind == record["object"]
    )


def stands_undated(person: Person, side: str, asked: Question) -> bool:
    rule = asked.rules[side]
    never = not (person.dates or person.taken or person.found)
    shown = shown_in(person, side, asked)
    return never and rule.ours and any(says_stage(each, rule) and dated(each, asked) is None for each in shown)


def nobody_counts(world: World, side: str, asked: Question) -> int:
    loose = [row for row in world.tables["record"] if row["lead_id"] is None]
    person = Person(lead={}, records=loose, rows={}, dates=[], skipped=set(), taken=[], found=False)
    return len(counts(person, side, asked))
