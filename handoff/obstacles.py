"""Why somebody cannot have a lead now: nobody to give it to, away, resting after leads left untouched, or full."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.routing import Pool
from domain.handoff import HandoffKind, Rep
from handoff.ask import Ask
from handoff.resting import rests_until
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from handoff.view import rep_of


class Hindrance(StrEnum):
    """What kind of reason keeps a rep from getting a lead."""

    NEVER = "never"
    """Unknown where reps work, inactive, or had this handoff before."""
    AWAY = "away"
    FULL = "full"
    RESTS = "rests"
    """Left out of the rotation for a while; a hand-raise that nobody else can take does not wait for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why somebody cannot have the lead now."""

    hindrance: Hindrance
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """What stands against each rep, for one lead at one moment."""

    ask: Ask
    book: Rulebook
    state: RoutingState
    reps: Mapping[str, Rep]

    def of(self, email: str, pool: Pool | None = None) -> Obstacle | None:
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
        return self._away(rep, pool) or self._rests(rep, pool) or self._full(rep, pool)

    def _rests(self, rep: Rep, pool: Pool | None) -> Obstacle | None:
        """Only turns are lost to a rest: whom they know, own or are named for still comes to them."""
        rule, misses = self.book.routing.clocks.rest, self.state.misses.get(rep.email, ())
        ends = rests_until(misses, rule, now=self.ask.now) if pool is not None else None
        if rule is None or ends is None:
            return None
        local = ends.astimezone(self.book.calendar_of(rep.email).zone)
        leads = "1 lead" if rule.after_breaches == 1 else f"{rule.after_breaches} leads"
        missed = f"{leads} not touched in time within {rule.within_days} days"
        return Obstacle(hindrance=Hindrance.RESTS, words=f"rests until {local:%Y-%m-%d %H:%M} ({missed})")

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
        if self.ask.returns and rep.email == self.ask.back_to:
            return None
        if limits is None or self.ask.hand_raise or self.ask.kind is not HandoffKind.NEW_BUSINESS:
            return None
        day = self.book.calendar_of(rep.email).local_date(self.ask.now)
        new, still = self.state.new_on(rep.email, day), self.state.open_of(rep.email)
        if new >= limits.new_per_day:
            return Obstacle(hindrance=Hindrance.FULL, words=f"is full today ({new} of {limits.new_per_day} new)")
        if still >= limits.open_at_once:
            return Obstacle(hindrance=Hindrance.FULL, words=f"is full ({still} of {limits.open_at_once} open)")
        return None
