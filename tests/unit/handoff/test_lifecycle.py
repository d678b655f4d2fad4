"""The transition table refuses what it does not know."""

import pytest

from config.lifecycle import USUAL_STAYS
from domain.errors import IllegalTransitionError
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from handoff.lifecycle import TABLE, allows, is_backwards, transition
from tests.rig import ROOT
from tests.unit.handoff.material import HASH, MONDAY


def move(before: Stage, after: Stage, cause: Cause) -> Transition:
    return transition(LeadId(7), before, after, cause=cause, why="why", at=MONDAY, rule_hash=HASH, handoff=3)


def test_a_known_move_becomes_a_transition_with_its_reason() -> None:
    assert move(Stage.MQL, Stage.ASSIGNED, Cause.RULE) == Transition(
        lead_id=LeadId(7),
        at=MONDAY,
        before=Stage.MQL,
        after=Stage.ASSIGNED,
        cause=Cause.RULE,
        why="why",
        rule_hash=HASH,
        handoff=3,
    )


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        pytest.param(Stage.KNOWN, Stage.ASSIGNED, Cause.RULE, id="no assignment without a flag"),
        pytest.param(Stage.ASSIGNED, Stage.ACCEPTED, Cause.TIME, id="silence never accepts"),
        pytest.param(Stage.ASSIGNED, Stage.ACCEPTED, Cause.RULE, id="no rule accepts"),
        pytest.param(Stage.MQL, Stage.ENGAGED, Cause.RULE, id="a falling score takes no flag back"),
        pytest.param(Stage.KNOWN, Stage.DISQUALIFIED, Cause.TIME, id="time disqualifies nobody"),
        pytest.param(Stage.ASSIGNED, Stage.CUSTOMER, Cause.BASELINE, id="the baseline is for whom sales has not seen"),
        pytest.param(Stage.CUSTOMER, Stage.MQL, Cause.PERSON, id="a customer is no MQL"),
        pytest.param(Stage.RECYCLED, Stage.DISQUALIFIED, Cause.TIME, id="rest ends in no disqualification"),
    ],
)
def test_an_unknown_move_is_refused(before: Stage, after: Stage, cause: Cause) -> None:
    with pytest.raises(IllegalTransitionError, match=f"from {before} to {after} because of a {cause}"):
        move(before, after, cause)


@pytest.mark.parametrize("stage", list(Stage))
def test_no_stage_follows_itself(stage: Stage) -> None:
    assert not any(allows(stage, stage, cause) for cause in Cause)


def test_every_stage_can_be_left_and_reached() -> None:
    assert {before for before, _ in TABLE} == set(Stage)
    assert {after for _, after in TABLE} == set(Stage)


def test_only_what_sales_has_or_waits_for_can_go_backwards() -> None:
    assert is_backwards(Stage.ASSIGNED, Stage.MQL)
    assert is_backwards(Stage.ACCEPTED, Stage.RECYCLED)
    assert not is_backwards(Stage.ENGAGED, Stage.KNOWN)
    assert not is_backwards(Stage.MQL, Stage.ASSIGNED)


LETTERS = {Cause.RULE: "R", Cause.PERSON: "P", Cause.SYSTEM: "S", Cause.TIME: "T", Cause.BASELINE: "B"}


def test_the_page_has_the_whole_table() -> None:
    page = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert f"| from \\ to | {' | '.join(Stage)} |" in page
    for before in Stage:
        cells = [
            "–" if before is after else "".join(LETTERS[c] for c in LETTERS if allows(before, after, c))
            for after in Stage
        ]
        assert f"| **{before}** | {' | '.join(cells)} |" in page


def test_the_page_has_the_days_of_every_stage_that_ends() -> None:
    page = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    stages = page.partition("## Who or what")[0].splitlines()
    rows = {line.split("**")[1]: line.split("|")[3] for line in stages if line.startswith("| **")}
    for stage in Stage:
        days = USUAL_STAYS.get(stage)
        assert f" {days} days" in rows[stage.value] if days else " never" in rows[stage.value]
