"""Fields that somebody keeps overwriting, and what a neighbour has still to carry."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PLACE = ("connection", "object", "field", "record_id")


def upgrade() -> None:
    op.create_table(
        "flap",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _PLACE),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(*_PLACE, name="pk_flap"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_flap_stopped_at",
        "flap",
        ["stopped_at"],
        sqlite_where=sa.text("stopped_at IS NOT NULL"),
        postgresql_where=sa.text("stopped_at IS NOT NULL"),
    )
    op.create_table(
        "arrival",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _PLACE),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_PLACE, name="pk_arrival"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_arrival_lead_id", "arrival", ["lead_id"])
    op.create_index("ix_arrival_since", "arrival", ["since"])


def downgrade() -> None:
    op.drop_table("arrival")
    op.drop_table("flap")
