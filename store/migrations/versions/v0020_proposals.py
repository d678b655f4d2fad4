"""Changes that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "what", "proposed_by", "account")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("proposed_at", "expires_at")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "payload", "status")),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_proposal"),
    )


def downgrade() -> None:
    op.drop_table("proposal")
