"""A plan as figures, as data and as words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from connectors.hubspot import prices as hubspot
from connectors.salesforce import prices as salesforce
from domain.change import Change, ChangeKind
from domain.run import GoLive
from domain.values import LeadId, RuleHash, Value
from leadloop import planned
from leadloop.plan_figures import Price, calls_of, counts_of
from leadloop.planned import Shown
from store.outbox import OutboxDraft
from sync import planfile
from sync.preview import PlannedLead, Preview

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
PRICES: Mapping[str, Price] = {
    "crm": salesforce.writing_calls,
    "marketing": partial(hubspot.writing_calls, members_per_call=500),
}
HASH = RuleHash("abc12345def")


def draft(kind: ChangeKind, connection: str = "crm", **more: Any) -> OutboxDraft:
    before: dict[str, Value] = more.pop("before", {})
    change = Change(key="k", kind=kind, object=more.pop("object", "Lead"), **more)
    return OutboxDraft(
        connection=connection,
        lane="handoff",
        change=change,
        cause="asked for a demo",
        rule_hash=HASH,
        before=before,
        reasons={"Score": ("scoring.yaml", "another guide was read")},
    )


def fields(number: int, connection: str = "crm") -> OutboxDraft:
    return draft(ChangeKind.FIELDS, connection, id=str(number), values={"Score": 66}, before={"Score": 41})


def lead(number: int, *changes: OutboxDraft) -> PlannedLead:
    return PlannedLead(lead_id=LeadId(number), revision=1, valid_until=NOON, conclusion=None, changes=changes)


FIGURES = (
    "Plan: 1 create, 2 update, 1 list, 0 MQL, 0 assign, 0 recycle, 2 held, 3 blocked · about 3 crm + 1 marketing calls"
)
JOINS = draft(ChangeKind.MEMBER, "marketing", object="contacts", id="51", list="LL · With sales", member=True)
TASK = draft(ChangeKind.CREATE, object="Task", values={"Subject": "Call\n Ana", "Body": "x" * 80}, unique="Key")


def shown(*leads: PlannedLead) -> Shown:
    found = Preview(as_of=NOON, leads=leads, held={"baseline": (LeadId(8), LeadId(9))}, routing={})
    plan = planfile.make(found, rule_hash=HASH, go_live=GoLive.LIVE, accounts={}, counts=counts_of(found))
    calls = calls_of(leads, PRICES)
    people = {LeadId(1): "Ana Ruiz  ana@globex.example  lead 1"}
    return Shown(plan=plan, file="plan.jsonl", calls=calls, refused=3, pulled="2 min ago", people=people)


def test_every_write_is_counted_under_its_word() -> None:
    assert shown(lead(1, fields(1), JOINS, TASK), lead(2, fields(2))).plan.header.counts == {
        "creates": 1,
        "updates": 2,
        "members": 1,
        "assigns": 0,
        "recycles": 0,
        "mqls": 0,
        "held": 2,
    }


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "calls"),
    [(0, 0, {"crm": 0, "marketing": 0}), (1, 1, {"crm": 1, "marketing": 1}), (200, 100, {"crm": 1, "marketing": 1}),
     (201, 101, {"crm": 2, "marketing": 2})],
)  # fmt: skip
def test_calls_are_whole_batches_of_the_system_s_size(salesforce: int, hubspot: int, calls: dict[str, int]) -> None:
    drafts = [fields(n) for n in range(salesforce)] + [fields(n, "marketing") for n in range(hubspot)]
    assert calls_of([lead(1, *drafts)], PRICES) == calls


def test_a_creation_is_looked_for_first_and_a_list_takes_joins_and_leaves_in_one_call() -> None:
    leaves = draft(ChangeKind.MEMBER, "marketing", object="contacts", id="52", list="LL · With sales", member=False)
    assert calls_of([lead(1, fields(1), TASK, JOINS, leaves)], PRICES) == {"crm": 3, "marketing": 1}


def test_what_people_write_too_is_looked_at_again_and_goes_25_to_a_call() -> None:
    owners = [
        draft(ChangeKind.FIELDS, id=f"00Q5g0000{n:06}AA", values={"OwnerId": "005A"}, guarded=frozenset({"OwnerId"}))
        for n in range(30)
    ]
    assert calls_of([lead(1, *owners)], PRICES) == {"crm": 3, "marketing": 0}
    stages = [
        draft(ChangeKind.FIELDS, "marketing", object="contacts", id=str(n), values={"lifecyclestage": "lead"})
        for n in range(30)
    ]
    assert calls_of([lead(1, *stages)], PRICES) == {"crm": 0, "marketing": 3}


def test_as_data_there_is_one_row_per_field_with_its_rule_and_reason() -> None:
    found = shown(lead(1, fields(1)), lead(2, JOINS))
    data = planned.as_data(found)
    assert {name: data[name] for name in ("creates", "updates", "assigns", "recycles", "held", "refused")} == {
        "creates": 0,
        "updates": 1,
        "assigns": 0,
        "recycles": 0,
        "held": 2,
        "refused": 3,
    }
    assert data["api_calls"] == {"crm": 1, "marketing": 1}
    assert data["held_sets"] == {"baseline": 2}
    score, member = planned.changes_of(found.plan)
    assert score == {
        "lead": 1,
        "system": "crm",
        "object": "Lead",
        "id": "1",
        "field": "Score",
        "now": 41,
        "will_be": 66,
        "rule": "scoring.yaml",
        "why": "another guide was read",
    }
    assert (member["field"], member["now"], member["will_be"]) == ("LL · With sales", False, True)


def test_in_words_it_is_grouped_by_lead_and_ends_with_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    planned.show(shown(lead(1, fields(1), JOINS, TASK), lead(2, fields(2))))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "LIVE",
        "As of 2026-09-07 12:00 UTC, from what was pulled 2 min ago",
        "0 leads read, 2 differ · go_live live",
        "",
        "  + Ana Ruiz  ana@globex.example  lead 1",
        "      crm Lead 1 · asked for a demo",
        "          Score                        41 → 66  (another guide was read)",
        "      marketing contacts 51 · asked for a demo",
        "          joins LL · With sales",
        "      crm Task (new) · asked for a demo",
        "          Subject                      — → Call Ana",
        f"          Body                         — → {'x' * 59}…",
        "  ~ lead 2",
        "      crm Lead 2 · asked for a demo",
        "          Score                        41 → 66  (another guide was read)",
        "  ⨯ held: baseline, 2 leads wait for `leadloop held approve baseline`",
        "  ⨯ 3 earlier writes were refused: `leadloop errors list`",
        "",
        FIGURES,
    ]
