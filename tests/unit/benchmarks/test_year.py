"""A small year: everything that must not happen is counted, does not happen, and would be seen if it did."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from benchmarks import year_rules
from benchmarks.year import MUSTS, Figures, Year, live, main
from domain.stage import Stage
from handoff import deadlines, decide, draft, lifecycle, memberships
from handoff.draft import Draft
from handoff.rotation import RoutingState
from handoff.verdict import hear_answers

SMALL = Year(leads=90, days=45, seed=2)
BUSY = replace(SMALL, leads=180)
RARE = frozenset({"stays", "capacity"})
"""What takes more leads to be seen."""
NONE = dict.fromkeys(MUSTS, 0)

Fault = Callable[[pytest.MonkeyPatch], None]


@cache
def small() -> Figures:
    return live(SMALL)


def broken(figures: Figures) -> set[str]:
    musts: Any = figures["musts"]
    return {kind for kind, count in musts.items() if count}


def test_nothing_happens_that_must_not() -> None:
    figures = small()
    assert (figures["musts"], figures["breaches"]) == (NONE, [])


def test_leads_reach_every_stage_and_come_back() -> None:
    assert set(live(replace(SMALL, leads=200, days=60, seed=1))["stages"]) >= {  # type: ignore[call-overload]
        *("known", "engaged", "accepted", "qualified", "opportunity", "customer", "recycled", "disqualified")
    }


def test_the_same_seed_gives_the_same_decisions_whatever_the_batches() -> None:
    assert live(replace(SMALL, batch=1))["digest"] == small()["digest"]


def test_another_seed_gives_others() -> None:
    assert live(replace(SMALL, leads=20, seed=3))["digest"] != live(replace(SMALL, leads=20))["digest"]


def test_the_command_ends_with_0_when_nothing_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--leads", "10", "--days", "10", "--json"]) == 0
    assert '"musts"' in capsys.readouterr().out


# --- Each law is seen failing with a planted fault ------------------------------------------------


def without(*names: str) -> Fault:
    """The steps of a decision but for these."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(decide, "STEPS", tuple(step for step in decide.STEPS if step.__name__ not in names))

    return plant


def unexplained(patch: pytest.MonkeyPatch) -> None:
    real = lifecycle.transition
    patch.setattr(draft, "transition", lambda *given, **more: real(*given, **{**more, "why": " "}))


def the_lead_is_nobodys(patch: pytest.MonkeyPatch) -> None:
    """Its handoff says whose it is, and the lead itself does not."""

    def forget(given: Draft) -> Draft:
        return given.on_lead(replace(given.lead, owner=None))

    patch.setattr(decide, "STEPS", (*decide.STEPS, forget))


def the_pointer_stands(patch: pytest.MonkeyPatch) -> None:
    real = RoutingState.served
    patch.setattr(RoutingState, "served", lambda self, pool, slots, _: real(self, pool, slots, 0))


def nobody_is_ever_full(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RoutingState, "new_on", lambda *_: 0)
    patch.setattr(RoutingState, "open_of", lambda *_: 0)
    patch.setattr(year_rules, "ROOM", (1, 1))
    patch.setattr(year_rules, "ENTERPRISE_ROOM", (1, 1))


def steps_have_one_name(patch: pytest.MonkeyPatch) -> None:
    """The second task of a handoff has the key of the first."""
    patch.setattr(deadlines, "_numbered", lambda name, _: name)


def lists_are_never_left(patch: pytest.MonkeyPatch) -> None:
    real = memberships.memberships
    patch.setattr(decide, "memberships", lambda given: tuple(each for each in real(given) if each.member))


def rests_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A rejected lead goes back to where it came from, without a word."""

    def forget(given: Draft) -> Draft:
        heard = hear_answers(given)
        gone = heard.lead.stage in {Stage.RECYCLED, Stage.DISQUALIFIED}
        return given.on_handoff(given.handoff) if gone and given.handoff is not None else heard

    patch.setattr(decide, "STEPS", tuple(forget if step is hear_answers else step for step in decide.STEPS))


FAULTS: dict[str, Fault] = {
    "moves": unexplained,
    "places": the_lead_is_nobodys,
    "steps": steps_have_one_name,
    "roads": rests_are_forgotten,
    "lists": lists_are_never_left,
    "stays": without("end_stay", "run_clocks"),
    "hand_raises": without("cross"),
    "capacity": nobody_is_ever_full,
    "fairness": the_pointer_stands,
}


@pytest.mark.parametrize("kind", MUSTS)
def test_a_planted_fault_is_seen(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[kind](monkeypatch)
    assert kind in broken(live(BUSY if kind in RARE else SMALL))
