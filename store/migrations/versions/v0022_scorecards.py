"""What reps answered of the scorecard, with the handoff that it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("scorecard", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("handoff", "scorecard")
