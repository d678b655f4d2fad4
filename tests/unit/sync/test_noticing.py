"""The notices pass: one message per change of a lead's standing, a digest for what can wait, nothing that is stale."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from config.notices import Notices
from config.settings import Environment, Settings
from connectors.contract import Lane
from domain.change import Change, Receipt, ReceiptOutcome
from domain.decision import Intent, IntentKind
from domain.errors import TransientError
from domain.handoff import Handoff, HandoffKind, Queue
from domain.run import GoLive, OutboxStatus, RuleVersion
from domain.values import LeadId, Value, to_text
from store import handoffs, intents, leads, outbox
from store.engine import Store
from sync.firstday import go_live
from sync.loop import Loop
from sync.noticing import plan_notices
from sync.outgoing import OpenRun, plan_due
from sync.push import push, settle_unsure
from tests.unit.sync.looping import NOON, Writing, at, looping

FAY, BOSS = "first.rep@your-company.example", "manager@your-company.example"
WORK = NOON + timedelta(hours=3)
"""Fifteen hundred on a Monday, when the starter's team is at work."""


class Connected(BaseModel):
    """Settings of a connection that tells people things."""

    type: str = "mail"
    takes_notices: bool = True


@dataclass(slots=True, kw_only=True)
class Telling(Writing):
    """A system that tells people; `seen`: what it has created, by key."""

    name: str = "slack"
    repeatable: bool = False
    lose: bool = False
    away: bool = False
    seen: dict[str, Change] = field(default_factory=dict)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        if self.away:
            raise TransientError("away", sent=False)
        for change in changes:
            self.written.append(change)
            self.seen[change.key] = change
            yield Receipt(
                key=change.key,
                outcome=ReceiptOutcome.UNKNOWN if self.lose else ReceiptOutcome.APPLIED,
                id=f"D1:{len(self.written)}",
            )

    def can_find(self, change: Change) -> bool:
        return True

    def settle(self, change: Change) -> Receipt | None:
        self.asked.append(change.key)
        found = change.key in self.seen
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id="D1:1") if found else None


@dataclass(slots=True, kw_only=True)
class Desk:
    """A loop with one lead in a handoff of Fay's, and a system that tells her."""

    loop: Loop
    slack: Telling
    lead: LeadId
    key: str

    def decided(self, step: str, *, to: str = FAY, when: datetime = WORK, **more: Any) -> str:
        """Keep a notice as a decision does; its key."""
        payload: dict[str, Value] = {
            "to": to,
            "audience": "manager" if to == BOSS else "rep",
            "at": to_text(when),
            "about": "Ana Ruiz",
            "text": f"Ana Ruiz: {step}",
            "urgent": True,
            **more,
        }
        intent = Intent(lead_id=self.lead, handoff=1, kind=IntentKind.NOTICE, step=step, payload=payload)
        key = intents.intent_key(self.key, intent)
        with self.loop.store.write(self.loop.epoch) as tx:
            intents.save(tx, {key: intent})
        return key

    def stands(self, **changes: Any) -> None:
        with self.loop.store.write(self.loop.epoch) as tx:
            handoffs.save(tx, [replace(handoff_of(self.lead), **changes)])

    def plan(self, when: datetime = WORK) -> int:
        return plan_notices(self.loop, now=when, run=OpenRun())

    def tell(self, when: datetime = WORK) -> list[str]:
        """Plan and push; the texts that were sent so far."""
        self.plan(when)
        push(self.loop, "slack", now=when)
        return [str(change.values["text"]) for change in self.slack.written]

    def status(self, key: str) -> tuple[str, str | None]:
        """An intent's status, and why it was cancelled."""
        with self.loop.store.read() as tx:
            (found,) = [
                (each, status) for k, each, status, _ in intents.of_leads(tx, [self.lead])[self.lead] if k == key
            ]
        why = found[0].payload.get("cancelled")
        return found[1].value, None if why is None else str(why)

    def rows(self) -> list[tuple[str, OutboxStatus]]:
        with self.loop.store.read() as tx:
            return [(row.change.key, row.status) for row in outbox.list_open(tx)]


def handoff_of(lead: LeadId) -> Handoff:
    return Handoff(
        lead_id=lead,
        number=1,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=NOON,
        why="asked for a demo",
        hand_raise=True,
        score=1,
        band="A hot",
        owner=FAY,
        assigned_at=NOON,
        steps=("task",),
    )


