"""While no handoffs are made it is kept who would have been handed off, and what the systems' own process showed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "foreseen_handoff",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("fit_percent", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("hand_raise", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "at", name="pk_foreseen_handoff"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_foreseen_handoff_at", "foreseen_handoff", ["at"])
    op.create_table(
        "shown_process",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "seen_at", name="pk_shown_process"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shown_process_seen_at", "shown_process", ["seen_at"])


def downgrade() -> None:
    op.drop_table("shown_process")
    op.drop_table("foreseen_handoff")
