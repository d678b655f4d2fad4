"""What is remembered of the reports that go out by themselves: which due times were served, and what keeps one back.

A few lines for each delivery, so they lie in the notebook of the installation and not in a table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.values import from_text, to_text
from store import installation as notebook
from store.columns import from_json, to_json
from store.engine import Tx

NAME = "deliveries"
REMEMBERED = 60
"""Due times that are remembered of each: more than there are in the days for which one may come late."""
WHY_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """A due time that was tried and is not served. `ended`: whether the last try came to an end, which `why` tells."""

    due: datetime
    times: int
    at: datetime
    why: str
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of one delivery. `since`: when it was first seen; what was due before is nobody's."""

    since: datetime
    served: tuple[datetime, ...] = ()
    trying: Trying | None = None


def all_of(tx: Tx) -> dict[str, Kept]:
    """By the delivery's label."""
    told: Mapping[str, Any] = from_json(notebook.get(tx, NAME) or "{}")
    return {label: _kept(each) for label, each in told.items()}


def kept_back(tx: Tx) -> dict[str, Trying]:
    """Of the deliveries whose last due time was tried and not served, what keeps it back.

    A first try that has not ended may last yet.
    """
    found = {label: each.trying for label, each in all_of(tx).items() if each.trying is not None}
    return {label: each for label, each in found.items() if each.ended or each.times > 1}


def keep_only(tx: Tx, labels: Collection[str], *, now: datetime) -> dict[str, Kept]:
    """Begin to remember the new ones and forget those that are no more.

    One that was first seen later than now was seen while the clock was wrong.
    """
    kept = all_of(tx)
    fresh = {label: kept.get(label, Kept(since=now)) for label in labels}
    found = {label: replace(each, since=min(each.since, now)) for label, each in fresh.items()}
    _put(tx, found)
    return found


def begin(tx: Tx, label: str, due: datetime, why: str, *, now: datetime) -> None:
    """Note a try before it is made: one that takes the whole process with it is counted like any other."""
    kept = all_of(tx)
    before = kept[label].trying
    times = before.times + 1 if before is not None and before.due == due else 1
    trying = Trying(due=due, times=times, at=now, why=why, ended=False)
    _put(tx, {**kept, label: replace(kept[label], trying=trying)})


def fail(tx: Tx, label: str, why: str) -> None:
    """The try that was begun came to nothing."""
    kept = all_of(tx)
    trying = kept[label].trying
    if trying is not None:
        told = replace(trying, why=why[:WHY_CHARS], ended=True)
        _put(tx, {**kept, label: replace(kept[label], trying=told)})


def serve(tx: Tx, label: str, due: datetime) -> None:
    """This due time is served and never again."""
    kept = all_of(tx)
    served = (*kept[label].served, due)[-REMEMBERED:]
    _put(tx, {**kept, label: replace(kept[label], served=served, trying=None)})


def _put(tx: Tx, kept: Mapping[str, Kept]) -> None:
    notebook.put(tx, NAME, to_json({label: _told(each) for label, each in kept.items()}))


def _told(kept: Kept) -> dict[str, Any]:
    trying = kept.trying
    return {
        "since": to_text(kept.since),
        "served": [to_text(each) for each in kept.served],
        "trying": None
        if trying is None
        else {
            "due": to_text(trying.due),
            "times": trying.times,
            "at": to_text(trying.at),
            "why": trying.why,
            "ended": trying.ended,
        },
    }


def _kept(told: Mapping[str, Any]) -> Kept:
    trying = told["trying"]
    return Kept(
        since=from_text(told["since"]),
        served=tuple(from_text(each) for each in told["served"]),
        trying=None
        if trying is None
        else Trying(
            due=from_text(trying["due"]),
            times=trying["times"],
            at=from_text(trying["at"]),
            why=trying["why"],
            ended=trying["ended"],
        ),
    )
