"""Who got which lead, judged by the assignments: capacity, fair turns, territories, rests, second reps and chains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.handoff import Assignment, Handoff, HandoffKind, Outcome, StepTaken
from tests.laws import Turns
from tests.town import NAMES, Town
from tests.town_laws import Standing
from tests.town_rules import AT_ONCE, BREACHES, BY_TERRITORY, FAY, PER_DAY, REASSIGN_MOST, REST_DAYS, STAFF, WITHIN_DAYS

WEIGHTS = dict.fromkeys(STAFF, 1) | {FAY: 2}
IN_TURN, LATER, OWED = "is next in turn", "comes later in turn", "has a turn back, after them"
NO_TURN = ("wrong person", "data wrong", "not our target")
"""With which a rep says that a lead could not be worked: they have the turn back."""
REPS_BY_NAME = {name: email for email, name in NAMES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One assignment that a rule made. `before`: whoever had this handoff until then."""

    standing: Standing
    handoff: Handoff
    assignment: Assignment
    before: tuple[str, ...]

    @property
    def owner(self) -> str:
        return self.assignment.owner

    @property
    def at(self) -> datetime:
        return self.assignment.at

    @property
    def is_limited(self) -> bool:
        """Who asked to be called, belongs to an account or deal, or comes back to whoever handed it on waits for no
        room."""
        is_back = any(step.startswith("returned:") for step in self.handoff.steps)
        return not (self.handoff.hand_raise or self.handoff.kind is not HandoffKind.NEW_BUSINESS or is_back)

    def is_given_back(self, by: datetime) -> bool:
        """Whether its turn was: the lead could not be worked, as its rep said, or was one with another."""
        if not self.in_pool():
            return False
        if self.handoff.outcome is Outcome.MERGED and self.handoff.owner == self.owner:
            return True
        later = min((each.at for each in self.standing.assignments if each.at > self.at), default=by)
        return any(
            self.at < move.at <= min(later, by)
            and move.why.lower().startswith(tuple(f"{NAMES[self.owner].lower()}: {words}" for words in NO_TURN))
            for move in self.standing.moves
        )

    def in_pool(self) -> Mapping[str, list[str]]:
        """Pool → what the trace says of each of its reps."""
        told: dict[str, list[str]] = {}
        for line in self.assignment.trace:
            if line.startswith("pool "):
                name, _, words = line.removeprefix("pool ").partition(": ")
                told.setdefault(name, []).append(words)
        return told


def unfair_shares(town: Town, everybody: Sequence[Standing]) -> Iterator[str]:
    """All that assignments can break, each with whom it is about."""
    given = given_by_rule(everybody)
    yield from over_capacity(given)
    yield from crowded(everybody, given, now=town.now)
    yield from unfair(given)
    yield from unlinked(everybody, given, town)
    if town.ways.linked:
        yield from misplaced_by_territory(given, town)
    if town.ways.strict:
        yield from restless(everybody, given)
        yield from asked_again(everybody)


def given_by_rule(everybody: Sequence[Standing]) -> list[Given]:
    """In the order in which it was given."""
    found = []
    for one in everybody:
        had: dict[int, tuple[str, ...]] = {}
        for each in one.assignments:
            before = had.get(each.handoff, ())
            had[each.handoff] = (*before, each.owner)
            handoff = next(passed for passed in one.handoffs if passed.number == each.handoff)
            if each.rule != "person":
                found.append(Given(standing=one, handoff=handoff, assignment=each, before=before))
    return sorted(found, key=lambda each: (each.at, each.assignment.lead_id))


def over_capacity(given: Sequence[Given]) -> Iterator[str]:
    """More new leads a day than a rep takes, unless whoever is one too many waits for no room. A turn given back was
    none."""
    so_far: dict[tuple[str, date], list[Given]] = {}
    for each in given:
        day = (each.owner, each.at.astimezone(UTC).date())
        so_far[day] = [*(one for one in so_far.get(day, ()) if not one.is_given_back(each.at)), each]
        if len(so_far[day]) > PER_DAY and each.is_limited:
            yield f"{each.owner} got {len(so_far[day])} leads on {day[1]}"


def crowded(everybody: Sequence[Standing], given: Sequence[Given], *, now: datetime) -> Iterator[str]:
    """A desk on which a rule put one more than it holds, beside what came there without asking for room."""
    fresh = [each for each in given if each.at == now]
    for rep in sorted({each.owner for each in fresh if each.is_limited}):
        mine = [each for each in everybody if each.handoff is not None and each.handoff.owner == rep]
        limited = {each.standing.lead.id for each in fresh if each.is_limited and each.owner == rep}
        anyway = [
            each for each in mine if each.lead.id not in limited and each.assignments and each.assignments[-1].at == now
        ]
        if len(mine) - len(anyway) > AT_ONCE:
            yield f"{rep} has {len(mine)} leads open, {len(anyway)} of which did not ask for room just now"


