"""Rules that could not be told about a lead, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = ("lead_id", "file", "rule")


def upgrade() -> None:
    op.create_table(
        "rule_problem",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("file", "rule", "words", "rule_hash")),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_rule_problem"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rule_problem_file_rule_words", "rule_problem", ["file", "rule", "words"])


def downgrade() -> None:
    op.drop_table("rule_problem")
