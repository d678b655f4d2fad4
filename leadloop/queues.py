"""Leads that are with sales and that no rep can have now: in sight of everybody, by queue and cause."""

from collections.abc import Sequence
from typing import Any

from leadloop import screen
from store.handoffs import Queued


def show_queued(found: Sequence[Queued]) -> None:
    screen.table(
        "\nWait for a rep (`leadloop why-not LEAD`)",
        ("queue", "why", "leads", "since", "leads, some"),
        [
            (
                one.queue,
                one.cause,
                f"{one.leads:,}",
                f"{one.since:%Y-%m-%d %H:%M} UTC",
                ", ".join(map(str, one.examples)),
            )
            for one in found
        ],
    )


def queued_as_data(found: Sequence[Queued]) -> list[dict[str, Any]]:
    return [
        {
            "queue": one.queue,
            "why": one.cause,
            "leads": one.leads,
            "since": one.since,
            "examples": list(one.examples),
        }
        for one in found
    ]
