"""A tick looks at whom something happened to and at whom time has come for, at nobody else, and at nobody too late."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact, Lead
from domain.run import RuleVersion
from domain.score import Score
from domain.values import LeadId, RuleHash
from scoring.scorer import Scorer
from scoring.showing import is_worth_showing
from store import installation, leads, ledger
from store.columns import to_json, to_micros
from store.engine import Store, Tx
from sync.decide import decide_due
from sync.loop import Loop
from sync.outgoing import OpenRun, plan_due
from tests.stores import empty_store
from tests.unit.scoring.material import NOW, activity, activity_lists, days, fact_lists, group, rule_sets, rules
from tests.unit.sync.looping import looping

HOUR = timedelta(hours=1)
LATER = NOW + days(3650)
QUIET: dict[str, Any] = {"line": {"engagement": 100_000, "rearm_below": 0}}
"""Nobody is handed off: only the number and the band are looked at."""
SHOWINGS = st.fixed_dictionaries(
    {"points": st.integers(0, 8), "days": st.integers(1, 8), "from_step": st.sampled_from(["cold", "warm"])}
)
FADING: dict[str, Any] = {"decay": {"half_life_days": 10}}


def scored_by(version: RuleVersion, scoring: ScoringRules) -> RuleVersion:
    """The starter with another scoring.yaml."""
    document = orjson.loads(version.document)
    document["scoring"] = scoring.model_dump(mode="json", by_alias=True)
    return replace(version, document=orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode(), hash=RuleHash("x"))


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """A store of its own for every example."""
    for left in folder.glob("wakes.db*"):
        left.unlink()
    store = Store.open(empty_store(folder / "wakes.db"))
    try:
        yield store
    finally:
        store.dispose()


def arrive(tx: Tx, done: Sequence[Activity], facts: Sequence[Fact] = ()) -> LeadId:
    """Somebody who did this, long before anything may be handed off."""
    installation.put(tx, installation.WENT_LIVE, (NOW - days(1)).isoformat())
    (made,) = leads.create(tx, 1, now=NOW, installation="LL", armed_at=LATER)
    mine = [replace(each, external_id=f"{made.id} {each.external_id}") for each in done]
    ledger.add(tx, mine, seen_at=NOW)
    tx.exec_driver_sql("UPDATE activity SET lead_id = ? WHERE lead_id = 0", (made.id,))
    rows = [
        (made.id, fact.name, number, to_json(fact.value), to_micros(fact.since), to_micros(NOW))
        for number, fact in enumerate(sorted(facts, key=lambda each: each.since))
    ]
    if rows:
        tx.exec_driver_sql(
            "INSERT INTO fact (lead_id, name, number, value, since, seen_at) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
    return made.id


@dataclass(slots=True, kw_only=True)
class Hourly:
    """What people would see if the lead were looked at every hour."""

    scorer: Scorer
    done: Sequence[Activity]
    facts: Sequence[Fact]
    shown: int | None
    band: str | None
    shown_at: datetime | None

    def look(self, now: datetime) -> Score:
        found = self.scorer.score(self.facts, self.done, as_of=now, known_at=now)
        showing = self.scorer.book.source.showing
        if is_worth_showing(found, shown=self.shown, band=self.band, shown_at=self.shown_at, rules=showing, now=now):
            self.shown, self.band, self.shown_at = found.shown, found.band, now
        return found


def lead_of(tx: Tx, lead: LeadId) -> Lead:
    return leads.get(tx, [lead])[lead]


@dataclass(frozen=True, slots=True, repr=False)
class Office:
    """Opens loops by rules of a test's own, each on an empty store."""

    folder: Path
    version: RuleVersion

    @contextmanager
    def loop(self, scoring: ScoringRules) -> Iterator[Loop]:
        with opened(self.folder) as store, looping(store, scored_by(self.version, scoring)) as made:
            yield made


@pytest.fixture
def office(tmp_path: Path, version: RuleVersion) -> Office:
    return Office(tmp_path, version)


