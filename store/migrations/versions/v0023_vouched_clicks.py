"""When a person said of a click that a person made it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", sa.Column("vouched_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("activity", "vouched_at")
