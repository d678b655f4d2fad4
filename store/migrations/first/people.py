"""Leads, their handoffs, and what should be there because of them: as first made. Never changed afterwards."""

import sqlalchemy as sa
from alembic import op

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create() -> None:
    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_since", sa.BigInteger(), nullable=False),
        sa.Column("armed_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("mql_since", sa.BigInteger(), nullable=True),
        sa.Column("return_at", sa.BigInteger(), nullable=True),
        sa.Column("recycled_as", sa.Text(), nullable=True),
        sa.Column("times_recycled", sa.Integer(), nullable=False),
        sa.Column("left_lists", sa.Text(), nullable=False),
        sa.Column("nurture_withheld", sa.Text(), nullable=True),
        sa.Column("shown_score", sa.Integer(), nullable=True),
        sa.Column("shown_band", sa.Text(), nullable=True),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("plan_due", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lead"),
        sa.UniqueConstraint("key", name="uq_lead_key"),
    )
    op.create_index("ix_lead_due", "lead", ["id"], sqlite_where=sa.text("due = 1"), postgresql_where=sa.text("due"))
    op.create_index(
        "ix_lead_failure",
        "lead",
        ["id"],
        sqlite_where=sa.text("failure IS NOT NULL"),
        postgresql_where=sa.text("failure IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_merged_into",
        "lead",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_owner",
        "lead",
        ["owner"],
        sqlite_where=sa.text("owner IS NOT NULL"),
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_plan_due", "lead", ["id"], sqlite_where=sa.text("plan_due = 1"), postgresql_where=sa.text("plan_due")
    )
    op.create_index("ix_lead_stage", "lead", ["stage"])
    op.create_index(
        "ix_lead_wake_at",
        "lead",
        ["wake_at", "id"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_table(
        "score",
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.Column("engagement", sa.BigInteger(), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("fit_percent", sa.Integer(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=True),
        sa.Column("last_point_at", sa.BigInteger(), nullable=True),
        sa.Column("last_fact_at", sa.BigInteger(), nullable=True),
        sa.Column("next_change_at", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name="pk_score"),
    )
    op.create_index("ix_score_grade_step", "score", ["grade", "step"])
    op.create_table(
        "handoff",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("hand_raise", sa.Boolean(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("queue_cause", sa.Text(), nullable=True),
        sa.Column("assigned_at", sa.BigInteger(), nullable=True),
        sa.Column("touch_due_at", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("outcome_due_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "number", name="pk_handoff"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_handoff_open_owner",
        "handoff",
        ["owner"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_handoff_open_queue",
        "handoff",
        ["queue"],
        sqlite_where=sa.text("closed_at IS NULL AND queue IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND queue IS NOT NULL"),
    )
    op.create_index("ix_handoff_opened_at", "handoff", ["opened_at"])
    op.create_index(
        "uq_handoff_open",
        "handoff",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "transition",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_transition"),
    )
    op.create_index("ix_transition_at", "transition", ["at"])
    op.create_index("ix_transition_lead_id", "transition", ["lead_id"])
    op.create_table(
        "assignment",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
    )
    op.create_index("ix_assignment_at", "assignment", ["at"])
    op.create_index("ix_assignment_lead_id", "assignment", ["lead_id"])
    op.create_table(
        "desired",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "connection", "object", "record_id", "field", name="pk_desired"),
        sa.UniqueConstraint(
            "connection", "object", "record_id", "field", name="uq_desired_connection_object_record_id_field"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "membership",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", "connection", "list", name="pk_membership"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_membership_shown",
        "membership",
        ["connection", "list"],
        sqlite_where=sa.text("shown = 1"),
        postgresql_where=sa.text("shown"),
    )
    op.create_table(
        "merge_base",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("vendor_form", sa.Text(), nullable=False),
        sa.Column("learnt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "property", "connection", name="pk_merge_base"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("sides", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
    )
    op.create_index(
        "uq_conflict_open",
        "conflict",
        ["lead_id", "property"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "intent",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_intent"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_intent_lead_id", "intent", ["lead_id"])
