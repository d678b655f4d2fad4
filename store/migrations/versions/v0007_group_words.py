"""What people said about groups of leads that are likely one person."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_word",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "word", "leads", "said_by")),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_group_word"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("group_word")
