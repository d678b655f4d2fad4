"""Who has air cover: the oldest requests of each account owner, for so many days each. Time alone moves it on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from config.lifecycle import AirCover
from domain.air_cover import CoverRequest
from domain.values import RecordRef


class Standing(StrEnum):
    """What became of a request."""

    COVERED = "covered"
    WAITS = "waits"
    """The owner has as many as they may have at once."""
    OVER = "over"
    """Its time is over: for more, the box is unticked and ticked anew."""
    NOBODYS = "nobody's"
    """The account has no owner who could have asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """How a request stands now. `until`: when its time is over; `turns_at`: when time alone may change that."""

    request: CoverRequest
    standing: Standing
    until: datetime
    turns_at: datetime | None


def covers(requests: Iterable[CoverRequest], rules: AirCover, *, now: datetime) -> dict[RecordRef, Cover]:
    """Every request as it stands. Whose time is over takes nobody's place; the newest of an owner waits."""
    found: dict[RecordRef, Cover] = {}
    order = sorted(requests, key=lambda each: (*_whose(each), each.asked_at, each.ref))
    for (_, owner), theirs in groupby(order, key=_whose):
        found |= _of_one(owner, list(theirs), rules, now=now)
    return found


def _whose(request: CoverRequest) -> tuple[str, str]:
    return (request.ref.connection, request.owner)


def _of_one(owner: str, requests: list[CoverRequest], rules: AirCover, *, now: datetime) -> Mapping[RecordRef, Cover]:
    """`requests` oldest first. A wait counts against its own time: marketing was asked for these days."""
    lasts = timedelta(days=rules.days)
    running = [each for each in requests if now < each.asked_at + lasts]
    first = {each.ref for each in running[: rules.accounts_per_rep]} if owner else set[RecordRef]()
    next_end = min((each.asked_at + lasts for each in running), default=None)
    found: dict[RecordRef, Cover] = {}
    for each in requests:
        until = each.asked_at + lasts
        if now >= until:
            standing, turns_at = Standing.OVER, None
        elif not owner:
            standing, turns_at = Standing.NOBODYS, until
        elif each.ref in first:
            standing, turns_at = Standing.COVERED, until
        else:
            standing, turns_at = Standing.WAITS, next_end
        found[each.ref] = Cover(request=each, standing=standing, until=until, turns_at=turns_at)
    return found
