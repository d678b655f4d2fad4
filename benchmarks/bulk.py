"""P6: what scoring everybody anew costs, against the fetch of the same rows, a chunked NumPy pass and lead by lead.

From the store: the starter's rules over people with a skewed number of activities, in SQLite and PostgreSQL; the floor
is the bare driver's fetch of the same columns in the same portions. In memory: five rules with half-lives and caps over
events in arrays; the floor adds up decayed points by lead and rule in chunks, and knows neither repeats nor days.
"""

import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from benchmarks.measure import Row, Spent, Timer, at_least, at_most, cpu_ratio, known, median_cpu_s, take_turns
from benchmarks.store import backend_cpu, cpu_of
from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.block import NEVER, Activities, Block, Facts, Shape
from domain.values import LeadId, RuleHash
from scoring.bulk import BulkScorer
from scoring.decay import table
from scoring.scorer import Scorer
from store import blocks, ledger
from store.engine import Store
from tests.postgres import PostgresServer
from tests.starter import starter_file

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000
EACH, FACTS = 10, 8
SAMPLE = 2_000
"""Leads that are scored one by one; their cost is that of everybody in proportion."""
CHUNK = 32_768
PAGES = ("/pricing", "/compare/us", "/blog/a", "/blog/b", "/careers", "/support", "/product", "/product/tour")
TITLES = ("VP Sales", "Head of Ops", "Manager", "Student", "Engineer", "CEO")


