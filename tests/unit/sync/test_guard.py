"""What passes the blast radius, and which set holds the rest."""

from typing import Any

from domain.decision import BlastClass, Decision
from domain.handoff import Assignment
from domain.lead import Lead
from domain.run import GoLive
from domain.score import Grade, Score, Step
from domain.values import LeadId, RuleHash
from sync.conclude import Conclusion
from sync.guard import Refusal, Room
from tests.unit.sync.material import ANA, EARLIER, FAY, NOW, RULES, SAM, ana

PUBLISHED = RuleHash("0123456789abcdef")
SCORE = Score(
    as_of=NOW, rule_hash=RULES, engagement=0, sales=0, fit_percent=None, grade=Grade.UNKNOWN, step=Step.COLD, lines=()
)


def room(*, handoff: int = 1, destructive: int = 1, hand_raises: int = 1, **more: Any) -> Room:
    left = {BlastClass.HANDOFF: handoff, BlastClass.DESTRUCTIVE: destructive}
    known: dict[str, Any] = {"left": left, "hand_raises_left": hand_raises, "day": "2026-09-07", "baseline_open": False}
    return Room(**{**known, **more})


def conclusion(lead: LeadId = ANA, *, lead_now: Lead | None = None, **decided: Any) -> Conclusion:
    return Conclusion(
        lead_id=lead,
        revision=3,
        as_of=NOW,
        decision=Decision(lead=lead_now or ana(id=lead), **decided),
        score=SCORE,
        words="",
        facts={},
        fact_since=NOW,
        desired=(),
        rewish=False,
        agreed=(),
        conflicts=(),
    )


HANDOFF = conclusion(blast=BlastClass.HANDOFF)
HAND_RAISE = conclusion(blast=BlastClass.HANDOFF, hand_raise=True)
UNARMED = conclusion(unarmed=True)


def refused(space: Room, one: Conclusion, *, approved: bool = False) -> Refusal | None:
    return space.refuses(one, approved=approved, rule_hash=PUBLISHED)


def assigned_to(owner: str) -> Conclusion:
    assignment = Assignment(
        lead_id=ANA, handoff=1, owner=owner, at=NOW, rule="", why="", trace=(), rule_hash=RuleHash("")
    )
    return conclusion(blast=BlastClass.HANDOFF, assignment=assignment)


def test_a_handoff_takes_its_room_and_the_excess_is_held_under_its_day() -> None:
    space = room(handoff=2)
    assert [refused(space, HANDOFF) for _ in range(2)] == [None, None]
    assert refused(space, HANDOFF) == Refusal(set_name="handoff-2026-09-07", keeps_decision=False)


def test_classes_do_not_use_up_each_others_room() -> None:
    space = room(handoff=0, destructive=1)
    assert refused(space, conclusion(blast=BlastClass.DESTRUCTIVE)) is None
    held = refused(space, conclusion(blast=BlastClass.DESTRUCTIVE))
    assert held == Refusal(set_name="destructive-2026-09-07", keeps_decision=False)


def test_a_hand_raise_passes_where_no_room_is_left_and_leaves_the_room_of_others() -> None:
    space = room(handoff=1)
    assert refused(space, HAND_RAISE) is None
    assert refused(space, HANDOFF) is None
    assert refused(space, HANDOFF) is not None


def test_a_form_that_is_abused_ends_the_privilege_of_hand_raisers() -> None:
    space = room(handoff=0, hand_raises=1)
    assert refused(space, HAND_RAISE) is None
    assert refused(space, HAND_RAISE) == Refusal(set_name="handoff-2026-09-07", keeps_decision=False)


def test_what_opens_nothing_needs_no_room() -> None:
    assert refused(room(handoff=0, destructive=0), conclusion()) is None


def test_an_approved_lead_passes_and_takes_no_room() -> None:
    space = room(handoff=1)
    assert refused(space, HANDOFF, approved=True) is None
    assert refused(space, HANDOFF) is None


def test_who_stands_above_the_line_by_new_rules_is_listed_under_them_and_keeps_the_decision() -> None:
    assert refused(room(), UNARMED) == Refusal(set_name="publish-01234567", keeps_decision=True)


def test_who_stood_above_the_line_on_the_first_day_is_in_the_baseline() -> None:
    assert refused(room(baseline_open=True), UNARMED) == Refusal(set_name="baseline", keeps_decision=True)


def test_a_publication_is_not_the_first_day_though_nobody_answered_the_baseline_yet() -> None:
    at_go_live, since = room(baseline_open=True, went_live_at=EARLIER), ana(armed_at=NOW)
    assert refused(at_go_live, UNARMED) == Refusal(set_name="baseline", keeps_decision=True)
    published = refused(at_go_live, conclusion(unarmed=True, lead_now=since))
    assert published == Refusal(set_name="publish-01234567", keeps_decision=True)


def test_who_is_listed_already_is_not_listed_again() -> None:
    assert refused(room(already_held={ANA}), UNARMED) is None


def test_nothing_is_handed_off_before_go_live_not_even_what_was_approved_or_asked_for() -> None:
    space = room(go_live=GoLive.SCORES)
    waits = Refusal(set_name="scores", keeps_decision=False)
    assert [refused(space, HANDOFF, approved=True), refused(space, HAND_RAISE)] == [waits, waits]


def test_in_the_pilot_only_its_reps_get_leads() -> None:
    space = room(go_live=GoLive.PILOT, pilots=frozenset({FAY}))
    assert refused(space, assigned_to(FAY)) is None
    assert refused(space, assigned_to(SAM)) == Refusal(set_name="pilot", keeps_decision=False)
