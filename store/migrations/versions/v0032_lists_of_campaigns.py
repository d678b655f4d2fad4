"""Salesforce campaigns are read with their costs under their own name: what was kept under it as lists is read anew.

The listing of whom our campaigns hold is the stream `lists` from now on, as it is everywhere.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_CURSORS = "DELETE FROM cursor WHERE stream = 'Campaign'"
_LISTINGS = "DELETE FROM record WHERE connection = :name AND object = 'Campaign'"


def upgrade() -> None:
    bound = op.get_bind()
    names = bound.execute(sa.text("SELECT DISTINCT connection FROM cursor WHERE stream = 'Campaign'")).scalars().all()
    for name in names:
        bound.execute(sa.text(_LISTINGS), {"name": name})
    op.execute(_CURSORS)


def downgrade() -> None:
    """The listing is read anew under its old name."""
    op.execute("DELETE FROM cursor WHERE stream IN ('Campaign', 'lists')")
