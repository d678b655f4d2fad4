"""What stays at home because its field would refuse it or nobody can read it: counted by field and cause, on every
screen alike."""

from collections.abc import Sequence
from typing import Any

from domain.misfit import Blocked
from leadloop import screen
from reports.staying import cause, nearest

LISTED = 5
"""Causes that fit into a line of a plan; `errors list` has all of them."""


def blocked_as_data(found: Sequence[Blocked]) -> list[dict[str, Any]]:
    return [
        {
            "system": one.column.connection,
            "object": one.column.object,
            "field": one.column.field,
            "property": one.property or None,
            "cause": one.why,
            "why": one.words,
            "nearest": one.hint or None,
            "records": one.values,
            "examples": list(one.examples),
            "since": one.since,
        }
        for one in found
    ]


def sentence(found: Sequence[Blocked]) -> str:
    """`214 values stay at home: Lead.Industry lacks the option (190, nearest 'Software'), ...`."""
    values = sum(one.values for one in found)
    said = [_said(one) for one in found[:LISTED]]
    said += [f"{len(found) - LISTED} more causes"] if len(found) > LISTED else []
    return f"{values:,} value{'s stay' if values != 1 else ' stays'} at home: {', '.join(said)}"


def _said(one: Blocked) -> str:
    return f"{_place(one)} {cause(one)} ({one.values:,}{nearest(one)})"


def _place(one: Blocked) -> str:
    return f"{one.column.object}.{one.column.field}"


def show_blocked(found: Sequence[Blocked]) -> None:
    rows = [
        (
            str(one.column),
            f"{cause(one)}{nearest(one)}",
            f"{one.values:,}",
            "" if one.since is None else f"{one.since:%Y-%m-%d %H:%M} UTC",
            ", ".join(one.examples),
        )
        for one in found
    ]
    screen.table("\nValues that stay at home", ("field", "why", "values", "since", "records, some"), rows)
