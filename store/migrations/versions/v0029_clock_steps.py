"""What clocks did, step by step, and until when everything that reps do was read from a system."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "clock_step",
        sa.Column("id", _LONG, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock_step"),
    )
    op.create_index("ix_clock_step_lead_id", "clock_step", ["lead_id"])
    op.create_index("ix_clock_step_at", "clock_step", ["at"])
    op.add_column("connection", sa.Column("heard", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("connection", "heard")
    op.drop_table("clock_step")
