"""Notices find their time by an index; what people answer by a button is kept until it is heard and shown."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_WAITING = sa.text("kind = 'notice' AND status = 'open'")
_LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _partial(name: str, column: str, where: str) -> None:
    op.create_index(name, "press", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.add_column("intent", sa.Column("look_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_intent_notice", "intent", ["look_at"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_table(
        "press",
        sa.Column("id", _LONG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("connection", "key", "lead_key")),
        sa.Column("handoff", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("user", "message")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("verdict", "until", "email")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at", "arrived_at", "due_at")),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("lead_id", "heard_at")),
        sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("result", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_press"),
        sa.UniqueConstraint("connection", "key", name="uq_press_connection_key"),
    )
    _partial("ix_press_untaken", "due_at", "lead_id IS NULL AND heard_at IS NULL")
    _partial("ix_press_unheard", "lead_id", "heard_at IS NULL")
    _partial("ix_press_unshown", "heard_at", "shown_at IS NULL")


def downgrade() -> None:
    raise NotImplementedError("going back would lose what was answered and not heard yet: restore a backup instead")
