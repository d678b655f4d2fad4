"""Who gets a lead: people who know it first, then ordered rules of which the first that fits wins.

Every choice comes with its trace in words: which rule, why this rep, why not the others. When
nobody can take the lead it waits in the visible queue with the cause.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.routing import Pool, Target, Team
from domain.handoff import HandoffKind, Rep
from domain.rule_problem import RuleProblem
from domain.score import POINT
from domain.stage import Stage
from domain.values import Value
from handoff.ask import Ask, Link
from handoff.obstacles import Hindrance, Obstacle, Obstacles
from handoff.rotation import RoutingState, Turn, next_served, round_of
from handoff.route_trace import not_asked, not_met, of_account, summary
from handoff.rulebook import Rulebook, Way
from handoff.territories import Territory
from handoff.view import LeadView, last_spoke, present_owner, rep_of

__all__ = ["Ask", "Link", "Routed", "RoutingState", "route"]


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
    pool: str | None = None
    """The pool whose turn it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Whose turn it is in a pool, why, and what that leaves."""

    email: str
    how: str
    state: RoutingState


def _holder(territory: Territory) -> Target | None:
    """Who has a territory, as a target."""
    if not territory.to:
        return None
    return Target(user=territory.to) if "@" in territory.to else Target(pool=territory.to)


def _with(trace: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    """The rules that were not asked, before the last line, which says what came of it all."""
    return (*trace[:-1], *more, *trace[-1:])


def route(ask: Ask, *, book: Rulebook, state: RoutingState, reps: Mapping[str, Rep]) -> Routed:
    """Find the rep for a lead. Never fails: the last resort is the unassigned queue."""
    against = Obstacles(ask=ask, book=book, state=state, reps=reps)
    desk = _Desk(ask=ask, book=book, state=state, reps=reps, against=against)
    desk.trace.extend(of_account(ask.view))
    for rep, label in desk.acquaintances():
        obstacle = desk.against.of(rep.email)
        if obstacle is None:
            if ask.link is None:
                desk.trace.extend(not_asked(book.ways, f"whoever {label}"))
            return desk.give(rep, label, f"{label}: {rep.name}")
        desk.trace.append(f"{label}: {rep.name} {obstacle.words}")
    return desk.by_chain(ask.link) if ask.link is not None else desk.by_rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One search in progress: the trace grows as it goes."""

    ask: Ask
    book: Rulebook
    state: RoutingState
    reps: Mapping[str, Rep]
    against: Obstacles
    trace: list[str] = field(default_factory=list)
    problems: list[RuleProblem] = field(default_factory=list)

    def by_rules(self) -> Routed:
        seen = self.seen()
        for at, way in enumerate(self.book.ways):
            label = f"rule '{way.rule.name}'"
            met = way.meets(seen)
            if not met:
                self.trace.append(self._unmet(way, label, seen) if met is None else not_met(way, seen))
                continue
            routed = self.send(way.rule.to, label)
            if routed is not None:
                return replace(routed, trace=_with(routed.trace, not_asked(self.book.ways[at + 1 :], label)))
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
        if view.was_given and ask.back_to is None:
            yield present_owner(view, self.reps), "has it by a decision from before a restore"
        yield rep_of(ask.back_to, self.reps), ask.back_why
        if ask.link is not None:
            return
        account = view.sure_account
        if ask.kind is HandoffKind.CUSTOMER and account is not None:
            yield rep_of(account.owner, self.reps), f"owns the account {account.name}".rstrip()
        if ask.hand_raise or view.past or view.lead.stage is Stage.RECYCLED:
            yield last_spoke(view, self.reps), "spoke with them last"
        if ask.kind is not HandoffKind.NEW_BUSINESS and account is not None:
            yield rep_of(account.owner, self.reps), f"owns the account {account.name}".rstrip()
        owner = present_owner(view, self.reps) if view.approved and not view.past else None
        if owner is not None and owner.email in self.book.pool_of:
            yield owner, "owns the lead already"

    def seen(self) -> dict[str, Value]:
        return seen_by_rules(self.ask.view, self.ask.kind, hand_raise=self.ask.hand_raise)

    def send(self, target: Target, label: str) -> Routed | None:
        """Try one target; None when it names nobody, so that the next rule is asked."""
        if target.queue is not None:
            return self._queue(target.queue, label, f"{label}: queue {target.queue}", named=True)
        if target.pool is not None:
            return self._pool(self.book.pools[target.pool], label)
        if target.user is not None:
            return self._user(target.user, label)
        return self._territory(label) if target.territory else self._known(target, label)

    def _territory(self, label: str) -> Routed | None:
        """Whoever has the lead's territory today."""
        found = self._lies_in()
        if found is None:
            self.trace.append(f"{label}: met, but the lead lies in no territory today")
            return None
        self.trace.append(f"{label}: the lead lies in the territory {found.name} ({found.asks})")
        holder = _holder(found)
        if holder is None:
            self.trace.append(f"{label}: met, but nobody has the territory {found.name} today")
            return None
        return self.send(holder, f"{label}, territory {found.name}")

    def _lies_in(self) -> Territory | None:
        """The lead's territory on this day of the installation's own zone."""
        table, today = self.book.territory_map, self.ask.now.astimezone(self.book.zone).date()
        return table.find(self.seen(), today) if table is not None else None

    def by_chain(self, link: Link) -> Routed:
        """The next link's rep; when nobody is left who could ever have it, whoever handed it on."""
        label = f"chain '{link.chain}'"
        routed = self.send(link.to, label) or self.nobody(label, f"{label} names nobody today")
        if routed.owner is not None or not self._is_exhausted(link.to):
            return routed
        before = rep_of(link.before, self.reps)
        if before is None or not before.active or before.lacks:
            return routed
        return self.give(before, label, f"{label}: nobody is left there, back to {before.name}")

    def _is_exhausted(self, target: Target) -> bool:
        """Whether nobody of a target can ever have this handoff."""
        if target.territory and (place := self._lies_in()) is not None:
            target = _holder(place) or target
        pool = self.book.pools.get(target.pool) if target.pool is not None else None
        emails = [member.email for member in pool.members] if pool else [target.user] if target.user else []
        found = [self.against.of(email, pool) for email in emails]
        return bool(found) and all(each is not None and each.hindrance is Hindrance.NEVER for each in found)

    def _known(self, target: Target, label: str) -> Routed | None:
        view = self.ask.view
        if target.account_owner:
            owner = view.sure_account.owner if view.sure_account is not None else None
            what, rep = "account owner", rep_of(owner, self.reps)
        else:
            what, rep = "previous owner", last_spoke(view, self.reps) or self._last_owner()
        obstacle = self.against.of(rep.email) if rep is not None else None
        if rep is not None and obstacle is None:
            return self.give(rep, label, f"{label}: {what} {rep.name}")
        told = f"{what} {rep.name} {obstacle.words}" if rep and obstacle else f"no {what}"
        self.trace.append(f"{label}: met, but {told}")
        return None

    def _last_owner(self) -> Rep | None:
        owners = [each.owner for each in sorted(self.ask.view.past, key=lambda each: each.number) if each.owner]
        return rep_of(owners[-1] if owners else self.ask.view.lead.owner, self.reps)

    def _user(self, email: str, label: str) -> Routed:
        rep = rep_of(email, self.reps)
        obstacle = self.against.of(email)
        is_away = obstacle is not None and obstacle.hindrance is Hindrance.AWAY
        held = is_away and self._holds
        if rep is not None and (obstacle is None or held):
            return self.give(
                rep, label, f"{label}: {rep.name}" + (f", held though {rep.name} {obstacle.words}" if obstacle else "")
            )
        words = obstacle.words if obstacle is not None else "cannot be found"
        cause = f"{self._name(email)} {words}"
        instead = self._to_manager(self.book.team_of(email), label, cause) if is_away else None
        return instead or self.nobody(label, cause)

    def _to_manager(self, team: Team, label: str, cause: str) -> Routed | None:
        """Whoever leads the team, where that is the policy for nobody being at work and they are there themselves."""
        if self.book.routing.all_away != "manager":
            return None
        manager = rep_of(team.manager, self.reps)
        obstacle = self.against.of(team.manager) if team.manager is not None else None
        if manager is None or obstacle is not None:
            words = (
                obstacle.words if manager is not None and obstacle is not None else "is no user that both sides know"
            )
            self.trace.append(f"{label}: {cause}; the manager of {team.name} {words}")
            return None
        return self.give(manager, label, f"{label}: {cause}, so it goes to the manager {manager.name}")

    def _pool(self, pool: Pool, label: str) -> Routed:
        """Whoever is owed a turn, else whoever the pointer comes to."""
        slots = round_of(pool.members)
        obstacles = {email: found for email in dict.fromkeys(slots) if (found := self.against.of(email, pool))}
        away = {email for email, found in obstacles.items() if found.hindrance is Hindrance.AWAY}
        waiting = self.state.owed.get(pool.name, ())
        state = self.state.forgiven(pool.name, away | (set(waiting) - set(slots)))
        owed = next((each for each in state.owed.get(pool.name, ()) if each not in obstacles), None)
        if owed is not None:
            chosen = _Chosen(email=owed, how="has a turn back", state=state.repaid(pool.name, owed))
            return self._serve(pool, label, chosen, obstacles)
        index, how = self._next(slots, state.turns.get(pool.name), obstacles)
        if index is None:
            return self._nobody_of(pool, label, obstacles)
        chosen = _Chosen(email=slots[index], how=how, state=state.served(pool.name, slots, index))
        return self._serve(pool, label, chosen, obstacles)

    def _next(
        self, slots: tuple[str, ...], turn: Turn | None, obstacles: Mapping[str, Obstacle]
    ) -> tuple[int | None, str]:
        """The slot that is served, and how. Where nobody is free a rest gives way to a request to be called, and an
        absence to whoever is to be waited for."""
        ways = (
            (True, None, "is next in turn"),
            (self.ask.hand_raise, Hindrance.RESTS, "is next in turn, who rests: no hand-raise waits for that"),
            (self._holds, Hindrance.AWAY, "is next in turn, held while all are away"),
        )
        for is_open, gives_way, how in ways:
            free = {email for email in slots if email not in obstacles or obstacles[email].hindrance is gives_way}
            index = next_served(slots, turn, free.__contains__) if is_open else None
            if index is not None:
                return index, how
        return None, ""

    def _serve(self, pool: Pool, label: str, chosen: _Chosen, obstacles: Mapping[str, Obstacle]) -> Routed:
        rep = rep_of(chosen.email, self.reps)
        if rep is None:
            return self._nobody_of(pool, label, obstacles)
        owed = chosen.state.owed.get(pool.name, ())
        for email in (member.email.casefold() for member in pool.members):
            later = "has a turn back, after them" if email in owed else "comes later in turn"
            how = obstacles[email].words if email in obstacles else later
            how = chosen.how if email == chosen.email else how
            self.trace.append(f"pool {pool.name}: {self._name(email)} {how}")
        given = self.give(rep, label, f"{label}, pool {pool.name}: {rep.name} {chosen.how}", state=chosen.state)
        return replace(given, pool=pool.name)

    def _nobody_of(self, pool: Pool, label: str, obstacles: Mapping[str, Obstacle]) -> Routed:
        """All are away, full or not eligible: to the manager where only absence stands against it, else a queue."""
        for member in pool.members:
            if (each := obstacles.get(member.email.casefold())) is not None:
                self.trace.append(f"pool {pool.name}: {self._name(member.email)} {each.words}")
        cause = f"pool {pool.name}: {summary(obstacles.values())}"
        kinds = {each.hindrance for each in obstacles.values()}
        only_away = Hindrance.AWAY in kinds and Hindrance.FULL not in kinds
        instead = self._to_manager(self.book.calendar_of_pool(pool).team, label, cause) if only_away else None
        return instead or self.nobody(label, cause)

    @property
    def _holds(self) -> bool:
        return self.book.routing.all_away == "hold"

    def _name(self, email: str) -> str:
        rep = rep_of(email, self.reps)
        return rep.name if rep is not None else email

    def give(self, rep: Rep, label: str, why: str, *, state: RoutingState | None = None) -> Routed:
        day = self.book.calendar_of(rep.email).local_date(self.ask.now)
        return Routed(
            owner=rep,
            queue=None,
            named=False,
            rule=label,
            why=why,
            trace=(*self.trace, f"given to {rep.name}: {why}"),
            state=(state or self.state).gave(rep.email, day),
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


def seen_by_rules(view: LeadView, kind: HandoffKind, *, hand_raise: bool) -> dict[str, Value]:
    """The properties that rules may ask for: the lead's own and what is known around it."""
    around: dict[str, Value] = {
        "kind": kind.value,
        "hand_raise": hand_raise,
        "grade": view.score.grade.value,
        "band": view.score.band,
        "score": view.score.shown,
        **{name: points // POINT for name, points in view.score.named.items()},
        "is_customer": view.is_customer,
        "is_partner": view.is_partner,
        "account_territory": view.sure_account.territory if view.sure_account is not None else None,
        "has_open_deal": view.has_open_deal,
    }
    return {**around, **view.values}
