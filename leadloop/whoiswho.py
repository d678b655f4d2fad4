"""A person's word on who is who: carried out by whoever leads, this process or the daemon."""

from collections.abc import Mapping
from typing import Any

from domain.values import LeadId, RecordRef
from leadloop.answers import Answer
from leadloop.app import App
from leadloop.grouping import as_answer
from sync.loop import Loop
from sync.parting import join, split_record, split_union

SPLIT, JOIN = "identity split", "identity join"
"""The kinds of requests by which a daemon is asked."""


def split_one(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`union`: its number; or `record`: its system, object and id. `by`: who says so."""
    now, by = app.clock.refresh(), payload["by"]
    if "record" in payload:
        connection, kind, record_id = payload["record"]
        ref = RecordRef(connection=connection, object=kind, id=record_id)
        return as_answer([split_record(loop, ref, by=by, now=now)])
    return as_answer([split_union(loop, int(payload["union"]), by=by, now=now)])


def join_two(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`leads`: the two, `by`: who says so."""
    one, other = (LeadId(each) for each in payload["leads"])
    return as_answer([join(loop, one, other, by=payload["by"], now=app.clock.refresh())])
