"""A plan that was read is the plan that was made, header and rows."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from domain.errors import SettingsError
from domain.run import GoLive
from handoff.rotation import RoutingState
from sync import planfile
from sync.planfile import PlanFile
from sync.preview import PlannedLead, Preview
from sync.turns import between
from tests.unit.sync.material import ANA, FAY, NOW, RULES


def lead(revision: int = 3) -> PlannedLead:
    return PlannedLead(lead_id=ANA, revision=revision, valid_until=NOW, conclusion=None, changes=())


def made(*leads: PlannedLead) -> PlanFile:
    state = RoutingState()
    after = state.served("Sales", (FAY,), 0).gave(FAY, date(2026, 9, 7))
    found = Preview(as_of=NOW, leads=leads, held={"baseline": (ANA,)}, routing={ANA: between(state, after)})
    return planfile.make(
        found, rule_hash=RULES, go_live=GoLive.LIVE, accounts={"salesforce": "00D1"}, counts={"leads": len(leads)}
    )


def put(plan: PlanFile, path: Path) -> None:
    with path.open("wb") as file:
        planfile.write(plan, file)


def test_a_plan_comes_back_as_it_was_made(tmp_path: Path) -> None:
    put(made(lead()), tmp_path / "plan")
    assert planfile.read(tmp_path / "plan") == made(lead())


def test_the_same_findings_give_the_same_id_and_other_findings_another() -> None:
    assert made(lead()).header.id == made(lead()).header.id
    assert made(lead()).header.id != made(lead(revision=4)).header.id


def test_another_header_is_another_plan() -> None:
    found = Preview(as_of=NOW, leads=(), held={}, routing={})
    one = planfile.make(found, rule_hash=RULES, go_live=GoLive.LIVE, accounts={"salesforce": "00D1"}, counts={})
    two = planfile.make(found, rule_hash=RULES, go_live=GoLive.LIVE, accounts={"salesforce": "00D2"}, counts={})
    assert one.header.id != two.header.id


def test_a_plan_of_some_leads_moves_the_turns_of_those_alone() -> None:
    assert set(made(lead()).header.routing) == {ANA}
    assert made().header.routing == {}


EDITS = {
    "the rules": (RULES, "f" * len(RULES)),
    "the account": ("00D1", "00D9"),
    "the moment": ("2026-09-07T09", "2026-09-08T09"),
    "who is held": ('"baseline":[7]', '"baseline":[]'),
    "a desk": ('"open":1', '"open":2'),
    "the id": ("plan-20260907T090000-", "plan-20260907T090001-"),
    "a row": ('"revision":3', '"revision":4'),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_file_is_refused_wherever_it_was_edited(tmp_path: Path, edit: tuple[str, str]) -> None:
    path = tmp_path / "plan"
    put(made(lead()), path)
    text = path.read_text()
    assert edit[0] in text
    path.write_text(text.replace(*edit))
    with pytest.raises(SettingsError, match="was changed after it was made"):
        planfile.read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), (b"", "is empty"), (b"go_live: live\n", "is no plan: make one with `leadloop plan`")],
    ids=["not there", "empty", "settings"],
)
def test_a_file_that_is_no_plan_is_said_to_be_none(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "plan.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        planfile.read(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    plan = made(lead())
    put(replace(plan, header=replace(plan.header, schema_version=99)), tmp_path / "plan")
    with pytest.raises(SettingsError, match="plan version 99"):
        planfile.read(tmp_path / "plan")
