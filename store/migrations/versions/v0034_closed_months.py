"""Where everybody came from, decided once, and the deals of closed months."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "first_touch",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name="pk_first_touch"),
        sqlite_with_rowid=False,
    )
    _months()
    _deals()


def _months() -> None:
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("costs", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.Column("reopened_by", sa.Text(), nullable=True),
        sa.Column("reopened_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("month", name="pk_closed_month"),
        sqlite_with_rowid=False,
    )


def _deals() -> None:
    op.create_table(
        "closed_deal",
        sa.Column("id", _LONG, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("worth", sa.Text(), nullable=True),
        sa.Column("lacks", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("has_people", sa.Boolean(), nullable=False),
        sa.Column("is_likely", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("ways", sa.Text(), nullable=False),
        sa.Column("campaigns", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("met", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closed_deal"),
        sa.UniqueConstraint(
            "connection", "object", "record_id", "side", name="uq_closed_deal_connection_object_record_id_side"
        ),
    )
    op.create_index("ix_closed_deal_month", "closed_deal", ["month"])
    op.create_table(
        "closed_deal_lead",
        sa.Column("id", _LONG, nullable=False),
        sa.Column("deal", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("met_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_closed_deal_lead"),
    )
    op.create_index("ix_closed_deal_lead_deal", "closed_deal_lead", ["deal"])
    op.create_index("ix_closed_deal_lead_lead_id", "closed_deal_lead", ["lead_id"])


def downgrade() -> None:
    for table in ("closed_deal_lead", "closed_deal", "closed_month", "first_touch"):
        op.drop_table(table)
