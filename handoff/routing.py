"""Who gets a lead: people who know it first, then ordered rules of which the first that fits wins.

Every choice comes with its trace in words: which rule, why this rep, why not the others. When
nobody can take the lead it waits in the visible queue with the cause.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from config.routing import Pool, Target
from domain.handoff import HandoffKind, Rep
from domain.rule_problem import RuleProblem
from domain.score import POINT
from domain.values import Value
from handoff.rotation import RoutingState, next_served, round_of
from handoff.rulebook import Rulebook, Way
from handoff.view import LeadView, last_spoke, present_owner, rep_of

__all__ = ["Ask", "Hindrance", "Obstacle", "Routed", "RoutingState", "route"]


class Hindrance(StrEnum):
    """What kind of reason keeps a rep from getting a lead."""

    NEVER = "never"
    """Unknown where reps work, inactive, or had this handoff before."""
    AWAY = "away"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why somebody cannot have the lead now."""

    hindrance: Hindrance
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for a rep. `back_to`: a rep who gave the lead back for its data and is asked again first."""

    view: LeadView
    kind: HandoffKind
    hand_raise: bool
    now: datetime
    tried: tuple[str, ...] = ()
    back_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The answer: a rep or a queue, never both; `named` when a rule meant that queue, so nobody asks again."""

    owner: Rep | None
    queue: str | None
    named: bool
    rule: str
    why: str
    trace: tuple[str, ...]
    state: RoutingState
    problems: tuple[RuleProblem, ...] = ()
    """Rules that could not be told, as far as they were asked."""


