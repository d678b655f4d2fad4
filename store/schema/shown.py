"""What the systems showed: records, identity, and the ledger of activities and facts."""

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint

from store.columns import Instant
from store.schema.tables import by_key, flag, may, must, partial

record = by_key(
    "record",
    ("connection", "object", "id"),
    must("connection"),
    must("object"),
    must("id"),
    may("lead_id", BigInteger),
    must("modified_at", Instant),
    must("seen_at", Instant),
    flag("archived"),
    may("merged_into"),
    may("converted_to"),
    must("former_ids"),
    must("read_hash"),
    must("content"),
)
partial("ix_record_lead_id", record.c.lead_id, where="lead_id IS NOT NULL")
record_value = by_key(
    "record_value",
    ("connection", "object", "name", "value", "id"),
    must("connection"),
    must("object"),
    must("name"),
    must("value"),
    must("id"),
)
Index("ix_record_value_record", record_value.c.connection, record_value.c.object, record_value.c.id)
identity_key = by_key(
    "identity_key",
    ("kind", "value", "connection", "object", "record_id"),
    must("kind"),
    must("value"),
    must("connection"),
    must("object"),
    must("record_id"),
    must("lead_id", BigInteger),
    must("tie"),
    must("since", Instant),
)
Index("ix_identity_key_lead_id", identity_key.c.lead_id)
Index("ix_identity_key_record", identity_key.c.connection, identity_key.c.object, identity_key.c.record_id)
remote_list = by_key("remote_list", ("connection", "name"), must("connection"), must("name"), must("remote_id"))

activity = by_key(
    "activity",
    ("lead_id", "connection", "stream", "external_id"),
    must("lead_id", BigInteger),
    must("connection"),
    must("stream"),
    must("external_id"),
    must("kind"),
    must("occurred_at", Instant),
    must("seen_at", Instant),
    may("record_connection"),
    may("record_object"),
    may("record_id"),
    may("email"),
    may("actor"),
    flag("automated"),
    must("properties"),
    may("retracted_at", Instant),
    may("retracted_why"),
    may("vouched_at", Instant),
    UniqueConstraint("connection", "stream", "external_id"),
)
partial(
    "ix_activity_unclaimed_record",
    activity.c.record_connection,
    activity.c.record_object,
    activity.c.record_id,
    where="lead_id = 0 AND record_id IS NOT NULL",
)
partial("ix_activity_unclaimed_email", activity.c.email, where="lead_id = 0 AND email IS NOT NULL")
fact = by_key(
    "fact",
    ("lead_id", "name", "number"),
    must("lead_id", BigInteger),
    must("name"),
    must("number", Integer),
    must("value"),
    must("since", Instant),
    must("seen_at", Instant),
)
