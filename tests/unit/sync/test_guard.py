"""What passes the blast radius, which allowance that uses, and which set holds the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import BlastRadius, HandoffLimit, Settings
from domain.activity import Activity, ActivityKind
from domain.decision import BlastClass, Decision, Intent, IntentKind
from domain.handoff import Assignment, Handoff, HandoffKind, Queue
from domain.lead import Fact, Lead
from domain.run import GoLive
from domain.score import Grade, Score, Step
from domain.values import LeadId, RuleHash
from store import held, leads
from store import installation as notebook
from store.engine import Store, Tx
from store.held import Standing
from sync import guard
from sync.conclude import Allowance, Conclusion
from sync.guard import Admission, Room
from sync.material import Material
from tests.stores import empty_store
from tests.unit.sync.material import ANA, EARLIER, FAY, NOW, RULES, SAM, ana

PUBLISHED = RuleHash("0123456789abcdef")
LATER = NOW + timedelta(hours=2)
SCORE = Score(
    as_of=NOW, rule_hash=RULES, engagement=0, sales=0, fit_percent=None, grade=Grade.UNKNOWN, step=Step.COLD, lines=()
)
FREE = Admission(passes=True)
DAYS_SET = "handoff-2026-09-07"
FULL = Admission(passes=False, set_name=DAYS_SET)


def room(*, handoff: int = 1, destructive: int = 1, hand_raises: int = 1, **more: Any) -> Room:
    left = {
        Allowance.HANDOFF: handoff,
        Allowance.DESTRUCTIVE: destructive,
        Allowance.HAND_RAISE: hand_raises,
    }
    known: dict[str, Any] = {"left": left, "day": "2026-09-07", "baseline_open": False, "went_live_at": EARLIER}
    return Room(**{**known, **more})


def conclusion(lead: LeadId = ANA, *, lead_now: Lead | None = None, score: Score = SCORE, **decided: Any) -> Conclusion:
    return Conclusion(
        lead_id=lead,
        revision=3,
        as_of=NOW,
        decision=Decision(lead=lead_now or ana(id=lead), **decided),
        score=score,
        words="",
        facts={},
        fact_since=NOW,
        desired=(),
        rewish=False,
        undone=False,
        agreed=(),
        conflicts=(),
    )


HANDOFF = conclusion(blast=BlastClass.HANDOFF)
HAND_RAISE = conclusion(blast=BlastClass.HANDOFF, hand_raise=True)
DESTRUCTIVE = conclusion(blast=BlastClass.DESTRUCTIVE)
UNARMED = conclusion(unarmed=True)


def admitted(space: Room, one: Conclusion, *, approved: bool = False, **known: Any) -> Admission:
    material = Material(lead=ana(id=one.lead_id), approved=approved, **known)
    return space.admit(one, material, rule_hash=PUBLISHED)


def used(allowance: Allowance) -> Admission:
    return Admission(passes=True, allowance=allowance)


def listed(name: str) -> Admission:
    return Admission(passes=True, set_name=name)


def handoff(owner: str | None, number: int = 1) -> Handoff:
    return Handoff(
        lead_id=ANA,
        number=number,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=EARLIER,
        why="",
        hand_raise=False,
        score=0,
        band="",
        owner=owner,
        queue=None if owner else Queue.UNASSIGNED,
    )


def assigned_to(owner: str) -> Conclusion:
    assignment = Assignment(
        lead_id=ANA, handoff=1, owner=owner, at=NOW, rule="", why="", trace=(), rule_hash=RuleHash("")
    )
    return conclusion(blast=BlastClass.HANDOFF, assignment=assignment)


def test_a_handoff_takes_its_room_and_the_excess_is_held_under_its_day() -> None:
    space = room(handoff=2)
    assert [admitted(space, HANDOFF) for _ in range(2)] == [used(Allowance.HANDOFF)] * 2
    assert admitted(space, HANDOFF) == FULL


def test_classes_do_not_use_up_each_others_room() -> None:
    space = room(handoff=0, destructive=1)
    assert admitted(space, DESTRUCTIVE) == used(Allowance.DESTRUCTIVE)
    assert admitted(space, DESTRUCTIVE) == Admission(passes=False, set_name="destructive-2026-09-07")


def test_a_hand_raise_passes_where_no_room_is_left_and_leaves_the_room_of_others() -> None:
    space = room(handoff=1)
    assert admitted(space, HAND_RAISE) == used(Allowance.HAND_RAISE)
    assert admitted(space, HANDOFF) == used(Allowance.HANDOFF)
    assert admitted(space, HANDOFF) == FULL


def test_a_form_that_is_abused_ends_the_privilege_of_hand_raisers() -> None:
    space = room(handoff=1, hand_raises=1)
    assert admitted(space, HAND_RAISE) == used(Allowance.HAND_RAISE)
    assert admitted(space, HAND_RAISE) == used(Allowance.HANDOFF)
    assert admitted(space, HAND_RAISE) == FULL


def test_what_opens_nothing_needs_no_room() -> None:
    assert admitted(room(handoff=0, destructive=0), conclusion()) == FREE


def test_an_approved_lead_passes_and_takes_no_room() -> None:
    space = room(handoff=1)
    assert admitted(space, HANDOFF, approved=True) == used(Allowance.APPROVAL)
    assert admitted(space, HANDOFF) == used(Allowance.HANDOFF)


def test_an_approval_is_good_for_one_look_though_nothing_came_of_it() -> None:
    assert admitted(room(), conclusion(), approved=True) == used(Allowance.APPROVAL)


def test_a_held_crossing_waits_for_a_person_though_there_is_room_again() -> None:
    space = room(standing=Standing(open={ANA: "handoff-2026-09-06"}))
    assert admitted(space, HANDOFF) == Admission(passes=False, set_name="handoff-2026-09-06")
    assert admitted(space, HAND_RAISE) == used(Allowance.HAND_RAISE)


def test_who_is_only_listed_may_cross_by_what_they_do() -> None:
    for name in ("baseline", "publish-01234567"):
        assert admitted(room(standing=Standing(open={ANA: name})), HANDOFF) == used(Allowance.HANDOFF)


def test_a_discarded_crossing_is_not_held_again_before_something_newer_speaks_for_it() -> None:
    space = room(standing=Standing(discarded_at={ANA: NOW}))
    before, after = replace(SCORE, last_point_at=EARLIER, last_fact_at=NOW), replace(SCORE, last_point_at=LATER)
    assert admitted(space, conclusion(blast=BlastClass.HANDOFF, score=before)) == Admission(passes=False)
    assert admitted(space, conclusion(blast=BlastClass.HANDOFF, score=after)) == used(Allowance.HANDOFF)


@pytest.mark.parametrize(("seen_at", "passes"), [(EARLIER, False), (LATER, True)])
def test_a_discarded_hand_raise_counts_again_only_when_another_was_read(seen_at: datetime, passes: bool) -> None:
    form = Activity(
        connection="hubspot",
        stream="forms",
        external_id="1",
        kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=EARLIER,
        seen_at=seen_at,
    )
    asked = replace(SCORE, last_point_at=EARLIER, hand_raises=(form,))
    space = room(standing=Standing(discarded_at={ANA: NOW}))
    assert admitted(space, conclusion(blast=BlastClass.HANDOFF, hand_raise=True, score=asked)).passes is passes


def test_a_discarded_taking_away_counts_again_when_anything_about_the_lead_is_newer() -> None:
    space, known = (
        room(standing=Standing(discarded_at={ANA: NOW})),
        Fact(name="industry", value="retail", since=LATER, seen_at=LATER),
    )
    assert admitted(space, DESTRUCTIVE) == Admission(passes=False)
    assert admitted(space, DESTRUCTIVE, facts=(known,)) == used(Allowance.DESTRUCTIVE)


def test_who_stands_above_the_line_by_new_rules_is_listed_under_them_and_keeps_the_decision() -> None:
    published = conclusion(unarmed=True, lead_now=ana(armed_at=NOW))
    assert admitted(room(), published) == listed("publish-01234567")


def test_who_stood_above_the_line_on_the_first_day_is_in_the_baseline() -> None:
    assert admitted(room(baseline_open=True), UNARMED) == listed("baseline")
    assert admitted(room(baseline_open=True, went_live_at=None), UNARMED) == listed("baseline")


def test_a_publication_is_not_the_first_day_though_nobody_answered_the_baseline_yet() -> None:
    published = conclusion(unarmed=True, lead_now=ana(armed_at=NOW))
    assert admitted(room(baseline_open=True), published) == listed("publish-01234567")


@pytest.mark.parametrize("standing", [Standing(open={ANA: "baseline"}), Standing(approved={ANA: "baseline"})])
def test_who_is_listed_already_is_not_listed_again(standing: Standing) -> None:
    assert admitted(room(baseline_open=True, standing=standing), UNARMED) == FREE


def test_who_was_discarded_from_a_list_is_listed_again_only_by_a_later_publication() -> None:
    space = room(standing=Standing(discarded_at={ANA: NOW}))
    assert admitted(space, UNARMED) == FREE
    published = conclusion(unarmed=True, lead_now=ana(armed_at=LATER))
    assert admitted(space, published) == listed("publish-01234567")


def test_nothing_is_handed_off_before_go_live_not_even_what_was_approved_or_asked_for() -> None:
    space = room(go_live=GoLive.SCORES)
    waits = Admission(passes=False, set_name="scores")
    assert [admitted(space, HANDOFF, approved=True), admitted(space, HAND_RAISE)] == [waits, waits]


def test_before_the_first_day_is_over_nobody_is_noted_as_kept_back_for_all_are_decided_anew() -> None:
    assert admitted(room(go_live=GoLive.SCORES, went_live_at=None), HANDOFF) == Admission(passes=False)


PILOT: dict[str, Any] = {"go_live": GoLive.PILOT, "pilots": frozenset({FAY})}
TASK = Intent(lead_id=ANA, handoff=0, kind=IntentKind.TASK, step="raise", payload={"owner": FAY})


@pytest.mark.parametrize(
    ("one", "before", "passes"),
    [
        pytest.param(assigned_to(FAY), None, True, id="given to a pilot"),
        pytest.param(assigned_to(SAM), None, False, id="given to somebody else"),
        pytest.param(assigned_to(SAM), handoff(FAY), False, id="passed on from a pilot to somebody else"),
        pytest.param(conclusion(blast=BlastClass.HANDOFF, handoffs=(handoff(None),)), None, False, id="into the queue"),
        pytest.param(
            conclusion(blast=BlastClass.DESTRUCTIVE, handoffs=(handoff(FAY),)), handoff(FAY), True, id="taken to rest"
        ),
        pytest.param(
            conclusion(blast=BlastClass.DESTRUCTIVE, handoffs=(handoff(None),)), handoff(FAY), True, id="back to queue"
        ),
        pytest.param(
            conclusion(blast=BlastClass.DESTRUCTIVE, handoffs=(handoff(SAM),)), handoff(SAM), False, id="another's rest"
        ),
        pytest.param(
            conclusion(blast=BlastClass.HANDOFF, handoffs=(handoff(None, 2),)), handoff(FAY), False, id="another pass"
        ),
        pytest.param(conclusion(blast=BlastClass.HANDOFF, intents=(TASK,)), None, True, id="a customer of a pilot"),
        pytest.param(conclusion(blast=BlastClass.DESTRUCTIVE), None, False, id="nobody's"),
    ],
)
def test_in_the_pilot_only_what_belongs_to_its_reps_is_carried_out(
    one: Conclusion, before: Handoff | None, passes: bool
) -> None:
    found = admitted(room(**PILOT), one, handoffs=(before,) if before else ())
    assert (found.passes, found.set_name) == (passes, None if passes else "pilot")


@contextmanager
def database(folder: Path) -> Iterator[Tx]:
    store = Store.open(empty_store(folder / "leadloop.db"))
    with store.write() as tx:
        notebook.put(tx, notebook.WENT_LIVE, EARLIER.isoformat())
        yield tx
    store.dispose()


NARROW = Settings(
    go_live=GoLive.LIVE,
    blast_radius=BlastRadius(handoff=HandoffLimit(floor=10, factor=0, per_rep=0), hand_raises_per_hour=20),
)


def test_a_flood_of_hand_raises_stays_within_their_hour_and_the_room_of_the_day(tmp_path: Path) -> None:
    with database(tmp_path) as tx:
        passed = 0
        for _ in range(5):
            limits = guard.limits_of(tx, NARROW, active_reps=1, now=NOW)
            space = guard.room_within(tx, NARROW, limits, pilots=frozenset(), now=NOW)
            each = [replace(HAND_RAISE, allowance=admitted(space, HAND_RAISE).allowance) for _ in range(50)]
            saved = [one for one in each if one.allowance is not None]
            guard.book(tx, saved, now=NOW)
            passed += len(saved)
        assert passed == 20 + 10
        assert (held.opened_since(tx, EARLIER), held.hand_raises_since(tx, EARLIER)) == ({BlastClass.HANDOFF: 10}, 20)


def test_an_approval_is_booked_under_nothing_and_used_up_by_any_passage(tmp_path: Path) -> None:
    with database(tmp_path) as tx:
        ids = [lead.id for lead in leads.create(tx, 3, now=NOW, installation="LL")]
        held.hold(tx, "destructive-2026-09-07", "went quiet", ids, now=NOW)
        held.approve(tx, "destructive-2026-09-07", by="admin", now=NOW, until=LATER)
        gone = [replace(conclusion(ids[0], blast=BlastClass.DESTRUCTIVE), allowance=Allowance.APPROVAL)]
        looked_at = [replace(conclusion(ids[1]), allowance=Allowance.APPROVAL)]
        guard.book(tx, [*gone, *looked_at], now=NOW)
        guard.use_up(tx, [*gone, *looked_at], now=NOW)
        assert held.approved(tx, ids, now=NOW) == {ids[2]}
        assert held.opened_since(tx, EARLIER) == {}


@pytest.mark.parametrize(
    ("step", "released"), [(GoLive.OBSERVE, 0), (GoLive.SCORES, 0), (GoLive.PILOT, 2), (GoLive.LIVE, 6)]
)
def test_a_backlog_is_released_no_further_than_go_live_has_come(tmp_path: Path, step: GoLive, released: int) -> None:
    with database(tmp_path) as tx:
        made = leads.create(tx, 12, now=NOW, installation="LL")
        owners = [*[FAY] * 4, *[SAM] * 4, *[None] * 4]
        leads.save(tx, [replace(each, owner=owner) for each, owner in zip(made, owners, strict=True)], now=NOW)
        held.hold(tx, "baseline", "", [each.id for each in made], now=NOW)
        held.approve(tx, "baseline", by="admin", now=NOW, until=None)
        settings = NARROW.model_copy(update={"go_live": step})
        assert guard.release_backlog(tx, settings, reps=1, now=NOW, pilots=frozenset({FAY})) == released