def unfair(given: Sequence[Given]) -> Iterator[str]:
    """Turns of each pool, among those of whom the trace says that they could have had one."""
    pools: dict[str, Turns] = {}
    for each in given:
        for pool, told in each.in_pool().items():
            turns = pools.setdefault(pool, Turns(weights=WEIGHTS))
            able = {
                REPS_BY_NAME[line.removesuffix(f" {end}")]
                for line in told
                for end in (IN_TURN, LATER, OWED)
                if line.endswith(f" {end}")
            }
            if any(line.endswith(IN_TURN) for line in told):
                yield from turns.give(each.owner, frozenset(able))
            elif any(IN_TURN in line for line in told):
                turns.eligible = frozenset()  # somebody who rests or is away was asked: the round goes on from them


def misplaced_by_territory(given: Sequence[Given], town: Town) -> Iterator[str]:
    """What was given now went where the table says, and to the fallback only from outside it."""
    for each in given:
        if each.at != town.now:
            continue
        holder = _holder(town, str(each.standing.values.get("country") or ""))
        who = f"{each.standing.name} of {each.standing.values.get('country')}"
        if BY_TERRITORY in each.assignment.rule:
            members = town.members(holder) if holder is not None else []
            if each.owner not in {holder, *members}:
                yield f"{who} went to {each.owner} by territory, which {holder} has"
        elif (
            each.assignment.rule == "fallback" and each.handoff.kind is HandoffKind.NEW_BUSINESS and holder is not None
        ):
            yield f"{who} went to the fallback, and {holder} has the territory"


def _holder(town: Town, country: str) -> str | None:
    text = (town.installation.folder / "territories.csv").read_text(encoding="utf-8")
    today = town.now.date().isoformat()
    for line in text.splitlines()[1:]:
        _, countries, holder, begins, ends = line.split(";")
        if country in countries.split("|") and begins <= today and (not ends or today < ends):
            return holder
    return None


def unlinked(everybody: Sequence[Standing], given: Sequence[Given], town: Town) -> Iterator[str]:
    """What follows on a handoff follows on one that has ended, and goes to the next team or back to where it was."""
    for one in everybody:
        numbers = {each.number: each for each in one.handoffs}
        for each in one.handoffs:
            before = numbers.get(each.after) if each.after is not None else None
            if each.after is not None and (before is None or before.is_open or each.after >= each.number):
                yield f"{one.name}: handoff {each.number} follows on {each.after}, which has not ended"
    for found in given:
        if found.handoff.after is None or found.at != town.now:
            continue
        before = next((each for each in found.standing.handoffs if each.number == found.handoff.after), None)
        if before is not None and found.owner not in {*town.members("AE"), *town.members("SDR"), before.owner}:
            yield f"{found.standing.name}: handoff {found.handoff.number} went to {found.owner}, of neither team"


def restless(everybody: Sequence[Standing], given: Sequence[Given]) -> Iterator[str]:
    """Who let leads lie got one of the pool's all the same; only a request to be called may come to them."""
    missed = [each for one in everybody for each in one.taken if each.step.split(":")[0] == "breach" and each.enforced]
    for each in given:
        if each.handoff.hand_raise or not each.in_pool():
            continue
        theirs = sorted(step.due_at for step in missed if step.owner == each.owner and step.at < each.at)
        until = _rest_ends(theirs)
        if until is not None and each.at < until:
            yield f"{each.owner} rests until {until} and got {each.standing.name} at {each.at}"


def _rest_ends(missed: Sequence[datetime]) -> datetime | None:
    """The end of the last rest: so many within so many days, none of them counted twice."""
    ends, counted = None, list[datetime]()
    for at in missed:
        counted = [each for each in counted if each > at - timedelta(days=WITHIN_DAYS)]
        counted.append(at)
        if len(counted) == BREACHES:
            ends, counted = at + timedelta(days=REST_DAYS), []
    return ends


def asked_again(everybody: Sequence[Standing]) -> Iterator[str]:
    """Reassigned to whoever had just let it lie, or too often."""
    for one in everybody:
        for handoff in one.handoffs:
            moves = [each for each in one.taken if each.handoff == handoff.number and _is_reassigned(each)]
            if len(moves) > REASSIGN_MOST:
                yield f"{one.name}: handoff {handoff.number} was reassigned {len(moves)} times"
            for move in moves:
                after = [each for each in one.assignments if (each.handoff, each.at) == (handoff.number, move.at)]
                if any(each.owner == move.owner for each in after):
                    yield f"{one.name}: reassigned from {move.owner} to {move.owner}"


def _is_reassigned(step: StepTaken) -> bool:
    return step.step.split(":")[0] == "reassign" and step.enforced