def quietly(scoring: ScoringRules, **showing: Any) -> ScoringRules:
    """The same rules, by which nobody is ever handed off."""
    plain = scoring.model_dump(mode="json", by_alias=True)
    return ScoringRules.model_validate(plain | QUIET | {"showing": showing, "scores": []})


def compare(loop: Loop, done: Sequence[Activity], facts: Sequence[Fact], *, hours: int) -> None:
    """Look at somebody when they wake and at nothing else; at every hour they show what an hourly look would."""
    with loop.store.write(loop.epoch) as tx:
        ana = arrive(tx, done, facts)
    decide_due(loop, now=NOW)
    with loop.store.read() as tx:
        sleeper = lead_of(tx, ana)
        hourly = Hourly(
            scorer=loop.in_force(tx).scorer,
            done=ledger.activities_of(tx, [ana]).get(ana, []),
            facts=ledger.facts_of(tx, [ana]).get(ana, []),
            shown=sleeper.shown_score,
            band=sleeper.shown_band,
            shown_at=sleeper.shown_at,
        )
    for hour in range(1, hours):
        now = NOW + hour * HOUR
        if sleeper.wake_at is not None and sleeper.wake_at <= now:
            decide_due(loop, now=now)
            with loop.store.read() as tx:
                sleeper = lead_of(tx, ana)
        hourly.look(now)
        assert (sleeper.shown_score, sleeper.shown_band) == (hourly.shown, hourly.band), f"after {hour} h"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule_sets(), activity_lists(most=8, oldest_days=40), fact_lists(), SHOWINGS)
def test_whoever_sleeps_shows_what_a_look_every_hour_would_show(
    office: Office, scoring: ScoringRules, done: list[Activity], facts: list[Fact], showing: dict[str, Any]
) -> None:
    with office.loop(quietly(scoring, **showing)) as loop:
        compare(loop, done, facts, hours=24 * 21)


def test_what_was_read_while_a_tick_had_begun_already_counts_at_the_next_one(office: Office) -> None:
    """A pull commits beside the one who decides: what it read lies in the future of the tick, a moment ahead."""
    scoring = quietly(rules(group({"name": "view", "points": 20})), points=1)
    with office.loop(scoring) as loop:
        with loop.store.write(loop.epoch) as tx:
            ana = arrive(tx, [activity(ago=timedelta(minutes=1))])
        decide_due(loop, now=NOW - timedelta(milliseconds=8))
        with loop.store.read() as tx:
            assert (lead_of(tx, ana).shown_score, lead_of(tx, ana).wake_at) == (None, NOW)
        decide_due(loop, now=NOW + timedelta(seconds=1))
        with loop.store.read() as tx:
            assert lead_of(tx, ana).shown_score == 20


def test_a_number_that_stood_for_a_week_is_written_as_soon_as_it_moves(office: Office) -> None:
    """20 points lose 2 after ten days: too little to be written at once, and by then anything is."""
    steps = {"percent": 10, "every_days": 10}
    scoring = quietly(rules(group({"name": "view", "points": 20, "decay": steps}), steps={"warm": 10, "hot": 50}))
    with office.loop(scoring) as loop:
        compare(loop, [activity(ago=timedelta(0))], [], hours=24 * 12)
        with loop.store.read() as tx:
            ana = lead_of(tx, LeadId(1))
        assert (ana.shown_score, ana.shown_at) == (18, NOW + days(10))


def test_decay_alone_is_shown_by_five_points_by_band_or_by_the_week(office: Office) -> None:
    """60 points, halved in 30 days, band hot from 50: what is written, and after how many hours."""
    scoring = quietly(rules(group({"name": "view", "points": 60, "decay": {"half_life_days": 30}})))
    with office.loop(scoring) as loop:
        with loop.store.write(loop.epoch) as tx:
            ana = arrive(tx, [activity()])
        seen: list[tuple[float, int | None, str | None]] = []
        now: datetime | None = NOW
        while now is not None and now <= NOW + days(38):
            decide_due(loop, now=now)
            with loop.store.read() as tx:
                lead = lead_of(tx, ana)
            if lead.shown_at == now:
                seen.append(((now - NOW) / HOUR, lead.shown_score, lead.shown_band))
            now = lead.wake_at
        fives = [(0, 60, "? hot"), (72, 55, "? hot"), (169, 50, "? hot")]
        band = [(190, 49, "? warm")]
        more = [(299, 44, "? warm"), (422, 39, "? warm"), (560, 34, "? warm"), (721, 29, "? warm")]
        week = [(889, 25, "? warm")]
        assert seen == [*fives, *band, *more, *week]


