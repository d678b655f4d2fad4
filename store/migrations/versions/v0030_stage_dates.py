"""When a lead came to each stage, why it was set aside where no outcome says so, and what was found about it.

Of leads that moved before this step only the stage that they are in is known, and of those that the baseline placed
not even that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_REACHED = """
    UPDATE lead SET reached = '{"' || stage || '":' || stage_since || '}'
    WHERE stage <> 'known' AND EXISTS (
        SELECT 1 FROM transition
        WHERE transition.lead_id = lead.id AND transition.after = lead.stage AND transition.at = lead.stage_since
        AND transition.cause <> 'baseline'
    )
"""
_BECAUSE = """
    UPDATE lead SET set_aside_because = (
        SELECT transition.why FROM transition
        WHERE transition.lead_id = lead.id AND transition.after = lead.stage AND transition.at = lead.stage_since
        ORDER BY transition.id DESC LIMIT 1
    )
    WHERE stage = 'disqualified' AND recycled_as IS NULL
"""


def upgrade() -> None:
    op.add_column("lead", sa.Column("set_aside_because", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("reached", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
    op.execute(_REACHED)
    op.execute(_BECAUSE)
    op.create_table(
        "note",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "words", name="pk_note"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_note_words", "note", ["words"])
    op.create_index("ix_note_since", "note", ["since"])


def downgrade() -> None:
    op.drop_table("note")
    op.drop_column("lead", "reached")
    op.drop_column("lead", "set_aside_because")
