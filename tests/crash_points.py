"""The points of the loop at which a process is killed: between any two commits, and inside each of them."""

POINTS = (
    "pull.page_received",
    "pull.page_idle",
    "pull.before_commit",
    "pull.page_committed",
    "decide.computing",
    "decide.before_commit",
    "decide.committed",
    "plan.before_commit",
    "plan.committed",
    "push.claim_before_commit",
    "push.claimed",
    "push.answered",
    "push.settle_before_commit",
    "push.settled",
)
BESIDE = (
    "notices.before_commit",
    "erase.before_commit",
    "erase.committed",
    "books.before_commit",
    "books.committed",
    "books.closed",
    "deliver.begun",
    "deliver.before_commit",
    "deliver.committed",
)
"""Passed only where somebody is told something, sent a report, or erased, or a month is closed: `test_notices.py`,
`test_deliver.py`, `test_erasure.py` and `test_closed_months.py` kill there."""
