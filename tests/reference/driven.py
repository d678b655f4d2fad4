"""Every figure of a drive: what came about on its days, and how far along they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.figures import TOTAL, Figures, Person, Sight, rep_name
from tests.reference.handed import Handed
from tests.reference.local_days import days_beginning, days_earlier, midnight
from tests.reference.office import Office
from tests.reference.sums import Expected, count
from tests.reference.told import earliest
from tests.reference.weekly import NOBODY, seen_by

CAME: Mapping[str, Callable[[Handed], int | None]] = {
    "touched": lambda each: each.touched,
    "accepted": lambda each: each.accepted,
    "meaningful": lambda each: earliest(each.meant),
    "qualified": lambda each: each.qualified,
    "opportunity": lambda each: each.deal,
    "won": lambda each: each.won,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What everybody goes for, from the first day to the last, both inside."""

    counts: str
    target: int
    first: date
    last: date
    by: str = "team"
    channel: str | None = None

    def span(self, zone: str) -> tuple[int, int]:
        return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)


def drive(people: Sequence[Person], effort: Effort, now: int, office: Office, *, team: str | None = None) -> Figures:
    since, until = effort.span(office.zone)
    sight = Sight(since=since, until=until, team=team, channel=effort.channel)
    came = CAME[effort.counts]
    hits = [each for each in seen_by(people, sight) if sight.covers(came(each))]
    leads = [each.lead for each in hits]
    gone = Fraction(min(max(now - since, 0), until - since), until - since)
    standing = {
        "Target": Expected(value=effort.target),
        "So far": count(leads),
        "Of the target": Expected(value=len(leads) / effort.target, n=len(leads), leads=frozenset(leads)),
        "At an even pace it would be by now": Expected(value=round(effort.target * gone)),
        "Days left": Expected(value=_days_left(since, until, now, office.zone)),
    }
    found: Figures = {("standing", label, "figure"): cell for label, cell in standing.items()}
    return found | _lines(hits, came, _labels(effort.by, office), days_earlier(min(until, now), 7, office.zone))


def _days_left(since: int, until: int, now: int, zone: str) -> int:
    """Today, and those that are still to begin."""
    if now >= until:
        return 0
    ahead = days_beginning(max(now + 1, since), until, zone)
    return len(ahead) + (now >= since)


def _labels(by: str, office: Office) -> Callable[[Handed], str]:
    return lambda each: rep_name(each.rep, office) if by == "rep" else each.crew or NOBODY


def _lines(
    hits: Sequence[Handed], came: Callable[[Handed], int | None], label_of: Callable[[Handed], str], week: int
) -> Figures:
    labels = sorted({label_of(each) for each in hits})
    lines = [(label, [each for each in hits if label_of(each) == label]) for label in labels]
    if len(labels) > 1:
        lines.append((TOTAL, list(hits)))
    found: Figures = {}
    for label, own in lines:
        found["by", label, "count"] = count([each.lead for each in own])
        found["by", label, "week"] = count([each.lead for each in own if (came(each) or 0) >= week])
    return found
