"""Who is to be forgotten or was, and the keyed hashes by which they are known again."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name="pk_erasure"),
        sqlite_with_rowid=False,
    )
    is_open = sa.text("erased_at IS NULL")
    op.create_index("ix_erasure_open", "erasure", ["lead_id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "erased_key",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erased_key_lead_id", "erased_key", ["lead_id"])


def downgrade() -> None:
    op.drop_table("erased_key")
    op.drop_table("erasure")
