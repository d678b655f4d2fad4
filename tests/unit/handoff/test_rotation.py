"""Turns are taken in order, by weight, and nothing is made up for."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.routing import Member
from handoff.rotation import Load, RoutingState, Turn, next_served, round_of

DAY = date(2026, 11, 23)


def members(**weights: int) -> list[Member]:
    return [Member(email=name, weight=weight) for name, weight in weights.items()]


def serve(
    state: RoutingState, pool: list[Member], times: int, *, absent: frozenset[str] = frozenset()
) -> tuple[list[str], RoutingState]:
    served = []
    slots = round_of(pool)
    for _ in range(times):
        index = next_served(slots, state.turns.get("P"), lambda email: email not in absent)
        assert index is not None
        served.append(slots[index])
        state = state.served("P", slots, index)
    return served, state


def test_weights_are_spread_over_the_round() -> None:
    assert round_of(members(a=5, b=1, c=1)) == ("a", "a", "b", "a", "c", "a", "a")
    assert round_of(members(a=20, b=10)) == ("a", "b", "a"), "only the proportion counts"


def test_somebody_absent_is_passed_and_does_not_catch_up() -> None:
    served, state = serve(RoutingState(), members(a=1, b=1, c=1), 4, absent=frozenset("b"))
    assert served == ["a", "c", "a", "c"]
    served, _ = serve(state, members(a=1, b=1, c=1), 3)
    assert served == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("after", "next_one"),
    [
        pytest.param(members(a=1, b=1, c=1), "c", id="unchanged"),
        pytest.param(members(a=1, c=1), "c", id="the one just served leaves"),
        pytest.param(members(a=1, b=1), "a", id="the next one leaves"),
        pytest.param(members(x=1, a=1, b=1, c=1), "c", id="somebody joins in front"),
        pytest.param(members(a=1, b=1, x=1, c=1), "c", id="somebody joins behind the pointer"),
        pytest.param(members(x=1, y=1), "x", id="everybody is new"),
        pytest.param(members(a=2, b=1, c=2), "c", id="weights change"),
    ],
)
def test_the_pointer_survives_a_change_of_the_pool(after: list[Member], next_one: str) -> None:
    _, state = serve(RoutingState(), members(a=1, b=1, c=1), 2)
    assert serve(state, after, 1)[0] == [next_one]


def test_nobody_to_serve_is_none() -> None:
    assert next_served(("a", "b"), None, lambda _: False) is None


def test_the_state_comes_back_from_json_as_it_was() -> None:
    state = RoutingState(turns={"P": Turn(slots=("a", "b"), at=1)}, loads={"é@x.example": Load(day=DAY, new=2, open=5)})
    assert RoutingState.from_json(state.to_json()) == state
    assert RoutingState.from_json(None) == RoutingState()


def test_a_new_day_starts_with_nothing_new_and_keeps_what_is_open() -> None:
    state = RoutingState().gave("a", DAY).gave("a", DAY)
    assert (state.new_on("a", DAY), state.new_on("a", date(2026, 11, 24)), state.open_of("a")) == (2, 0, 2)
    assert state.took("a").took("a").took("a").open_of("a") == 0


WEIGHTS = st.lists(st.integers(1, 5), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(weights=WEIGHTS, times=st.integers(0, 60), skip=st.integers(0, 20))
def test_reps_of_one_weight_differ_by_one_lead_at_most_when_all_are_there(
    weights: list[int], times: int, skip: int
) -> None:
    """I16: whichever stretch of turns one looks at."""
    pool = [Member(email=f"r{n}", weight=weight) for n, weight in enumerate(weights)]
    _, state = serve(RoutingState(), pool, skip)
    served, _ = serve(state, pool, times)
    counts = Counter(served)
    for weight in set(weights):
        same = [counts[each.email] for each in pool if each.weight == weight]
        assert max(same) - min(same) <= 1


@settings(max_examples=80, deadline=None)
@given(weights=WEIGHTS, rounds=st.integers(1, 3))
def test_whole_rounds_give_everybody_exactly_their_weight(weights: list[int], rounds: int) -> None:
    pool = [Member(email=f"r{n}", weight=weight) for n, weight in enumerate(weights)]
    served, _ = serve(RoutingState(), pool, rounds * len(round_of(pool)))
    counts = Counter(served)
    assert all(counts[each.email] * weights[0] == counts["r0"] * each.weight for each in pool)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=40))
def test_after_any_absences_a_full_round_serves_everybody_once(absences: list[set[str]]) -> None:
    pool, state = members(a=1, b=1, c=1, d=1, e=1), RoutingState()
    for absent in absences:
        _, state = serve(state, pool, 1, absent=frozenset(absent))
    assert sorted(serve(state, pool, 5)[0]) == ["a", "b", "c", "d", "e"]