@contextmanager
def desk(store: Store, version: RuleVersion, **changes: Any) -> Iterator[Desk]:
    told = {"reps": "slack", "managers": "slack", **changes.pop("notices", {})}
    settings = Settings(
        connections={"slack": Connected()},
        notices=Notices.model_validate(told),
        **{"go_live": GoLive.LIVE, **changes},
    )
    slack = Telling()
    with looping(store, version, slack, settings=settings) as loop:
        loop.introduced.add("slack")
        with store.write(loop.epoch) as tx:
            go_live(tx, now=NOON)
            (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
            handoffs.save(tx, [handoff_of(lead.id)])
        yield Desk(loop=loop, slack=slack, lead=lead.id, key=lead.key)


def test_a_notice_is_sent_once_and_done(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        assert it.tell() == ["Ana Ruiz: notify"]
        assert it.tell(at(300)) == ["Ana Ruiz: notify"]
        assert it.status(key) == ("done", None)


def test_it_goes_as_a_creation_that_is_looked_for_where_a_repeat_would_be_seen(
    store: Store, version: RuleVersion
) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        it.tell()
        (change,) = it.slack.written
        assert (change.key, change.unique, change.values["about"]) == (key, None, f"{it.key}/1")
        assert change.values["answers"] is True


def test_where_a_repeat_is_harmless_it_is_simply_sent_again(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        it.slack.repeatable = True
        it.decided("notify")
        it.plan()
        with store.read() as tx:
            (row,) = outbox.list_open(tx)
        assert row.change.unique == "key"


def test_a_lost_answer_is_looked_for_and_never_sent_again(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        it.slack.lose = True
        it.tell()
        assert it.rows() == [(key, OutboxStatus.UNSURE)]
        it.slack.lose = False
        assert settle_unsure(it.loop, "slack", now=WORK) == 1
        assert (len(it.slack.written), it.slack.asked, it.status(key)) == (1, [key], ("done", None))


def test_what_never_arrived_is_sent_again(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        it.decided("notify")
        it.slack.lose = True
        it.tell()
        it.slack.lose, it.slack.seen = False, {}
        assert it.tell() == ["Ana Ruiz: notify", "Ana Ruiz: notify"]


def test_several_steps_of_one_decision_are_one_message(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        second, first = it.decided("remind"), it.decided("notify")
        assert [text.splitlines() for text in it.tell()] == [["Ana Ruiz: notify", "Ana Ruiz: remind"]]
        assert [change.values["kind"] for change in it.slack.written] == ["reminder"]
        assert (it.status(first)[0], it.status(second)[0]) == ("done", "done")


def test_nothing_is_sent_in_quiet_hours_and_it_follows_when_they_end(store: Store, version: RuleVersion) -> None:
    night = WORK + timedelta(hours=12)
    with desk(store, version) as it:
        it.decided("notify", when=night)
        assert it.tell(night) == []
        assert it.tell(NOON + timedelta(hours=20)) == []
        assert it.tell(NOON + timedelta(hours=26)) == ["Ana Ruiz: notify"]


def test_what_could_not_be_sent_in_working_time_is_not_sent_in_the_night(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        assert it.tell(WORK + timedelta(hours=8)) == [], "the loop stood still until the night"
        assert it.tell(NOON + timedelta(hours=26)) == ["Ana Ruiz: notify"]
        assert it.status(key) == ("done", None)


def test_what_was_overtaken_by_the_night_is_not_sent_in_the_morning(store: Store, version: RuleVersion) -> None:
    night = WORK + timedelta(hours=12)
    with desk(store, version) as it:
        key = it.decided("notify", when=night)
        it.tell(night)
        it.stands(touched_at=night + timedelta(hours=1))
        assert it.tell(NOON + timedelta(hours=26)) == []
        assert it.status(key) == ("cancelled", "it was touched meanwhile")


def test_what_was_put_out_and_could_not_be_sent_yet_is_taken_back_when_its_lead_moves(
    store: Store, version: RuleVersion
) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        it.plan()
        it.stands(owner="second.rep@your-company.example")
        with store.write(it.loop.epoch) as tx:
            leads.mark_plan_due(tx, [it.lead])
        plan_due(it.loop, now=WORK, run=OpenRun())
        assert (it.tell(), it.rows()) == ([], [])
        assert it.status(key) == ("cancelled", "somebody else has the lead now")


def test_a_manager_gets_one_digest_of_what_can_wait_and_none_when_nothing_did(
    store: Store, version: RuleVersion
) -> None:
    with desk(store, version) as it:
        it.stands(owner=None, queue=Queue.UNASSIGNED)
        keys = [it.decided(step, to=BOSS, urgent=False) for step in ("queued", "queued:2", "release")]
        assert it.tell() == []
        morning = NOON + timedelta(days=1)
        (digest,) = it.tell(morning)
        assert digest.splitlines()[0] == "Since the last digest: 3"
        assert sorted(digest.splitlines()[1:]) == [f"• Ana Ruiz: {step}" for step in ("queued", "queued:2", "release")]
        assert {it.status(key)[0] for key in keys} == {"done"}
        assert len(it.tell(morning + timedelta(days=1))) == 1


def test_what_is_not_so_any_more_is_left_out_of_the_digest(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        it.stands(owner=None, queue=Queue.UNASSIGNED)
        it.decided("queued", to=BOSS, urgent=False)
        it.tell()
        it.stands()
        assert it.tell(NOON + timedelta(days=1)) == []


@pytest.mark.parametrize("step", [GoLive.OBSERVE, GoLive.SCORES])
def test_nobody_is_told_before_anybody_is_handed_off(store: Store, version: RuleVersion, step: GoLive) -> None:
    with desk(store, version, go_live=step) as it:
        key = it.decided("notify")
        assert (it.tell(), it.status(key)) == ([], ("open", None))


def test_what_was_decided_while_observing_is_not_made_up_for(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify", when=WORK - timedelta(days=10))
        assert (it.tell(), it.status(key)) == ([], ("cancelled", "it could not be told in time"))


def test_what_an_earlier_release_decided_is_never_sent(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify", at=None)
        assert (it.tell(), it.status(key)) == ([], ("cancelled", "decided by an earlier release"))


def test_what_an_earlier_release_decided_goes_where_nobody_is_told_either(store: Store, version: RuleVersion) -> None:
    with desk(store, version, notices={"reps": None, "managers": None}) as it:
        key = it.decided("notify", at=None)
        with store.write(it.loop.epoch) as tx:
            leads.mark_plan_due(tx, [it.lead])
        plan_due(it.loop, now=WORK, run=OpenRun())
        assert it.status(key) == ("cancelled", "decided by an earlier release")


@pytest.mark.parametrize(("teams", "sent"), [(["SDR EMEA"], 0), (None, 1)], ids=["another team", "their team"])
def test_in_the_pilot_only_pilots_are_told(
    store: Store, version: RuleVersion, teams: list[str] | None, sent: int
) -> None:
    with desk(store, version, go_live=GoLive.PILOT, pilot_teams=["x"]) as it:
        with store.read() as tx:
            own = it.loop.in_force(tx).book.team_of(FAY).name
        it.loop.settings = it.loop.settings.model_copy(update={"pilot_teams": teams or [own]})
        it.decided("notify")
        assert len(it.tell()) == sent


def test_in_the_test_environment_everything_goes_to_one_address(store: Store, version: RuleVersion) -> None:
    only = {"only_to": "tester@acme.example", "managers": {"connection": "slack"}}
    with desk(store, version, environment=Environment.TEST, notices=only) as it:
        it.decided("notify")
        assert it.tell() == [f"Test, meant for {FAY}:\nAna Ruiz: notify"]
        (change,) = it.slack.written
        assert (change.values["to"], change.values["answers"]) == ("tester@acme.example", False)


def test_a_test_environment_without_that_address_tells_nobody(store: Store, version: RuleVersion) -> None:
    with desk(store, version, environment=Environment.TEST) as it:
        key = it.decided("notify")
        assert (it.tell(), it.status(key)[1]) == ([], "a test environment, and `notices` has no `only_to`")


def test_without_channels_nothing_is_looked_at(store: Store, version: RuleVersion) -> None:
    with desk(store, version, notices={"reps": None, "managers": None}) as it:
        key = it.decided("notify")
        assert (it.plan(), it.status(key)) == (0, ("open", None))


def test_trouble_with_the_connection_keeps_the_message_for_later(store: Store, version: RuleVersion) -> None:
    with desk(store, version) as it:
        key = it.decided("notify")
        it.plan()
        it.slack.away = True
        with pytest.raises(TransientError):
            push(it.loop, "slack", now=WORK, lane=Lane.HANDOFF)
        assert it.rows() == [(key, OutboxStatus.WAITING)]
