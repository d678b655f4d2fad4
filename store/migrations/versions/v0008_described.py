"""What systems tell of their fields, what no longer fits the rules, and what is read once more."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "described",
        *_words("connection", "object", "fields"),
        *_numbers("seen_at", "changed_at"),
        sa.Column("doubted_at", sa.BigInteger(), nullable=True),
        *_words("relied"),
        sa.PrimaryKeyConstraint("connection", "object", name="pk_described"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drift",
        *_words("connection", "object", "field", "kind", "before", "now", "effect", "mend"),
        *_numbers("since"),
        *_words("noticed"),
        sa.PrimaryKeyConstraint("connection", "object", "field", name="pk_drift"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "back_fill",
        *_words("connection", "stream", "fields"),
        sa.Column("position", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "read")),
        *_numbers("asked_at"),
        sa.PrimaryKeyConstraint("connection", "stream", name="pk_back_fill"),
        sqlite_with_rowid=False,
    )


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def downgrade() -> None:
    for name in ("back_fill", "drift", "described"):
        op.drop_table(name)