def measure(*, leads: int, events: int, rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresServer(Path(folder))
        try:
            for kind, url in (
                ("sqlite", f"sqlite:///{folder}/bulk.db"),
                ("postgresql", server.create_database("bulk")),
            ):
                _fill(url, leads)
                yield from _from_the_store(kind, url, leads, rounds)
        finally:
            server.stop()
    yield from _in_memory(events, rounds)


def _from_the_store(kind: str, url: str, leads: int, rounds: int) -> Iterator[Row]:
    pieces = {name: (piece, (url, leads)) for name, piece in (("bare", _fetch), ("bulk", _bulk), ("alone", _alone))}
    spent = take_turns(pieces, rounds=rounds)
    row = Row(
        name=f"P6 {kind}: everybody from the store",
        figure=1e6 * median_cpu_s(spent["bulk"]) / leads,
        unit="µs CPU a lead",
        floor=1e6 * median_cpu_s(spent["bare"]) / leads,
        ratio=cpu_ratio(spent["bulk"], spent["bare"]),
        note=f"{leads:,} leads, {EACH} activities and {FACTS} facts each",
    )
    yield at_most(row, 3)
    ratio = leads / SAMPLE * cpu_ratio(spent["alone"], spent["bulk"])
    alone, note = 1e6 * median_cpu_s(spent["alone"]) / SAMPLE, "against the bulk, both with reading"
    yield Row(name=f"P6 {kind}: lead by lead", figure=alone, unit="µs CPU a lead", ratio=ratio, note=note)


def _in_memory(events: int, rounds: int) -> Iterator[Row]:
    pieces = {"bare": (_chunked, (events,)), "bulk": (_of_arrays, (events,)), "alone": (_of_lists, (events,))}
    spent = take_turns(pieces, rounds=rounds)
    row = Row(
        name="P6 arrays in memory",
        figure=1e9 * median_cpu_s(spent["bulk"]) / events,
        unit="ns CPU an event",
        floor=1e9 * median_cpu_s(spent["bare"]) / events,
        ratio=cpu_ratio(spent["bulk"], spent["bare"]),
        note=f"{events:,} events of {events // EACH:,} leads",
    )
    yield at_most(row, 3)
    ratio = events / EACH / SAMPLE * cpu_ratio(spent["alone"], spent["bulk"])
    alone = 1e9 * median_cpu_s(spent["alone"]) / SAMPLE / EACH
    row = Row(name="P6 lead by lead in memory", figure=alone, unit="ns CPU an event", ratio=ratio, note="against it")
    yield at_least(row, 10)


def _fill(url: str, leads: int) -> None:
    """People in the tables as they would lie there, without what scoring does not read."""
    store = Store.open(url)
    store.migrate()
    chance = np.random.default_rng(1)
    marks = ", ".join(["%s" if store.path is None else "?"] * 17)
    with store.write() as tx:
        cursor = tx.connection.cursor()
        columns = (
            "id, key, revision, stage, stage_since, armed_at, left_lists, times_recycled, due, plan_due, created_at"
        )
        rows = ((n, f"LL-{n}", 1, "known", 0, 0, "[]", 0, False, False, 0) for n in range(1, leads + 1))
        cursor.executemany(f"INSERT INTO lead ({columns}) VALUES ({_marks(marks, 11)})", list(rows))
        columns = "lead_id, connection, stream, external_id, kind, occurred_at, seen_at, automated, properties"
        cursor.executemany(f"INSERT INTO activity ({columns}) VALUES ({_marks(marks, 9)})", list(_acts(leads, chance)))
        columns = "lead_id, name, number, value, since, seen_at"
        cursor.executemany(f"INSERT INTO fact ({columns}) VALUES ({_marks(marks, 6)})", list(_facts(leads)))
    store.dispose()


def _marks(marks: str, count: int) -> str:
    return ", ".join(marks.split(", ")[:count])


def _acts(leads: int, chance: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    whose = _skewed(chance, leads * EACH, leads).tolist()
    agos = chance.integers(0, 365 * 86_400_000_000, leads * EACH).tolist()
    for number, (lead, ago) in enumerate(zip(whose, agos, strict=True)):
        moment = NOW_US - ago
        kind, properties = _what(number)
        yield lead + 1, "hubspot", "events", f"event-{number:09d}", kind, moment, moment, False, properties


def _skewed(chance: np.random.Generator, count: int, leads: int) -> Any:
    """Whose each of so many activities is: some leads have twenty times as many as others."""
    return (chance.pareto(1.2, count) * leads / 20).astype(np.int64) % leads


def _what(number: int) -> tuple[str, str]:
    if number % 10 == 0:
        return "form_submitted", f'{{"form":"{"Demo" if number % 30 == 0 else "Guide"} {number % 7}"}}'
    if number % 10 < 4:
        since = f'"since_sent_s":{number % 3600},' if number % 3 == 0 else ""
        return (
            "email_clicked",
            f'{{"mail":"{number % 500}",{since}"url":"https://www.acme.example{PAGES[number % 8]}"}}',
        )
    return "page_viewed", f'{{"url":"https://www.acme.example{PAGES[number % 8]}"}}'


def _facts(leads: int) -> Iterator[tuple[Any, ...]]:
    for lead in range(1, leads + 1):
        values = (
            ("country", '"US"' if lead % 3 else '"MX"'),
            ("email", f'"someone{lead}@firm{lead % 9000}.example"'),
            ("employees", str(lead % 1500)),
            ("industry", '"Software"' if lead % 2 else '"Retail"'),
            ("job_title", f'"{TITLES[lead % 6]}"'),
            ("last_name", f'"Name{lead % 5000}"'),
            ("phone", f'"+1555{lead:07d}"'),
            ("city", f'"City {lead % 300}"'),
        )
        for name, value in values:
            yield lead, name, 1, value, NOW_US - 10**12, NOW_US - 10**12


def _scorer() -> Scorer:
    return Scorer(ScoringRules.model_validate(starter_file("scoring")), RuleHash("bench"), "Europe/Madrid")


def _bulk(url: str, leads: int) -> Spent:
    store, bulk = Store.open(url), BulkScorer(_scorer())
    counted = backend_cpu(store)
    with store.read() as tx, Timer(counted) as timer:
        found = [bulk.totals(each, as_of=NOW, known_at=NOW) for each in blocks.blocks(tx, names=bulk.names)]
    return known(timer, sum(len(each.engagement) for each in found) == leads)


def _fetch(url: str, leads: int) -> Spent:
    """The driver alone: the same columns of the same rows, by the same portions."""
    names = sorted(BulkScorer(_scorer()).names or ())
    with closing(_driver(url)) as connection, Timer(_beside(connection)) as timer:
        cursor, rows, number = connection.cursor(), 0, 0
        mark = "?" if url.startswith("sqlite") else "%s"
        asked = ", ".join([mark] * len(names))
        between = f"lead_id > {mark} AND lead_id <= {mark}"
        done = "lead_id, occurred_at, seen_at, kind, properties, retracted_at, external_id"
        while number < leads:
            span = (number, number + blocks.LEADS)
            cursor.execute(f"SELECT {done} FROM activity WHERE {between} ORDER BY lead_id", span)
            rows += len(cursor.fetchall())
            told = f"SELECT lead_id, name, value, since, seen_at FROM fact WHERE {between} AND name IN ({asked})"
            cursor.execute(told, (*span, *names))
            rows += len(cursor.fetchall())
            number += blocks.LEADS
    return known(timer, rows > leads * EACH)


def _beside(connection: Any) -> Callable[[], float]:
    """Processor time of the database's own process."""
    return cpu_of(connection.info.backend_pid) if isinstance(connection, psycopg.Connection) else lambda: 0.0


def _driver(url: str) -> Any:
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


def _alone(url: str, leads: int) -> Spent:
    """Some leads spread over all, as a tick scores them."""
    store, scorer = Store.open(url), _scorer()
    ids = [LeadId(number) for number in range(1, leads + 1, max(1, leads // SAMPLE))][:SAMPLE]
    counted = backend_cpu(store)
    with store.read() as tx, Timer(counted) as timer:
        facts, done = ledger.facts_of(tx, ids), ledger.activities_of(tx, ids)
        for each in ids:
            scorer.score(facts.get(each, []), done.get(each, []), as_of=NOW, known_at=NOW)
    return known(timer, len(ids) == SAMPLE)


KINDS = (ActivityKind.PAGE_VIEWED, ActivityKind.EMAIL_CLICKED, ActivityKind.FORM_SUBMITTED)
RULES = tuple((days, cap) for days, cap in ((7, 20), (14, 30), (30, 40), (60, 50), (90, 60)))
TYPES = 20


def _events(count: int) -> Mapping[str, Any]:
    chance = np.random.default_rng(2)
    leads = np.sort(_skewed(chance, count, count // EACH))
    hours = chance.integers(0, 24 * 365, count)
    hours = hours[np.lexsort((-hours, leads))]
    within_us = chance.integers(0, 3_600_000_000, count)
    types = chance.integers(0, TYPES, count)
    return {"leads": leads, "types": types, "hours": hours, "within_us": within_us, "count": count // EACH}


def _chunked(events: int) -> Spent:
    given = _events(events)
    leads, types, hours = given["leads"], given["types"], given["hours"]
    points, rule_of = np.arange(1, TYPES + 1) * 1000, np.arange(TYPES) % len(RULES)
    factors = np.array([table(days, 24 * 365) for days, _ in RULES], dtype=np.int64)
    caps = np.array([cap * 1000 for _, cap in RULES])
    with Timer() as timer:
        sums = np.zeros(given["count"] * len(RULES), dtype=np.int64)
        for start in range(0, events, CHUNK):
            some = slice(start, start + CHUNK)
            rules = rule_of[types[some]]
            faded = points[types[some]] * factors[rules, hours[some]] // 1_000_000
            np.add.at(sums, leads[some] * len(RULES) + rules, faded)
        total = np.minimum(sums.reshape(-1, len(RULES)), caps).sum(axis=1)
    return known(timer, int(total.sum()) > 0)


def _of_arrays(events: int) -> Spent:
    made, bulk = list(_blocks(_events(events))), BulkScorer(Scorer(_five(), RuleHash("bench"), "UTC"))
    bulk.totals(made[0], as_of=NOW, known_at=NOW)  # the tables of factors are there, as in the floor
    with Timer() as timer:
        found = [bulk.totals(each, as_of=NOW, known_at=NOW) for each in made]
    return known(timer, sum(len(each.engagement) for each in found) == events // EACH)


def _of_lists(events: int) -> Spent:
    """The same rules on some of the same leads, as a tick scores them; their activities are there already."""
    given, scorer = _events(events), Scorer(_five(), RuleHash("bench"), "UTC")
    chosen = np.linspace(0, given["count"] - 1, SAMPLE).astype(np.int64)
    theirs = [_activities_of(given, int(lead)) for lead in chosen]
    count = sum(map(len, theirs))
    with Timer() as timer:
        for done in theirs:
            scorer.score((), done, as_of=NOW, known_at=NOW)
    spent = known(timer, count > 0)
    return replace(spent, cpu_s=spent.cpu_s * SAMPLE * EACH / count)


def _activities_of(given: Mapping[str, Any], lead: int) -> list[Activity]:
    first, last = np.searchsorted(given["leads"], (lead, lead + 1)).tolist()
    return [
        Activity(
            connection="bench",
            stream="events",
            external_id=str(row),
            kind=KINDS[int(given["types"][row]) % 3],
            occurred_at=NOW - timedelta(hours=int(given["hours"][row]), microseconds=int(given["within_us"][row])),
            properties={"type": int(given["types"][row])},
        )
        for row in range(first, last)
    ]


def _five() -> ScoringRules:
    rules = [
        {
            "name": f"type {number}",
            "on": [KINDS[number % 3].value],
            "where": {"all": [{"property": "type", "operator": "equals", "value": number}]},
            "points": number + 1,
            "decay": {"half_life_days": RULES[number % len(RULES)][0]},
        }
        for number in range(TYPES)
    ]
    groups = [
        {"name": f"{days} days", "limit": cap, "rules": rules[place :: len(RULES)]}
        for place, (days, cap) in enumerate(RULES)
    ]
    return ScoringRules.model_validate({"engagement": groups, "fit": []})


def _blocks(given: Mapping[str, Any]) -> Iterator[Block]:
    nothing: array[int] = array("q")
    shapes = [
        Shape(connection="bench", kind=KINDS[each % 3], text=str(each), properties={"type": each})
        for each in range(TYPES)
    ]
    for first in range(0, given["count"], blocks.LEADS):
        count = min(blocks.LEADS, given["count"] - first)
        some = slice(*np.searchsorted(given["leads"], (first, first + count)).tolist())
        moments = NOW_US - given["hours"][some] * 3_600_000_000 - given["within_us"][some]
        yield Block(
            leads=[LeadId(first + each) for each in range(count)],
            activities=Activities(
                leads=_array(given["leads"][some] - first),
                shapes=_array(given["types"][some]),
                occurred_us=_array(moments),
                seen_us=_array(moments),
                vouched_us=_array(np.full(len(moments), NEVER)),
            ),
            shapes=shapes,
            facts=Facts(leads=nothing, names=nothing, values=nothing, since_us=nothing, seen_us=nothing),
            names=[],
            values=[],
        )


def _array(column: Any) -> "array[int]":
    found: array[int] = array("q")
    found.frombytes(column.astype(np.int64).tobytes())
    return found
