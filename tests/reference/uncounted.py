"""Why somebody is not counted where somebody else counts them, from raw rows: the first cause that fits."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.reference.counted import (
    DAY,
    US,
    Person,
    World,
    counts,
    dated,
    is_within,
    of_system,
    raw,
    says_stage,
    shown_in,
)
from tests.reference.ledger import Row
from tests.reference.local_days import local
from tests.reference.mapped import Question, Rule, as_read


def reason(world: World, person: Person, side: str, asked: Question) -> str:
    """The first that fits."""
    return next(reasons_here(person, asked) if side == US else reasons_there(world, person, side, asked))


def other_dates(person: Person, asked: Question) -> list[tuple[int, bool]]:
    found = [(at, False) for at in person.dates if is_within(at, asked)]
    for name, rule in asked.rules.items():
        for record in counts(person, name, asked) if rule.dates else ():
            at = dated(record, asked)
            assert at is not None
            found.append(at)
    return found


def apart(
    own: Sequence[tuple[int, bool]], others: Sequence[tuple[int, bool]], zone: str, passes: Sequence[int] = ()
) -> str:
    mine, other = min(((a, b) for a in own for b in others), key=lambda pair: abs(pair[0][0] - pair[1][0]))
    days = (local(mine[0], zone).date() - local(other[0], zone).date()).days
    if (mine[1] or other[1]) and abs(days) <= 1:
        return "day-apart"
    if len(passes) > 1 and any(abs(at - mine[0]) < DAY for at in passes):
        return "another-time"
    return "later" if mine[0] > other[0] else "earlier"


def reasons_here(person: Person, asked: Question) -> Iterator[str]:
    counting = {name for name, rule in asked.rules.items() if rule.dates and counts(person, name, asked)}
    others = other_dates(person, asked)
    if person.lead["merged_into"] == 0:
        yield "erased"
    if any(row["way"] == "read" and row["connection"] in counting for row in person.rows["gate_closed"]):
        yield "excluded"
    if any(is_within(at, asked) for at in person.taken):
        yield "taken-back"
    if person.dates:
        yield apart([(at, False) for at in person.dates], others, asked.mapped.zone)
    if person.found:
        yield "before-leadloop"
    if person.lead["failure"] is not None:
        yield "rules-fail"
    if held_sets(person, "open", "held_lead"):
        yield "held-back"
    if person.lead["due"] or person.lead["plan_due"]:
        yield "undecided"
    telling = {
        (record["connection"], record["object"], record["id"], each)
        for name in counting
        for record in counts(person, name, asked)
        for each in {asked.rules[name].dates[record["object"]], *telling_fields(asked.rules[name], record["object"])}
    }
    yield "unexplained" if telling & written(person) else "set-there"


def telling_fields(rule: Rule, kind: str) -> set[str]:
    if rule.ours:
        return {rule.dates[kind]} if kind in rule.dates else set()
    return {name for object, name in rule.stages if object == kind}


def tells(rule: Rule, kind: str, name: str, value: Any) -> bool:
    if rule.ours:
        return name == rule.dates.get(kind) and value not in (None, "")
    return str(value or "").strip().lower() in rule.stages.get((kind, name), frozenset())


def written(person: Person) -> set[tuple[str, str, str, str]]:
    return {
        (row["connection"], row["object"], row["record_id"], name)
        for row in person.rows["outbox"]
        if row["kind"] == "fields" and row["code"] == "applied"
        for name in json.loads(row["change"])["values"]
    }


def held_sets(person: Person, status: str, table: str) -> list[Row]:
    return [row for row in person.rows[table] if row["released_at"] is None and row["status"] == status]


def reasons_there(world: World, person: Person, side: str, asked: Question) -> Iterator[str]:
    rule, records, shown = asked.rules[side], of_system(person, side, asked), shown_in(person, side, asked)
    is_ours = any(is_within(at, asked) for at in person.dates)
    blank = bool(shown) and all(raw(each, asked) is None for each in shown)
    if person.lead["merged_into"] == 0:
        yield "erased"
    if heard(world, side) is None and not any(row["connection"] == side for row in world.tables["record"]):
        yield "unread"
    yield from reasons_missing(world, person, side, asked, blank=blank, is_ours=is_ours)
    if not shown:
        yield "merged" if any(each["merged_into"] for each in records) else "deleted"
    if not {each["object"] for each in shown} & rule.dates.keys():
        yield "not-mapped"
    if is_hidden(world, shown, rule, blank=blank):
        yield "hidden"
    dates = [at for each in shown if (at := dated(each, asked)) is not None]
    if not blank and not dates:
        yield "unreadable"
    lacks = blank or bool(lacking(person, side, asked))
    yield from reasons_unwritten(world, person, side, asked, shown=shown, lacks=lacks)
    if dates:
        yield apart(dates, other_dates(person, asked), asked.mapped.zone, person.dates)
    yield from reasons_blank(world, person, side, asked, shown=shown, is_ours=is_ours)


def places(shown: Sequence[Row], rule: Rule) -> set[tuple[str, str, str, str]]:
    """Where we tell of the stage; nothing is told to a record that was converted."""
    return {
        (each["connection"], each["object"], each["id"], name)
        for each in shown
        if each["converted_to"] is None
        for name in telling_fields(rule, each["object"])
    }


def wishes(person: Person) -> dict[tuple[str, str, str, str], Any]:
    return {
        (row["connection"], row["object"], row["record_id"], name): wish[1]
        for row in person.rows["desired"]
        for name, wish in json.loads(row["fields"]).items()
        if name
    }


def lacking(person: Person, side: str, asked: Question) -> set[tuple[str, str, str, str]]:
    """Where what is wished tells the stage, and what stands there does not."""
    rule, shown, wished = asked.rules[side], shown_in(person, side, asked), wishes(person)
    stands = {(row["connection"], row["object"], row["id"]): row["said"] for row in shown}
    return {
        place
        for place in places(shown, rule)
        if tells(rule, place[1], place[3], wished.get(place))
        and not stands_so(rule, place, wished[place], stands[place[:3]].get(place[3]))
    }


def stands_so(rule: Rule, place: tuple[str, str, str, str], wish: Any, value: Any) -> bool:
    """Of a date of ours the very same; of a status any word for the stage."""
    if rule.ours:
        return as_read(value, rule.kind) == as_read(wish, rule.kind)
    return tells(rule, place[1], place[3], value)


def open_rows(person: Person, side: str, asked: Question, *statuses: str) -> list[Row]:
    """What would tell the system of the stage, or create the person in it."""
    rule, records = asked.rules[side], of_system(person, side, asked)
    found, own = [], {(each["object"], each["id"]) for each in shown_in(person, side, asked)}
    for row in sorted(person.rows["outbox"], key=lambda row: row["id"]):
        if row["connection"] != side or row["status"] not in statuses:
            continue
        values = json.loads(row["change"])["values"]
        if row["kind"] == "create":
            meant = not records and row["object"] in asked.mapped.systems[side].people
        else:
            told = any(tells(rule, row["object"], name, value) for name, value in values.items())
            meant = told and (row["object"], row["record_id"]) in own
        found += [row] if meant else []
    return found


SENT = ("pending", "waiting", "claimed")


def reasons_missing(
    world: World, person: Person, side: str, asked: Question, *, blank: bool, is_ours: bool
) -> Iterator[str]:
    system, records = asked.mapped.systems[side], of_system(person, side, asked)
    passes = [row for row in person.rows["handoff"] if row["closed_at"] is None]
    waits = bool(lacking(person, side, asked)) if records else True
    if is_ours and (blank or not records or waits):
        ways = ("write",) if records else ("write", "create")
        shut = [row for row in person.rows["gate_closed"] if row["connection"] == side and row["way"] in ways]
        if shut:
            yield "opted-out" if any(row["after_no"] for row in shut) else "excluded"
    (status,) = (row["status"] for row in world.tables["connection"] if row["name"] == side)
    if status in ("suspended", "paused") and is_ours and (waits if records else bool(passes)):
        yield "suspended"
    if not records and open_rows(person, side, asked, "parked"):
        yield "creation-refused"
    if not records:
        absent = [row for row in person.rows["misfit"] if row["connection"] == side and not row["record_id"]]
        if absent or any(row["queue"] == "needs_data" for row in passes):
            yield "lacks-data"
    if asked.step in ("observe", "scores") and is_ours and waits:
        yield "go-live-step"
    if records:
        return
    if open_rows(person, side, asked, "unsure", *SENT) or (system.creates and passes):
        yield "creation-waits"
    if not any(has_address(row, asked) for row in person.records):
        yield "no-address"
    yield "not-created" if is_ours or not system.creates else "never-told"


def has_address(record: Row, asked: Question) -> bool:
    system = asked.mapped.systems.get(record["connection"])
    return system is not None and any(record["said"].get(each) for each in system.emails)


def is_hidden(world: World, shown: Sequence[Row], rule: Rule, *, blank: bool) -> bool:
    bad = {"gone", "absent", "retyped", "back"} | ({"read_only"} if blank and rule.ours else set())
    drifts = {(row["connection"], row["object"], row["field"]): row["kind"] for row in world.tables["drift"]}
    at = [(row["connection"], row["object"], rule.dates[row["object"]]) for row in shown if row["object"] in rule.dates]
    return all(drifts.get(each) in bad for each in at)


def reasons_unwritten(
    world: World, person: Person, side: str, asked: Question, *, shown: Sequence[Row], lacks: bool
) -> Iterator[str]:
    rule, at = asked.rules[side], places(shown, asked.rules[side])
    if open_rows(person, side, asked, "parked"):
        yield "refused"
    if open_rows(person, side, asked, "unsure"):
        yield "unsure"
    held = [*held_sets(person, "open", "held_write"), *held_sets(person, "discarded", "held_write")]
    if lacks and any(place_of(row) in at for row in held):
        yield "held"
    names = {asked.mapped.properties[place[0], place[1], place[3]] for place in at} | {rule.name}
    if lacks and any(row["closed_at"] is None and row["property"] in names for row in person.rows["conflict"]):
        yield "conflict"
    if lacks and any(place_of(row) in at for row in person.rows["misfit"]):
        yield "misfit"
    if lacks and at and all((place[0], place[1], place[3]) in asked.mapped.left for place in at):
        yield "not-ours"
    unmet = lacking(person, side, asked)
    if lacks and (any(is_stopped(world, place) for place in at) or unmet & written(person)):
        yield "overwritten"
    if open_rows(person, side, asked, *SENT) or (unmet and (person.lead["due"] or person.lead["plan_due"])):
        yield "waiting"


def reasons_blank(
    world: World, person: Person, side: str, asked: Question, *, shown: Sequence[Row], is_ours: bool
) -> Iterator[str]:
    rule, at = asked.rules[side], places(shown, asked.rules[side])
    if not is_ours:
        yield "never-told"
    wished = wishes(person)
    known = [place for place in at if place in wished]
    if rule.ours and known and not any(tells(rule, place[1], place[3], wished[place]) for place in known):
        came = {moment for moment, _ in other_dates(person, asked)}
        yield "skipped" if came & person.skipped and rule.name != "mql_since" else "ended"
    if any(says_stage(each, rule) for each in shown):
        yield "undated"
    latest = max(moment for moment, _ in other_dates(person, asked))
    yield "stale" if (heard(world, side) or 0) < latest else "unexplained"


def place_of(row: Row) -> tuple[str, str, str, str]:
    return row["connection"], row["object"], row["record_id"], row["field"]


def is_stopped(world: World, place: tuple[str, str, str, str]) -> bool:
    at = {place, (*place[:2], "", place[3])}
    return any(row["stopped_at"] is not None and place_of(row) in at for row in world.tables["flap"])


def heard(world: World, side: str) -> int | None:
    """Until when all of it was read; a stream that never was stands at 1970."""
    (kept,) = (row["heard"] for row in world.tables["connection"] if row["name"] == side)
    moments = list((json.loads(kept or "null") or {}).values())
    return min(moments, default=0) or None
