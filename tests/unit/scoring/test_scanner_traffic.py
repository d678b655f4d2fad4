"""On invented labelled traffic nearly no click of a person is lost, and what betrays itself is seen."""

from benchmarks.scanner_traffic import PEOPLE, traffic
from benchmarks.scanners import CLAIMED, LOST, POORER, PRECISION, SEEN, judge, together


def test_hardly_a_person_s_click_is_lost_and_scanners_that_betray_themselves_are_seen() -> None:
    found = judge(traffic(20260907, 80))
    every = together(found)
    assert every.precision >= PRECISION
    assert {kind: found[kind].human_lost for kind in PEOPLE if found[kind].lost > LOST} == {}
    assert {kind: found[kind].recall for kind in CLAIMED if found[kind].recall < SEEN} == {}


def test_systems_that_say_less_cost_recall_and_no_person_s_click() -> None:
    whole = together(judge(traffic(7, 40)))
    for unsaid in POORER.values():
        poorer = together(judge(traffic(7, 40, unsaid=unsaid)))
        assert poorer.lost <= LOST
        assert poorer.recall < whole.recall
