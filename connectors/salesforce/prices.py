"""What writing costs in calls of the day's quota, told from the changes alone: people see it before it is done.

Counted is what is sent when nothing goes wrong. Refusals, locks and records that moved meanwhile cost more; logging in
and looking at fields anew are no part of a write.
"""

import math
from collections import Counter
from collections.abc import Sequence

from connectors.salesforce.guarded import PARTS_PER_CALL
from connectors.salesforce.sent import windows
from connectors.salesforce.writing import ROWS_PER_CALL, grouped, waves
from domain.change import Change, ChangeKind

JOB = 6
"""A Bulk job of 10,000 rows: made, filled, closed, asked after, and its lists of results."""


def writing_calls(changes: Sequence[Change], *, bulk_from: int = 0) -> int:
    """For one object more than `bulk_from` plain rows that are written together go by a job; 0: never."""
    jobs: Counter[str] = Counter(change.object for change in changes if _is_plain(change))
    by_job = {name for name, count in jobs.items() if bulk_from and count > bulk_from}
    rest = [change for change in changes if not (_is_plain(change) and change.object in by_job)]
    return JOB * len(by_job) + sum(_window_calls(window) for window in windows(rest, ROWS_PER_CALL))


def _is_plain(change: Change) -> bool:
    return change.kind is ChangeKind.FIELDS and not change.guarded


def _window_calls(window: Sequence[tuple[int, Change]]) -> int:
    return sum(
        _calls(kind, [change for _, change in wave]) for kind, _, places in grouped(window) for wave in waves(places)
    )


def _calls(kind: ChangeKind, changes: Sequence[Change]) -> int:
    match kind:
        case ChangeKind.FIELDS:
            guarded = sum(1 for change in changes if change.guarded)
            look = 1 if guarded else 0
            return look + math.ceil(guarded / PARTS_PER_CALL) + (1 if guarded < len(changes) else 0)
        case ChangeKind.CREATE:
            return sum(2 if unique else 1 for unique in {change.unique for change in changes})
        case ChangeKind.MEMBER:
            joined = any(change.member for change in changes)
            left = {change.list for change in changes if not change.member}
            return len({change.list for change in changes}) + (1 if joined else 0) + 2 * len(left)
