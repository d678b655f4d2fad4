"""Who is counted where and why not elsewhere, from raw rows: every figure of the page by its name."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from tests.reference.ledger import Row
from tests.reference.sums import Expected

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


def figures(world: World, asked: Question) -> dict[str, Expected]:
    sides = [US, *(name for name, rule in asked.rules.items() if rule.dates)]
    counted: dict[str, dict[int, list[Row]]] = {side: {} for side in sides}
    why: dict[tuple[int, str], str] = {}
    undated: dict[str, list[int]] = defaultdict(list)
    for lead in world.tables["lead"]:
        if lead["merged_into"] not in (None, 0):
            continue
        person = person_of(world, lead, asked)
        for side in sides:
            own = counts(person, side, asked)
            if own:
                counted[side][lead["id"]] = own
        if any(lead["id"] in counted[side] for side in sides):
            for side in sides:
                if lead["id"] not in counted[side]:
                    why[lead["id"], side] = reason(world, person, side, asked)
        for side in sides[1:]:
            if lead["id"] not in counted[side] and stands_undated(person, side, asked):
                undated[side].append(lead["id"])
    nobodys = {side: nobody_counts(world, side, asked) for side in sides[1:]}
    return {
        **totals(asked, sides, counted, nobodys, undated),
        **bridges(sides, counted, nobodys, why),
        **causes(sides, why),
    }


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


# --- why not --------------------------------------------------------------------------------------


def reason(world: World, person: Person, side: str, asked: Question) -> str:
    """The first that fits."""
    return next(reasons_here(person, asked) if side == US else reasons_there(world, person, side, asked))


def other_dates(person: Person, asked: Question) -> list[tuple[int, bool]]:
    found = [(at, False) for at in person.dates if is_within(at, asked)]
    for name, rule in asked.rules.items():
        for record in counts(person, name, asked) if rule.dates else ():
            at = dated(record, rule)
            assert at is not None
            found.append(at)
    return found


def apart(own: Sequence[tuple[int, bool]], others: Sequence[tuple[int, bool]], passes: Sequence[int]) -> str:
    mine, other = min(((a, b) for a in own for b in others), key=lambda pair: abs(pair[0][0] - pair[1][0]))
    if (mine[1] or other[1]) and abs((local_day(mine[0]) - local_day(other[0])).days) <= 1:
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
        yield apart([(at, False) for at in person.dates], others, ())
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
    rule, records, shown = asked.rules[side], of_system(person, side), shown_in(person, side)
    is_ours = any(is_within(at, asked) for at in person.dates)
    blank = bool(shown) and all(raw(each, rule) in (None, "") for each in shown)
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
    dates = [at for each in shown if (at := dated(each, rule)) is not None]
    if not blank and not dates:
        yield "unreadable"
    lacks = blank or bool(lacking(person, shown, rule))
    yield from reasons_unwritten(world, person, side, asked, shown=shown, lacks=lacks)
    if dates:
        yield apart(dates, other_dates(person, asked), person.dates)
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


def lacking(person: Person, shown: Sequence[Row], rule: Rule) -> set[tuple[str, str, str, str]]:
    """Where what is wished tells the stage, and what stands there does not."""
    wished, stands = wishes(person), {(row["connection"], row["object"], row["id"]): content(row) for row in shown}
    return {
        place
        for place in places(shown, rule)
        if tells(rule, place[1], place[3], wished.get(place))
        and not stands_so(rule, place, wished[place], stands[place[:3]].get(place[3]))
    }


def stands_so(rule: Rule, place: tuple[str, str, str, str], wish: Any, value: Any) -> bool:
    """Of a date of ours the very same; of a status any word for the stage."""
    return value == wish if rule.ours else tells(rule, place[1], place[3], value)


def open_rows(person: Person, side: str, rule: Rule, shown: Sequence[Row], *statuses: str) -> list[Row]:
    found, own = [], {(each["object"], each["id"]) for each in shown}
    for row in sorted(person.rows["outbox"], key=lambda row: row["id"]):
        if row["connection"] != side or row["status"] not in statuses:
            continue
        values = json.loads(row["change"])["values"]
        if row["kind"] == "create":
            meant = not of_system(person, side) and row["object"] in PEOPLE[side]
        else:
            told = any(tells(rule, row["object"], name, value) for name, value in values.items())
            meant = told and (row["object"], row["record_id"]) in own
        found += [row] if meant else []
    return found


SENT = ("pending", "waiting", "claimed")


def reasons_missing(
    world: World, person: Person, side: str, asked: Question, *, blank: bool, is_ours: bool
) -> Iterator[str]:
    rule, records, shown = asked.rules[side], of_system(person, side), shown_in(person, side)
    passes = [row for row in person.rows["handoff"] if row["closed_at"] is None]
    waits = bool(lacking(person, shown, rule)) if records else True
    if is_ours and (blank or not records or waits):
        ways = ("write",) if records else ("write", "create")
        shut = [row for row in person.rows["gate_closed"] if row["connection"] == side and row["way"] in ways]
        if shut:
            yield "opted-out" if any(row["after_no"] for row in shut) else "excluded"
    (status,) = (row["status"] for row in world.tables["connection"] if row["name"] == side)
    if status in ("suspended", "paused") and is_ours and (waits if records else bool(passes)):
        yield "suspended"
    if not records and open_rows(person, side, rule, shown, "parked"):
        yield "creation-refused"
    if not records:
        absent = [row for row in person.rows["misfit"] if row["connection"] == side and not row["record_id"]]
        if absent or any(row["queue"] == "needs_data" for row in passes):
            yield "lacks-data"
    if asked.step in ("observe", "scores") and is_ours and waits:
        yield "go-live-step"
    if records:
        return
    if open_rows(person, side, rule, shown, "unsure", *SENT) or (side == "crm" and passes):
        yield "creation-waits"
    addressed = any(content(row).get(EMAILS[row["connection"]]) for row in person.records)
    if not addressed:
        yield "no-address"
    yield "not-created" if is_ours or side == "hub" else "never-told"


def is_hidden(world: World, shown: Sequence[Row], rule: Rule, *, blank: bool) -> bool:
    bad = {"gone", "absent", "retyped", "back"} | ({"read_only"} if blank and rule.ours else set())
    drifts = {(row["connection"], row["object"], row["field"]): row["kind"] for row in world.tables["drift"]}
    at = [(row["connection"], row["object"], rule.dates[row["object"]]) for row in shown if row["object"] in rule.dates]
    return all(drifts.get(each) in bad for each in at)


def reasons_unwritten(
    world: World, person: Person, side: str, asked: Question, *, shown: Sequence[Row], lacks: bool
) -> Iterator[str]:
    rule, at = asked.rules[side], places(shown, asked.rules[side])
    if open_rows(person, side, rule, shown, "parked"):
        yield "refused"
    if open_rows(person, side, rule, shown, "unsure"):
        yield "unsure"
    held = [*held_sets(person, "open", "held_write"), *held_sets(person, "discarded", "held_write")]
    if lacks and any(place_of(row) in at for row in held):
        yield "held"
    names = {PROPERTIES[place[0], place[3]] for place in at} | {rule.name}
    if lacks and any(row["closed_at"] is None and row["property"] in names for row in person.rows["conflict"]):
        yield "conflict"
    if lacks and any(place_of(row) in at for row in person.rows["misfit"]):
        yield "misfit"
    if lacks and at and all((place[0], place[1], place[3]) in asked.left for place in at):
        yield "not-ours"
    unmet = lacking(person, shown, rule)
    if lacks and (any(is_stopped(world, place) for place in at) or unmet & written(person)):
        yield "overwritten"
    if open_rows(person, side, rule, shown, *SENT) or (unmet and (person.lead["due"] or person.lead["plan_due"])):
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


PROPERTIES = {
    ("hub", "ll_mql"): "mql_since",
    ("crm", "MQL__c"): "mql_since",
    ("crm", "Accepted__c"): "accepted_at",
    ("hub", "became_mql"): "hub_day",
    ("hub", "stage"): "lifecycle",
    ("crm", "Status"): "status",
}


def place_of(row: Row) -> tuple[str, str, str, str]:
    return row["connection"], row["object"], row["record_id"], row["field"]


def is_stopped(world: World, place: tuple[str, str, str, str]) -> bool:
    at = {place, (*place[:2], "", place[3])}
    return any(row["stopped_at"] is not None and place_of(row) in at for row in world.tables["flap"])


def heard(world: World, side: str) -> int | None:
    (kept,) = (row["heard"] for row in world.tables["connection"] if row["name"] == side)
    moments = list((json.loads(kept or "null") or {}).values())
    return min(moments) if moments else None


# --- figures --------------------------------------------------------------------------------------


def told(n: int, leads: Iterable[int], sign: int = 1) -> Expected:
    return Expected(value=sign * n, n=n, leads=frozenset(leads))


def totals(
    asked: Question,
    sides: Sequence[str],
    counted: Mapping[str, Mapping[int, list[Row]]],
    nobodys: Mapping[str, int],
    undated: Mapping[str, Sequence[int]],
) -> dict[str, Expected]:
    found = {}
    for side in sides:
        n = sum(map(len, counted[side].values())) + nobodys.get(side, 0)
        found[f"count.{side}.count"] = told(n, counted[side])
        found[f"count.{side}.people"] = told(len(counted[side]), counted[side])
        if side != US and asked.rules[side].ours and asked.rules[side].stages:
            found[f"count.{side}.undated"] = told(len(undated[side]), undated[side])
    for side, rule in asked.rules.items():
        if not rule.dates:
            found |= {f"count.{side}.{column}": Expected(value=None) for column in ("count", "people")}
    anybody = {lead for side in sides for lead in counted[side]}
    return found | {"count.all.people": told(len(anybody), anybody)}


def bridges(
    sides: Sequence[str],
    counted: Mapping[str, Mapping[int, list[Row]]],
    nobodys: Mapping[str, int],
    why: Mapping[tuple[int, str], str],
) -> dict[str, Expected]:
    found = {}
    for one, other in combinations(sides, 2):
        key = f"{one}-{other}"
        for end, side in (("start", one), ("end", other)):
            n = sum(map(len, counted[side].values())) + nobodys.get(side, 0)
            found[f"{key}.{end}.count"] = Expected(value=n)
        for side, against, sign in ((one, other, -1), (other, one, 1)):
            only: dict[str, list[int]] = defaultdict(list)
            for lead in counted[side].keys() - counted[against].keys():
                only[why[lead, against]].append(lead)
            for cause, leads in only.items():
                found[f"{key}.not-in-{against}-{cause}.count"] = told(len(leads), leads, sign)
            found |= {
                f"{key}.more-{side}-{name}.count": each for name, each in more(counted[side], nobodys, side, sign)
            }
    return found


def more(
    counted: Mapping[int, list[Row]], nobodys: Mapping[str, int], side: str, sign: int
) -> Iterator[tuple[str, Expected]]:
    converted, twice = dict[int, int](), dict[int, int]()
    for lead, rows in counted.items() if side != US else ():
        beyond = len(rows) - 1
        converted[lead] = min(beyond, len([row for row in rows if row["converted_to"] is not None]))
        twice[lead] = beyond - converted[lead]
    for name, several in (("converted", converted), ("duplicates", twice)):
        leads = [lead for lead, n in several.items() if n]
        if leads:
            yield name, told(sum(several.values()), leads, sign)
    if nobodys.get(side):
        yield "nobodys", told(nobodys[side], (), sign)


def causes(sides: Sequence[str], why: Mapping[tuple[int, str], str]) -> dict[str, Expected]:
    found = {}
    for cause in {"unexplained", *why.values()}:
        for side in sides:
            leads = [lead for (lead, where), each in why.items() if (where, each) == (side, cause)]
            found[f"why.{cause}.{side}"] = told(len(leads), leads)
    return found
