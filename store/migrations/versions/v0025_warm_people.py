"""The warmest people are found by an index: for the hot list."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WARM = sa.text("step <> 'cold' OR sales >= 5000")


def upgrade() -> None:
    op.create_index("ix_score_warm", "score", ["engagement"], sqlite_where=_WARM, postgresql_where=_WARM)


def downgrade() -> None:
    op.drop_index("ix_score_warm", "score")