def route(ask: Ask, *, book: Rulebook, state: RoutingState, reps: Mapping[str, Rep]) -> Routed:
    """Find the rep for a lead. Never fails: the last resort is the unassigned queue."""
    desk = _Desk(ask=ask, book=book, state=state, reps=reps)
    desk.trace.extend(_of_account(ask.view))
    for rep, label in desk.acquaintances():
        obstacle = desk.obstacle(rep.email)
        if obstacle is None:
            return desk.give(rep, label, f"{label}: {rep.name}")
        desk.trace.append(f"{label}: {rep.name} {obstacle.words}")
    return desk.by_rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One search in progress: the trace grows as it goes."""

    ask: Ask
    book: Rulebook
    state: RoutingState
    reps: Mapping[str, Rep]
    trace: list[str] = field(default_factory=list)
    problems: list[RuleProblem] = field(default_factory=list)

    def by_rules(self) -> Routed:
        seen = self.seen()
        for way in self.book.ways:
            label = f"rule '{way.rule.name}'"
            met = way.meets(seen)
            if not met:
                self.trace.append(self._unmet(way, label, seen) if met is None else f"{label}: not met")
                continue
            routed = self.send(way.rule.to, label)
            if routed is not None:
                return routed
        return self.send(self.book.routing.fallback, "fallback") or self.nobody("fallback", "nobody is named")

    def _unmet(self, way: Way, label: str, seen: Mapping[str, Value]) -> str:
        problem = way.problem(seen)
        self.problems.append(problem)
        return f"{label}: could not be told, so not met: {problem.words}"

    def acquaintances(self) -> Iterator[tuple[Rep, str]]:
        """Yield who comes before any rule, with the reason in words; each person once."""
        met: set[str] = set()
        for rep, label in self._by_standing():
            if rep is not None and rep.email not in met:
                met.add(rep.email)
                yield rep, label

    def _by_standing(self) -> Iterator[tuple[Rep | None, str]]:
        ask, view = self.ask, self.ask.view
        yield rep_of(ask.back_to, self.reps), "asked for better data"
        if ask.hand_raise or view.past:
            yield last_spoke(view, self.reps), "spoke with them last"
        if ask.kind is not HandoffKind.NEW_BUSINESS and (account := view.sure_account) is not None:
            yield rep_of(account.owner, self.reps), f"owns the account {account.name}".rstrip()
        owner = present_owner(view, self.reps) if view.approved and not view.past else None
        if owner is not None and owner.email in self.book.pool_of:
            yield owner, "owns the lead already"

    def seen(self) -> dict[str, Value]:
        """The properties that rules may ask for: the lead's own and what is known around it."""
        view = self.ask.view
        around: dict[str, Value] = {
            "kind": self.ask.kind.value,
            "hand_raise": self.ask.hand_raise,
            "grade": view.score.grade.value,
            "band": view.score.band,
            "score": view.score.shown,
            **{name: points // POINT for name, points in view.score.named.items()},
            "is_customer": view.is_customer,
            "has_open_deal": view.has_open_deal,
        }
        return {**around, **view.values}

    def send(self, target: Target, label: str) -> Routed | None:
        """Try one target; None when it names nobody, so that the next rule is asked."""
        if target.queue is not None:
            return self._queue(target.queue, label, f"{label}: queue {target.queue}", named=True)
        if target.pool is not None:
            return self._pool(self.book.pools[target.pool], label)
        if target.user is not None:
            return self._user(target.user, label)
        return self._known(target, label)

    def _known(self, target: Target, label: str) -> Routed | None:
        view = self.ask.view
        if target.account_owner:
            owner = view.sure_account.owner if view.sure_account is not None else None
            what, rep = "account owner", rep_of(owner, self.reps)
        else:
            what, rep = "previous owner", last_spoke(view, self.reps) or self._last_owner()
        obstacle = self.obstacle(rep.email) if rep is not None else None
        if rep is not None and obstacle is None:
            return self.give(rep, label, f"{label}: {what} {rep.name}")
        self.trace.append(f"{label}: {what} {rep.name} {obstacle.words}" if rep and obstacle else f"{label}: no {what}")
        return None

    def _last_owner(self) -> Rep | None:
        owners = [each.owner for each in sorted(self.ask.view.past, key=lambda each: each.number) if each.owner]
        return rep_of(owners[-1] if owners else self.ask.view.lead.owner, self.reps)

    def _user(self, email: str, label: str) -> Routed:
        rep = rep_of(email, self.reps)
        obstacle = self.obstacle(email)
        held = obstacle is not None and obstacle.hindrance is Hindrance.AWAY and self._holds
        if rep is not None and (obstacle is None or held):
            return self.give(
                rep, label, f"{label}: {rep.name}" + (f", held though {rep.name} {obstacle.words}" if obstacle else "")
            )
        words = obstacle.words if obstacle is not None else "cannot be found"
        return self.nobody(label, f"{self._name(email)} {words}")

    def _pool(self, pool: Pool, label: str) -> Routed:
        slots = round_of(pool.members)
        turn = self.state.turns.get(pool.name)
        obstacles = {email: found for email in dict.fromkeys(slots) if (found := self.obstacle(email, pool))}
        index = next_served(slots, turn, lambda email: email not in obstacles)
        held = ""
        if index is None and self._holds:
            away = {email for email, found in obstacles.items() if found.hindrance is Hindrance.AWAY}
            index = next_served(slots, turn, lambda email: email in away)
            held = ", held for the next in turn while all are away" if index is not None else ""
        chosen = slots[index] if index is not None else None
        self._tell(pool, obstacles, chosen, held=bool(held))
        rep = rep_of(chosen, self.reps)
        if index is None or rep is None:
            return self.nobody(label, f"pool {pool.name}: {_summary(obstacles)}")
        routed = self.give(rep, label, f"{label}, pool {pool.name}: {rep.name} is next in turn{held}")
        return replace(routed, state=routed.state.served(pool.name, slots, index))

    def _tell(self, pool: Pool, obstacles: Mapping[str, Obstacle], chosen: str | None, *, held: bool) -> None:
        for member in pool.members:
            email = member.email.casefold()
            obstacle = obstacles.get(email)
            if email == chosen:
                self.trace.append(
                    f"pool {pool.name}: {self._name(email)} is next in turn" + (", though away" if held else "")
                )
            elif obstacle is not None:
                self.trace.append(f"pool {pool.name}: {self._name(email)} {obstacle.words}")
            else:
                self.trace.append(f"pool {pool.name}: {self._name(email)} comes later in turn")

    @property
    def _holds(self) -> bool:
        return self.book.routing.all_away == "hold"

    def _name(self, email: str) -> str:
        rep = rep_of(email, self.reps)
        return rep.name if rep is not None else email

    def give(self, rep: Rep, label: str, why: str) -> Routed:
        day = self.book.calendar_of(rep.email).local_date(self.ask.now)
        return Routed(
            owner=rep,
            queue=None,
            named=False,
            rule=label,
            why=why,
            trace=(*self.trace, f"given to {rep.name}: {why}"),
            state=self.state.gave(rep.email, day),
            problems=tuple(self.problems),
        )

    def nobody(self, label: str, cause: str) -> Routed:
        """Into the unassigned queue, to be tried again."""
        return self._queue("unassigned", label, cause, named=False)

    def _queue(self, name: str, label: str, why: str, *, named: bool) -> Routed:
        trace = (*self.trace, f"waits in queue {name}: {why}")
        return Routed(
            owner=None,
            queue=name,
            named=named,
            rule=label,
            why=why,
            trace=trace,
            state=self.state,
            problems=tuple(self.problems),
        )

    def obstacle(self, email: str, pool: Pool | None = None) -> Obstacle | None:
        """Say why this person cannot have the lead now, None when they can."""
        rep = rep_of(email, self.reps)
        if rep is None:
            return Obstacle(hindrance=Hindrance.NEVER, words="is no user that both sides know")
        if rep.email in self.ask.tried:
            return Obstacle(hindrance=Hindrance.NEVER, words="had this lead before")
        if not rep.active:
            return Obstacle(hindrance=Hindrance.NEVER, words="is inactive")
        if rep.lacks:
            return Obstacle(hindrance=Hindrance.NEVER, words=f"is nobody in {', '.join(rep.lacks)}")
        return self._away(rep, pool) or self._full(rep, pool)

    def _away(self, rep: Rep, pool: Pool | None) -> Obstacle | None:
        """Whether they are there when work begins next: a Saturday's lead is Monday's work."""
        if not rep.available:
            return Obstacle(hindrance=Hindrance.AWAY, words="is marked unavailable")
        calendar = self.book.calendar_of_pool(pool) if pool else self.book.calendar_of(rep.email)
        opens = calendar.next_open(self.ask.now)
        ends = [last for each in {calendar, *self.book.calendars.values()} if (last := each.is_away(rep.email, opens))]
        return Obstacle(hindrance=Hindrance.AWAY, words=f"is away until {max(ends)}") if ends else None

    def _full(self, rep: Rep, pool: Pool | None) -> Obstacle | None:
        limits = pool or self.book.pool_of.get(rep.email)
        if limits is None or self.ask.hand_raise or self.ask.kind is not HandoffKind.NEW_BUSINESS:
            return None
        day = self.book.calendar_of(rep.email).local_date(self.ask.now)
        new, still = self.state.new_on(rep.email, day), self.state.open_of(rep.email)
        if new >= limits.new_per_day:
            return Obstacle(hindrance=Hindrance.FULL, words=f"is full today ({new} of {limits.new_per_day} new)")
        if still >= limits.open_at_once:
            return Obstacle(hindrance=Hindrance.FULL, words=f"is full ({still} of {limits.open_at_once} open)")
        return None


def _of_account(view: LeadView) -> Iterator[str]:
    """What the account has to say in this: nothing, where it is only likely or nobody's."""
    account = view.account
    if account is None:
        return
    if not account.is_sure:
        yield f"{account.told}: not sure enough to ask for its owner"
    elif account.is_house:
        yield f"account {account.name}: {account.why}; a house account, which has no owner"
    elif account.why:
        yield f"account {account.name}: {account.why}"


def _summary(obstacles: Mapping[str, Obstacle]) -> str:
    """Count the obstacles: `all 3 away`, `1 away, 2 full`."""
    words = {Hindrance.AWAY: "away", Hindrance.FULL: "full", Hindrance.NEVER: "not eligible"}
    counts = {kind: sum(1 for each in obstacles.values() if each.hindrance is kind) for kind in Hindrance}
    named = [f"{count} {words[kind]}" for kind, count in counts.items() if count]
    return f"all {named[0]}" if len(named) == 1 else ", ".join(named)
