"""Fields that are not what the rules rely on, and what is read again, as `status` shows them."""

from collections.abc import Sequence
from typing import Any

from domain.drift import OpenDrift
from leadloop import screen
from reports.drift import sentence
from store.back_fills import BackFill


def show_drifts(found: Sequence[OpenDrift]) -> None:
    screen.show("\nNot what the rules rely on; everything else goes on")
    for one in found:
        screen.show(f"! {sentence(one)}")
        screen.show(f"    {one.mend}.")


def drift_as_data(one: OpenDrift) -> dict[str, Any]:
    at = one.field
    return {
        "connection": at.connection,
        "object": at.object,
        "field": at.field,
        "kind": one.drift.kind,
        "since": one.since,
        "noticed": one.noticed,
        "effect": one.effect,
        "mend": one.mend,
    }


def show_back_fills(found: Sequence[BackFill]) -> None:
    screen.table(
        "\nRead again in the background",
        ("connection", "object", "for", "read", "of about"),
        [(each.connection, each.stream, ", ".join(each.fields), each.read, each.rows) for each in found],
    )


def back_fill_as_data(one: BackFill) -> dict[str, Any]:
    return {
        "connection": one.connection,
        "stream": one.stream,
        "fields": list(one.fields),
        "read": one.read,
        "rows": one.rows,
        "since": one.asked_at,
    }
