"""What stays at home, because its field would refuse it or nobody can read it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = ("lead_id", "connection", "object", "record_id", "field", "why")
_PLACE = ("connection", "object", "field")


def upgrade() -> None:
    op.create_table(
        "misfit",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_KEY[1:], "property", "words", "hint")),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_misfit"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_misfit_connection_object_field", "misfit", list(_PLACE))


def downgrade() -> None:
    op.drop_table("misfit")
