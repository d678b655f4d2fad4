"""What the blast radius holds back of single fields, and since when a lead waits."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = ("connection", "object", "record_id", "field")
_WORDS = ("property", "kind", "before", "value", "cause", "rule_hash")


def upgrade() -> None:
    op.add_column("held_set", sa.Column("about", sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("held_lead", sa.Column("held_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "held_write",
        sa.Column("set_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEY),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _WORDS),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(*_KEY, "set_id", name="pk_held_write"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_held_write_set_id", "held_write", ["set_id"])
    op.create_index(
        "ix_held_write_lead_id",
        "held_write",
        ["lead_id"],
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("held_write")
    op.drop_column("held_lead", "held_at")
    op.drop_column("held_set", "about")
