"""Published rules keep the text of their files, comments and all, and why they were published."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rule_version", recreate="auto") as table:
        table.add_column(sa.Column("sources", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
        table.add_column(sa.Column("message", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    raise NotImplementedError("going back would lose the texts of the published rules: restore a backup instead")
