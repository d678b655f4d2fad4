"""What the last survey of each connection found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("surveyed_at", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", name="pk_survey"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("survey")
