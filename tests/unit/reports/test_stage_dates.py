"""When a lead came to a stage: once in each pass that did not go back."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RuleHash
from reports.pages.stage_dates import StageDates, dates_of

START = datetime(2026, 10, 1, tzinfo=UTC)
KNOWN, ENGAGED, MQL, ASSIGNED, ACCEPTED, QUALIFIED, OPPORTUNITY, CUSTOMER, RECYCLED, DISQUALIFIED = Stage


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def life(*stages: Stage, first: Stage = KNOWN, causes: dict[int, Cause] | None = None) -> list[Transition]:
    """A move a day to each of these stages."""
    before, moves = first, []
    for number, after in enumerate(stages, start=1):
        moves.append(
            Transition(
                lead_id=LeadId(1), at=day(number), before=before, after=after,
                cause=(causes or {}).get(number, Cause.RULE), why="", rule_hash=RuleHash("r"),
            )
        )  # fmt: skip
        before = after
    return moves


CASES = {
    "the first time in a pass": ((ENGAGED, MQL, ASSIGNED, ACCEPTED), MQL, (2,)),
    "once for each pass": ((MQL, RECYCLED, MQL, DISQUALIFIED, MQL), MQL, (1, 3, 5)),
    "given back to the queue it is the same pass": ((MQL, ASSIGNED, MQL, ASSIGNED), MQL, (1,)),
    "a silent customer comes back": ((MQL, CUSTOMER, MQL), MQL, (1, 3)),
    "a silent customer stays one of before": ((MQL, CUSTOMER, MQL), CUSTOMER, (2,)),
    "whoever rests has been there": ((MQL, ACCEPTED, RECYCLED), ACCEPTED, (2,)),
    "it never came there": ((ENGAGED, MQL, RECYCLED), ACCEPTED, ()),
    "nothing ever happened": ((), MQL, ()),
}


@pytest.mark.parametrize(("stages", "stage", "days"), CASES.values(), ids=CASES)
def test_a_lead_comes_to_a_stage(stages: tuple[Stage, ...], stage: Stage, days: tuple[int, ...]) -> None:
    found = dates_of(life(*stages), stage)
    assert found == StageDates(dates=tuple(map(day, days)))


def test_whoever_comes_farther_at_once_came_to_the_stage_and_is_said_to_have_skipped_it() -> None:
    found = dates_of(life(QUALIFIED, CUSTOMER), ACCEPTED)
    assert found == StageDates(dates=(day(1),), skipped=frozenset({day(1)}))


def test_a_step_back_takes_the_date_back_and_the_next_one_counts() -> None:
    found = dates_of(life(MQL, ACCEPTED, MQL, ACCEPTED), ACCEPTED)
    assert found == StageDates(dates=(day(4),), taken_back=(day(2),))


def test_what_the_first_look_found_has_no_date() -> None:
    found = dates_of(life(ACCEPTED, QUALIFIED, causes={1: Cause.BASELINE}), MQL)
    assert found == StageDates(was_found=True)


def test_whom_the_first_look_found_nearer_comes_to_the_stage_later() -> None:
    found = dates_of(life(MQL, ACCEPTED, causes={1: Cause.BASELINE}), ACCEPTED)
    assert found == StageDates(dates=(day(2),))


def test_a_first_stage_that_is_taken_anew_is_forgotten() -> None:
    causes = {1: Cause.BASELINE, 2: Cause.BASELINE}
    assert dates_of(life(ACCEPTED, KNOWN, MQL, causes=causes), MQL) == StageDates(dates=(day(3),))


def test_a_handoff_that_follows_on_another_one_takes_nothing_back() -> None:
    moves = life(MQL, QUALIFIED, MQL, ACCEPTED)
    assert dates_of(moves, QUALIFIED).dates == ()
    assert dates_of(moves, QUALIFIED, chained={day(3)}) == StageDates(dates=(day(2),))
    assert dates_of(moves, MQL, chained={day(3)}).dates == (day(1), day(3))
