"""What histories tell of the sides of a conflict."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEY = ("connection", "object", "record_id", "field", "property")
_UNASKED = sa.text("asked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "evidence",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEY),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_evidence"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_evidence_lead_id", "evidence", ["lead_id"])
    op.create_index("ix_evidence_since", "evidence", ["since"])
    op.create_index("ix_evidence_unasked", "evidence", ["connection"], sqlite_where=_UNASKED, postgresql_where=_UNASKED)


def downgrade() -> None:
    op.drop_table("evidence")
