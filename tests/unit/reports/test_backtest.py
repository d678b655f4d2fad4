"""Other rules on small histories, counted by hand: who enters, what became of them, and the line that reps can work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.routing import RoutingRules
from config.scoring import ScoringRules
from domain.activity import Activity
from domain.handoff import Handoff, HandoffKind, Outcome
from domain.lead import Lead
from domain.score import Grade
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RuleHash
from reports.backtest import Backtest, Question, Rung, Told, Tried, backtest, every_week, lift
from reports.capacity import Capacity, capacity_of, is_unbound, proposed
from reports.fates import Apart, Yardstick
from reports.histories import Life
from scoring.past.knowable import Loaded
from scoring.past.occasion import occasion
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity, days, facts, group, is_, rules

SINCE = NOW - days(140)
FIT = [{"name": "size", "limit": 10, "rules": [{"name": "big", "when": is_("size", "big"), "points": 10}]}]
REPS = Capacity(reps=2, per_week=0.1, words="")


def scoring(engagement: int = 50, **page: Any) -> ScoringRules:
    """30 points a page, in full for ten days."""
    line = {"engagement": engagement, "rearm_below": engagement * 4 // 5, "fit": "C"}
    return rules(group({"name": "page", "points": 30, "timeframe_days": 10, **page}), fit=FIT, line=line)


def question(**more: Any) -> Question:
    within = more.pop("within", days(30))
    accepted = occasion(more.pop("accepted")) if "accepted" in more else None
    won = occasion(more.pop("won", "stage customer"))
    measure = Yardstick(won=won, accepted=accepted, within=within, until=NOW)
    base: dict[str, Any] = {"since": SINCE, "busy": days(30), "loaded": Loaded(), "zone": ZoneInfo("UTC")}
    return Question(measure=measure, **base | more)


def life(number: int, *ago: float, moves: Sequence[Transition] = (), handoffs: Sequence[Handoff] = ()) -> Life:
    """Somebody big who looked at a page so many days ago, each."""
    rows = [activity(ago=days(each), id=f"{number}-{each}", seen_at=None) for each in ago]
    lead = Lead(id=LeadId(number), key=f"LL-{number}", revision=1, stage=Stage.KNOWN, stage_since=SINCE, armed_at=SINCE)
    known = facts(NOW - days(300), size="big")
    return Life(lead=lead, facts=known, activities=rows, transitions=moves, handoffs=handoffs)


def move(after: Stage, ago: float, *, before: Stage = Stage.QUALIFIED, cause: Cause = Cause.SYSTEM) -> Transition:
    at = NOW - days(ago)
    return Transition(
        lead_id=LeadId(1), at=at, before=before, after=after, cause=cause, why="", rule_hash=HASH, handoff=None
    )


def handoff(opened: float, *, closed: float | None = None, accepted: float | None = None, **more: Any) -> Handoff:
    def at(ago: float | None) -> datetime | None:
        return None if ago is None else NOW - days(ago)

    return Handoff(
        lead_id=LeadId(1),
        number=1,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=NOW - days(opened),
        closed_at=at(closed),
        accepted_at=at(accepted),
        why="",
        hand_raise=False,
        score=60_000,
        band="A hot",
        **more,
    )


def ask(several: Sequence[Life], *versions: ScoringRules, **more: Any) -> tuple[Backtest, list[Told]]:
    tried = [Tried(name=f"v{at}", scorer=Scorer(each, RuleHash(f"v{at}"), "UTC")) for at, each in enumerate(versions)]
    found = Backtest(question=question(**more), tried=tried)
    return found, list(backtest(iter([list(several)]), found))


def tried(several: Sequence[Life], **more: Any) -> Tried:
    return ask(several, scoring(), **more)[0].tried[0]


def test_two_versions_stand_side_by_side_with_their_weeks_bands_and_what_became_of_them() -> None:
    won = life(1, 101, 100, moves=[move(Stage.CUSTOMER, 90)])
    lost, once = life(2, 80, 79), life(3, 70)
    found, told = ask([won, lost, once], scoring(), scoring(engagement=20))
    first, second = found.tried
    assert [(each.version, each.life.lead.id, (NOW - each.entry.at) / days(1), each.fate.won) for each in told] == [
        ("v0", 1, 100, True),
        ("v1", 1, 101, True),
        ("v0", 2, 79, False),
        ("v1", 2, 80, False),
        ("v1", 3, 70, False),
    ]
    assert (first.total.entries, first.total.ripe, first.total.won) == (2, 2, 1)
    assert {band: count.entries for band, count in first.bands.items()} == {"A hot": 2}
    assert {band: count.entries for band, count in second.bands.items()} == {"A warm": 3}
    assert dict(first.weeks) == {"2026-W33": 1, "2026-W36": 1}
    assert (found.leads, found.won, found.everybody.won, found.everybody.ripe) == (3, 1, 1, 3)
    assert lift(first.total, found.everybody) == pytest.approx(1.5)
    assert lift(second.total, found.everybody) == pytest.approx(1.0)
    assert (first.found, second.found) == (1, 1)


def test_who_entered_too_lately_is_no_loss_and_no_win() -> None:
    found = tried([life(1, 21, 20), life(2, 11, 10, moves=[move(Stage.CUSTOMER, 1)]), life(3, 61, 60)])
    assert (found.total.entries, found.total.young, found.total.ripe, found.total.won) == (3, 2, 1, 0)


def test_winning_counts_only_within_the_time_that_was_given() -> None:
    late = life(1, 101, 100, moves=[move(Stage.CUSTOMER, 60)])
    assert tried([late]).total.won == 0
    assert tried([late], within=days(45)).total.won == 1


def test_who_was_won_or_in_a_deal_before_is_no_new_lead() -> None:
    before = life(1, 61, 60, moves=[move(Stage.CUSTOMER, 80)])
    dealing = life(2, 61, 60, moves=[move(Stage.OPPORTUNITY, 70, before=Stage.ACCEPTED)])
    refused = life(3, 61, 60, moves=[move(Stage.DISQUALIFIED, 70, before=Stage.KNOWN)])
    found_so = life(4, 61, 60, moves=[move(Stage.CUSTOMER, 50, before=Stage.KNOWN, cause=Cause.BASELINE)])
    found = tried([before, dealing, refused, found_so])
    assert found.total.entries == 0
    assert dict(found.apart) == {
        Apart.WON_BEFORE: 1,
        Apart.IN_A_DEAL: 1,
        Apart.DISQUALIFIED: 1,
        Apart.WON_SOMETIME: 1,
    }


def test_entries_before_the_period_are_not_counted_and_leave_the_lead_crossed() -> None:
    # 60 points from day 141 on, and a page every five days keeps them above 40 until day 121.
    assert tried([life(1, 142, 141, 136, 131, 126, 121)]).total.entries == 0


@pytest.mark.parametrize(
    ("passes", "accepted", "judged"),
    [
        ([handoff(99, accepted=98)], 1, 1),
        ([handoff(110, accepted=105)], 1, 1),
        ([handoff(99, closed=90, outcome=Outcome.WENT_QUIET)], 0, 1),
        ([handoff(99)], 0, 0),
        ([handoff(99, closed=98, outcome=Outcome.MERGED)], 0, 0),
        ([handoff(110, closed=101, accepted=105), handoff(60, accepted=59)], 0, 0),
        ([], 0, 0),
    ],
    ids=["next", "open then", "never taken", "still waits", "merged", "over before and too late after", "none"],
)
def test_acceptance_is_what_was_said_of_the_handoff_that_was_open_or_came_next(
    passes: list[Handoff], accepted: int, judged: int
) -> None:
    found = tried([life(1, 101, 100, handoffs=passes)])
    assert (found.total.accepted, found.total.judged) == (accepted, judged)


def test_a_ledger_without_handoffs_or_stages_is_measured_by_what_people_did() -> None:
    def did(kind: str, ago: float) -> Activity:
        return activity(kind, ago=days(ago), seen_at=None)

    one = life(1, 101, 100)
    one = replace(one, activities=[*one.activities, did("meeting_booked", 95), did("note_logged", 80)])
    found = tried([one, life(2, 101, 100)], won="first note_logged", accepted="first meeting_booked")
    assert (found.total.accepted, found.total.judged, found.total.won, found.total.ripe) == (1, 2, 1, 2)


def test_history_that_was_loaded_later_counts_when_it_happened_and_is_told_apart() -> None:
    def at(ago: float, *, seen: float) -> Activity:
        return activity(ago=days(ago), seen_at=NOW - days(seen))

    one = replace(life(1), activities=[at(101, seen=50), at(100, seen=50), at(40, seen=40), at(39, seen=31)])
    stream = {("hubspot", "events"): NOW - days(50)}
    found, told = ask([one], scoring(), loaded=Loaded(streams=stream))
    assert dict(found.rows) == {"history": 2, "live": 1, "late": 1}
    # The last was seen on day 31, when the one before it still counted.
    assert [(NOW - each.entry.at) / days(1) for each in told] == [100, 31]
    assert ask([one], scoring())[0].rows["history"] == 0


def test_fit_that_was_not_known_yet_is_told_and_taken_for_timeless_where_asked() -> None:
    one = replace(life(1, 101, 100), facts=facts(NOW - days(2), size="big"))
    assert (tried([one]).total.entries, tried([one]).lacked_fit) == (0, 1)
    assert (tried([one], timeless={"size"}).total.entries, tried([one], timeless={"size"}).lacked_fit) == (1, 0)


def test_every_line_of_the_ladder_is_counted_and_the_lowest_that_can_be_worked_is_proposed() -> None:
    # In 20 weeks: one page (30), two pages (60) and three pages (90 points), one person each.
    found = tried([life(1, 100), life(2, 80, 79), life(3, 60, 59, 58)])
    entries = {points: found.at(Rung(points, Grade.C)).entries for points in (30, 35, 60, 65, 90, 95)}
    assert entries == {30: 3, 35: 2, 60: 2, 65: 1, 90: 1, 95: 0}
    assert found.rungs[Rung(65, Grade.C)].rearm_below == 52
    room = {3: 20, 2: 50, 1: 65}
    for people, line in room.items():
        able = replace(REPS, per_week=people / 20)
        assert proposed(found, weeks=20, capacity=able) == Rung(line, Grade.C), people
        assert is_unbound(found, Rung(line, Grade.C)) is (people == 3)


def test_where_points_come_in_one_step_a_better_grade_is_proposed() -> None:
    people = [life(1, 80, 79), replace(life(2, 80, 79), facts=facts(NOW - days(300), size="small"))]
    big, small = (
        {"name": name, "when": is_("size", name), "points": points} for name, points in (("big", 10), ("small", 6))
    )
    halves = [{"name": "size", "limit": 10, "rules": [big, small]}]
    either = scoring().model_copy(update={"fit": rules(fit=halves).fit, "total_cap": 50})
    found = ask(people, either)[0].tried[0]
    assert [found.at(Rung(points, Grade.C)).entries for points in (50, 55)] == [2, 0]
    assert proposed(found, weeks=20, capacity=replace(REPS, per_week=1 / 20)) == Rung(50, Grade.A)
    assert proposed(found, weeks=20, capacity=replace(REPS, per_week=0.5 / 20)) is None


def test_capacity_is_what_was_said_or_what_the_pools_allow() -> None:
    teams = [{"name": "Sales"}, {"name": "Desk", "hours": [{"days": ["sat", "sun"], "start": "09:00", "end": "12:00"}]}]
    ann, bob, cat = ({"email": f"{name}@x.example"} for name in ("ann", "bob", "cat"))
    pools = [
        {"name": "SDR", "team": "Sales", "new_per_day": 4, "members": [ann, bob]},
        {"name": "Two", "team": "Desk", "new_per_day": 3, "members": [{"email": "Bob@x.example"}, cat]},
    ]
    routing = RoutingRules.model_validate({"teams": teams, "pools": pools, "rules": [], "fallback": {"pool": "SDR"}})
    allowed = capacity_of(routing, per_rep=None, reps=None)
    assert (allowed.reps, allowed.per_week) == (3, 20 + 20 + 6)
    assert capacity_of(routing, per_rep=15, reps=None).per_week == 45
    assert capacity_of(routing, per_rep=15, reps=4).per_week == 60


def test_weeks_without_an_entry_are_told_too() -> None:
    asked = replace(question(), since=datetime(2026, 1, 1, tzinfo=UTC))
    weeks = list(every_week(replace(asked, measure=replace(asked.measure, until=datetime(2026, 1, 13, tzinfo=UTC)))))
    assert weeks == ["2026-W01", "2026-W02", "2026-W03"]
    assert asked.weeks == pytest.approx((NOW - asked.since) / timedelta(weeks=1))
