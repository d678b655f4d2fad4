"""What comes in the night is due after opening, one lead after another, for each rep and in the order it was given."""

from datetime import UTC, datetime, timedelta

from config.routing import Clocks, Member
from domain.handoff import HandoffKind
from handoff.deadlines import touch_moment
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import BO, MONDAY, Case, form, lead, pool, routing_rules, rulebook, score

NIGHT = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
"""A Saturday; the team is back on Monday at nine."""
OPENS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


def alone(**clocks: int) -> Rulebook:
    """Everything is Bo's."""
    return rulebook(routing=routing_rules(pools=[pool(members=[Member(email=BO)])], clocks=Clocks(**clocks)))


def arrivals(book: Rulebook, *, at: datetime, raises: list[bool]) -> list[Case]:
    """Leads that come one minute after another, decided with one memory."""
    state, cases = RoutingState(), []
    for number, raised in enumerate(raises):
        now = at + number * MIN
        asked = (form(now - MIN, number),) if raised else ()
        case = Case(lead=lead(id=number + 1), book=book, state=state, score=score(60, at=now - MIN, hand_raises=asked))
        case.decide(now)
        state = case.state
        cases.append(case)
    return cases


def test_requests_of_one_night_are_due_from_sixty_minutes_after_opening_ten_minutes_apart() -> None:
    dues = [case.handoff.touch_due_at for case in arrivals(alone(), at=NIGHT, raises=[True] * 3)]
    assert dues == [OPENS + 60 * MIN, OPENS + 70 * MIN, OPENS + 80 * MIN]


def test_only_requests_stand_in_line() -> None:
    cases = arrivals(alone(), at=NIGHT, raises=[False, True, False, True])
    dues = [case.handoff.touch_due_at for case in cases]
    eight = OPENS + timedelta(hours=8)
    assert dues == [eight, OPENS + 60 * MIN, eight, OPENS + 70 * MIN], "eight hours are eight hours for everybody"


def test_how_far_apart_is_a_setting_and_nought_is_all_at_once() -> None:
    assert [each.handoff.touch_due_at for each in arrivals(alone(stagger_min=0), at=NIGHT, raises=[True] * 2)] == [
        OPENS + 60 * MIN,
        OPENS + 60 * MIN,
    ]
    last = arrivals(alone(stagger_min=25), at=NIGHT, raises=[True] * 2)[-1]
    assert last.handoff.touch_due_at == OPENS + 85 * MIN


def test_every_step_of_the_clock_moves_along() -> None:
    book = alone()
    second = arrivals(book, at=NIGHT, raises=[True] * 2)[-1].handoff
    assert touch_moment(second, book.routing.clocks.hand_raise.manager_min, book) == OPENS + 100 * MIN


def test_another_night_begins_a_new_line_and_by_day_there_is_none() -> None:
    book = alone()
    evening = arrivals(book, at=NIGHT, raises=[True] * 2)[-1]
    later = Case(lead=lead(id=9), book=book, state=evening.state)
    at = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    later.score = score(60, at=at - MIN, hand_raises=(form(at - MIN),))
    later.decide(at)
    assert later.handoff.touch_due_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    by_day = arrivals(book, at=MONDAY, raises=[True] * 2)
    assert [case.handoff.touch_due_at for case in by_day] == [MONDAY + 15 * MIN, MONDAY + 16 * MIN]


def test_who_asks_again_at_night_is_placed_anew() -> None:
    (case,) = arrivals(alone(), at=MONDAY, raises=[False])
    again = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    case.score = score(60, at=again - MIN, hand_raises=(form(again - MIN),))
    case.decide(again)
    assert case.handoff.touch_due_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_signal_without_a_clock_takes_no_place() -> None:
    case = Case(book=alone(), score=score(60, at=NIGHT - MIN), more={"has_open_deal": True})
    case.decide(NIGHT)
    assert (case.handoff.kind, case.handoff.touch_due_at, case.state.nights) == (HandoffKind.OPEN_DEAL, None, {})
