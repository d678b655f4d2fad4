"""Random histories of a small world: people, systems that fail, daemons that die or overtake each other, and time.

`SIMULATED=20000 pytest tests/simulation` lives as many; the suite lives a few of them. What a history found is kept as
a test of its own beside what it broke.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from domain.activity import ActivityKind
from domain.hint import HintKind
from domain.run import RuleVersion
from domain.values import RuleHash
from tests.cast import REPS
from tests.crash_points import POINTS
from tests.simulation.laws import Watch, at_rest
from tests.simulation.systems import Effect, Fate, System
from tests.simulation.world import PEOPLE, Site, World
from tests.starter import starter_version

HISTORIES = int(os.environ.get("SIMULATED", "25"))
STEPS = 14
BETWEEN_COMMITS = tuple(each for each in POINTS if not each.endswith(("before_commit", "computing")))
"""Where another daemon can come in: a store in memory has one connection."""

who = st.sampled_from(PEOPLE)
sides = st.sampled_from(["salesforce", "hubspot"])


class History(RuleBasedStateMachine):
    """Several things happen between two cycles, or none."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.site.begin()
        self.watch = Watch(self.world)
        self.waiting = 0

    def teardown(self) -> None:
        written = self.world.come_to_rest()
        broken = [*self.watch.broken(), *at_rest(self.world), *self._remembered()]
        assert not broken, "\n".join(broken)
        assert not written, f"the dust has settled and one more cycle writes {written}"

    def _remembered(self) -> Iterator[str]:
        """I14: nothing is kept of whoever was erased. Their Lead in the CRM is the CRM's."""
        erased = self.world.erased
        kept = self.world.everything_kept() if erased else b""
        yield from (f"{email} was erased and is remembered" for email in sorted(erased) if email.encode() in kept)

    def system(self, side: str) -> System:
        return self.world.crm if side == "salesforce" else self.world.mail

    def look(self) -> None:
        self.waiting = 0
        broken = list(self.watch.broken())
        assert not broken, "\n".join(broken)

    # --- prospects

    @rule(email=who)
    def asks_to_be_called(self, email: str) -> None:
        self._behaves(email, ActivityKind.FORM_SUBMITTED, form="Demo request")

    @rule(email=who, guide=st.integers(0, 5))
    def reads(self, email: str, guide: int) -> None:
        self._behaves(email, ActivityKind.FORM_SUBMITTED, form=f"Guide {guide}")

    def _behaves(self, email: str, kind: ActivityKind, **properties: str) -> None:
        self._happens()
        if (ref := self.world.in_mail(email)) is not None:
            self.world.behaves(ref, kind, **properties)

    @rule(email=who, opts_out=st.booleans())
    def opts_out(self, email: str, opts_out: bool) -> None:
        self._happens()
        if (ref := self.world.in_mail(email)) is not None:
            self.world.mail.edit(ref, hs_email_optout=opts_out)

    # --- reps and admins

    @rule(email=who, outcome=st.sampled_from(["Not now", "No budget", "Chose another", "Left company", "Meeting"]))
    def a_rep_tells_the_outcome(self, email: str, outcome: str) -> None:
        self._answers(email, LL_Outcome__c=outcome)

    @rule(email=who, verdict=st.sampled_from(["Accept", "Wrong person", "Data wrong", "Not our target"]))
    def a_rep_takes_it_or_not(self, email: str, verdict: str) -> None:
        self._answers(email, LL_Verdict__c=verdict)

    def _answers(self, email: str, **values: str) -> None:
        self._happens()
        if (found := self.world.in_crm(email)) is not None:
            self.world.crm.edit(found.ref, **values)

    @rule(email=who, rep=st.sampled_from(REPS))
    def a_manager_gives_it_to_somebody(self, email: str, rep: str) -> None:
        self._happens()
        user = self.world.crm.living("User", Email=rep)[0].ref.id
        if (found := self.world.in_crm(email)) is not None:
            self.world.crm.edit(found.ref, OwnerId=user)

    @rule(rep=st.sampled_from(REPS), is_active=st.booleans())
    def a_rep_leaves_or_comes_back(self, rep: str, is_active: bool) -> None:
        self._happens()
        self.world.crm.edit(self.world.crm.living("User", Email=rep)[0].ref, IsActive=is_active)

    @rule(email=who, side=sides, phone=st.integers(0, 9))
    def somebody_types_a_phone_number(self, email: str, side: str, phone: int) -> None:
        self._happens()
        number = f"+120255501{phone}0"
        if side == "hubspot" and (ref := self.world.in_mail(email)) is not None:
            self.world.mail.edit(ref, phone=number)
        elif side == "salesforce" and (found := self.world.in_crm(email)) is not None:
            self.world.crm.edit(found.ref, Phone=number)

    @rule(email=who)
    def a_lead_is_converted(self, email: str) -> None:
        self._happens()
        found = self.world.in_crm(email)
        if found is not None and found.ref.object == "Lead":
            self.world.crm.convert(found.ref)

    @rule(email=who, side=sides)
    def a_record_is_deleted(self, email: str, side: str) -> None:
        self._happens()
        if side == "hubspot" and (ref := self.world.in_mail(email)) is not None:
            self.world.mail.archive(ref)
        elif side == "salesforce" and (found := self.world.in_crm(email)) is not None:
            self.world.crm.archive(found.ref)

    @rule(side=sides)
    def a_record_is_restored(self, side: str) -> None:
        self._happens()
        system = self.system(side)
        gone = [each for each in system.records.values() if each.archived and each.merged_into is None]
        if gone:
            system.archive(gone[-1].ref, is_archived=False)

    @rule(email=who, loser=who)
    def two_contacts_are_merged(self, email: str, loser: str) -> None:
        self._happens()
        winner, lost = self.world.in_mail(email), self.world.in_mail(loser)
        if winner is not None and lost is not None and winner != lost:
            self.world.mail.merge(winner, lost, hs_additional_emails=loser)

    @rule(email=who)
    def somebody_is_erased(self, email: str) -> None:
        """In HubSpot, by the law; it tells of it."""
        self._happens()
        if (ref := self.world.in_mail(email)) is not None:
            self.world.erase(ref)

    @rule()
    def other_rules_are_published(self) -> None:
        self.world.publish()

    def _happens(self) -> None:
        self.world.passes()
        self.waiting += 1

    # --- systems

    @rule(side=sides, fate=st.sampled_from(list(Fate)))
    def a_write_will_meet(self, side: str, fate: Fate) -> None:
        self.system(side).fates.insert(0, fate)

    @rule(side=sides, again=st.integers(0, 3))
    def what_happens_is_shown_late_and_twice(self, side: str, again: int) -> None:
        self.system(side).is_late, self.system(side).again = True, again

    @rule(side=sides)
    def what_was_late_is_shown(self, side: str) -> None:
        self.system(side).catch_up()

    @rule(email=who, times=st.integers(1, 3))
    def a_webhook_tells_of_somebody(self, email: str, times: int) -> None:
        if (ref := self.world.in_mail(email)) is not None:
            self.world.webhook(ref, HintKind.CHANGED, times=times)

    # --- the loop, and time

    @rule(minutes=st.sampled_from([1, 20, 60, 600, 1440, 60_000, 200_000]))
    def time_passes(self, minutes: int) -> None:
        self.world.cycle(after=timedelta(minutes=minutes))
        self.look()

    @rule(minutes=st.sampled_from([-90, -5, 0, 5, 90]))
    def the_daemons_clock_is_wrong(self, minutes: int) -> None:
        self.world.ahead = timedelta(minutes=minutes)

    @precondition(lambda self: self.waiting > 0)
    @rule(point=st.sampled_from(POINTS), times=st.integers(1, 3))
    def the_daemon_is_killed(self, point: str, times: int) -> None:
        self.world.killed_at(point, times)
        self.look()

    @precondition(lambda self: self.waiting > 0)
    @rule(point=st.sampled_from(BETWEEN_COMMITS), times=st.integers(1, 3))
    def another_daemon_takes_the_lead(self, point: str, times: int) -> None:
        written = self.world.overtaken_at(point, times)
        assert not written, f"who lost the lead wrote {written}"
        self.look()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    first = starter_version(tmp_path_factory.mktemp("rules"))
    return Site.prepare(first, warmer(first))


