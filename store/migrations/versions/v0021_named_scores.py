"""Scores beside engagement and fit, by the property that shows each."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score", sa.Column("named", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("score", "named")
