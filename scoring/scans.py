"""What a mail scanner did at one go, as people are told it: so many clicks, and what gave it away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.scanners import ScannerRules
from domain.activity import Activity, ActivityKind
from scoring.bursts import Key, mail_of
from scoring.ledger import in_time
from scoring.scanners import Hint, Reason, Suspicion


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Clicks and opens of one mail that a machine made one after the other, oldest first."""

    activities: tuple[Activity, ...]
    why: str

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(each.key for each in self.activities)

    @property
    def at(self) -> datetime:
        return self.activities[0].occurred_at

    @property
    def words(self) -> str:
        clicks = sum(each.kind is ActivityKind.EMAIL_CLICKED for each in self.activities)
        opens = len(self.activities) - clicks
        what = " and ".join(_many(count, noun) for count, noun in ((clicks, "click"), (opens, "open")) if count)
        gives = "gives" if len(self.activities) == 1 else "give"
        return f"{what} of a mail scanner {gives} nothing: {self.why}"


def scans_of(made: Iterable[Suspicion], rules: ScannerRules) -> tuple[Scan, ...]:
    """Machine-made clicks, told together where they are of one mail and close together; oldest first."""
    apart = timedelta(seconds=rules.burst.within_s)
    latest: dict[tuple[str, str], list[Suspicion]] = {}
    groups: list[list[Suspicion]] = []
    for each in sorted(made, key=lambda one: in_time(one.activity)):
        group = latest.get(mail_of(each.activity))
        if group is None or each.activity.occurred_at - group[-1].activity.occurred_at > apart:
            group = latest[mail_of(each.activity)] = []
            groups.append(group)
        group.append(each)
    return tuple(Scan(activities=tuple(each.activity for each in group), why=_why(group)) for group in groups)


def _why(group: Sequence[Suspicion]) -> str:
    """Each hint once, as strong as it is for any of them."""
    strongest: dict[Hint, Reason] = {}
    for reason in (reason for each in group for reason in each.reasons):
        other = strongest.setdefault(reason.hint, reason)
        if (reason.weight or 0) > (other.weight or 0):
            strongest[reason.hint] = reason
    return ", ".join(strongest[hint].words for hint in Hint if hint in strongest)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
