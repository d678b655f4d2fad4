"""What is kept of a batch while nobody is handed off, so that it can be compared afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from config.lifecycle import Today
from domain.record import Record
from domain.run import GoLive
from domain.stage import Stage
from handoff.process import process_of
from mapping.agreement import Base
from reports.comparison import never_shown
from store import bases, leads, watched
from store.engine import Store
from store.watched import ForeseenHandoff, ShownValue
from sync.guard import Room
from sync.loop import InForce
from sync.material import Material
from sync.watching import watch
from tests.unit.sync.material import ANA, EARLIER, LEAD, NOW, ana
from tests.unit.sync.test_decide import FIRST, contact, folded, person, room

NEW, WORKED = "Open - Not Contacted", "Working - Contacted"


def in_salesforce(**values: Any) -> Record:
    return Record(ref=LEAD, values={"Email": "ana@globex.example", **values}, modified_at=EARLIER)


def known(value: str | None, connection: str = "salesforce", name: str = "status") -> dict[tuple[str, str], Base]:
    return {(name, connection): Base(value=value, vendor_form=value)}


def kept(
    store: Store, rules: InForce, material: Material, space: Room
) -> tuple[list[ForeseenHandoff], list[ShownValue]]:
    verdicts, _ = folded(rules, space, material)
    assert verdicts.failed == []
    with store.write() as tx:
        watch(tx, space, [material], saved=verdicts.saved, held=verdicts.held, rules=rules, now=NOW)
        return watched.foreseen_of(tx, [ANA]).get(ANA, []), watched.shown_of(tx, [ANA]).get(ANA, [])


def observing(step: GoLive = GoLive.OBSERVE) -> Room:
    return room(handoff=5, go_live=step, step_since=EARLIER)


def test_a_handoff_that_a_step_keeps_back_is_kept_as_it_would_have_been(store: Store, rules: InForce) -> None:
    (found,), _ = kept(store, rules, person(), observing())
    assert (found.at, found.step, found.owner, found.rule) == (NOW, GoLive.OBSERVE, FIRST, "fallback")
    assert (found.score, found.band, found.hand_raise, found.cause) == (
        found.score,
        "A hot",
        False,
        "engagement ≥ 50 and fit ≥ C",
    )
    assert found.score >= 50_000
    assert found.why.endswith("VP Operations.")


def test_looking_again_keeps_the_first_moment(store: Store, rules: InForce) -> None:
    first, _ = kept(store, rules, person(), observing())
    again, _ = kept(store, rules, person(), observing())
    assert again == first


def test_once_everybody_is_handed_off_nothing_is_kept(store: Store, rules: InForce) -> None:
    worked = person(records=(contact(), in_salesforce(Status=WORKED)), bases=known(NEW))
    assert kept(store, rules, worked, room(handoff=5, go_live=GoLive.LIVE)) == ([], [])


def test_what_is_only_listed_was_never_a_handoff(store: Store, rules: InForce) -> None:
    old = person(lead=ana(stage=Stage.ENGAGED, armed_at=NOW + timedelta(days=1)))
    assert kept(store, rules, old, observing())[0] == []


def test_whom_a_person_hands_over_is_theirs(store: Store, rules: InForce) -> None:
    material = person(activities=(), records=(contact(), in_salesforce(Status="mql")), bases=known(NEW))
    verdicts, _ = folded(rules, observing(), material)
    assert [move.after for each in verdicts.held["observe"] for move in each.decision.transitions][:1] == [Stage.MQL]
    foreseen, (shown,) = kept(store, rules, material, observing())
    assert foreseen == []
    assert (shown.value, shown.before) == ("mql", NEW)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (known(NEW), [(WORKED, NEW, False)]),
        ({}, [(WORKED, None, True)]),
        (known(None), [(WORKED, None, False)]),
        (known(WORKED), []),
    ],
    ids=["changed", "first seen", "was blank", "as before"],
)
def test_a_status_is_kept_with_what_it_was(
    store: Store, rules: InForce, before: Any, expected: list[tuple[str, str | None, bool]]
) -> None:
    material = person(activities=(), records=(contact(), in_salesforce(Status=WORKED)), bases=before)
    _, shown = kept(store, rules, material, observing(GoLive.SCORES))
    assert [(each.value, each.before, each.is_first) for each in shown] == expected
    assert {(each.property, each.connection, each.at, each.seen_at) for each in shown} <= {
        ("status", "salesforce", EARLIER, NOW)
    }


def test_a_field_that_was_always_blank_tells_nothing(store: Store, rules: InForce) -> None:
    material = person(activities=(), records=(contact(), in_salesforce(Status=None, OwnerId=None)))
    assert kept(store, rules, material, observing()) == ([], [])


@pytest.mark.parametrize("stands", [True, False], ids=["stands there still", "stood there"])
def test_a_named_value_that_stood_there_before_anybody_watched_is_not_taken_for_a_slip(
    store: Store, rules: InForce, stands: bool
) -> None:
    """As it is once an installation that was live goes back to observe."""
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=EARLIER, installation="LL")
        if stands:
            bases.save_bases(tx, {lead.id: {("status", "salesforce"): (WORKED, WORKED, ())}})
        else:
            moved = {"value": NEW, "before": WORKED, "is_first": False, "at": EARLIER, "seen_at": NOW}
            at: dict[str, Any] = {"lead_id": lead.id, "property": "status", "connection": "salesforce", **moved}
            watched.note_shown(tx, [ShownValue(**at)])
        today = Today(status=[WORKED, "Qualfied"])
        process = process_of(rules.lifecycle.model_copy(update={"today": today}), rules.mapping)
        assert never_shown(tx, process) == ["Qualfied"]


def test_a_named_value_that_no_record_ever_showed_is_told(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=EARLIER, installation="LL")
        seen: dict[str, Any] = {
            "property": "status",
            "connection": "salesforce",
            "before": None,
            "at": EARLIER,
            "seen_at": NOW,
        }
        watched.note_shown(tx, [ShownValue(lead_id=lead.id, value="working - contacted", is_first=True, **seen)])
        today = Today(status=[WORKED, "Qualfied"])
        process = process_of(rules.lifecycle.model_copy(update={"today": today}), rules.mapping)
        assert never_shown(tx, process) == ["Qualfied"]
        assert never_shown(tx, process_of(rules.lifecycle, rules.mapping)) == [], "nobody named any"
