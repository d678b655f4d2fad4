"""The laws of a town: what must hold after each cycle, by its file, and once the dust has settled, by the systems."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.lifecycle import LifecycleRules
from domain.decision import Intent, IntentKind
from domain.handoff import Assignment, Handoff, StepTaken
from domain.lead import Lead
from domain.record import Record
from domain.stage import Stage, Transition
from domain.values import LeadId, Value
from store import clock_steps, desired, handoffs, intents, leads, ledger, records
from store.engine import Tx
from store.intents import KeptIntent
from tests.laws import (
    PATIENCE,
    WITH_A_REP,
    misplaced,
    overstayed,
    repeated,
    repeated_effects,
    roads,
    unlawful_moves,
    wrongly_listed,
)
from tests.town import Town
from tests.witness import Row

SNOOZE_FIELD = "LL_Snooze_Until__c"
A_YEAR = timedelta(days=365)
TIME_TO_ANSWER = timedelta(days=16)
"""From being asked what came of a lead until it goes quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lead as the file has it. `lists`: it is to be on them; `lacks`: the systems are to show what is missing.

    `emails`: those of all its records, which may differ; `contacts`: their ids in HubSpot; `kept_until`: the days that
    reps named in the CRM.
    """

    lead: Lead
    emails: frozenset[str]
    contacts: frozenset[str]
    kept_until: frozenset[str]
    opted_out: bool
    handoffs: Sequence[Handoff]
    moves: Sequence[Transition]
    assignments: Sequence[Assignment]
    taken: Sequence[StepTaken]
    values: Mapping[str, Value]
    intents: Sequence[KeptIntent]
    lists: frozenset[str]
    lacks: bool

    @property
    def handoff(self) -> Handoff | None:
        return next((each for each in self.handoffs if each.is_open), None)

    @property
    def name(self) -> str:
        return "/".join(sorted(self.emails)) or self.lead.key

    @property
    def effects(self) -> set[str]:
        return {key for key, each, _, _ in self.intents if each.kind in {IntentKind.TASK, IntentKind.NOTICE}}

    @property
    def roads(self) -> list[str]:
        return roads(self.lead, self.handoff, lists=self.lists, missing=self.lacks)


def standings(town: Town) -> list[Standing]:
    """Everybody, in exactly one stage each."""
    with town.installation.app.store.read() as tx:
        ids = [each for stage in Stage for each in leads.by_stage(tx, stage)]
        assert len(ids) == len(set(ids)) == leads.count(tx), "a lead is in two stages, or in none"
        return _standings(tx, ids, town.lifecycle)


def _standings(tx: Tx, ids: Sequence[LeadId], rules: LifecycleRules) -> list[Standing]:
    found, facts = leads.get(tx, ids), ledger.facts_of(tx, ids)
    passes, moves = handoffs.all_of(tx, ids), handoffs.transitions_of(tx, ids)
    given, effects = handoffs.assignments_of(tx, ids), intents.of_leads(tx, ids)
    lists, wishes = desired.memberships_of(tx, ids), desired.of_leads(tx, ids)
    rows, taken = records.of_leads(tx, ids), clock_steps.of_leads(tx, ids)
    values = {each: {fact.name: fact.value for fact in facts.get(each, ())} for each in ids}
    return [
        Standing(
            lead=found[each],
            emails=frozenset(address for row in rows.get(each, ()) if (address := _address(row))),
            contacts=frozenset(row.ref.id for row in rows.get(each, ()) if row.ref.object == "contacts"),
            kept_until=frozenset(str(day)[:10] for row in rows.get(each, ()) if (day := row.values.get(SNOOZE_FIELD))),
            opted_out=bool(values[each].get(rules.opted_out_property)),
            handoffs=passes.get(each, ()),
            moves=moves.get(each, ()),
            assignments=given.get(each, ()),
            taken=taken.get(each, ()),
            values=values[each],
            intents=effects.get(each, ()),
            lists=frozenset(wish.list for _, wish, _ in lists.get(each, ()) if wish.member),
            lacks=any(wish.property == "needs_data" and wish.value for wish in wishes.get(each, ())),
        )
        for each in ids
    ]


def _address(row: Record) -> str:
    return str(row.values.get("email") or row.values.get("Email") or "").lower()


def broken(
    everybody: Sequence[Standing], rules: LifecycleRules, *, now: datetime, united: Set[str] = frozenset()
) -> Iterator[str]:
    """What the file breaks after a cycle, each with whom it is about. `united`: they have the moves of two leads."""
    for each in everybody:
        moves = _each_alone(each) if each.emails & united else _one_after_the_other(each)
        own = [intent for _, intent, _, _ in each.intents if not _is_of_both(intent, each, united)]
        wrong = (*moves, *repeated_effects(own), *_broken_by(each, rules, now))
        yield from (f"{each.name}: {words}" for words in wrong)


def _is_of_both(intent: Intent, each: Standing, united: Set[str]) -> bool:
    """Each of two leads that were united had a Lead of its own made."""
    return bool(each.emails & united) and intent.kind is IntentKind.CREATE_LEAD


def _one_after_the_other(each: Standing) -> Iterator[str]:
    first = each.moves[0].before if each.moves else each.lead.stage
    yield from unlawful_moves(first, each.moves, each.lead.stage)


def _each_alone(each: Standing) -> Iterator[str]:
    """Two leads' moves lie between each other's: it stands where one of them led."""
    for move in each.moves:
        yield from unlawful_moves(move.before, [move], move.after)
    if each.moves and each.lead.stage not in {move.after for move in each.moves}:
        yield f"stands as {each.lead.stage}, where none of its moves ends"


def _broken_by(each: Standing, rules: LifecycleRules, now: datetime) -> Iterator[str]:
    yield from misplaced(each.lead, each.handoffs)
    for handoff in each.handoffs:
        yield from repeated(handoff)
    yield from wrongly_listed(each.lead, each.lists, rules, opted_out=each.opted_out)
    given_at = each.handoff.assigned_at if each.handoff is not None else None
    in_deal = each.lead.stage is Stage.OPPORTUNITY
    if not _is_snoozed(each, now):
        yield from overstayed(each.lead, rules, now=now, has_open_deal=in_deal, given_at=given_at)


def _is_snoozed(each: Standing, now: datetime) -> bool:
    """Their rep keeps them until a day, for a year at most, and is asked what came of it from then on: said in the CRM
    or by a button, and not by whoever had them before."""
    steps = each.handoff.steps if each.handoff is not None else ()
    pressed = {step.removeprefix("snoozed:")[:10] for step in steps if step.startswith("snoozed:")}
    theirs = pressed | {day for day in each.kept_until if f"snooze:{day}" not in steps}
    if not theirs or each.lead.stage not in WITH_A_REP:
        return False
    until = datetime.fromisoformat(max(theirs)).replace(tzinfo=UTC)
    return now < min(until, each.lead.stage_since + A_YEAR) + TIME_TO_ANSWER + PATIENCE


@dataclass(slots=True, kw_only=True)
class Rest:
    """The systems once nothing moves any more: what reps see on their desks and marketing on its lists."""

    town: Town
    everybody: Sequence[Standing]
    tasks: list[Row] = field(init=False)
    there: set[str] = field(init=False)
    members: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        world = self.town.world
        self.tasks = [each for each in world.objects("Task", system="salesforce") if not each.get("IsDeleted")]
        contacts = world.objects("contacts", system="hubspot")
        self.there = {str(each["id"]) for each in contacts if not each["archived"]}
        self.members = {
            row["name"]: {str(who) for who in row["members"]} & self.there
            for row in world.objects("lists", system="hubspot")
        }

    def broken(self) -> Iterator[str]:
        """Who is on a list that is not for them, or missing, and what lies on desks that should not."""
        for each in self.everybody:
            yield from (f"{each.name}: {words}" for words in self._desk(each))
            for name in self.town.lifecycle.lists():
                yield from (f"{each.name}: {words}" for words in self._list(each, name))

    def _list(self, each: Standing, name: str) -> Iterator[str]:
        """Of several contacts of a lead one is on the list."""
        shown = self.members.get(name, set()) & each.contacts
        wanted = name in each.lists and bool(each.contacts & self.there)
        if bool(shown) is not wanted:
            yield f"{'is' if shown else 'is not'} on {name} as {each.lead.stage}"
        if shown and each.opted_out and name in self.town.lifecycle.nurture_lists():
            yield f"is on {name} and has opted out"

    def _desk(self, each: Standing) -> Iterator[str]:
        """One open task for an open handoff at most, and none for one that ended."""
        open_keys = {str(row["LL_Key__c"]) for row in self.tasks if row["LL_Key__c"] and row["Status"] != "Completed"}
        still = [intent for key, intent, _, _ in each.intents if key in open_keys and intent.handoff]
        for number in sorted({intent.handoff for intent in still}):
            count = sum(intent.handoff == number for intent in still)
            if count > 1:
                yield f"{count} tasks are open for handoff {number}"
            if each.handoff is None or each.handoff.number != number:
                yield f"a task is open for handoff {number}, which has ended"
