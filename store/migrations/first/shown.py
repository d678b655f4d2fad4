"""What the systems showed: as first made. Never changed afterwards."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    op.create_table(
        "record",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("converted_to", sa.Text(), nullable=True),
        sa.Column("former_ids", sa.Text(), nullable=False),
        sa.Column("read_hash", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "object", "id", name="pk_record"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_record_lead_id",
        "record",
        ["lead_id"],
        sqlite_where=sa.text("lead_id IS NOT NULL"),
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_table(
        "record_value",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "object", "name", "value", "id", name="pk_record_value"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_record_value_record", "record_value", ["connection", "object", "id"])
    op.create_table(
        "identity_key",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name="pk_identity_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_key_lead_id", "identity_key", ["lead_id"])
    op.create_table(
        "remote_list",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name="pk_remote_list"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activity",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("record_connection", sa.Text(), nullable=True),
        sa.Column("record_object", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("automated", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("retracted_at", sa.BigInteger(), nullable=True),
        sa.Column("retracted_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", "connection", "stream", "external_id", name="pk_activity"),
        sa.UniqueConstraint("connection", "stream", "external_id", name="uq_activity_connection_stream_external_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_activity_unclaimed_email",
        "activity",
        ["email"],
        sqlite_where=sa.text("lead_id = 0 AND email IS NOT NULL"),
        postgresql_where=sa.text("lead_id = 0 AND email IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_unclaimed_record",
        "activity",
        ["record_connection", "record_object", "record_id"],
        sqlite_where=sa.text("lead_id = 0 AND record_id IS NOT NULL"),
        postgresql_where=sa.text("lead_id = 0 AND record_id IS NOT NULL"),
    )
    op.create_table(
        "fact",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "name", "number", name="pk_fact"),
        sqlite_with_rowid=False,
    )
