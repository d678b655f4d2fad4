"""Which gates of a connection are closed to which leads, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = ("lead_id", "connection", "way")


def upgrade() -> None:
    op.create_table(
        "gate_closed",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("connection", "way", "words")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("errs", "after_no")),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_gate_closed"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_gate_closed_connection_way", "gate_closed", ["connection", "way"])


def downgrade() -> None:
    op.drop_table("gate_closed")
