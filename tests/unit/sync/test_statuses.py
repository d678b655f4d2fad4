"""Whose word stands in a status field: theirs where it means the stage, or no stage at all; else ours."""

from dataclasses import replace

import pytest

from domain.decision import Decision, Desired
from domain.stage import Cause, Stage, Transition
from domain.values import RuleHash, Value
from mapping.agreement import Base
from mapping.wishes import FieldWish
from sync.loop import InForce
from sync.material import Material
from sync.statuses import Place, keep_theirs
from tests.unit.sync.material import ANA, EARLIER, LEAD, PERSON, ana, record, wish

HERE = Place("status", "hubspot")
OURS = FieldWish(ref=PERSON, field="hs_lead_status", property="status", value="IN_PROGRESS", problem=None)


def kept(
    rules: InForce,
    shown: Value,
    *,
    stage: Stage = Stage.ACCEPTED,
    before: tuple[Desired, ...] = (),
    changed: bool = False,
    moves: bool = False,
    met: bool = True,
) -> bool:
    """Whether our word goes over what the contact shows."""
    heads = {"salesforce": record(LEAD), "hubspot": record(PERSON, {"hs_lead_status": shown})}
    move = Transition(
        lead_id=ANA, at=EARLIER, before=Stage.MQL, after=stage, cause=Cause.PERSON, why="", rule_hash=RuleHash("r")
    )
    decision = Decision(lead=replace(ana(), stage=stage), transitions=(move,) if moves else ())
    places = frozenset({HERE} if changed else ())
    bases: dict[tuple[str, str], Base] = {HERE: Base(value=shown, vendor_form=shown)} if met else {}
    known = Material(lead=ana(), desired=before, bases=bases)
    return keep_theirs([OURS], decision, heads, rules, material=known, changed=places) == (OURS,)


@pytest.mark.parametrize("shown", ["ATTEMPTED_TO_CONTACT", "connected"])
def test_a_word_that_means_the_stage_stays_for_good(rules: InForce, shown: str) -> None:
    assert not kept(rules, shown, changed=True, moves=True)
    assert not kept(rules, shown, before=(wish(PERSON, "hs_lead_status", "IN_PROGRESS", property="status"),))


@pytest.mark.parametrize("shown", ["BAD_TIMING", "OPEN"])
def test_a_word_for_another_stage_gives_way(rules: InForce, shown: str) -> None:
    assert kept(rules, shown, changed=True)
    assert kept(rules, shown)


def test_a_word_that_means_no_stage_stays_until_the_lead_moves(rules: InForce) -> None:
    known = (wish(PERSON, "hs_lead_status", "IN_PROGRESS", property="status"),)
    assert not kept(rules, "Trade fair", before=known, changed=True), "written over ours, just now"
    assert not kept(rules, "Trade fair"), "and it stays"
    assert kept(rules, "Trade fair", moves=True)
    assert kept(rules, "Trade fair", met=False), "a record that was just made shows what its system fills in"
    assert kept(rules, "Trade fair", before=known), "once it was to go, it goes"


@pytest.mark.parametrize("shown", [None, "", "IN_PROGRESS"])
def test_a_blank_is_nobodys_and_ours_is_ours(rules: InForce, shown: Value) -> None:
    assert kept(rules, shown, changed=True)
