"""Leads are counted, by stage or all of them, in one index alone."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_lead_stage", "lead")
    op.create_index("ix_lead_stage_merged_into", "lead", ["stage", "merged_into"])


def downgrade() -> None:
    op.drop_index("ix_lead_stage_merged_into", "lead")
    op.create_index("ix_lead_stage", "lead", ["stage"])