def test_a_tick_looks_at_news_and_at_whom_time_has_come_for_and_at_nobody_else(office: Office) -> None:
    scoring = quietly(rules(group({"name": "view", "points": 60, **FADING})))
    with office.loop(scoring) as loop:
        with loop.store.write(loop.epoch) as tx:
            did, learnt, slept, *others = [arrive(tx, [activity(ago=HOUR * each)]) for each in (1, 1, 200, 1, 1, 900)]
        decide_due(loop, now=NOW)
        now = NOW + HOUR
        with loop.store.write(loop.epoch) as tx:
            news = replace(activity(id="news"), occurred_at=now)
            ledger.add(tx, [news], seen_at=now)
            tx.exec_driver_sql("UPDATE activity SET lead_id = ? WHERE external_id = 'news'", (did,))
            ledger.put_facts(tx, learnt, {"title": "CEO"}, since=now, seen_at=now)
            leads.touch(tx, [did, learnt])
            tx.exec_driver_sql("UPDATE lead SET wake_at = ? WHERE id = ?", (to_micros(now), slept))
        with told(loop.store) as statements:
            decided = decide_due(loop, now=now)
        assert decided.leads == 3
        assert read_of(statements, "activity") == {did, learnt, slept}
        assert read_of(statements, "fact") == {did, learnt, slept}
        with loop.store.read() as tx:
            scored_at = {
                lead: score.as_of for lead, (score, _) in leads.scores_of(tx, [did, learnt, slept, *others]).items()
            }
        assert {lead for lead, at in scored_at.items() if at == now} == {did, learnt, slept}
        assert {at for lead, at in scored_at.items() if lead in others} == {NOW}


def test_where_nothing_is_due_nobody_is_decided_and_nothing_is_written(office: Office) -> None:
    scoring = quietly(rules(group({"name": "view", "points": 60, **FADING})))
    with office.loop(scoring) as loop:
        with loop.store.write(loop.epoch) as tx:
            ana = arrive(tx, [activity()])
        decide_due(loop, now=NOW)
        plan_due(loop, now=NOW, run=OpenRun())
        with told(loop.store) as statements:
            decided = decide_due(loop, now=NOW + HOUR)
            planned = plan_due(loop, now=NOW + HOUR, run=OpenRun())
        assert (decided.leads, decided.rescored, planned) == (0, 0, 0)
        assert [text for text, _ in statements if not text.lstrip().startswith(("SELECT", "BEGIN"))] == []
        with loop.store.read() as tx:
            assert leads.scores_of(tx, [ana])[ana][0].as_of == NOW


def test_long_histories_are_read_a_few_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.decide.ACTIVITIES", 4)
    done = [activity(ago=HOUR * each) for each in range(3)]
    with office.loop(quietly(rules(group({"name": "view", "points": 60, **FADING})))) as loop:
        with loop.store.write(loop.epoch) as tx:
            long, longer, *short = [arrive(tx, done[:count]) for count in (3, 3, 1, 1, 1, 1)]
        with told(loop.store) as statements:
            assert decide_due(loop, now=NOW).leads == 6
        reads = [set(values) for text, values in statements if text.startswith("SELECT lead_id, connection, stream")]
        assert reads == [{long}, {longer, short[0]}, set(short[1:])]


@contextmanager
def told(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement, with its values."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, _many: bool) -> None:
        found.append((text, values))

    event.listen(store.engine, "before_cursor_execute", keep)
    yield found
    event.remove(store.engine, "before_cursor_execute", keep)


def read_of(statements: Sequence[tuple[str, Any]], table: str) -> set[int]:
    """The leads whose rows of this table were read."""
    texts = [values for text, values in statements if f"FROM {table} WHERE lead_id IN" in text]
    return {number for values in texts for number in values}
