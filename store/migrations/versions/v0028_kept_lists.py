"""Since when somebody is on a list, silent customers, accounts with air cover, and whom marketing e-mail reached."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("since", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("silent_since", sa.BigInteger(), nullable=True))
    op.create_table(
        "air_cover",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("connection", "object", "id", "owner")),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "object", "id", name="pk_air_cover"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailed",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "connection", name="pk_mailed"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("mailed")
    op.drop_table("air_cover")
    op.drop_column("lead", "silent_since")
    op.drop_column("membership", "since")
