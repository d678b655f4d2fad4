"""Which clicks would have counted as a machine's at each moment of a lead's past.

Reading on, or a person's word, clears a click later; a further link makes a burst of those before it. Hardly any lead
has such a click, so it is asked first whether any of its clicks could ever be one.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from config.scanners import ScannerRules
from domain.activity import Activity, ActivityKind
from domain.values import require_utc
from scoring.book import Book
from scoring.bursts import Key
from scoring.scanners import SUSPECT_KINDS, machine_made

_CLEARING = (ActivityKind.PAGE_VIEWED, ActivityKind.FORM_SUBMITTED)


class Doubted:
    """The rows of one lead that bear on it; `rows` oldest first, with `seen_at` put to when they could be known."""

    def __init__(self, rows: Sequence[Activity], book: Book) -> None:
        self._rules = book.source.scanners
        counted = {kind for kind in SUSPECT_KINDS if book.by_kind[kind]}
        telling = [each for each in rows if each.kind in counted]
        if any(each.vouched_at is not None for each in telling) or machine_made(telling, _strictest(self._rules)):
            self._rows = [each for each in rows if each.kind in counted or each.kind in _CLEARING]
        else:
            self._rows = []
        self.moments = frozenset(_moments(self._rows))
        self._told: tuple[datetime | None, Collection[Key]] = (None, ())

    def at(self, at: datetime) -> Collection[Key]:
        """The keys of what a machine made, as it was to be seen then."""
        last = max((moment for moment in self.moments if moment <= at), default=None)
        if last != self._told[0]:
            present = [each for each in self._rows if _seen(each) <= at]
            self._told = last, machine_made(present, self._rules, known_at=at)
        return self._told[1]


def _strictest(rules: ScannerRules) -> ScannerRules:
    """Nothing speaks for a person: what is no machine's by these is none's at any moment."""
    return rules.model_copy(update={"reads_on": rules.reads_on.model_copy(update={"weight": 0})})


def _seen(each: Activity) -> datetime:
    return each.occurred_at if each.seen_at is None else max(each.occurred_at, each.seen_at)


def _moments(rows: Sequence[Activity]) -> list[datetime]:
    words = [require_utc(each.vouched_at) for each in rows if each.vouched_at is not None]
    return [*map(_seen, rows), *words]
