"""What people did that the rules cannot follow, and until when a lead may stay where it is: for people to look at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from domain.values import LeadId
from handoff.deadlines import snoozed_until
from handoff.stay import stay_ends
from leadloop import screen
from store.engine import Tx
from store.notes import Note, Noted
from sync.looking import answers_of
from sync.loop import InForce
from sync.material import gather, users
from sync.merged import merged_of


def show_noted(found: Sequence[Noted]) -> None:
    screen.table(
        "\nChanged by people, and not followed (`leadloop explain LEAD`)",
        ("what", "leads", "since", "leads, some"),
        [
            (one.words, f"{one.leads:,}", f"{one.since:%Y-%m-%d %H:%M} UTC", ", ".join(map(str, one.examples)))
            for one in found
        ],
    )


def noted_as_data(found: Iterable[Noted]) -> list[dict[str, Any]]:
    return [
        {"what": one.words, "leads": one.leads, "since": one.since, "examples": list(one.examples)} for one in found
    ]


def note_as_data(one: Note) -> dict[str, Any]:
    return {"at": one.since, "what": one.words}


def stays_until(tx: Tx, lead: LeadId, rules: InForce, *, now: datetime) -> datetime | None:
    """When it moves on by itself if nobody moves it; None where there is no end."""
    (material,) = gather(tx, [lead], rules.mapping, users(tx, rules.mapping), now=now)
    answers = answers_of(merged_of(material, rules.fields), rules)
    handoff = material.open_handoff
    since = handoff.assigned_at if handoff is not None else None
    return stay_ends(material.lead, rules.book, since=since, snoozed=snoozed_until(answers, handoff, rules.book))
