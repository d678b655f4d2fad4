"""Leads, their handoffs, and what should be there because of them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint

from store.columns import Instant, Json
from store.schema.tables import by_key, flag, long_id, may, metadata, must, partial

lead = Table(
    "lead",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    must("key"),
    must("revision", BigInteger),
    must("stage"),
    must("stage_since", Instant),
    must("armed_at", Instant),
    may("owner"),
    may("mql_since", Instant),
    may("return_at", Instant),
    may("recycled_as"),
    must("times_recycled", Integer),
    must("left_lists", Json),
    may("nurture_withheld"),
    may("shown_score", Integer),
    may("shown_band"),
    may("shown_at", Instant),
    may("wake_at", Instant),
    flag("due"),
    flag("plan_due"),
    may("merged_into", BigInteger),
    may("failure"),
    must("created_at", Instant),
    may("silent_since", Instant),
    may("set_aside_because"),
    must("reached", Json, "'{}'"),
    UniqueConstraint("key"),
    partial("ix_lead_due", "id", where="due = 1", postgresql="due"),
    partial("ix_lead_plan_due", "id", where="plan_due = 1", postgresql="plan_due"),
    partial("ix_lead_wake_at", "wake_at", "id", where="wake_at IS NOT NULL"),
    Index("ix_lead_stage_merged_into", "stage", "merged_into"),
    partial("ix_lead_owner", "owner", where="owner IS NOT NULL"),
    partial("ix_lead_merged_into", "merged_into", where="merged_into IS NOT NULL"),
    partial("ix_lead_failure", "id", where="failure IS NOT NULL"),
)
score = Table(
    "score",
    metadata,
    Column("lead_id", BigInteger, primary_key=True, autoincrement=False),
    must("as_of", Instant),
    must("rule_hash"),
    must("engagement", BigInteger),
    must("sales", BigInteger),
    may("fit_percent", Integer),
    must("grade"),
    must("step"),
    must("why"),
    may("excluded"),
    may("last_point_at", Instant),
    may("last_fact_at", Instant),
    may("next_change_at", Instant),
    must("lines", Json),
    must("named", Json, "'{}'"),
    Index("ix_score_grade_step", "grade", "step"),
    partial("ix_score_warm", "engagement", where="step <> 'cold' OR sales >= 5000"),
)
handoff = by_key(
    "handoff",
    ("lead_id", "number"),
    must("lead_id", BigInteger),
    must("number", Integer),
    must("kind"),
    must("opened_at", Instant),
    must("why"),
    flag("hand_raise"),
    must("score", BigInteger),
    must("band"),
    may("owner"),
    may("queue"),
    may("queue_cause"),
    may("assigned_at", Instant),
    may("touch_due_at", Instant),
    may("touched_at", Instant),
    may("accepted_at", Instant),
    may("accepted_by"),
    may("outcome_due_at", Instant),
    may("verdict"),
    may("outcome"),
    may("closed_at", Instant),
    must("tried", Json),
    must("steps", Json),
    must("scorecard", Json, "'{}'"),
    may("after", Integer),
)
partial("uq_handoff_open", handoff.c.lead_id, where="closed_at IS NULL", unique=True)
partial("ix_handoff_open_owner", handoff.c.owner, where="closed_at IS NULL")
partial("ix_handoff_open_queue", handoff.c.queue, where="closed_at IS NULL AND queue IS NOT NULL")
Index("ix_handoff_opened_at", handoff.c.opened_at)
transition = Table(
    "transition",
    metadata,
    Column("id", long_id, primary_key=True),
    must("lead_id", BigInteger),
    must("at", Instant),
    must("before"),
    must("after"),
    must("cause"),
    must("why"),
    must("rule_hash"),
    may("handoff", Integer),
    Index("ix_transition_lead_id", "lead_id"),
    Index("ix_transition_at", "at"),
)
assignment = Table(
    "assignment",
    metadata,
    Column("id", long_id, primary_key=True),
    must("lead_id", BigInteger),
    must("handoff", Integer),
    must("owner"),
    must("at", Instant),
    must("rule"),
    must("why"),
    must("trace", Json),
    must("rule_hash"),
    Index("ix_assignment_lead_id", "lead_id"),
    Index("ix_assignment_at", "at"),
)

desired = by_key(
    "desired",
    ("connection", "object", "record_id"),
    must("connection"),
    must("object"),
    must("record_id"),
    must("lead_id", BigInteger),
    must("fields", Json),
)
Index("ix_desired_lead_id", desired.c.lead_id)
membership = by_key(
    "membership",
    ("lead_id", "connection", "list"),
    must("lead_id", BigInteger),
    must("connection"),
    must("list"),
    may("member", Boolean),
    must("why"),
    may("shown", Boolean),
    may("since", Instant),
)
partial("ix_membership_shown", membership.c.connection, membership.c.list, where="shown = 1", postgresql="shown")
merge_base = by_key(
    "merge_base",
    ("lead_id", "connection"),
    must("lead_id", BigInteger),
    must("connection"),
    must("properties", Json),
)
conflict = Table(
    "conflict",
    metadata,
    Column("id", Integer, primary_key=True),
    must("lead_id", BigInteger),
    must("property"),
    must("sides", Json),
    must("opened_at", Instant),
    may("closed_at", Instant),
    partial("uq_conflict_open", "lead_id", "property", where="closed_at IS NULL", unique=True),
)
intent = by_key(
    "intent",
    ("key",),
    must("key"),
    must("lead_id", BigInteger),
    must("handoff", Integer),
    must("kind"),
    must("step"),
    must("payload", Json),
    must("status"),
    may("remote_id"),
    may("look_at", Instant),
)
Index("ix_intent_lead_id", intent.c.lead_id)
partial("ix_intent_notice", intent.c.look_at, where="kind = 'notice' AND status = 'open'")
