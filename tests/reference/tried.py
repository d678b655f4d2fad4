"""Every figure about attempts: what reps did of themselves in a handoff, and whether something came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.reference.figures import DAY, TOTAL, Figures
from tests.reference.handed import Handed
from tests.reference.hours import MINUTE
from tests.reference.ledger import Row
from tests.reference.local_days import local
from tests.reference.office import Office
from tests.reference.sums import Expected, count, share
from tests.reference.told import meaning_of

WAYS = {"call_logged": "Call", "email_sent": "E-mail", "meeting_booked": "Meeting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    of: Handed
    way: str
    number: int
    at: int
    hour: int
    worked: bool


def tries_of(each: Handed, now: int, office: Office) -> list[Tried]:
    rows = _once([row for row in each.did if row["kind"] in WAYS and row["actor"] is not None and not row["automated"]])
    zone = office.crew_of(each.rep).zone
    found = []
    for place, row in enumerate(rows):
        at = row["occurred_at"]
        after = rows[place + 1]["occurred_at"] if place + 1 < len(rows) else None
        follows = [one for one in each.meant if at < one <= at + 3 * DAY and (after is None or one < after)]
        found.append(
            Tried(
                of=each,
                way=WAYS[row["kind"]],
                number=place + 1,
                at=at,
                hour=local(at, zone).hour,
                worked=bool(follows) or meaning_of(row, now, office) is not None,
            )
        )
    return found


def _once(rows: Sequence[Row]) -> list[Row]:
    """What is of one kind and within a minute of one that counts is the same."""
    kept: list[Row] = []
    for row in rows:
        alike = [one for one in kept if one["kind"] == row["kind"]]
        if not any(row["occurred_at"] - one["occurred_at"] <= MINUTE for one in alike):
            kept.append(row)
    return kept


def interactions(passes: Sequence[Handed], now: int, office: Office) -> Figures:
    every = [one for each in passes for one in tries_of(each, now, office)]
    groups: tuple[tuple[str, Callable[[Tried], str]], ...] = (
        ("way", lambda one: one.way),
        ("hour", lambda one: f"{one.hour:02}:00"),
        ("number", lambda one: f"{one.number}." if one.number < 7 else "7. and later"),
        ("channel", lambda one: one.of.channel),
        ("team", lambda one: one.of.crew or "no rep yet"),
    )
    return {name: cell for table, label_of in groups for name, cell in _table(table, every, label_of).items()}


def _table(table: str, every: Sequence[Tried], label_of: Callable[[Tried], str]) -> Figures:
    labels = sorted({label_of(one) for one in every})
    lines = [(label, [one for one in every if label_of(one) == label]) for label in labels]
    if len(labels) > 1:
        lines.append((TOTAL, list(every)))
    return {(table, label, key): cell for label, own in lines for key, cell in _cells(own).items()}


def _cells(own: Sequence[Tried]) -> dict[str, Expected]:
    worked = [one.of.lead for one in own if one.worked]
    return {"attempts": count([one.of.lead for one in own]), "worked": share(worked, len(own))}
