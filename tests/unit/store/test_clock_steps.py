"""What clocks did comes back as it was taken; until when a system was heard is kept by stream."""

from dataclasses import replace
from datetime import timedelta

from domain.handoff import StepTaken
from domain.values import LeadId
from store import clock_steps, connections, handoffs, heard, merging
from store.clock_steps import Breaches
from store.engine import Store
from tests.unit.store.examples import NOON, at, found, handoff

ANA, BEN = LeadId(1), LeadId(2)
FAY, SAM = "fay@us.example", "sam@us.example"


def taken(lead: LeadId, step: str, *, owner: str = FAY, minute: float = 0, acts: bool = True) -> StepTaken:
    return StepTaken(
        lead_id=lead, handoff=1, step=step, owner=owner, due_at=at(minute - 5), at=at(minute), enforced=acts
    )


def test_steps_come_back_in_the_order_in_which_they_were_taken(store: Store) -> None:
    steps = [taken(ANA, "remind", minute=2), taken(ANA, "breach", minute=1, acts=False), taken(BEN, "breach")]
    with store.write() as tx:
        clock_steps.save(tx, steps)
        assert clock_steps.of_leads(tx, [ANA, BEN]) == {ANA: [steps[1], steps[0]], BEN: [steps[2]]}
        assert clock_steps.of_leads(tx, []) == {}


def test_breaches_are_counted_by_rep_in_whichever_turn_and_told_apart_from_those_that_only_count(store: Store) -> None:
    with store.write() as tx:
        clock_steps.save(tx, [taken(ANA, "breach"), taken(ANA, "remind"), taken(ANA, "breach:2", owner=SAM)])
        clock_steps.save(tx, [taken(BEN, "breach", acts=False), taken(BEN, "breach", minute=-60)])
        assert clock_steps.breaches(tx, since=at(-30)) == [
            Breaches(owner=FAY, all=2, counted=1),
            Breaches(owner=SAM, all=1, counted=0),
        ]


def test_the_steps_of_a_lead_go_where_the_lead_goes(store: Store) -> None:
    with store.write() as tx:
        one, other = found(tx, "00Q1", "00Q2")
        handoffs.save(tx, [handoff(one), handoff(other, minute=5)])
        clock_steps.save(tx, [taken(one, "breach"), taken(other, "remind", minute=1)])
        merging.merge(tx, one, other, now=at(10))
        (together,) = clock_steps.of_leads(tx, [one, other]).values()
        numbers = {each.opened_at: each.number for each in handoffs.all_of(tx, [one])[one]}
        assert [(each.step, each.handoff) for each in together] == [
            ("breach", numbers[at(0)]),
            ("remind", numbers[at(5)]),
        ]


def test_open_leads_whose_time_was_up_in_a_stretch_are_counted(store: Store) -> None:
    with store.write() as tx:
        due = [(ANA, at(10)), (BEN, at(20)), (LeadId(3), at(30))]
        handoffs.save(tx, [replace(handoff(lead), touch_due_at=when) for lead, when in due])
        assert handoffs.due_within(tx, after=at(10), until=at(30)) == 2


def test_a_system_is_heard_until_the_stream_that_was_read_to_its_end_longest_ago(store: Store) -> None:
    streams = {"Lead", "Task"}
    with store.write() as tx:
        connections.ensure(tx, ["salesforce", "hubspot"], now=NOON)
        assert heard.until(tx, ["salesforce"]) == {"salesforce": heard.NEVER}
        heard.note(tx, "salesforce", streams, ["Lead", "Account"], now=at(1))
        assert heard.until(tx, ["salesforce"]) == {"salesforce": heard.NEVER}, "Task never was"
        heard.note(tx, "salesforce", streams, ["Task"], now=at(2))
        assert heard.of(tx, "salesforce") == {"Lead": at(1), "Task": at(2)}
        assert heard.until(tx, ["salesforce", "hubspot"]) == {"salesforce": at(1), "hubspot": heard.NEVER}
        heard.note(tx, "salesforce", {"Task"}, [], now=at(3))
        assert heard.until(tx, ["salesforce"]) == {"salesforce": at(2)}, "what is read no more holds nobody up"


def test_a_clock_that_was_set_back_leaves_nobody_heard_in_the_future(store: Store) -> None:
    with store.write() as tx:
        connections.ensure(tx, ["salesforce"], now=NOON)
        heard.note(tx, "salesforce", {"Task"}, {"Task"}, now=NOON + timedelta(hours=1))
        heard.note(tx, "salesforce", {"Task"}, {"Task"}, now=NOON)
        assert heard.until(tx, ["salesforce"]) == {"salesforce": NOON}
