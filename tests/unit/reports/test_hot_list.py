"""The hot list: right as of now, whatever was kept, and no more people computed than could be in it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from config.scoring import ScoringRules
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Rep
from domain.misfit import Misfit, Why
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId, RecordRef, RuleHash, Value
from reports.account_roll import roll
from reports.call_back import Desk
from reports.hot_list import PORTION, hot_accounts, hot_people
from scoring.scorer import Scorer
from scoring.why import Reasons
from store import bases, handoffs, leads, ledger, misfits, records
from store.engine import Store, Tx
from store.scores import save_scores
from tests.stores import empty_store

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FAY = "fay@us.example"
OURS = {"property": "ours", "operator": "equals", "value": True}
SCORING = ScoringRules.model_validate(
    {
        "engagement": [
            {
                "name": "did",
                "decay": {"half_life_days": 30},
                "rules": [
                    {"name": "Demo", "on": ["form_submitted"], "points": 25, "hand_raiser": True},
                    {"name": "Page", "on": ["page_viewed"], "points": 10},
                ],
            }
        ],
        "sales": [{"name": "talks", "rules": [{"name": "Talk", "on": ["call_logged"], "points": 10}]}],
        "fit": [],
        "exclusions": [{"name": "Ours", "kind": "employee", "when": {"all": [OURS]}}],
    }
)
SCORER = Scorer(SCORING, RuleHash("r1"), "UTC")


def place(name: str) -> RecordRef:
    return RecordRef(connection="crm", object="Account", id=name)


@dataclass(slots=True)
class Register:
    """Accounts as a test says."""

    accounts: dict[LeadId, Account] = field(default_factory=dict)

    def of(self, _tx: Tx, leads: Sequence[LeadId]) -> Mapping[LeadId, Account]:
        return {lead: self.accounts[lead] for lead in leads if lead in self.accounts}

    def near(self, _tx: Tx, account: RecordRef, _also: Collection[RecordRef]) -> Collection[LeadId]:
        return [lead for lead, each in self.accounts.items() if each.ref == account]


@dataclass(slots=True)
class World:
    """People with what they did, scored and kept as of some days ago."""

    tx: Tx
    register: Register = field(default_factory=Register)

    @property
    def desk(self) -> Desk:
        return Desk(
            scorer=SCORER,
            reasons=Reasons(SCORER.book, SCORER.zone),
            reps={FAY: Rep(email=FAY, name="Fay", user_ids=(("crm", "005"),))},
            systems=("crm",),
            companies=self.register,
            opted_out="opted_out",
            now=NOON,
        )

    def people(
        self, count: int, did: Mapping[ActivityKind, Sequence[float]], *, kept_days_ago: float = 0, **more: Any
    ) -> list[LeadId]:
        """`did`: kind → days ago. Further names are the lead's own; `facts` what is known of them."""
        facts: Mapping[str, Value] = more.pop("facts", {})
        new = leads.create(self.tx, count, now=NOON, installation="LL")
        refs = {RecordRef(connection="crm", object="Lead", id=f"L{each.id}"): each.id for each in new}
        records.upsert(self.tx, [_record(ref) for ref in refs], seen_at=NOON - 90 * DAY)
        records.assign(self.tx, refs)
        for ref, lead in refs.items() if did or facts else ():
            done = [_activity(ref, kind, ago) for kind, times in did.items() for ago in times]
            ledger.add(self.tx, done, seen_at=NOON - kept_days_ago * DAY)
            ledger.put_facts(self.tx, lead, facts, since=NOON - 90 * DAY, seen_at=NOON - 90 * DAY)
        ids = list(refs.values())
        kept_at = NOON - kept_days_ago * DAY
        known, acts = ledger.facts_of(self.tx, ids), ledger.activities_of(self.tx, ids)
        scores = {
            each: SCORER.score(known.get(each, []), acts.get(each, []), as_of=kept_at, known_at=kept_at) for each in ids
        }
        save_scores(self.tx, {each: (score, "kept") for each, score in scores.items()})
        leads.save(self.tx, [replace(each, **more) for each in new], now=NOON)
        return ids

    def one(self, did: Mapping[ActivityKind, Sequence[float]], **more: Any) -> LeadId:
        return self.people(1, did, **more)[0]

    def order(self, **more: Any) -> list[LeadId]:
        return [each.caller.lead for each in hot_people(self.tx, self.desk, limit=100, **more).people]


def _record(ref: RecordRef) -> Record:
    return Record(ref=ref, values={}, modified_at=NOON - 90 * DAY)


