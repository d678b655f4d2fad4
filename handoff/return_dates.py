"""When a resting lead may come back: what the rep wrote, what the renewal says, else the reason's own days.

A date counts in the pass that it was written in. One that cannot be meant (no date, past when the lead went to rest,
too far ahead) is one finding, and counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.handoff import Outcome
from domain.rule_problem import RuleFile, RuleProblem
from domain.stage import SignalKind, Stage
from handoff.assigning import STALE_DATE, STALE_RENEWAL
from handoff.deadlines import day_of, start_of
from handoff.draft import Draft
from handoff.view import RENEWAL_DATE, RETURN_DATE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What stands in a field for dates. `problem`: why it cannot be meant."""

    day: date | None = None
    problem: str = ""


def return_date(draft: Draft, outcome: Outcome) -> datetime | None:
    """The rep's own date, else some days before the renewal, else the reason's; None: only a change of fit brings it
    back."""
    named = named_date(draft, outcome)
    if named is not None:
        return named
    days = draft.book.road(outcome, draft.view.lost_reason).return_days
    return draft.now + timedelta(days=days) if days is not None else None


def kept_date(draft: Draft, outcome: Outcome | None) -> datetime | None:
    """Of a resting lead: what a rep says of it meanwhile, and the reason's own days again once they take that back."""
    named = named_date(draft, outcome)
    if named is not None or not any(each.kind is SignalKind.RETURN_DATE for each in draft.view.signals):
        return named or draft.lead.return_at
    days = draft.book.road(outcome, draft.view.lost_reason).return_days if outcome is not None else None
    return draft.lead.stage_since + timedelta(days=days) if days is not None else None


def named_date(draft: Draft, outcome: Outcome | None) -> datetime | None:
    """What a rep said of it in this pass, as a first moment here; None for nothing, an old or a past date."""
    return own_date(draft) or _before_renewal(draft, outcome)


def own_date(draft: Draft) -> datetime | None:
    """The date that the rep wrote in this pass, if it lies ahead."""
    day = _written(draft, RETURN_DATE, STALE_DATE).day
    moment = start_of(day, draft.book.zone) if day is not None else None
    return moment if moment is not None and moment > draft.now else None


def has_renewal(draft: Draft) -> bool:
    """Whether the rep wrote in this pass when the contract with the other vendor ends."""
    return _written(draft, RENEWAL_DATE, STALE_RENEWAL).day is not None


def _before_renewal(draft: Draft, outcome: Outcome | None) -> datetime | None:
    """So many days before it; where these have begun already it may come back from now on."""
    days = draft.book.road(outcome).days_before_renewal if outcome is not None else None
    day = _written(draft, RENEWAL_DATE, STALE_RENEWAL).day if days is not None else None
    if day is None or days is None:
        return None
    return max(start_of(day, draft.book.zone) - timedelta(days=days), _rests_since(draft))


def problems(draft: Draft) -> Iterator[RuleProblem]:
    """Dates of a resting lead that nobody can have meant."""
    if draft.lead.stage is not Stage.RECYCLED:
        return
    for name, stale in ((RETURN_DATE, STALE_DATE), (RENEWAL_DATE, STALE_RENEWAL)):
        words = _written(draft, name, stale).problem
        if words:
            yield RuleProblem(file=RuleFile.ANSWERS, rule=f"'{name}'", words=words)


def _written(draft: Draft, name: str, stale: str) -> _Written:
    text = draft.view.text(name)
    latest = draft.latest
    if not text or (latest is not None and f"{stale}{text}" in latest.steps):
        return _Written()
    day = day_of(text)
    if day is None:
        return _Written(problem="no date, so it counts for nothing: a date is written 2027-02-19")
    began = _rests_since(draft)
    moment = start_of(day, draft.book.zone)
    farthest = draft.book.lifecycle.farthest_return_days
    if moment > began + timedelta(days=farthest):
        return _Written(problem=f"more than {farthest} days ahead, so it counts for nothing")
    if moment + timedelta(days=1) <= began:
        return _Written(problem="in the past when the lead went to rest, so it counts for nothing")
    return _Written(day=day)


def _rests_since(draft: Draft) -> datetime:
    return draft.lead.stage_since if draft.lead.stage is Stage.RECYCLED else draft.now
