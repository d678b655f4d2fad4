"""Surveys: what was last found of everybody else who writes to a system. No value of a record and no person's name."""

from store.columns import Instant, Json
from store.schema.tables import by_key, must

survey = by_key("survey", ("connection",), must("connection"), must("surveyed_at", Instant), must("found", Json))
