"""What both sides decide in the weekly review, and their names under the agreement: people's own words, kept apart."""

from sqlalchemy import Column, Integer, Table

from store.columns import Instant, Json
from store.schema.tables import may, metadata, must, partial

review_decision = Table(
    "review_decision",
    metadata,
    Column("number", Integer, primary_key=True),
    must("part"),
    must("text"),
    must("owner"),
    must("due"),
    must("added_by"),
    must("added_at", Instant),
    may("ending"),
    may("outcome"),
    may("ended_by"),
    may("ended_at", Instant),
)
partial("ix_review_decision_ended", review_decision.c.ended_at, where="ended_at IS NOT NULL")

agreement_signature = Table(
    "agreement_signature",
    metadata,
    Column("number", Integer, primary_key=True),
    must("side"),
    must("name"),
    must("signed_at", Instant),
    must("login"),
    must("clauses", Json),
)
