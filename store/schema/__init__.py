"""Every table, once. The migrations say the same step by step; a test compares the two on both databases.

Tables that are read lead by lead begin their key with the lead, and on SQLite lie in that order on
disk (WITHOUT ROWID): one lead's activities are neighbours. Foreign keys are left out on purpose:
pages arrive in any order, and one transaction already holds what belongs together.
"""

from store.schema.clocks import clock_step
from store.schema.described import back_fill, described, drift
from store.schema.erasure import erased_key, erasure
from store.schema.evidence import evidence
from store.schema.gates import gate_closed
from store.schema.groups import group_word
from store.schema.house import (
    call_count,
    call_limit,
    connection,
    cursor,
    golive_step,
    installation,
    leadership,
    number,
    request,
    rule_version,
    run,
    sequences,
    token,
    wire,
)
from store.schema.inbox import hint
from store.schema.kept_lists import air_cover, mailed
from store.schema.misfits import misfit
from store.schema.neighbours import arrival, flap
from store.schema.notes import note
from store.schema.people import (
    assignment,
    conflict,
    desired,
    handoff,
    intent,
    lead,
    membership,
    merge_base,
    score,
    transition,
)
from store.schema.presses import press
from store.schema.proposals import proposal
from store.schema.reported import closed_deal, closed_deal_lead, closed_month, first_touch
from store.schema.review import agreement_signature, review_decision
from store.schema.rule_problems import rule_problem
from store.schema.shown import activity, fact, identity_key, record, record_value, remote_list
from store.schema.survey import survey
from store.schema.sweeps import sweep_finding
from store.schema.tables import metadata
from store.schema.unions import lead_apart, lead_union, union_doubt
from store.schema.watched import foreseen_handoff, shown_process
from store.schema.writes import (
    audit,
    audit_seal,
    audit_unsealed,
    blast,
    held_lead,
    held_set,
    held_write,
    outbox,
    subject_key,
    undone,
)

KNOWN_REVISIONS = (
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009"),
    *("0010", "0011", "0012", "0013", "0014", "0015", "0016", "0017", "0018", "0019"),
    *("0020", "0021", "0022", "0023", "0024", "0025", "0026", "0027", "0028", "0029", "0030"),
    "0031",
    "0032",
    "0033",
    "0034",
)
"""Every schema revision this version knows, oldest first."""

__all__ = [
    "KNOWN_REVISIONS",
    "activity",
    "agreement_signature",
    "air_cover",
    "arrival",
    "assignment",
    "audit",
    "audit_seal",
    "audit_unsealed",
    "back_fill",
    "blast",
    "call_count",
    "call_limit",
    "clock_step",
    "closed_deal",
    "closed_deal_lead",
    "closed_month",
    "conflict",
    "connection",
    "cursor",
    "described",
    "desired",
    "drift",
    "erased_key",
    "erasure",
    "evidence",
    "fact",
    "first_touch",
    "flap",
    "foreseen_handoff",
    "gate_closed",
    "golive_step",
    "group_word",
    "handoff",
    "held_lead",
    "held_set",
    "held_write",
    "hint",
    "identity_key",
    "installation",
    "intent",
    "lead",
    "lead_apart",
    "lead_union",
    "leadership",
    "mailed",
    "membership",
    "merge_base",
    "metadata",
    "misfit",
    "note",
    "number",
    "outbox",
    "press",
    "proposal",
    "record",
    "record_value",
    "remote_list",
    "request",
    "review_decision",
    "rule_problem",
    "rule_version",
    "run",
    "score",
    "sequences",
    "shown_process",
    "subject_key",
    "survey",
    "sweep_finding",
    "token",
    "transition",
    "undone",
    "union_doubt",
    "wire",
]