def _activity(ref: RecordRef, kind: ActivityKind, ago: float) -> Activity:
    rep = "005" if kind in {ActivityKind.CALL_LOGGED, ActivityKind.MEETING_BOOKED} else None
    return Activity(
        connection="crm",
        stream="did",
        external_id=f"{ref.id}-{kind}-{ago}",
        kind=kind,
        occurred_at=NOON - ago * DAY,
        record=ref,
        actor=rep,
    )


FORM, PAGE, CALL, MEET = (
    ActivityKind.FORM_SUBMITTED,
    ActivityKind.PAGE_VIEWED,
    ActivityKind.CALL_LOGGED,
    ActivityKind.MEETING_BOOKED,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store.open(empty_store(tmp_path / "hot.db"))
    with store.write() as tx:
        yield World(tx=tx)
    store.dispose()


def test_who_asked_comes_first_then_who_is_warm_and_was_spoken_with_then_who_is_only_warm(world: World) -> None:
    warm = world.one({PAGE: [1, 2, 3]})
    spoke = world.one({PAGE: [1, 2, 3], CALL: [2]})
    asked = world.one({FORM: [3]})
    world.one({PAGE: [1]})
    assert world.order() == [asked, spoke, warm]


def test_a_number_is_as_of_now_whatever_was_kept_and_who_has_cooled_down_since_is_not_listed(world: World) -> None:
    world.one({PAGE: [60, 61, 62]}, kept_days_ago=59)
    there = world.one({PAGE: [30, 30.1, 30.2, 30.3, 30.4]}, kept_days_ago=29)
    (listed,) = hot_people(world.tx, world.desk, limit=10).people
    assert (listed.caller.lead, listed.caller.score.shown) == (there, 24)


@pytest.mark.parametrize(
    "more", [{"facts": {"ours": True}}, {"stage": Stage.DISQUALIFIED}], ids=["excluded", "disqualified"]
)
def test_nobody_is_listed_whom_the_rules_exclude_not_even_in_a_handoff(world: World, more: dict[str, Any]) -> None:
    lead = world.one({FORM: [0.5]}, **more)
    handoffs.save(world.tx, [handed(lead)])
    assert world.order() == []


def handed(lead: LeadId, *, due: float = 1) -> Handoff:
    return Handoff(
        lead_id=lead,
        number=1,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=NOON - DAY,
        why="Asked",
        hand_raise=False,
        score=0,
        band="? warm",
        owner=FAY,
        touch_due_at=NOON + due * DAY,
    )


def test_of_two_handoffs_the_overdue_one_comes_first(world: World) -> None:
    later, over = world.one({PAGE: [1, 2]}), world.one({PAGE: [1, 2]})
    handoffs.save(world.tx, [handed(later), handed(over, due=-0.1)])
    assert world.order(rep=FAY) == [over, later]


def test_who_changed_since_the_last_cycle_is_computed_although_kept_as_cold(world: World) -> None:
    fresh = world.one({PAGE: [0.1, 0.2, 0.3]}, kept_days_ago=0.5)
    assert world.order() == []
    leads.touch(world.tx, [fresh])
    assert world.order() == [fresh]


@pytest.mark.parametrize(
    ("did", "more", "why"),
    [
        ({PAGE: [1, 2, 3]}, {"snooze": "2026-09-20"}, "snoozed until 20 September"),
        ({PAGE: [1, 2, 3], MEET: [-2]}, {}, "has a meeting on 9 September"),
        ({PAGE: [1, 2, 3]}, {"stage": Stage.RECYCLED, "return_at": NOON + 5 * DAY}, "recycled until 12 September"),
    ],
    ids=["snoozed", "a meeting ahead", "resting"],
)
def test_who_is_left_alone_for_now_is_told_apart(
    world: World, did: Mapping[ActivityKind, Sequence[float]], more: dict[str, Any], why: str
) -> None:
    snooze = more.pop("snooze", None)
    lead = world.one(did, **more)
    if snooze is not None:
        bases.save_bases(world.tx, {lead: {("snooze_until", "crm"): (snooze, snooze, ())}})
    found = hot_people(world.tx, world.desk, limit=10)
    assert found.people == ()
    assert [(each.lead, each.priority.asleep) for each in found.asleep] == [(lead, why)]


def test_who_asks_to_be_called_is_called_whatever_was_agreed_before(world: World) -> None:
    lead = world.one({FORM: [0.1]})
    bases.save_bases(world.tx, {lead: {("snooze_until", "crm"): ("2026-09-20", "2026-09-20", ())}})
    assert world.order() == [lead]


def test_a_rep_s_are_those_we_gave_them_and_of_those_we_gave_nobody_whom_the_crm_shows_as_theirs(world: World) -> None:
    given, shown, others = (
        world.one({PAGE: [1, 2, day]}, owner=owner) for day, owner in ((3, FAY), (4, None), (5, None))
    )
    bases.save_bases(world.tx, {shown: {("owner", "crm"): ("005", "005", ())}})
    assert world.order(rep=FAY) == [given, shown]
    assert others in world.order()


@pytest.mark.parametrize("how", ["no", "unreadable"])
def test_who_said_no_to_calls_or_said_what_nobody_can_read_is_marked(world: World, how: str) -> None:
    lead = world.one({PAGE: [1, 2, 3]}, facts={"do_not_call": how == "no"})
    if how == "unreadable":
        ref = RecordRef(connection="crm", object="Lead", id=f"L{lead}")
        one = Misfit(ref=ref, field="DoNotCall", property="do_not_call", why=Why.UNREADABLE, words="?")
        misfits.unread(world.tx, {lead: [one]}, now=NOON)
    (listed,) = hot_people(world.tx, world.desk, limit=10).people
    assert (listed.caller.standing.may_call, listed.caller.may_mail) == (False, True)


def crowd(world: World, *, seed: int = 7) -> None:
    """Many people of all kinds."""
    chance = Random(seed)
    for _ in range(120):
        pages = [chance.uniform(0, 40) for _ in range(chance.randint(0, 6))]
        talks = [chance.uniform(0, 40) for _ in range(chance.randint(0, 2))]
        asked = [chance.uniform(5, 45)] if chance.random() < 0.05 else []
        world.one({PAGE: pages, CALL: talks, FORM: asked}, kept_days_ago=0)


def test_the_first_ten_are_those_of_the_whole_list_and_not_everybody_is_computed_for_them(world: World) -> None:
    crowd(world)
    whole = hot_people(world.tx, world.desk, limit=500)
    some = hot_people(world.tx, world.desk, limit=10)
    assert [each.caller.lead for each in some.people] == [each.caller.lead for each in whole.people[:10]]
    assert some.read.warm == whole.read.warm
    assert some.read.scored < whole.read.scored


def test_very_many_who_may_stand_higher_and_do_not_keep_nobody_off_the_list(world: World) -> None:
    world.people(PORTION + 10, {PAGE: [0.5, 0.6, 0.7, 0.8], CALL: [0.2]})
    rested = world.people(5, {PAGE: [3, 4, 5]})
    found = hot_people(world.tx, world.desk, limit=5)
    assert [each.caller.lead for each in found.people] == rested


def test_a_large_org_s_cold_people_are_neither_read_nor_computed(world: World) -> None:
    world.people(1_500, {})
    world.people(30, {PAGE: [1, 2, 3]})
    found = hot_people(world.tx, world.desk, limit=20)
    assert (len(found.people), found.read.warm, found.read.scored) == (20, 30, 30)
    assert found.read.is_whole


def account(name: str, certainty: Certainty = Certainty.EXPLICIT) -> Account:
    return Account(ref=place(name), name=name, certainty=certainty)


def test_an_account_is_ranked_by_its_best_person_and_what_the_others_add(world: World) -> None:
    pair = [world.one({PAGE: [1, 2, 3]}), world.one({PAGE: [1, 2, 3]})]
    alone = world.one({PAGE: [0.5, 1, 2]})
    world.register.accounts |= {pair[0]: account("Two"), pair[1]: account("Two"), alone: account("One")}
    found = hot_accounts(world.tx, world.desk, limit=10).accounts
    assert [each.roll.name for each in found] == ["Two", "One"]
    assert [each.best.lead for each in found] == [pair[0], alone]
    assert sum(each.points for each in found[0].priority.reasons) == found[0].priority.points


def test_whose_account_is_only_likely_stands_apart_and_adds_nothing(world: World) -> None:
    sure, likely = world.one({PAGE: [1, 2, 3]}), world.one({PAGE: [1, 2, 3]})
    world.register.accounts |= {sure: account("Two"), likely: account("Two", Certainty.LIKELY)}
    found = roll(world.tx, world.desk, place("Two"), name="Two")
    assert [each.lead for each in found.people] == [sure]
    assert [each.lead for each in found.likely] == [likely]
    assert found.score.points == found.people[0].score.engagement


def test_an_account_of_many_comes_first_although_everybody_there_stands_lower_than_very_many_others(
    world: World,
) -> None:
    others = world.people(PORTION, {PAGE: [0.5, 1, 1.5]})
    together = world.people(3, {PAGE: [5, 6, 7]})
    world.register.accounts |= {lead: account(f"Of {lead}") for lead in others}
    world.register.accounts |= dict.fromkeys(together, account("Group"))
    first, *_ = hot_accounts(world.tx, world.desk, limit=5).accounts
    assert (first.roll.name, first.roll.score.is_group) == ("Group", True)
