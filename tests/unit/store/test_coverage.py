"""Touch coverage counts what reps worked beside what they logged, in one statement on either database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.activity import Activity, ActivityKind
from domain.coverage import Coverage
from domain.handoff import Outcome, Rep, Verdict
from domain.values import LeadId
from store import coverage, handoffs, ledger
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, found, handoff, ref

BO, CY = "bo@us.example", "cy@us.example"
REPS: Mapping[str, Rep] = {
    BO: Rep(email=BO, name="Bo", user_ids=(("salesforce", "U1"), ("hubspot", "1"))),
    CY: Rep(email=CY, name="Cy", user_ids=(("salesforce", "U2"),)),
}
OPENED = NOON - timedelta(days=10)
SAID = OPENED + timedelta(days=1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def worked(lead: LeadId, owner: str = BO, **changes: Any) -> Any:
    """A handoff that its rep accepted by a verdict a day after it was opened."""
    told: dict[str, Any] = {"opened_at": OPENED, "accepted_at": SAID, "accepted_by": "verdict", **changes}
    return replace(handoff(lead, owner=owner), **told)


def touch(number: int, at: datetime, *, actor: str | None = "U1", **changes: Any) -> Activity:
    fields: dict[str, Any] = {
        "connection": "salesforce",
        "stream": "Task",
        "external_id": f"T{number}-{at:%d%H%M}-{actor}",
        "kind": ActivityKind.CALL_LOGGED,
        "occurred_at": at,
        "record": ref(f"00Q{number}"),
        "actor": actor,
    }
    return Activity(**{**fields, **changes})


def one(tx: Tx, *touches: Activity, **changes: Any) -> dict[str, Coverage]:
    (lead,) = found(tx, "00Q1")
    handoffs.save(tx, [worked(lead, **changes)])
    ledger.add(tx, touches, seen_at=NOON)
    return coverage.count(tx, REPS, now=NOON)


def figures(worked: int, logged: int) -> dict[str, Coverage]:
    return {BO: Coverage(worked=worked, logged=logged)} if worked else {}


@pytest.mark.parametrize(
    ("made", "logged"),
    [
        pytest.param(touch(1, SAID), 1, id="at the same time"),
        pytest.param(touch(1, OPENED - 2 * DAY), 1, id="two days before it was opened"),
        pytest.param(touch(1, OPENED - 2 * DAY - HOUR), 0, id="longer before"),
        pytest.param(touch(1, SAID + 2 * DAY), 1, id="two days after they said so"),
        pytest.param(touch(1, SAID + 2 * DAY + HOUR), 0, id="longer after"),
        pytest.param(touch(1, SAID, kind=ActivityKind.EMAIL_SENT), 1, id="a mail"),
        pytest.param(touch(1, SAID, kind=ActivityKind.MEETING_BOOKED), 1, id="a meeting"),
        pytest.param(touch(1, SAID, kind=ActivityKind.NOTE_LOGGED), 0, id="a note"),
        pytest.param(touch(1, SAID, kind=ActivityKind.EMAIL_REPLIED), 0, id="the prospect's reply"),
        pytest.param(touch(1, SAID, automated=True), 0, id="a sequence"),
        pytest.param(touch(1, SAID, retracted=True), 0, id="retracted"),
        pytest.param(touch(1, SAID, actor="U2"), 0, id="a colleague"),
        pytest.param(touch(1, SAID, actor="1"), 0, id="that number in another system"),
        pytest.param(touch(1, SAID, actor="1", connection="hubspot", stream="calls"), 1, id="in their other system"),
        pytest.param(touch(1, SAID, actor=None), 0, id="nobody"),
    ],
)
def test_a_touch_of_theirs_near_what_they_said(store: Store, made: Activity, logged: int) -> None:
    with store.write() as tx:
        assert one(tx, made) == figures(1, logged)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        pytest.param({}, True, id="accepted by a verdict"),
        pytest.param({"accepted_by": "status"}, True, id="a working status"),
        pytest.param({"accepted_by": "scorecard"}, True, id="the scorecard"),
        pytest.param({"accepted_by": "touch"}, False, id="a touch alone says nothing of logging"),
        pytest.param({"accepted_by": "touch", "outcome": Outcome.MEETING}, True, id="a touch and an outcome"),
        pytest.param({"accepted_by": "touch", "verdict": Verdict.ALREADY_WORKING}, True, id="works it already"),
        pytest.param({"accepted_at": None, "accepted_by": None, "closed_at": SAID, "outcome": Outcome.NO_BUDGET},
                     True, id="rejected with an outcome"),
        pytest.param({"accepted_at": None, "accepted_by": None, "closed_at": SAID, "outcome": Outcome.QUALIFIED},
                     True, id="converted, or a deal"),
        pytest.param({"accepted_at": None, "accepted_by": None, "closed_at": SAID, "outcome": Outcome.NOT_TARGET,
                      "verdict": Verdict.NOT_TARGET}, False, id="turned away at sight"),
        pytest.param({"accepted_at": None, "accepted_by": None, "closed_at": SAID, "outcome": Outcome.WENT_QUIET},
                     False, id="we gave up, not they"),
        pytest.param({"accepted_at": None, "accepted_by": None}, False, id="silence"),
        pytest.param({"accepted_at": NOON - 2 * DAY + HOUR}, False, id="said so recent that it may still be logged"),
        pytest.param({"opened_at": NOON - 28 * DAY - HOUR}, False, id="longer ago than four weeks"),
    ],
)  # fmt: skip
def test_what_counts_as_worked(store: Store, changes: dict[str, Any], counted: bool) -> None:
    with store.write() as tx:
        assert one(tx, **changes) == figures(int(counted), 0)


def test_reps_are_counted_apart_and_strangers_not_at_all(store: Store) -> None:
    with store.write() as tx:
        ids = found(tx, *(f"00Q{number}" for number in range(1, 7)))
        owners = (BO, BO, BO, CY, CY, "left@us.example")
        handoffs.save(tx, [worked(lead, owner) for lead, owner in zip(ids, owners, strict=True)])
        ledger.add(
            tx, [touch(1, SAID), touch(2, SAID), touch(2, SAID + HOUR), touch(4, SAID, actor="U2")], seen_at=NOON
        )
        assert coverage.count(tx, REPS, now=NOON) == {
            BO: Coverage(worked=3, logged=2),
            CY: Coverage(worked=2, logged=1),
        }
        assert coverage.count(tx, {}, now=NOON) == {}


def test_it_is_counted_once_a_day_and_again_when_the_clock_was_set_back(store: Store) -> None:
    with store.write() as tx:
        assert coverage.kept(tx).at is None
        (lead,) = found(tx, "00Q1")
        coverage.recount(tx, REPS, now=NOON)
        handoffs.save(tx, [worked(lead)])
        coverage.recount(tx, REPS, now=NOON + 23 * HOUR)
        assert (coverage.kept(tx).at, dict(coverage.kept(tx).reps)) == (NOON, {})
        coverage.recount(tx, REPS, now=NOON + DAY)
        assert (coverage.kept(tx).at, coverage.kept(tx).reps) == (NOON + DAY, figures(1, 0))
        coverage.recount(tx, REPS, now=NOON)
        assert coverage.kept(tx).at == NOON


def test_shares_are_rounded_down_and_add_up() -> None:
    assert (Coverage(worked=3, logged=2) + Coverage(worked=3, logged=2)).percent == 66
    assert Coverage().percent is None
