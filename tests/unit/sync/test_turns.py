"""What a decision does to turns and desks can be kept and repeated on another state."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.rotation import RoutingState
from sync.turns import between

DAY = date(2026, 9, 7)
NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
FAY, SAM = "fay@acme.example", "sam@acme.example"
SLOTS = (FAY, SAM)

Step = tuple[str, str, date]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gave", "holds", "took", "served", "missed"]), st.sampled_from(SLOTS), st.sampled_from([DAY])
    ),
    max_size=8,
)


def walked(state: RoutingState, steps: list[Step]) -> RoutingState:
    for act, who, day in steps:
        if act == "missed":
            state = state.missed(who, NOON)
        elif act == "served":
            state = state.served("Sales", SLOTS, SLOTS.index(who))
        else:
            state = state.took(who) if act == "took" else getattr(state, act)(who, day)
    return state


@given(before=STEPS, steps=STEPS)
@settings(max_examples=100, deadline=None)
def test_on_the_state_it_was_made_on_it_gives_the_state_after(before: list[Step], steps: list[Step]) -> None:
    state = walked(RoutingState(), before)
    after = walked(state, steps)
    assert between(state, after).taken(state) == after


def test_of_two_decisions_the_one_that_happens_counts_alone() -> None:
    start = RoutingState().gave(SAM, DAY)
    first = start.served("Sales", SLOTS, 0).gave(FAY, DAY)
    second = first.served("Sales", SLOTS, 1).gave(SAM, DAY)
    only_second = between(first, second).taken(start)
    assert only_second == start.served("Sales", SLOTS, 1).gave(SAM, DAY)


def test_what_happened_since_the_plan_stays() -> None:
    planned = between(RoutingState(), RoutingState().gave(FAY, DAY))
    since = RoutingState().gave(FAY, DAY).gave(FAY, DAY)
    after = planned.taken(since)
    assert (after.new_on(FAY, DAY), after.open_of(FAY)) == (3, 3)


def test_a_lead_planned_yesterday_takes_no_turn_of_today() -> None:
    planned = between(RoutingState(), RoutingState().gave(FAY, DAY))
    after = planned.taken(RoutingState().gave(FAY, NEXT))
    assert (after.new_on(FAY, NEXT), after.open_of(FAY)) == (1, 2)


@pytest.mark.parametrize("who", SLOTS)
def test_a_desk_never_holds_less_than_nothing(who: str) -> None:
    full = RoutingState().gave(who, DAY)
    assert between(full, full.took(who)).taken(RoutingState()).open_of(who) == 0
