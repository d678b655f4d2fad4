"""Who started a run, what a run put out, and what a person took back of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PLACE = ("connection", "object", "record_id", "field")
_OF_RUNS = "run_id IS NOT NULL"


def upgrade() -> None:
    op.add_column("run", sa.Column("actor", sa.Text(), nullable=False, server_default=sa.text("'loop'")))
    op.create_index(
        "ix_outbox_run_id",
        "outbox",
        ["run_id"],
        sqlite_where=sa.text(_OF_RUNS),
        postgresql_where=sa.text(_OF_RUNS),
    )
    op.create_table(
        "undone",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _PLACE),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_PLACE, name="pk_undone"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_undone_lead_id", "undone", ["lead_id"])


def downgrade() -> None:
    op.drop_table("undone")
    op.drop_index("ix_outbox_run_id", table_name="outbox")
    op.drop_column("run", "actor")
