"""All views that there are, in the order of docs/bi.md."""

from store.views.handoffs import HANDOFFS, HANDOFFS_WITH_REPS
from store.views.ledger import ACTIVITIES, FIRST_TOUCHES, LEADS, LISTS, RECORDS, SCORES, TRANSITIONS
from store.views.view import View
from store.views.work import AUDIT, ERRORS, RUNS, WRITES

VIEWS: tuple[View, ...] = (
    LEADS,
    SCORES,
    HANDOFFS,
    HANDOFFS_WITH_REPS,
    TRANSITIONS,
    ACTIVITIES,
    RECORDS,
    LISTS,
    WRITES,
    ERRORS,
    RUNS,
    AUDIT,
    FIRST_TOUCHES,
)
