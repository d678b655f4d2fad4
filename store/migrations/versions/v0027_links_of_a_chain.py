"""A handoff names the one that it follows on."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("after", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("handoff", "after")