def warmer(version: RuleVersion) -> RuleVersion:
    """Other rules: everything that people do counts twice."""
    document: Any = json.loads(version.document)
    for group in document["scoring"]["engagement"]:
        for each in group["rules"]:
            each["points"] *= 2
    return replace(version, hash=RuleHash("warmer"), document=json.dumps(document))


def test_whatever_happens_nothing_is_lost_and_nothing_is_done_twice(site: Site) -> None:
    made: type[RuleBasedStateMachine] = type("HistoryHere", (History,), {"site": site})
    chosen = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(made, settings=chosen)


def test_the_same_history_has_the_same_effects(site: Site) -> None:
    """No clock, no chance and no order of threads has a hand in it: what was found can be lived again."""
    assert _a_busy_day(site) == _a_busy_day(site) != []


def _a_busy_day(site: Site) -> list[Effect]:
    world = site.begin()
    for email in PEOPLE:
        if (ref := world.in_mail(email)) is not None:
            world.behaves(ref, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.mail.fates.append(Fate.LOST)
    world.killed_at("push.answered", 1)
    world.overtaken_at("plan.committed", 1)
    world.come_to_rest()
    return world.effects()


def test_whoever_is_united_with_somebody_who_is_with_a_rep_has_the_moves_of_both(site: Site) -> None:
    """Found as a history: the survivor goes on from where the other one was."""
    world = site.begin()
    watch = Watch(world)
    ana, ben = map(world.in_mail, PEOPLE[:2])
    assert ana is not None
    assert ben is not None
    world.behaves(ben, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.cycle(after=timedelta(minutes=30))
    world.mail.merge(ana, ben, hs_additional_emails=PEOPLE[1])
    world.cycle(after=timedelta(minutes=30))
    assert list(watch.broken()) == []
    assert (world.come_to_rest(), list(at_rest(world)), list(watch.broken())) == ([], [], [])


def test_a_lead_that_is_deleted_before_its_creation_was_heard_of_is_made_anew_and_one_of_after_it_is_not(
    site: Site,
) -> None:
    """Found as a history, by a law that counted both."""
    world = site.begin()
    ben = world.in_mail(PEOPLE[1])
    assert ben is not None
    world.crm.fates.append(Fate.LOST)
    world.behaves(ben, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.cycle(after=timedelta(minutes=1))
    (unheard,) = world.crm.living("Lead")
    world.crm.is_late = True
    world.crm.archive(unheard.ref)
    assert (world.come_to_rest(), list(at_rest(world)), list(Watch(world).broken())) == ([], [], [])
    (made,) = world.crm.living("Lead")
    world.crm.archive(made.ref)
    assert (world.come_to_rest(), world.crm.living("Lead")) == ([], [])


def test_a_task_whose_closing_waited_is_closed_when_its_person_is_erased(site: Site) -> None:
    """Found as a history: what waited to be written ended with the person."""
    world = site.begin()
    ben = world.in_mail(PEOPLE[1])
    assert ben is not None
    world.behaves(ben, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.cycle(after=timedelta(minutes=1))
    (task,) = world.crm.living("Task")
    (lead,) = world.crm.living("Lead")
    world.crm.edit(lead.ref, LL_Outcome__c="No budget")
    world.crm.fates += [Fate.UNSENT] * 4
    world.cycle(after=timedelta(minutes=1))
    assert world.crm.records[task.ref].values["Status"] != "Completed"
    world.erase(ben)
    assert (world.come_to_rest(), list(at_rest(world))) == ([], [])
    assert world.crm.records[task.ref].values["Status"] == "Completed"


def test_whoever_was_united_there_with_somebody_erased_is_forgotten_too(site: Site) -> None:
    """Found as a history: their system told of the merge only after the erasure."""
    world = site.begin()
    ben, cat = map(world.in_mail, PEOPLE[1:])
    assert ben is not None
    assert cat is not None
    world.cycle(after=timedelta(minutes=1))
    world.mail.is_late = True
    world.mail.merge(cat, ben, hs_additional_emails=PEOPLE[1])
    world.erase(cat)
    world.cycle()
    assert PEOPLE[1].encode() in world.everything_kept(), "nobody could know of it yet"
    assert (world.come_to_rest(), list(at_rest(world))) == ([], [])
    assert [each for each in world.erased if each.encode() in world.everything_kept()] == []


def test_whoever_asks_again_and_is_converted_brings_their_keeper_one_task_more(site: Site) -> None:
    """Found as a history, by a law that knew of no task without a handoff."""
    world = site.begin()
    ana = world.in_mail(PEOPLE[0])
    assert ana is not None
    world.behaves(ana, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.cycle(after=timedelta(minutes=1))
    (lead,) = world.crm.living("Lead")
    world.behaves(ana, ActivityKind.FORM_SUBMITTED, form="Demo request")
    world.passes()
    contact = world.crm.convert(lead.ref)
    assert (world.come_to_rest(), list(at_rest(world))) == ([], [])
    (told,) = (each for each in world.crm.living("Task") if each.values["Status"] != "Completed")
    assert told.values["WhoId"] == contact.id


def test_a_task_and_a_list_that_should_not_be_are_seen(site: Site) -> None:
    """The laws are seen to judge."""
    world = site.begin()
    ana = world.in_mail(PEOPLE[0])
    assert ana is not None
    world.behaves(ana, ActivityKind.FORM_SUBMITTED, form="Demo request")
    assert (world.come_to_rest(), list(at_rest(world))) == ([], [])
    (lead,) = world.crm.living("Lead")
    world.crm.edit(lead.ref, LL_Outcome__c="No budget")
    assert (world.come_to_rest(), list(at_rest(world))) == ([], [])
    world.crm.create("Task", LL_Key__c="canary", WhoId=lead.ref.id, Status="Not Started")
    world.mail.edit(ana, hs_email_optout=True)
    assert sorted(at_rest(world))[-2:] == [
        f"{ana} opted out and is on LL · Nurture · No budget",
        f"there is an open task about {lead.ref}, whom sales does not have",
    ]
