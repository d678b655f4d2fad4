"""Guarded fields: a person's change is a conflict; our own, HubSpot's own and what we want already are none."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.testing import failure_of, one_receipt
from domain.change import Change, ReceiptOutcome
from domain.errors import TransientError
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import Portal, change, connected, page, refusal, row, saved

APPLIED, CONFLICTED, UNCHANGED = ReceiptOutcome.APPLIED, ReceiptOutcome.CONFLICTED, ReceiptOutcome.UNCHANGED
MQL: dict[str, Value] = {"hs_lead_status": "OPEN", "lifecyclestage": "marketingqualifiedlead", "ll_score": 50}


def guarded(expected: dict[str, Value], values: dict[str, Value] | None = None) -> Change:
    return change(1, values=values or MQL, expected=expected, guarded=frozenset({"hs_lead_status", "lifecyclestage"}))


def showing(**properties: Any) -> Portal:
    """A portal whose contact 1 shows these properties when it is read again, until they are written."""
    shown = {"hs_lead_status": None, "lifecyclestage": "lead", "ll_score": None, **properties}

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/read"):
            return page([row(1, **shown)])
        shown.update(told["inputs"][0]["properties"])
        return saved(told)

    return Portal(answer)


@pytest.mark.parametrize(
    "expected",
    [
        {"hs_lead_status": None, "lifecyclestage": "lead"},
        {"hs_lead_status": "", "lifecyclestage": "lead"},
        {"hs_lead_status": None, "lifecyclestage": None},
        {"hs_lead_status": None},
        {},
    ],
    ids=[
        "as read",
        "blank is nothing",
        "before HubSpot filled the stage in",
        "the stage was never read",
        "nothing read",
    ],
)
def test_what_nobody_changed_is_written(expected: dict[str, Value]) -> None:
    with connected(showing()) as connector:
        assert one_receipt(connector, guarded(expected)).outcome is APPLIED


def test_a_blank_that_a_person_filled_is_a_conflict() -> None:
    with connected(showing(hs_lead_status="CONNECTED")) as connector:
        receipt = one_receipt(connector, guarded({"hs_lead_status": None, "lifecyclestage": "lead"}))
    assert receipt.outcome is CONFLICTED
    assert receipt.shown == {"hs_lead_status": "CONNECTED", "lifecyclestage": "lead", "ll_score": None}
    assert receipt.message == "changed meanwhile: hs_lead_status"


def test_a_stage_that_somebody_moved_is_a_conflict() -> None:
    with connected(showing(lifecyclestage="opportunity")) as connector:
        receipt = one_receipt(connector, guarded({"hs_lead_status": None, "lifecyclestage": "lead"}))
    assert (receipt.outcome, receipt.shown["lifecyclestage"]) == (CONFLICTED, "opportunity")


def test_nothing_else_is_asked_between_the_look_and_the_write() -> None:
    """What a person does between the two is written over: so it is as short as two calls can be."""
    portal = showing()
    status: dict[str, Value] = {"hs_lead_status": "OPEN"}
    with connected(portal) as connector:
        assert one_receipt(connector, guarded({"hs_lead_status": None}, status)).outcome is APPLIED
    asked = [path.rpartition("/")[2] for method, path, _ in portal.asked]
    assert asked[asked.index("read") :] == ["read", "update"]


def test_what_a_rep_edits_after_the_look_stays_where_it_is_no_field_of_ours() -> None:
    portal = Portal(lambda *_: None)
    shown: dict[str, Any] = {"hs_lead_status": None, "ll_score": None, "phone": None}

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/read"):
            before = page([row(1, **shown)])
            shown.update(phone="+1 202 555 0199", ll_score="1")
            return before
        shown.update(told["inputs"][0]["properties"])
        return saved(told)

    portal.answer = answer
    with connected(portal) as connector:
        one_receipt(connector, guarded({"hs_lead_status": None}, {"hs_lead_status": "OPEN", "ll_score": 50}))
    assert shown == {"hs_lead_status": "OPEN", "ll_score": "50", "phone": "+1 202 555 0199"}


def test_a_field_that_is_not_guarded_may_differ() -> None:
    with connected(showing(ll_score="7")) as connector:
        expected: dict[str, Value] = {"hs_lead_status": None, "lifecyclestage": "lead", "ll_score": 3}
        assert one_receipt(connector, guarded(expected)).outcome is APPLIED


def test_what_is_there_already_is_not_written_again() -> None:
    portal = showing(hs_lead_status="OPEN", lifecyclestage="marketingqualifiedlead", ll_score="50")
    with connected(portal) as connector:
        receipt = one_receipt(connector, guarded({"hs_lead_status": None, "lifecyclestage": "lead"}))
    assert receipt.outcome is UNCHANGED
    assert portal.calls("/batch/update") == []


def test_half_of_it_there_is_no_conflict() -> None:
    """An earlier decision, or a person, set one of the two as we want it."""
    with connected(showing(hs_lead_status="OPEN")) as connector:
        receipt = one_receipt(connector, guarded({"hs_lead_status": None, "lifecyclestage": "lead"}))
    assert receipt.outcome is APPLIED


def test_a_number_and_a_moment_are_compared_as_hubspot_shows_them() -> None:
    portal = showing(ll_score="50", ll_mql_since="2026-11-20T10:00:00Z")
    values: dict[str, Value] = {"ll_score": 60, "ll_mql_since": "2026-11-22T10:00:00Z"}
    expected: dict[str, Value] = {"ll_score": 50.0, "ll_mql_since": "2026-11-20T10:00:00.651989Z"}
    wanted = replace(guarded(expected, values), guarded=frozenset(values))
    with connected(portal) as connector:
        assert one_receipt(connector, wanted).outcome is APPLIED


def test_our_own_change_just_before_is_no_conflict(rig: HubSpotRig) -> None:
    """Two changes of one record in one batch, both computed against what it showed before either."""
    row_id = rig.seed(1)[0]
    first = rig.guarded_change("k1", row_id)
    second = replace(first, key="k2", values={"hs_lead_status": "CONNECTED"})
    receipts = list(rig.connector().write([first, second]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED]
    assert rig.held("contacts")[row_id]["hs_lead_status"] == "CONNECTED"


def test_our_own_change_whose_answer_was_lost_is_no_conflict(rig: HubSpotRig) -> None:
    """The outbox replaced the waiting row by a newer one, still computed against what was shown before."""
    row_id = rig.seed(1)[0]
    connector, first = rig.connector(), rig.guarded_change("k1", row_id)
    rig.simulator.fault("reply_lost", system="hubspot", path="/batch/update", times=4, after_commit=True)
    failure_of(TransientError, lambda: list(connector.write([first])))
    assert rig.held("contacts")[row_id]["hs_lead_status"] == "OPEN"
    newer = replace(first, key="k2", values={"hs_lead_status": "CONNECTED"})
    assert one_receipt(connector, newer).outcome is APPLIED


def test_what_was_answered_is_in_doubt_no_more(rig: HubSpotRig) -> None:
    """A person may set back what we wrote yesterday: that is a change of theirs."""
    row_id = rig.seed(1)[0]
    connector, first = rig.connector(), rig.guarded_change("k1", row_id)
    assert one_receipt(connector, first).outcome is APPLIED
    stale = replace(first, key="k2", expected={"hs_lead_status": "NEW"}, values={"hs_lead_status": "CONNECTED"})
    assert one_receipt(connector, stale).outcome is CONFLICTED


def test_an_mql_decision_on_a_new_contact_is_no_conflict(rig: HubSpotRig) -> None:
    """Made by a form, so that HubSpot gave it a stage itself; owner, status and stage are written together."""
    mark = rig.simulator.seq()
    owner = rig.simulator.seed(users=[{"email": f"robin.{mark}@reps.example", "last_name": "Reed"}])["owners"][0]
    email = f"ana.{mark}@people.example"
    done = rig.simulator.act("submit_form", system="hubspot", form="Demo request", email=email)
    pages = rig.connector().read("contacts", None)
    record = {one.ref.id: one for each in pages for one in each.records}[done["id"]]
    values: dict[str, Value] = {
        "hubspot_owner_id": owner,
        "hs_lead_status": "OPEN",
        "lifecyclestage": "marketingqualifiedlead",
        "ll_score": 50,
    }
    fields = frozenset(values) - {"ll_score"}
    expected = {name: record.values[name] for name in values}
    decided = change(int(done["id"]), values=values, expected=expected, guarded=fields)
    assert one_receipt(rig.connector(), decided).outcome is APPLIED
    assert one_receipt(rig.connector(), decided).outcome is UNCHANGED


def test_a_record_that_could_not_be_looked_at_is_not_written() -> None:
    errors = [{"category": "VALIDATION_ERROR", "context": {"ids": ["1"]}}]
    portal = Portal(lambda *_: page([], errors=errors))
    with connected(portal) as connector:
        failure_of(TransientError, lambda: list(connector.write([guarded({"hs_lead_status": None})])))
    assert portal.calls("/batch/update") == []


def test_a_guarded_record_that_is_not_there_is_gone() -> None:
    missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1"]}}
    portal = Portal(
        lambda _, path, __: page([], errors=[missing]) if path.endswith("/read") else refusal(404, "OBJECT_NOT_FOUND")
    )
    with connected(portal) as connector:
        assert one_receipt(connector, guarded({"hs_lead_status": None})).outcome is ReceiptOutcome.GONE
